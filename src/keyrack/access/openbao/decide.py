"""May this request pass? The rule that governs its path, then capability, wrapping time, parameters and page size.

Source: openbao.org/docs/concepts/policies ("Capabilities", "Parameter constraints", "Required response wrapping TTLs", "Root
protected API endpoints"). One rule decides: another policy's broader rule does not help where a more specific one says less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from keyrack.access.openbao.match import Merged, governing, merge
from keyrack.access.openbao.model import OPERATIONS, Limits, Policy, Request
from keyrack.access.openbao.template import ForbiddenValueError, filled
from keyrack.access.words import CaseError, Outcome, Verdict

_PROTECTED = re.compile(
    r"sys/(?:auth/.*|remount|audit|audit/.*|raw|raw/.*|rotate|rotate/(?:keyring|root)|config/cors|config/auditing/.*"
    r"|config/ui/headers/.*|plugins/catalog/.*|revoke-(?:prefix|force)/.*|leases|leases/(?:revoke-(?:prefix|force)|lookup)/.*"
    r"|internal/inspect/.*)"
    r"|auth/token/(?:revoke-orphan/.*|accessors.*)"
)
"""Paths that need ``sudo`` beside their capability in the system and token backends, as OpenBao 2 protects them."""


def protected(path: str) -> bool:
    """Whether a path is root-protected. Engines mounted elsewhere protect more (``pki/root``): the mount's type decides that."""
    return _PROTECTED.fullmatch(path) is not None


def capabilities(path: str, policies: Sequence[Policy], request: Request | None = None) -> frozenset[str]:
    """What ``sys/capabilities`` answers for a path: the names, ``{"root"}`` for the root policy, ``{"deny"}`` for none."""
    if any(policy.name == "root" for policy in policies):
        return frozenset({"root"})
    asked = replace(request, path=path) if request else Request("list", path)
    try:
        ready, _ = filled(policies, asked)
    except ForbiddenValueError:
        return frozenset({"deny"})
    rule = governing(merge(ready, asked.now), path.lstrip("/"), listing=True)
    return frozenset({"deny"}) if rule is None or rule.denies or not rule.capabilities else rule.capabilities


def decide(request: Request, policies: Sequence[Policy]) -> Verdict:
    """The verdict; ``because`` is ``("acl", 'policy "path"' …)`` for the rule that governs, or the constraint that failed.

    ``explicit_deny``: the rule says ``deny`` or a denied parameter was given; every other refusal is ``implicit_deny``.
    Raises :class:`CaseError` for an operation that does not exist.
    """
    needed = OPERATIONS.get(request.operation)
    if needed is None:
        raise CaseError(f"{request.operation!r} is no operation of OpenBao; one of {', '.join(OPERATIONS)}")
    if any(policy.name == "root" for policy in policies):
        return Verdict("allow", ("acl", "root"))
    listing = needed in {"list", "scan"}
    path = request.path.lstrip("/")
    if listing and not path.endswith("/"):
        path += "/"  # as the HTTP layer does for LIST and SCAN
    try:
        ready, missing = filled(policies, request)
    except ForbiddenValueError as refused:
        return Verdict("implicit_deny", ("acl", str(refused)))
    assumed = tuple(missing)
    if request.now is None and any(rule.expires for policy in policies for rule in policy.rules):
        assumed += ("now",)
    rule = governing(merge(ready, request.now), path, listing=listing)
    if rule is None:
        return Verdict("implicit_deny", ("acl", "no rule matches"), assumed)
    return _judged(rule, replace(request, path=path), needed, assumed)


def _judged(rule: Merged, request: Request, needed: str, assumed: tuple[str, ...]) -> Verdict:
    named = tuple(f'{name} "{rule.path}"' for name, given in rule.sources if given & {needed, "deny"})
    if rule.denies:
        return Verdict("explicit_deny", ("acl", *named), assumed)
    others = tuple(f'{name} "{rule.path}"' for name, _ in rule.sources)
    if needed not in rule.capabilities:
        return Verdict("implicit_deny", ("acl", *others, f"without {needed}"), assumed)
    if protected(request.path) and "sudo" not in rule.capabilities:
        return Verdict("implicit_deny", ("acl", *named, "without sudo"), assumed)
    failed = _failed(rule.limits, request, needed)
    if failed:
        outcome: Outcome = "explicit_deny" if failed.startswith("denied_parameters") else "implicit_deny"
        return Verdict(outcome, ("acl", *named, failed), assumed)
    return Verdict("allow", ("acl", *named), assumed + rule.limits.unread)


def _failed(limits: Limits, request: Request, needed: str) -> str:
    """The constraint a request breaks, or empty."""
    if limits.max_wrap and (request.wrap_ttl is None or request.wrap_ttl > limits.max_wrap):
        return "max_wrapping_ttl"
    if limits.min_wrap and (request.wrap_ttl is None or request.wrap_ttl < limits.min_wrap):
        return "min_wrapping_ttl"
    if limits.min_wrap and limits.max_wrap and limits.max_wrap < limits.min_wrap:
        return "max_wrapping_ttl below min_wrapping_ttl"
    if needed in {"list", "scan"}:
        return _page(limits, request.data)
    if needed == "delete":
        return ""
    return _parameters(limits, request.data)


def _parameters(limits: Limits, data: Mapping[str, Any]) -> str:
    for name in limits.required:
        if name.lower() not in data:
            return f"required_parameters: {name}"
    if not data:
        return ""
    if "*" in limits.denied:
        return "denied_parameters: *"
    for name, value in data.items():
        if name.lower() in limits.denied and _listed(value, limits.denied[name.lower()]):
            return f"denied_parameters: {name}"
    return _not_allowed(limits, data)


def _not_allowed(limits: Limits, data: Mapping[str, Any]) -> str:
    if not limits.allowed or set(limits.allowed) == {"*"}:
        return ""
    for name, value in data.items():
        values = limits.allowed.get(name.lower())
        if (values is None and "*" not in limits.allowed) or (values is not None and not _listed(value, values)):
            return f"allowed_parameters: {name}"
    return ""


def _page(limits: Limits, data: Mapping[str, Any]) -> str:
    if not limits.pages:
        return ""
    if "limit" not in data:
        return "required_parameters: limit" if "limit" in map(str.lower, limits.required) else ""
    given = str(data["limit"])
    if given == "max":
        return ""
    fits = re.fullmatch(r"\d+", given) is not None and int(given) <= limits.pages
    return "" if fits else "pagination_limit"


def _listed(value: Any, values: Iterable[Any]) -> bool:
    """Whether a value is among a rule's values; none listed means any. Text may be globbed at either end.

    A number in a request body never equals one in a policy: the server keeps the former as JSON text; write it as a string.
    """
    listed = tuple(values)
    if not listed:
        return True
    for one in listed:
        if isinstance(one, str) and isinstance(value, str):
            if _globbed(one, value):
                return True
        elif (isinstance(one, bool) and isinstance(value, bool) and one == value) or (one is None and value is None):
            return True
    return False


def _globbed(pattern: str, text: str) -> bool:
    if len(pattern) < 2:
        return pattern in {"*", text}
    if pattern.startswith("*") and pattern.endswith("*"):
        return pattern[1:-1] in text
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else pattern == text
