"""What a role contains, and how privileged a permission is.

Predefined and basic roles come from the packaged list (data/SOURCES.md). Classes by the permission's verb; ``permissions``
for what changes who may do what, or becomes a service account ("Roles for service account authentication",
cloud.google.com/iam/docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import accumulate

from keyrack.access.packaged import load
from keyrack.access.words import Privilege

_BECOMING = re.compile(
    r".*\.setIamPolicy|iam\.serviceAccounts\.(actAs|getAccessToken|getOpenIdToken|implicitDelegation|signBlob|signJwt)"
    r"|iam\.serviceAccountKeys\.create|iam\.roles\.(create|update)|iam\.denypolicies\.(create|update|delete)"
    r"|iam\.workloadIdentityPool(s|Providers)\.(create|update)|storage\.hmacKeys\.create|serviceusage\.apiKeys\.(create|regenerate)"
    r"|apikeys\.keys\.(create|getKeyString)|orgpolicy\.policy\.set|iam\.policybindings\..*|iam\.principalaccessboundarypolicies\.(bind|update|delete)"
)
_OWNING = frozenset(f"resourcemanager.{kind}.setIamPolicy" for kind in ("projects", "folders", "organizations"))
_LISTING = re.compile(r".*\.(list|search|aggregatedList|query|listEffectiveTags|listTagBindings)")
_READING = re.compile(
    r".*\.(get|read|access|view|check|lookup|describe|export|fetch|watch|validate|count|test|generate)[A-Za-z]*"
)


@cache
def _packaged() -> tuple[tuple[str, ...], Mapping[str, list[int]]]:
    data = load("gcp_roles")
    return tuple(data["permissions"]), data["roles"]


@cache
def predefined(role: str) -> frozenset[str] | None:
    """Permissions of a predefined or basic role (``roles/storage.admin``); ``None`` for one the packaged list does not hold."""
    permissions, roles = _packaged()
    if role not in roles:
        return None
    return frozenset(permissions[number] for number in accumulate(roles[role]))


def permissions_of(role: str, custom: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Permissions of any role; ``None`` when it is not known."""
    return custom[role] if role in custom else predefined(role)


@cache
def classify(permission: str) -> Privilege:
    """Class of one permission."""
    if permission in _OWNING:
        return "admin"
    if _BECOMING.fullmatch(permission):
        return "permissions"
    if _LISTING.fullmatch(permission):
        return "list"
    return "read" if _READING.fullmatch(permission) else "write"


def highest(permissions: Iterable[str]) -> Privilege:
    """The highest class among permissions; ``unknown`` for none."""
    order: tuple[Privilege, ...] = ("unknown", "list", "read", "write", "permissions", "admin")
    return max((classify(permission) for permission in permissions), key=order.index, default="unknown")
