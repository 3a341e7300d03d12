"""What a token holds, permission by permission, and how privileged that is."""

from __future__ import annotations

from keyrack.access.github.model import Held
from keyrack.access.words import EffectiveGrant, Privilege

_ADMINISTERING = frozenset({"organization_administration", "enterprise_administration"})
_BECOMING = frozenset(
    {
        "administration",
        "members",
        "secrets",
        "organization_secrets",
        "dependabot_secrets",
        "organization_dependabot_secrets",
        "codespaces_secrets",
        "organization_codespaces_secrets",
        "environments",
        "workflows",
        "id_token",
        "organization_hooks",
        "organization_custom_roles",
        "organization_custom_org_roles",
        "organization_personal_access_tokens",
        "organization_self_hosted_runners",
        "actions_variables",
        "enterprise_organizations",
        "enterprise_people",
    }
)
"""Writing these changes who may do what, or runs code with another identity's token ("Permissions required for GitHub Apps")."""


def effective(held: Held) -> list[EffectiveGrant]:
    """Grants: ``actions`` as ``contents:write``, ``resource`` the repositories' names or all. Nothing while suspended."""
    if held.suspended:
        return []
    where = "all repositories" if held.repositories is None else ", ".join(sorted(held.repositories))
    return [
        EffectiveGrant((f"{name}:{level}",), where, privilege(name, level), (held.source,))
        for name, level in sorted(held.permissions.items())
        if level != "none"
    ]


def privilege(permission: str, level: str) -> Privilege:
    """Class of a permission at a level."""
    if level == "admin" or (level == "write" and permission in _ADMINISTERING):
        return "admin"
    if level == "write":
        return "permissions" if permission in _BECOMING else "write"
    return "list" if permission == "metadata" else "read"
