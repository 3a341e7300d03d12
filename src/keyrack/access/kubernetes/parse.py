"""RBAC objects as the API gives them (``kubectl get clusterroles,roles,clusterrolebindings,rolebindings -A -o json``) to words.

Aggregated ClusterRoles get the rules of all ClusterRoles their selectors match, as the controller fills them in ("Aggregated
ClusterRoles"); what stands in their own ``rules`` is overwritten by the controller and so not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from keyrack.access.kubernetes.model import CLUSTER, Binding, Objects, Role, Rule, Subject, User
from keyrack.access.words import CaseError, read_case

ANONYMOUS = "system:anonymous"
_ACCOUNT = "system:serviceaccount:"
_KINDS = frozenset({"ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"})


class _Metadata(msgspec.Struct):
    name: str
    namespace: str | None = None
    labels: dict[str, str] | None = None


class _Rule(msgspec.Struct, rename="camel"):
    verbs: list[str]
    api_groups: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None
    urls: list[str] | None = msgspec.field(name="nonResourceURLs", default=None)


class _Expression(msgspec.Struct):
    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: list[str] | None = None


class _Selector(msgspec.Struct, rename="camel"):
    match_labels: dict[str, str] | None = None
    match_expressions: list[_Expression] | None = None


class _Aggregation(msgspec.Struct, rename="camel"):
    cluster_role_selectors: list[_Selector] | None = None


class _RoleRef(msgspec.Struct):
    kind: Literal["ClusterRole", "Role"]
    name: str


class _Subject(msgspec.Struct):
    kind: str
    name: str
    namespace: str | None = None


class _Object(msgspec.Struct, rename="camel"):
    kind: str
    metadata: _Metadata
    rules: list[_Rule] | None = None
    aggregation_rule: _Aggregation | None = None
    role_ref: _RoleRef | None = None
    subjects: list[_Subject] | None = None

    @property
    def namespace(self) -> str:
        """Where it lives; :data:`CLUSTER` for the cluster's own."""
        if self.kind.startswith("Cluster"):
            return CLUSTER
        if not self.metadata.namespace:
            raise CaseError(f"{self.kind} {self.metadata.name} without metadata.namespace")
        return self.metadata.namespace

    @property
    def selectors(self) -> list[_Selector]:
        """Of an aggregated ClusterRole; else none."""
        return (self.aggregation_rule.cluster_role_selectors if self.aggregation_rule else None) or []


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
    """All objects, ``List`` objects unfolded, other kinds ignored. Raises :class:`CaseError` naming what is wrong."""
    plain = [item for one in objects for item in _unfolded(one)]
    found = [read_case(item, _Object) for item in plain if isinstance(kind := item.get("kind"), str) and kind in _KINDS]
    roles: dict[tuple[str, str], Role] = {}
    for item in found:
        if item.kind in {"ClusterRole", "Role"}:
            key = item.namespace, item.metadata.name
            roles[key] = Role(item.metadata.name, item.namespace, tuple(_rule(rule) for rule in item.rules or ()))
    _aggregate(roles, [item for item in found if item.kind == "ClusterRole"])
    return Objects(roles, tuple(_binding(item) for item in found if item.kind.endswith("Binding")))


def _unfolded(item: Any) -> list[Mapping[str, Any]]:
    if not isinstance(item, Mapping):
        raise CaseError("an RBAC object is a JSON object with kind and metadata")
    inner = item.get("items")
    return [one for each in inner for one in _unfolded(each)] if isinstance(inner, list) else [item]


def _rule(rule: _Rule) -> Rule:
    listed = (rule.verbs, rule.api_groups, rule.resources, rule.resource_names, rule.urls)
    return Rule(*(tuple(texts or ()) for texts in listed))


def _aggregate(roles: dict[tuple[str, str], Role], items: list[_Object]) -> None:
    """Fill aggregated roles; roles that aggregate aggregated ones settle after as many rounds as they are deep."""
    aggregated = [item for item in items if item.selectors]
    for item in aggregated:
        roles[CLUSTER, item.metadata.name] = Role(item.metadata.name, CLUSTER, ())
    for _ in aggregated:
        for item in aggregated:
            name = item.metadata.name
            sources = [other for other in items if other is not item and _selected(item, other)]
            rules = (rule for source in sources for rule in roles[CLUSTER, source.metadata.name].rules)
            roles[CLUSTER, name] = Role(name, CLUSTER, tuple(dict.fromkeys(rules)))


def _selected(item: _Object, other: _Object) -> bool:
    return any(_matches(selector, other.metadata.labels or {}) for selector in item.selectors)


def _matches(selector: _Selector, labels: Mapping[str, str]) -> bool:
    """A label selector: all of matchLabels and matchExpressions."""
    if any(labels.get(key) != value for key, value in (selector.match_labels or {}).items()):
        return False
    return all(_holds(wanted, labels) for wanted in selector.match_expressions or ())


def _holds(wanted: _Expression, labels: Mapping[str, str]) -> bool:
    present, listed = wanted.key in labels, labels.get(wanted.key) in (wanted.values or ())
    return {"In": listed, "NotIn": not listed, "Exists": present, "DoesNotExist": not present}[wanted.operator]


def _binding(item: _Object) -> Binding:
    if item.role_ref is None:
        raise CaseError(f"{item.kind} {item.metadata.name}: roleRef names no role")
    subjects = tuple(Subject(one.kind, one.name, one.namespace or item.namespace) for one in item.subjects or ())
    return Binding(item.metadata.name, item.namespace, item.role_ref.kind, item.role_ref.name, subjects)
