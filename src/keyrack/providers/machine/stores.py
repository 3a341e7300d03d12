"""Stores of secrets that are there and cannot be looked into: named, so that nobody takes them for empty."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.root import Root, shown
from keyrack.records import Gap
from keyrack.records.gap import GapReason
from keyrack.sdk import gap

_STORES: tuple[tuple[str, str, GapReason, str], ...] = (
    (".local/share/keyrings", "machine.tool_credentials", "encrypted", "a Secret Service key ring"),
    (".local/share/kwalletd", "machine.tool_credentials", "encrypted", "a KDE wallet"),
    ("Library/Keychains", "machine.tool_credentials", "encrypted", "a macOS key chain"),
    ("AppData/Roaming/Microsoft/Credentials", "machine.tool_credentials", "encrypted", "the Windows Credential Manager"),
    (".password-store", "machine.tool_credentials", "encrypted", "a pass store"),
    (".config/op", "machine.tool_credentials", "unsupported", "a 1Password client"),
    (".config/Bitwarden", "machine.tool_credentials", "encrypted", "a Bitwarden vault"),
    (".config/google-chrome", "machine.tool_credentials", "unsupported", "a browser's password store"),
    (".config/chromium", "machine.tool_credentials", "unsupported", "a browser's password store"),
    (".mozilla/firefox", "machine.tool_credentials", "unsupported", "a browser's password store"),
    ("Library/Application Support/Google/Chrome", "machine.tool_credentials", "unsupported", "a browser's password store"),
    (".gnupg/private-keys-v1.d", "machine.certificates", "unsupported", "GnuPG private keys"),
    (".azure/msal_token_cache.bin", "machine.cloud_credentials", "encrypted", "an encrypted Azure token cache"),
    (".azure/service_principal_entries.bin", "machine.cloud_credentials", "encrypted", "encrypted Azure service principals"),
    (".mylogin.cnf", "machine.tool_credentials", "unsupported", "an obfuscated MySQL login file"),
)


def discover(root: Root, homes: list[Account]) -> Iterator[Gap]:
    """A Gap for each store that exists; by design, so that a strict run does not fail for them."""
    for account in homes:
        for name, capability, reason, what in _STORES:
            path = f"{account.home.rstrip('/')}/{name}"
            if root.exists(path):
                yield gap(
                    capability,
                    shown(path),
                    reason,
                    f"{what} is there; what it holds is not known",
                    hint="review it with its own tool",
                    incomplete=False,
                )
