"""Google Cloud workload identity federation: a pool provider (audience, attribute mapping and condition) and the bindings on it.

Facts: cloud.google.com/iam/docs "Workload Identity Federation" (principal identifiers, attribute mappings and conditions in CEL
over ``assertion``, ``google`` and ``attribute``) and the IAM API reference, ``WorkloadIdentityPoolProvider`` (without
``allowedAudiences`` the audience is the provider's own full name; google.subject must be mapped, 127 bytes at most).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from keyrack.access.trust import tokens
from keyrack.access.trust.model import Answer, Change, Hints, Pins, Probe, bare
from keyrack.errors import KeyrackError

_QUOTED = r"['\"]([^'\"]*)['\"]"
_EQUAL = re.compile(r"assertion\.(\w+)\s*==\s*" + _QUOTED)
_STARTS = re.compile(r"assertion\.(\w+)\.startsWith\(\s*" + _QUOTED + r"\s*\)")
_MEMBER = re.compile(r"principal(?:Set)?://iam\.googleapis\.com/(.+/workloadIdentityPools/[^/]+)/(.+)")
_SUBJECT_BYTES = 127
PLACE = "projects/PROJECT-NUMBER/locations/global/workloadIdentityPools/POOL"


@dataclass(frozen=True)
class GcpTrust:
    """A provider and the members of one service account's (or resource's) binding."""

    provider: str
    issuer: str
    members: tuple[str, ...]
    condition: str = ""
    mapping: Mapping[str, str] = field(default_factory=lambda: {"google.subject": "assertion.sub"})
    audiences: tuple[str, ...] = ()
    hints: Hints = field(default_factory=Hints)
    platform: str = "gcp"
    writable: bool = True

    @property
    def audience(self) -> str:
        """The audience that jobs ask for."""
        return self.audiences[0] if self.audiences else f"https://iam.googleapis.com/{self.provider}"

    def probes(self) -> tuple[Probe, ...]:
        """Tokens of its issuer, for what condition and bindings pin."""
        claims: dict[str, tuple[str, ...]] = {}
        for name, value in _EQUAL.findall(self.condition):
            claims[name] = (*claims.get(name, ()), value)
        for name, value in _STARTS.findall(self.condition):
            claims[name] = (*claims.get(name, ()), f"{value}*")
        for member in self.members:
            _, _, rest = member.partition("/workloadIdentityPools/")
            kind, _, value = rest.partition("/")[2].partition("/")
            source = self.mapping.get("google.subject" if kind == "subject" else kind, "")
            claim = source.removeprefix("assertion.")
            if value and source.startswith("assertion.") and claim.isidentifier():
                claims[claim] = (*claims.get(claim, ()), value)
        subs = claims.pop("sub", ())
        return tokens.probes(Pins(bare(self.issuer), subs, (self.audience,), claims), self.hints, self.audience)

    def admits(self, probe: Probe) -> Answer:
        """Issuer, audience, mapping, condition, binding."""
        if bare(str(probe.claims.get("iss"))) != bare(self.issuer) or probe.claims.get("aud") not in (
            self.audiences or (self.audience,)
        ):
            return Answer(False, ("issuer or audience differs",))
        mapped = self._mapped(probe)
        subject = mapped.get("google.subject")
        if not isinstance(subject, str) or len(subject.encode()) > _SUBJECT_BYTES:
            return Answer(False, ("google.subject is not mapped or too long",))
        if self.condition and _evaluated(self.condition, _activation(probe, mapped)) is not True:
            return Answer(False, ("attribute condition",))
        member = next((member for member in self.members if _names(member, self.provider, mapped)), None)
        return Answer(member is not None, (member,) if member else ())

    def _mapped(self, probe: Probe) -> dict[str, Any]:
        activation = {"assertion": probe.claims}
        return {name: _evaluated(expression, activation) for name, expression in self.mapping.items()}

    def why(self, probe: Probe) -> str:
        """The loose binding, and the condition that is missing or loose."""
        member = (self.admits(probe).because or ("",))[0]
        tail = member.partition("/workloadIdentityPools/")[2].partition("/")[2]
        said = f"the attribute condition {self.condition} admits it" if self.condition else "no attribute condition"
        if probe.level == "recycled" and self.condition:
            said = "condition and binding hold names only, no ids"
        return f"binding …/{tail}; {said}"

    def changes(self, meant: tuple[Probe, ...]) -> tuple[Change, ...]:
        """A condition on the owner's id or the whole subject; a binding to one subject."""
        if not meant:
            return ()
        claims = meant[0].claims
        found = [self._conditioned(name, str(claims[name])) for name in _owners(claims)]
        found.append(self._conditioned("sub", str(claims["sub"])))
        pool = self.provider.partition("/providers/")[0] or PLACE
        subject = self._mapped(meant[0]).get("google.subject")
        if isinstance(subject, str):
            member = f"principal://iam.googleapis.com/{pool}/subject/{subject}"
            found.append(Change("bind one subject", replace(self, members=(member,))))
        return tuple(change for change in found if change.trust != self)

    def _conditioned(self, claim: str, value: str) -> Change:
        term = f"assertion.{claim} == {json.dumps(value)}"
        if term in self.condition:
            return Change(f"require {term}", self)
        return Change(f"require {term}", replace(self, condition=f"({self.condition}) && {term}" if self.condition else term))

    def document(self) -> Any:
        """Provider and binding, in the words of the two APIs."""
        provider: dict[str, Any] = {
            "name": self.provider,
            "oidc": {"issuerUri": self.issuer, **({"allowedAudiences": list(self.audiences)} if self.audiences else {})},
            "attributeMapping": dict(self.mapping),
            **({"attributeCondition": self.condition} if self.condition else {}),
        }
        return {"provider": provider, "members": list(self.members)}


