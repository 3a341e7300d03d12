"""Roles and bindings to Policies (the whole objects) and Grants (what each subject may do). Pure.

Facts: "Using RBAC Authorization" (kubernetes.io/docs/reference/access-authn-authz/rbac): a RoleBinding gives a role's rules
within its namespace, URLs excepted; a binding to a role that does not exist gives nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from keyrack.providers.kubernetes.names import ACCOUNT_PREFIX, NODE_PREFIX, Cluster, Meta, attrs, safe
from keyrack.providers.kubernetes.rbac_rules import Rule, Statement, rules_of, selects, statements
from keyrack.records import Grant, Identity, Policy, Record
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, rows, text

if TYPE_CHECKING:
    from keyrack.records.identity import IdentityKind

MASTERS = "system:masters"
EVERYBODY = frozenset({"system:authenticated", "system:unauthenticated"})
ANONYMOUS = "system:anonymous"
ACCOUNTS = "system:serviceaccounts"
_OPEN_BY_DEFAULT = frozenset({"system:discovery", "system:basic-user", "system:public-info-viewer"})
"""Default roles that every cluster gives everybody: discovery, and asking what one may do."""
_BOOTSTRAP = "kubernetes.io/bootstrapping"
_KEPT = ("apiVersion", "kind", "rules", "aggregationRule", "roleRef", "subjects")

Key = tuple[str, str]
"""Namespace (empty: the cluster) and name."""


@dataclass(slots=True)
class Roles:
    """Roles by namespace and name, as grants need them; aggregated ones are filled by :meth:`settle`."""

    known: dict[Key, tuple[Statement, ...]] = field(default_factory=dict)
    _rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    _labels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _aggregated: dict[str, Raw] = field(default_factory=dict)

    def add(self, raw: Raw, found: Meta) -> None:
        """Keep a role."""
        rules = rules_of(raw)
        if not found.namespace:
            self._rules[found.name], self._labels[found.name] = rules, found.labels
            if part(raw, "aggregationRule"):
                self._aggregated[found.name] = {"aggregationRule": raw["aggregationRule"]}
        self.known[found.namespace, found.name] = statements(rules)

    def settle(self) -> None:
        """Give aggregated roles the rules of the roles they select, as the controller does, however deep; forget the rest."""
        for _ in self._aggregated:
            before = dict(self._rules)
            for name, raw in self._aggregated.items():
                taken = (
                    rule
                    for other, labels in self._labels.items()
                    if other != name and selects(raw, labels)
                    for rule in before[other]
                )
                self._rules[name] = tuple(dict.fromkeys((*self._rules[name], *taken)))
            if before == self._rules:
                break
        self.known.update({("", name): statements(self._rules[name]) for name in self._aggregated})
        self._rules, self._labels, self._aggregated = {}, {}, {}


@dataclass(slots=True)
class Subjects:
    """What bindings tell of their subjects: needed later, when the accounts come by."""

    accounts: dict[Key, str] = field(default_factory=dict)
    """Service accounts named in a binding, with the first binding that names each."""
    built_in: set[Key] = field(default_factory=set)
    """Accounts of kube-system that Kubernetes' own bindings name: its controllers'."""
    groups: dict[str, list[Grant]] = field(default_factory=lambda: defaultdict(list))
    """Grants of ``system:serviceaccounts`` and ``system:serviceaccounts:<namespace>``, to hand on to their members."""


def policy(cluster: Cluster, raw: Raw, found: Meta, kind: str) -> Policy:
    """A role or binding as a whole document; annotations stay out, for they may quote anything."""
    binding = kind.endswith("Binding")
    kept = {name: raw[name] for name in _KEPT if name in raw}
    about: dict[str, object] = {"name": found.name, "labels": dict(found.labels)}
    if found.namespace:
        about["namespace"] = found.namespace
    document = {"apiVersion": "rbac.authorization.k8s.io/v1", **kept, "kind": kind, "metadata": about}
    name = f"{kind}/{found.namespace}/{found.name}" if found.namespace else f"{kind}/{found.name}"
    return Policy(
        uid=row_uid("policy", cluster.name, kind, found.namespace, found.name),
        language="kubernetes-rbac",
        kind="binding" if binding else "role",
        name=safe(name),
        scope=cluster.name,
        document=_json(document),
        targets=[uid for subject in rows(raw, "subjects") if (uid := _subject_uid(cluster, subject, found.namespace))],
    )


def _json(document: object) -> str:
    """JSON in ASCII: whatever a name holds, half a surrogate pair too, the document can be written."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _subject_uid(cluster: Cluster, subject: Raw, namespace: str) -> str | None:
    kind, name = text(subject, "kind"), text(subject, "name")
    if not name:
        return None
    if kind == "ServiceAccount":
        return cluster.account(text(subject, "namespace") or namespace, name)
    return {"User": cluster.user, "Group": cluster.group}.get(kind or "", lambda _: None)(name)


