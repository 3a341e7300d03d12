"""Small files of package managers and of Vault's client.

Sources: The Cargo Book, "Credentials"; Maven, "Settings Reference" (servers; ``{...}`` is encrypted); Composer, "Authentication";
RubyGems guides, "API key"; Vault docs, "token helper" (``~/.vault-token`` is the bare token).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, load_json, load_yaml, malformed, mapping, parsed, string, text_of
from keyrack.sdk.formats.ini import entries, unquoted
from keyrack.sdk.formats.urls import endpoint_of, issuer_of
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_SERVER = re.compile(r"<server>(.{0,8192}?)</server>", re.DOTALL)
_TAG = re.compile(r"<(id|username|password|passphrase)>\s*([^<]{1,4096}?)\s*</\1>")


def parse_cargo(data: bytes) -> Parsed:
    """``~/.cargo/credentials.toml``: a token per registry."""
    return parsed(_cargo(text_of(data)))


def _cargo(text: str) -> Iterator[Material]:
    for entry in entries(text, comments="#"):
        name = entry.section.removeprefix("registries.").strip('"')
        registry = "crates.io" if entry.section == "registry" else clean(name)
        if entry.key in ("token", "secret-key"):
            found = described(
                unquoted(entry.value).removeprefix("Bearer "),
                kind="api_token",
                issuer="cargo",
                name=f"registry token for {registry}",
                detector="cargo.credentials",
                field=f"{clean(entry.section)}.{entry.key}",
                line=entry.line,
                attrs={"endpoint": registry},
            )
            if found:
                yield found


def parse_maven(data: bytes) -> Parsed:
    """``~/.m2/settings.xml``: server passwords. Read by pattern: an XML parser would follow entities."""
    return parsed(_maven(text_of(data)))


def _maven(text: str) -> Iterator[Material]:
    for server in _SERVER.finditer(text):
        tags = {match[1]: match[2] for match in _TAG.finditer(server[1])}
        line = text.count("\n", 0, server.start()) + 1
        for key in ("password", "passphrase"):
            found = described(
                tags.get(key),
                kind="password",
                issuer="http",
                name=f"Maven {key} for {clean(tags.get('id', 'a server'))}",
                detector="maven.settings",
                field=f"servers.{clean(tags.get('id', ''))}.{key}",
                line=line,
                attrs={"login": tags.get("username"), "endpoint": tags.get("id")},
            )
            if found:
                yield found


def parse_composer(data: bytes) -> Parsed:
    """Composer's ``auth.json``: basic logins, bearer and forge tokens per host."""
    document = load_json(data)
    return parsed(_composer(document)) if isinstance(document, dict) else malformed("a JSON object")


def _composer(document: object) -> Iterator[Material]:
    for section, hosts in mapping(document).items():
        for host, entry in mapping(hosts).items():
            fields = mapping(entry)
            endpoint = endpoint_of(host)
            found = described(
                string(fields.get("password")) or string(fields.get("token")) or string(entry),
                kind="password" if fields.get("password") else "api_token",
                issuer=issuer_of(endpoint, section.partition("-")[0] if section.startswith(("git", "bitbucket")) else "http"),
                name=f"Composer login at {endpoint}",
                detector="composer.auth",
                field=f"{clean(section)}.{endpoint}",
                attrs={"login": string(fields.get("username")), "endpoint": endpoint},
            )
            if found:
                yield found


def parse_gem(data: bytes) -> Parsed:
    """``~/.gem/credentials``: API keys by name."""
    documents = load_yaml(data)
    if documents is None:
        return malformed("YAML")
    return parsed(
        found
        for document in documents
        for name, value in mapping(document).items()
        if (
            found := described(
                value, kind="api_token", issuer="rubygems", name=f"gem key {name.lstrip(':')}", detector="gem", field=clean(name)
            )
        )
    )


def parse_vault_token(data: bytes) -> Parsed:
    """``~/.vault-token``."""
    found = described(text_of(data).strip(), kind="api_token", issuer="vault", name="Vault token", detector="vault.token", line=1)
    return parsed([found] if found else [])
