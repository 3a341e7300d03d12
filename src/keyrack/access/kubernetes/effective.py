"""What a user really holds, rule by rule, and how privileged that is.

Classes: ``admin`` for everything on everything; ``permissions`` for what raises or becomes (writing roles and bindings;
escalate, bind, impersonate; service-account tokens; secrets, which hold them; approving certificates; admission webhooks;
exec into pods and the node proxy), after "Role Based Access Control Good Practices", "Kubernetes RBAC - privilege escalation
risks"; then write, read, list.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from keyrack.access.kubernetes.decide import bound
from keyrack.access.kubernetes.model import MASTERS, Binding, Objects, Rule, User
from keyrack.access.words import EffectiveGrant, Privilege

_CHANGES = frozenset({"create", "update", "patch", "delete", "deletecollection", "*"})
_READS = frozenset({"get", "watch"})
_RBAC = frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"})
_BECOMING: dict[str, frozenset[str]] = {
    **dict.fromkeys(_RBAC, _CHANGES),
    "secrets": frozenset({"get", "list", "watch", "*"}),
    "serviceaccounts/token": frozenset({"create", "*"}),
    "certificatesigningrequests/approval": frozenset({"update", "patch", "*"}),
    "mutatingwebhookconfigurations": _CHANGES,
    "validatingwebhookconfigurations": _CHANGES,
    "pods/exec": frozenset({"create", "get", "*"}),
    "pods/attach": frozenset({"create", "get", "*"}),
    "pods/ephemeralcontainers": frozenset({"update", "patch", "*"}),
    "nodes/proxy": frozenset({"get", "create", "*"}),
}
"""Resource -> verbs by which one becomes, or raises, someone."""
_RAISING = frozenset({"escalate", "bind", "impersonate"})


def effective(user: User, objects: Objects) -> list[EffectiveGrant]:
    """Grants of a user: actions are ``verb resource.group`` (``get pods/log``, ``create deployments.apps``, ``get /healthz``).

    ``resource`` is ``cluster`` or ``namespace/NAME``, with ``:name,name`` behind it where the rule names objects.
    """
    if MASTERS in user.groups:
        return [EffectiveGrant(("* *.*", "* /*"), "cluster", "admin", (f"group {MASTERS}",))]
    return [
        _grant(binding, rule)
        for binding, role in bound(user, objects)
        for rule in role.rules
        if rule.verbs and not (binding.namespace and rule.urls)
    ]


def _grant(binding: Binding, rule: Rule) -> EffectiveGrant:
    scope = f"namespace/{binding.namespace}" if binding.namespace else "cluster"
    return EffectiveGrant(
        actions=tuple(_actions(rule)),
        resource=f"{scope}:{','.join(rule.names)}" if rule.names else scope,
        privilege=privilege(rule, cluster=not binding.namespace),
        because=(binding.label,),
    )


def _actions(rule: Rule) -> Iterable[str]:
    for verb, group, resource in product(rule.verbs, rule.groups, rule.resources):
        yield f"{verb} {resource}.{group}" if group else f"{verb} {resource}"
    for verb, url in product(rule.verbs, rule.urls):
        yield f"{verb} {url}"


def privilege(rule: Rule, *, cluster: bool) -> Privilege:
    """Class of one rule; everything on everything is ``admin`` cluster-wide, ``permissions`` within a namespace."""
    verbs = set(rule.verbs)
    everything = "*" in rule.resources and bool({"*", ""} & set(rule.groups))
    if "*" in verbs and everything and not rule.names:
        return "admin" if cluster and "*" in rule.groups else "permissions"
    if _raises(verbs, rule):
        return "permissions"
    if verbs - _READS - {"list"}:
        return "write" if not rule.urls else "read"
    return "read" if verbs & _READS else "list"


def _raises(verbs: set[str], rule: Rule) -> bool:
    if verbs & _RAISING:
        return True
    for resource, needed in _BECOMING.items():
        parts = {resource, "*", f"*/{resource.partition('/')[2]}" if "/" in resource else resource}
        if verbs & needed and parts & set(rule.resources):
            return True
    return False
