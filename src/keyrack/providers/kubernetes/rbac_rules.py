"""RBAC rules to the actions of grants: ``verb:resource`` and ``verb:/url``. Pure.

Facts: "Using RBAC Authorization" (kubernetes.io/docs). How privileged an action is, the access room says. A resource of a group
that is not Kubernetes' own is written ``resource.group``, so that a ``secrets.example.com`` is not taken for Secrets, and ``*``
within one group never reads as everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from keyrack.sdk.fields import Raw, part, rows, text, texts
from keyrack.sdk.formats.base import clean

MOST_ACTIONS = 4096
"""Actions one rule may spell out; the built-in roles stay below 400."""
_CORE = """
    bindings configmaps endpoints events limitranges namespaces namespaces/finalize nodes nodes/proxy persistentvolumeclaims
    persistentvolumes pods pods/attach pods/ephemeralcontainers pods/exec pods/log pods/portforward pods/proxy podtemplates
    replicationcontrollers resourcequotas secrets serviceaccounts serviceaccounts/token services services/proxy
    """.split()  # noqa: SIM905 - thirty quoted words are harder to read
_WHOLE = {
    "": _CORE,
    "rbac.authorization.k8s.io": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
    "apps": ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
    "batch": ["cronjobs", "jobs"],
    "certificates.k8s.io": ["certificatesigningrequests", "certificatesigningrequests/approval"],
    "admissionregistration.k8s.io": ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
}
"""What ``*`` means within one group: the resources that matter to us."""
_METRICS = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
"""Their ``pods`` and ``nodes`` are numbers, not the objects."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One PolicyRule; ``names`` are resourceNames (empty: every object), ``urls`` nonResourceURLs."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Actions that a role allows; ``names`` narrow them to objects, written ``resource/name``; ``urls``: they are of URLs."""

    actions: tuple[str, ...]
    names: tuple[str, ...] = ()
    cut: bool = False
    urls: bool = False


def rules_of(raw: Raw) -> tuple[Rule, ...]:
    """The rules of a Role or ClusterRole as the API gives them."""
    fields = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
    return tuple(Rule(*(tuple(texts(item, name)) for name in fields)) for item in rows(raw, "rules"))


def statements(rules: Iterable[Rule]) -> tuple[Statement, ...]:
    """What a role allows, one statement for each set of object names, and one for URLs."""
    merged: dict[tuple[tuple[str, ...], bool], tuple[dict[str, None], bool]] = {}
    for rule in rules:
        actions = list(islice(_actions(rule), MOST_ACTIONS + 1))
        if not actions:
            continue
        key = _objects(rule), bool(rule.urls)
        held, cut = merged.get(key, ({}, False))
        held.update(dict.fromkeys(actions[:MOST_ACTIONS]))
        merged[key] = held, cut or len(actions) > MOST_ACTIONS
    return tuple(Statement(tuple(held), names, cut, urls) for (names, urls), (held, cut) in merged.items())


def _actions(rule: Rule) -> Iterator[str]:
    for verb in rule.verbs:
        for group, resource in product(rule.groups, rule.resources):
            yield from (f"{clean(verb)}:{name}" for name in _written(clean(group), clean(resource)))
        yield from (f"{clean(verb)}:/{clean(url).lstrip('/')}" for url in rule.urls)


def _written(group: str, resource: str) -> Iterable[str]:
    if group == "*":
        return (resource,)
    if resource == "*":
        return (*_WHOLE.get(group, ()), f"*.{group or 'core'}")
    own = "." not in group or (group.endswith(".k8s.io") and group not in _METRICS)
    return (resource if own else f"{resource}.{group}",)


def _objects(rule: Rule) -> tuple[str, ...]:
    named = islice(product(rule.resources, rule.names), MOST_ACTIONS)
    return tuple(sorted({f"{clean(resource)}/{clean(name)}" for resource, name in named}))


def selects(raw: Raw, labels: Mapping[str, str]) -> bool:
    """Whether an aggregated ClusterRole takes in the rules of a role with these labels ("Aggregated ClusterRoles")."""
    return any(_matches(selector, labels) for selector in rows(raw, "aggregationRule", "clusterRoleSelectors"))


def _matches(selector: Raw, labels: Mapping[str, str]) -> bool:
    wanted = part(selector, "matchLabels")
    expressions = rows(selector, "matchExpressions")
    if not wanted and not expressions:
        return False  # an empty selector selects nothing here: no controller grants everything by it
    return all(labels.get(key) == value for key, value in wanted.items()) and all(_holds(item, labels) for item in expressions)


def _holds(expression: Raw, labels: Mapping[str, str]) -> bool:
    key, operator = text(expression, "key") or "", text(expression, "operator")
    listed = labels.get(key) in texts(expression, "values")
    return {"In": listed, "NotIn": not listed, "Exists": key in labels, "DoesNotExist": key not in labels}.get(
        operator or "", False
    )
