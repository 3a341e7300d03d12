"""JWT roles of OpenBao and HashiCorp Vault.

Facts: openbao.org/docs/api/auth/jwt (bound_audiences: at least one must match, and it must be set when the token has an audience;
bound_subject equal; bound_claims all, each by one of its values; bound_claims_type string or glob, where only ``*`` is special;
user_claim must be there; bound_issuer of the mount) and the server itself, which the tests ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from keyrack.access.trust import tokens
from keyrack.access.trust.model import Answer, Change, Hints, Pins, Probe, bare

AUDIENCE = "openbao"


@dataclass(frozen=True)
class OpenBaoTrust:
    """One role of a JWT mount whose keys belong to ``issuer``; ``bound_issuer`` of the mount, where it is set."""

    name: str
    issuer: str
    bound_audiences: tuple[str, ...] = ()
    bound_subject: str = ""
    bound_claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bound_claims_type: str = "string"
    user_claim: str = "sub"
    bound_issuer: str = ""
    hints: Hints = field(default_factory=Hints)
    platform: str = "openbao"

    @property
    def writable(self) -> bool:
        """The server wants one bound at least."""
        return bool(self.bound_audiences or self.bound_subject or self.bound_claims)

    def probes(self) -> tuple[Probe, ...]:
        """Tokens of its issuer; without a bound audience the token without any."""
        claims = {name: values for name, values in self.bound_claims.items() if name not in {"sub", "aud"}}
        subs = (self.bound_subject,) if self.bound_subject else self.bound_claims.get("sub", ())
        audience = self.bound_audiences[0] if self.bound_audiences else AUDIENCE
        made = tokens.probes(Pins(bare(self.issuer), subs, self.bound_audiences, claims), self.hints, audience)
        if self.bound_audiences:
            return made
        silent = [
            replace(probe, claims={k: v for k, v in probe.claims.items() if k != "aud"})
            for probe in made
            if probe.level != "party"
        ]
        return tuple(silent)

    def admits(self, probe: Probe) -> Answer:
        """As the server's login does."""
        claims = probe.claims
        if bare(str(claims.get("iss"))) != bare(self.issuer) or (self.bound_issuer and claims.get("iss") != self.bound_issuer):
            return Answer(False, ("issuer",))
        audience = _listed(claims.get("aud"))
        if (audience or self.bound_audiences) and not set(audience) & set(self.bound_audiences):
            return Answer(False, ("bound_audiences",))
        if self.bound_subject and claims.get("sub") != self.bound_subject:
            return Answer(False, ("bound_subject",))
        for name, wanted in self.bound_claims.items():
            if not self._bound(_listed(claims.get(name)), wanted):
                return Answer(False, (f"bound_claims {name}",))
        return Answer(bool(_listed(claims.get(self.user_claim))), ("user_claim",))

    def _bound(self, given: list[str], wanted: tuple[str, ...]) -> bool:
        if self.bound_claims_type == "glob":
            return any(_glob(pattern, value) for pattern in wanted for value in given)
        return any(value in wanted for value in given)

    def why(self, probe: Probe) -> str:
        """Which bound is missing or loose."""
        if probe.level == "recycled":
            return "the bounds hold names only, no ids"
        if not self.bound_subject and not self.bound_claims:
            return "neither bound_subject nor bound_claims: every token of the issuer" + (
                "" if self.bound_audiences else ", of any or no audience"
            )
        said = ", ".join(f"{name} {self.bound_claims_type} {' | '.join(values)}" for name, values in self.bound_claims.items())
        return f"{said or f'bound_subject {self.bound_subject}'} admits it"

    def changes(self, meant: tuple[Probe, ...]) -> tuple[Change, ...]:
        """bound_audiences, bound_claims on ids, bound_subject, exact claims instead of globs."""
        if not meant:
            return ()
        claims = meant[0].claims
        found = [Change("set bound_subject", replace(self, bound_subject=str(claims["sub"])))]
        for name in ("repository_owner_id", "repository_id", "namespace_id", "project_id"):
            if name in claims:
                bound = {**self.bound_claims, name: (str(claims[name]),)}
                found.append(Change(f"bind {name}", replace(self, bound_claims=bound)))
        if self.bound_claims_type == "glob":
            exact = {name: (str(claims[name]),) for name in self.bound_claims if name in claims}
            found.append(
                Change("bind claims exactly, not by glob", replace(self, bound_claims=exact, bound_claims_type="string"))
            )
        return tuple(change for change in found if change.trust != self)

    def document(self) -> Any:
        """The role as the API takes it, beside what the mount says of the issuer."""
        mount = {"issuer": self.issuer, **({"bound_issuer": self.bound_issuer} if self.bound_issuer else {})}
        return mount | {
            "role_type": "jwt",
            "user_claim": self.user_claim,
            "bound_audiences": list(self.bound_audiences),
            "bound_subject": self.bound_subject,
            "bound_claims": {name: list(values) for name, values in self.bound_claims.items()},
            "bound_claims_type": self.bound_claims_type,
        }


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _glob(pattern: str, value: str) -> bool:
    """ryanuber/go-glob, as the server uses it: ``*`` is any text, nothing else is special."""
    parts = pattern.split("*")
    if len(parts) == 1:
        return pattern == value
    if not value.startswith(parts[0]):
        return False
    rest = value[len(parts[0]) :]
    for part in parts[1:-1]:
        found = rest.find(part)
        if found < 0:
            return False
        rest = rest[found + len(part) :]
    return rest.endswith(parts[-1])
