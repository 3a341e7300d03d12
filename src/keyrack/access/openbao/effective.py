"""What policies really give, path by path, and how privileged that is.

A path rule hidden behind a more specific one still shows for the rest of its paths; a rule that gives nothing is left out.
Classes: ``admin`` for everything (root, ``*`` or ``sys/*`` with writes), ``permissions`` where writing changes who may do what
(policies, auth methods and roles, identities, tokens; writes with sudo; the raw storage), then write, read, list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from keyrack.access.openbao.match import Merged, merge
from keyrack.access.openbao.model import Limits, Policy
from keyrack.access.words import EffectiveGrant, Privilege

_WRITES = frozenset({"create", "update", "patch", "delete"})
_EVERYTHING = frozenset({"*", "+/*", "sys/*", "sys/+/*"})
_PERMISSIONS = re.compile(
    r"(sys/(policy|policies|auth|mounts|rotate|raw|seal|audit|namespaces|generate-root|rekey|internal)\b"
    r"|auth/token/(create|roles)|auth/[^/]+/(role|roles|users|groups|map|certs|config)\b|auth/(\+|\*|[^/]*\*)|identity/)"
)
"""Paths whose writes decide who may do what (openbao.org/api-docs/system/policies, /auth, /secret/identity)."""

_LOOKUP = re.compile(r"(?:^|/)lookup(?:-accessor|-self)?$")
"""Calls that only read, though the API makes them writes: a secret-id or token by its accessor."""


def effective(policies: Sequence[Policy], *, now: datetime | None = None) -> list[EffectiveGrant]:
    """Grants by path as written (templates stay templates); rules that expire count as long as ``now`` is absent."""
    if any(policy.name == "root" for policy in policies):
        return [EffectiveGrant(("*",), "*", "admin", ("root",))]
    rules = merge(policies, now)
    return [_grant(rules[path]) for path in sorted(rules) if rules[path].capabilities - {"deny"}]


def _grant(rule: Merged) -> EffectiveGrant:
    return EffectiveGrant(
        actions=tuple(sorted(rule.capabilities)),
        resource=rule.path,
        privilege=privilege(rule.path, rule.capabilities),
        because=tuple(dict.fromkeys(name for name, given in rule.sources if given)),
        conditions=conditions(rule.limits),
    )


def privilege(path: str, capabilities: frozenset[str]) -> Privilege:
    """Class of some capabilities on a path pattern."""
    looks, sudo = _LOOKUP.search(path) is not None, "sudo" in capabilities
    writes = bool(capabilities & _WRITES) and not looks
    if path in _EVERYTHING and (writes or sudo):
        return "admin"
    if (writes and (sudo or _PERMISSIONS.match(path))) or (sudo and path.startswith("sys/raw")):
        return "permissions"
    if writes:
        return "write"
    return "read" if "read" in capabilities or looks else "list"


def conditions(limits: Limits) -> tuple[str, ...]:
    """The constraints of a rule as texts."""
    texts = [f"allowed_parameters {name}={list(values)}" for name, values in limits.allowed.items()]
    texts += [f"denied_parameters {name}={list(values)}" for name, values in limits.denied.items()]
    texts += [f"required_parameters {name}" for name in limits.required]
    texts += [f"min_wrapping_ttl {limits.min_wrap:g}s"] if limits.min_wrap else []
    texts += [f"max_wrapping_ttl {limits.max_wrap:g}s"] if limits.max_wrap else []
    texts += [f"pagination_limit {limits.pages}"] if limits.pages else []
    return (*texts, *limits.unread)
