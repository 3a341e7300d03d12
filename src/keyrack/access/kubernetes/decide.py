"""May this user do this? Some rule of a role bound to them, cluster-wide or in the request's namespace, must match whole.

Source: "Using RBAC Authorization": "Referring to resources" (subresources are named, ``pods`` is not ``pods/log``;
``resourceNames`` do not match requests without a name), "Referring to subjects". The matching of ``*`` is the API server's,
with which this engine was compared (tests/access/test_kubernetes.py holds the cases it confirmed).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.access.kubernetes.model import CLUSTER, MASTERS, Binding, Objects, Request, Role, Rule, Subject, User
from keyrack.access.words import Verdict


def decide(request: Request, objects: Objects) -> Verdict:
    """``allow`` with each binding and rule (``rule 1`` is the first) that allows, else ``implicit_deny``; never explicit."""
    if MASTERS in request.user.groups:
        return Verdict("allow", ("rbac", f"group {MASTERS}"))
    found = [
        f"{binding.label} rule {number}"
        for binding, role in bound(request.user, objects, CLUSTER if request.path else request.namespace)
        for number, rule in enumerate(role.rules, 1)
        if matches(rule, request)
    ]
    return Verdict("allow", ("rbac", *found)) if found else Verdict("implicit_deny", ("rbac", "no rule matches"))


def bound(user: User, objects: Objects, namespace: str | None = None) -> Iterator[tuple[Binding, Role]]:
    """Bindings of a user with their role: the cluster's and those of ``namespace`` (``None``: of every namespace)."""
    for binding in objects.bindings:
        if binding.namespace not in {CLUSTER, namespace} and namespace is not None:
            continue
        role = objects.role_of(binding)
        if role is not None and any(applies(subject, user) for subject in binding.subjects):
            yield binding, role


def applies(subject: Subject, user: User) -> bool:
    """Whether a binding's subject is this user."""
    if subject.kind == "User":
        return subject.name == user.name
    if subject.kind == "Group":
        return subject.name in user.groups
    if subject.kind == "ServiceAccount":
        return bool(subject.namespace) and user.name == f"system:serviceaccount:{subject.namespace}:{subject.name}"
    return False


def matches(rule: Rule, request: Request) -> bool:
    """Whether one rule allows a request."""
    if not _in(request.verb, rule.verbs):
        return False
    if request.path:
        return any(url_covers(url, request.path) for url in rule.urls)
    return (
        _in(request.group, rule.groups)
        and any(resource_covers(resource, request.combined) for resource in rule.resources)
        and (not rule.names or request.name in rule.names)
    )


def _in(value: str, listed: tuple[str, ...]) -> bool:
    return "*" in listed or value in listed


def resource_covers(listed: str, wanted: str) -> bool:
    """``*`` is everything with its subresources; ``*/scale`` is that subresource of everything; nothing else is a pattern."""
    if listed in {"*", wanted}:
        return True
    subresource = wanted.partition("/")[2]
    return bool(subresource) and listed == f"*/{subresource}"


def url_covers(listed: str, wanted: str) -> bool:
    """``*``, the URL itself, or a beginning that ends in ``*``."""
    return listed in {"*", wanted} or (listed.endswith("*") and wanted.startswith(listed.rstrip("*")))
