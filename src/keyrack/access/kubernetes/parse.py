"""RBAC objects as the API gives them (``kubectl get clusterroles,roles,clusterrolebindings,rolebindings -A -o json``) to words.

Aggregated ClusterRoles get the rules of all ClusterRoles their selectors match, as the controller fills them in
("Aggregated ClusterRoles"); what stands in their own ``rules`` is overwritten by the controller and so not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from keyrack.access.kubernetes.model import CLUSTER, Binding, Objects, Role, Rule, Subject, User
from keyrack.access.words import CaseError

ANONYMOUS = "system:anonymous"
_ACCOUNT = "system:serviceaccount:"
_KINDS = frozenset({"ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"})


def user(name: str, groups: Iterable[str] = ()) -> User:
    """A user with the groups every such user has.

    ``system:serviceaccount:NS:NAME`` is in ``system:serviceaccounts`` and ``system:serviceaccounts:NS``; everyone is in
    ``system:authenticated``, but ``system:anonymous``, who is in ``system:unauthenticated`` ("Authenticating").
    """
    everyone = "system:unauthenticated" if name == ANONYMOUS else "system:authenticated"
    found = {*groups, everyone}
    if name.startswith(_ACCOUNT) and name.count(":") == 3:
        found |= {"system:serviceaccounts", f"system:serviceaccounts:{name.split(':')[2]}"}
    return User(name, frozenset(found))


def parse(objects: Iterable[Mapping[str, Any]]) -> Objects:
    """All objects, ``List`` objects unfolded, other kinds ignored. Raises :class:`CaseError` naming the object that is wrong."""
    found = [item for one in objects for item in _unfolded(one) if item.get("kind") in _KINDS]
    roles: dict[tuple[str, str], Role] = {}
    for item in found:
        if item["kind"] in {"ClusterRole", "Role"}:
            name, namespace = _place(item)
            roles[namespace, name] = Role(name, namespace, tuple(_rule(rule, item) for rule in item.get("rules") or []))
    _aggregate(roles, [item for item in found if item["kind"] == "ClusterRole"])
    bindings = [_binding(item) for item in found if item["kind"] in {"ClusterRoleBinding", "RoleBinding"}]
    return Objects(roles, tuple(bindings))


def _unfolded(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if not isinstance(item, Mapping):
        raise CaseError("an RBAC object is a JSON object with kind and metadata")
    return [one for inner in item.get("items") or [] for one in _unfolded(inner)] if "items" in item else [item]


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    metadata = item.get("metadata")
    if not isinstance(metadata, Mapping) or not metadata.get("name"):
        raise CaseError(f"{item['kind']} without metadata.name")
    namespaced = not item["kind"].startswith("Cluster")
    if namespaced and not metadata.get("namespace"):
        raise CaseError(f"{item['kind']} {metadata['name']} without metadata.namespace")
    return str(metadata["name"]), str(metadata["namespace"]) if namespaced else CLUSTER


def _rule(rule: Any, item: Mapping[str, Any]) -> Rule:
    label = f"{item['kind']} {item['metadata']['name']}"
    if not isinstance(rule, Mapping):
        raise CaseError(f"{label}: a rule is a JSON object")
    fields = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
    return Rule(*(_texts(rule.get(key), f"{label}: {key}") for key in fields))


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise CaseError(f"{where} is a list of texts")
    return tuple(value)


def _aggregate(roles: dict[tuple[str, str], Role], items: list[Mapping[str, Any]]) -> None:
    """Fill aggregated roles; roles that aggregate aggregated ones settle after as many rounds as they are deep."""
    aggregated = [item for item in items if (item.get("aggregationRule") or {}).get("clusterRoleSelectors")]
    for item in aggregated:
        name = str(item["metadata"]["name"])
        roles[CLUSTER, name] = Role(name, CLUSTER, ())
    for _ in aggregated:
        for item in aggregated:
            name = str(item["metadata"]["name"])
            sources = [other for other in items if other is not item and _selected(item["aggregationRule"], other)]
            rules = (rule for source in sources for rule in roles[CLUSTER, str(source["metadata"]["name"])].rules)
            roles[CLUSTER, name] = Role(name, CLUSTER, tuple(dict.fromkeys(rules)))


def _selected(aggregation: Mapping[str, Any], role: Mapping[str, Any]) -> bool:
    labels = role["metadata"].get("labels") or {}
    return any(_matches(selector, labels) for selector in aggregation["clusterRoleSelectors"])


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A label selector: all of matchLabels and matchExpressions (In, NotIn, Exists, DoesNotExist)."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for wanted in selector.get("matchExpressions") or []:
        key, operator, values = wanted.get("key"), wanted.get("operator"), wanted.get("values") or []
        holds = {
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }
        if operator not in holds:
            raise CaseError(f"aggregationRule: unknown operator {operator!r}")
        if not holds[operator]:
            return False
    return True


def _binding(item: Mapping[str, Any]) -> Binding:
    name, namespace = _place(item)
    role = item.get("roleRef")
    if not isinstance(role, Mapping) or role.get("kind") not in {"ClusterRole", "Role"} or not role.get("name"):
        raise CaseError(f"{item['kind']} {name}: roleRef names no role")
    subjects = []
    for one in item.get("subjects") or []:
        if not isinstance(one, Mapping) or not one.get("name"):
            raise CaseError(f"{item['kind']} {name}: a subject has kind and name")
        subjects.append(Subject(str(one.get("kind", "")), str(one["name"]), str(one.get("namespace") or namespace)))
    return Binding(name, namespace, str(role["kind"]), str(role["name"]), tuple(subjects))
