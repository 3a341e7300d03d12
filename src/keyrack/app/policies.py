"""The least-privilege policy Keyrack itself needs, from a provider's declared permissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyrack.errors import UsageError
from keyrack.sdk import Permission, registry


def grant(provider: str, *, optional: bool, form: str = "") -> str | None:
    """What to create so that Keyrack may look: a role, an app manifest, SQL; ``None``: the system takes no such document.

    Raises:
        UsageError: no such provider, or it has no document of that form.
    """
    manifest = registry.load(provider).manifest
    wanted = [p for c in manifest.capabilities for p in c.permissions if optional or not p.optional]
    if form and form not in manifest.forms:
        known = ", ".join(sorted(manifest.forms)) or "none"
        raise UsageError("permissions.form", f"{provider} has no document {form!r}", hint=f"--as takes: {known}")
    write = manifest.forms[form] if form else manifest.grant
    return write(list(dict.fromkeys(wanted))) if write else None


def _statements(wanted: Sequence[Permission]) -> list[dict[str, Any]]:
    """One statement for what is needed anywhere, and one for each narrower place."""
    places = sorted({permission.on for permission in wanted} | {"*"})
    return [
        {
            "Sid": f"KeyrackReadOnly{number or ''}",
            "Effect": "Allow",
            "Action": sorted({permission.name for permission in wanted if permission.on == place}),
            "Resource": place,
        }
        for number, place in enumerate(places)
    ]


def policy(provider: str, *, optional: bool, listed: bool = False) -> dict[str, Any]:
    """An IAM policy document for providers that speak it, else (or ``listed``) a list of permissions with reasons.

    Raises:
        UsageError: no such provider.
    """
    manifest = registry.load(provider).manifest
    wanted = [
        (capability, permission)
        for capability in manifest.capabilities
        for permission in capability.permissions
        if optional or not permission.optional
    ]
    if manifest.policy_format == "aws-iam" and not listed:
        return {"Version": "2012-10-17", "Statement": _statements([permission for _, permission in wanted])}
    rows = [
        {"permission": permission.name, "for": capability.name, "why": permission.why, "optional": permission.optional}
        for capability, permission in wanted
    ]
    return {"provider": provider, "permissions": rows}