def binding(cluster: Cluster, raw: Raw, found: Meta, roles: Roles, subjects: Subjects) -> Iterator[Record]:
    """Grants of one binding, and the users and groups it names; accounts come with their own listing."""
    ref, kind = text(raw, "roleRef", "name"), text(raw, "roleRef", "kind")
    if not ref or kind not in {"Role", "ClusterRole"}:
        return
    held = roles.known.get((found.namespace if kind == "Role" else "", ref), ())
    role = f"Role/{found.namespace}/{ref}" if kind == "Role" else f"ClusterRole/{ref}"
    bound = _Bound(cluster, found, role, held, built_in=found.labels.get(_BOOTSTRAP) == "rbac-defaults")
    for subject in rows(raw, "subjects"):
        name = text(subject, "name")
        if name:
            yield from _subject(bound, text(subject, "kind") or "", name, text(subject, "namespace") or found.namespace, subjects)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A binding, resolved."""

    cluster: Cluster
    meta: Meta
    role: str
    held: tuple[Statement, ...]
    built_in: bool

    @property
    def label(self) -> str:
        kind = f"RoleBinding/{self.meta.namespace}" if self.meta.namespace else "ClusterRoleBinding"
        return f"{kind}/{self.meta.name}"

    def grants(self, uid: str, group: str | None = None) -> Iterator[Grant]:
        """What the binding gives to ``uid``; by a group it is in, when one is named."""
        namespace = self.meta.namespace
        for item in self.held:
            if namespace and item.urls:
                continue
            scope = f"namespace/{namespace}" if namespace else "*"
            place = [f"{scope if namespace else 'cluster'}/{name}" for name in item.names] or [scope]
            yield Grant(
                uid=row_uid("grant", uid, self.label, item.names, item.urls, group),
                identity_uid=uid,
                language="kubernetes",
                effect="allow",
                actions=list(item.actions),
                resources=place,
                via="group" if group else "managed",
                policy=safe(self.role),
                attrs=attrs(binding=self.label, group=group, cut="true" if item.cut else None),
            )


def _subject(bound: _Bound, kind: str, name: str, namespace: str, subjects: Subjects) -> Iterator[Record]:
    cluster = bound.cluster
    if kind == "User" and name.startswith(ACCOUNT_PREFIX):
        kind, (namespace, _, name) = "ServiceAccount", name.removeprefix(ACCOUNT_PREFIX).partition(":")
    if kind == "ServiceAccount" and namespace and name:
        subjects.accounts.setdefault((namespace, name), bound.label)
        if bound.built_in and namespace == "kube-system":
            subjects.built_in.add((namespace, name))
        yield from bound.grants(cluster.account(namespace, name))
    elif kind == "Group" and (name == ACCOUNTS or name.startswith(f"{ACCOUNTS}:")):
        held = list(bound.grants(cluster.group(name)))
        subjects.groups[name].extend(held)
        yield group(cluster, name)
        yield from held
    elif kind == "Group" and not (name in EVERYBODY and _harmless(bound)):
        yield group(cluster, name)
        yield from bound.grants(cluster.group(name))
    elif kind == "User" and not (name == ANONYMOUS and _harmless(bound)):
        yield user(cluster, name)
        yield from bound.grants(cluster.user(name))


def _harmless(bound: _Bound) -> bool:
    """Kubernetes' own discovery bindings: every cluster has them, and their rules are still the few they came with."""
    default = bound.role.removeprefix("ClusterRole/") in _OPEN_BY_DEFAULT
    return default and all(item.urls or set(item.actions) <= _SELF_REVIEWS for item in bound.held)


