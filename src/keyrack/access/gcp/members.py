"""Whether a member of a policy is this principal.

Source: "Principal identifiers" (cloud.google.com/iam/docs/principal-identifiers), both lists: for allow policies (v1) and
for deny policies (v2). Deleted members never match. ``domain:`` and a customer's principal set match by address domain or
the given sets.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.access.gcp.model import Node, Principal

_EVERYONE = frozenset({"allUsers", "principalSet://goog/public:all"})
_POOL = "iam.googleapis.com/"
_BASIC = {"projectOwner": "roles/owner", "projectEditor": "roles/editor", "projectViewer": "roles/viewer"}


def matches(member: str, principal: Principal, nodes: Iterable[Node] = ()) -> bool:
    """One member of an allow policy or principal of a deny rule. ``nodes`` resolve ``projectOwner:`` and its kin."""
    kind, _, rest = member.partition(":")
    if member == principal.member or member in principal.sets or member in _EVERYONE:
        return True
    if kind in _BASIC:
        return _has_basic(_BASIC[kind], rest, principal, nodes)
    if kind in {"group", "domain", "allAuthenticatedUsers"}:
        return _plain(kind, rest, principal)
    if kind == "principal":
        return _single(rest.removeprefix("//"), principal)
    return kind == "principalSet" and _set(rest.removeprefix("//"), principal)


def _plain(kind: str, name: str, principal: Principal) -> bool:
    if kind == "group":
        return name in principal.groups
    if kind == "domain":
        return principal.member.startswith("user:") and principal.address.endswith(f"@{name}")
    return bool(principal.address)


def _has_basic(role: str, project: str, principal: Principal, nodes: Iterable[Node]) -> bool:
    """Convenience values: whoever holds the basic role on the project."""
    return any(
        binding.role == role and not binding.condition and any(matches(member, principal) for member in binding.members)
        for node in nodes
        if node.name == f"projects/{project}"
        for binding in node.bindings
    )


def _single(name: str, principal: Principal) -> bool:
    """``goog/subject/ADDRESS`` and ``iam.googleapis.com/projects/-/serviceAccounts/ADDRESS``; pool subjects match by equality."""
    if name.startswith("goog/subject/"):
        return principal.address == name.removeprefix("goog/subject/") and principal.member.startswith("user:")
    accounts, _, address = name.partition("/serviceAccounts/")
    return accounts.startswith(_POOL) and bool(address) and principal.member == f"serviceAccount:{address}"


def _set(name: str, principal: Principal) -> bool:
    if name.startswith("goog/group/"):
        return name.removeprefix("goog/group/") in principal.groups
    pool, _, subject = principal.member.removeprefix("principal://").partition("/subject/")
    if not subject or not name.startswith(f"{pool}/"):
        return False
    rest = name.removeprefix(f"{pool}/")
    if rest == "*":
        return True
    if rest.startswith("group/"):
        return rest.removeprefix("group/") in principal.groups
    attribute, _, value = rest.removeprefix("attribute.").partition("/")
    return rest.startswith("attribute.") and principal.attributes.get(attribute) == value