def _owners(claims: Mapping[str, Any]) -> list[str]:
    """Claims that name the owner for good, the widest first."""
    names = ("repository_owner_id", "repository_id", "namespace_id", "project_id", "terraform_organization_name")
    return [name for name in names if name in claims]


def _activation(probe: Probe, mapped: Mapping[str, Any]) -> dict[str, Any]:
    google = {name.partition(".")[2]: value for name, value in mapped.items() if name.startswith("google.") and value is not None}
    attribute = {
        name.partition(".")[2]: value for name, value in mapped.items() if name.startswith("attribute.") and value is not None
    }
    return {"assertion": probe.claims, "google": google, "attribute": attribute}


def _names(member: str, provider: str, mapped: Mapping[str, Any]) -> bool:
    """Whether a member means the mapped identity, in the provider's own pool."""
    match = _MEMBER.fullmatch(member)
    pool = provider.partition("/providers/")[0]
    if match is None or (pool and match[1] != pool):
        return False
    if match[2] == "*":
        return member.startswith("principalSet:")
    kind, _, value = match[2].partition("/")
    if kind == "subject":
        return mapped.get("google.subject") == value
    if kind == "group":
        groups = mapped.get("google.groups")
        return isinstance(groups, list) and value in groups
    return mapped.get(kind) == value


@lru_cache(maxsize=4096)
def _program(expression: str) -> Any:
    import celpy
    from celpy.celparser import CELParseError

    environment = celpy.Environment()
    try:
        return environment.program(environment.compile(expression))
    except CELParseError as error:
        raise KeyrackError(
            "trust.gcp", f"{expression!r} is no CEL expression: {error}", hint="correct the attribute mapping or condition"
        ) from error


def _evaluated(expression: str, activation: Mapping[str, Any]) -> Any:
    """The value as plain Python; ``None`` where CEL errs (a missing claim), which Google treats as no value or a refusal."""
    import celpy
    from celpy.adapter import json_to_cel
    from celpy.evaluation import CELEvalError

    program = _program(expression)
    try:
        value = program.evaluate({name: json_to_cel(dict(part)) for name, part in activation.items()})
    except CELEvalError:
        return None
    if isinstance(value, celpy.celtypes.BoolType):
        return bool(value)
    if isinstance(value, celpy.celtypes.StringType):
        return str(value)
    return [str(item) for item in value] if isinstance(value, celpy.celtypes.ListType) else value