_SELF_REVIEWS = frozenset(
    f"create:{kind}" for kind in ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")
)


def members(subjects: Subjects, cluster: Cluster, namespace: str, uid: str) -> Iterator[Grant]:
    """What an account holds by the groups every account is in ("Authenticating", service account tokens)."""
    for name in (ACCOUNTS, f"{ACCOUNTS}:{namespace}"):
        for grant in subjects.groups.get(name, ()):
            yield msgspec.structs.replace(
                grant,
                uid=row_uid("grant", uid, grant.uid),
                identity_uid=uid,
                attrs={**grant.attrs, "group": cluster.group(name)},
                via="group",
            )


def user(cluster: Cluster, name: str, *, certificate: bool = False) -> Identity:
    """A user. Kubernetes keeps no users, so what one is, is told by its name or by a certificate signed for it."""
    system = name.startswith("system:")
    node = name.startswith(NODE_PREFIX)
    kind: IdentityKind = "service_account"
    if not system:
        kind = "human" if "@" in name else "certificate" if certificate else "service_account"
    return Identity(
        uid=cluster.user(name),
        kind=kind,
        type="k8s:node" if node else "k8s:user",
        name=safe(name.removeprefix(NODE_PREFIX)),
        provider="kubernetes",
        scope=cluster.name,
        attrs=attrs(
            service_linked="true" if system and name != ANONYMOUS else None,
            human_evidence="e-mail name" if kind == "human" else None,
        ),
    )


def group(cluster: Cluster, name: str) -> Identity:
    """A group that a binding names. Groups of people come from the sign-in system; ``system:`` ones are the cluster's own."""
    system = name.startswith("system:")
    return Identity(
        uid=cluster.group(name),
        kind="service_account" if system else "human",
        type="k8s:group",
        name=safe(name),
        provider="kubernetes",
        scope=cluster.name,
        attrs=attrs(
            service_linked="true" if system and name not in EVERYBODY and not name.startswith(ACCOUNTS) else None,
            human_evidence=None if system else "a group of the sign-in system",
        ),
    )


def masters(cluster: Cluster, uid: str) -> Grant:
    """What membership of ``system:masters`` gives: everything, past every authorizer, and no binding can be removed for it."""
    return Grant(
        uid=row_uid("grant", uid, MASTERS),
        identity_uid=uid,
        language="kubernetes",
        effect="allow",
        actions=["*:*"],
        resources=["*"],
        via="group",
        policy=f"group {MASTERS}",
        attrs=attrs(group=cluster.group(MASTERS)),
    )


def missing(cluster: Cluster, keys: Iterable[Key], subjects: Subjects) -> Iterator[Identity]:
    """Accounts that bindings name and that do not exist: whoever may create them gets what waits for them."""
    for namespace, name in sorted(keys):
        yield Identity(
            uid=cluster.account(namespace, name),
            kind="service_account",
            type="k8s:service-account",
            name=safe(name),
            provider="kubernetes",
            scope=cluster.name,
            status="deleted",
            attrs=attrs(
                namespace=namespace,
                declared_by=subjects.accounts[namespace, name],
                service_linked="true" if (namespace, name) in subjects.built_in else None,
            ),
        )
