"""Federated identity credentials of Entra applications and of Azure managed identities.

Facts: Microsoft Learn, "Workload identity federation concepts": issuer, subject and audience must equal the token's, case
and all; "Flexible federated identity credentials": ``claims['sub'] matches '...'``, operators ``eq`` and ``matches`` (``*`` any
text, ``?`` one character), ``and`` between terms, for GitHub (sub, job_workflow_ref), GitLab (sub) and Terraform Cloud (sub).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from keyrack.access.trust import tokens
from keyrack.access.trust.model import Answer, Change, Hints, Pins, Probe, bare
from keyrack.errors import KeyrackError

AUDIENCE = "api://AzureADTokenExchange"
_TERM = re.compile(r"claims\['([^']+)'\] (eq|matches) '([^']*)'")
_CLAIMS = {"github": {"sub", "job_workflow_ref"}, "gitlab": {"sub"}, "terraform": {"sub"}}


@dataclass(frozen=True)
class AzureTrust:
    """One credential: ``subject`` exact, or ``expression`` (claimsMatchingExpression.value); the other is empty."""

    name: str
    issuer: str
    subject: str = ""
    audiences: tuple[str, ...] = (AUDIENCE,)
    expression: str = ""
    hints: Hints = field(default_factory=Hints)
    platform: str = "azure"
    writable: bool = True

    @cached_property
    def terms(self) -> tuple[tuple[str, str, str], ...]:
        """(claim, operator, comparand) of the expression.

        Raises:
            KeyrackError: it does not follow the language, or asks a claim that Entra does not read of this issuer.
        """
        found = []
        for text in self.expression.split(" and ") if self.expression else ():
            match = _TERM.fullmatch(text.strip())
            allowed = _CLAIMS.get(tokens.family(self.issuer), set())
            if match is None or match[1] not in allowed:
                raise KeyrackError(
                    "trust.azure",
                    f"{self.name}: {text.strip()!r} is no term Entra reads for {self.issuer}",
                    hint="claims['sub'] matches '...' or eq '...', joined by and",
                )
            found.append((match[1], match[2], match[3]))
        return tuple(found)

    def probes(self) -> tuple[Probe, ...]:
        """Tokens of its issuer."""
        subs = tuple(value for claim, _, value in self.terms if claim == "sub") or ((self.subject,) if self.subject else ())
        claims = {claim: (value,) for claim, _, value in self.terms if claim != "sub"}
        pins = Pins(bare(self.issuer), subs, self.audiences, claims)
        audience = self.audiences[0] if self.audiences else AUDIENCE
        return tokens.probes(pins, self.hints, audience)

    def admits(self, probe: Probe) -> Answer:
        """Issuer and audience equal, then subject equal or every term true."""
        if probe.claims.get("iss") != self.issuer.removesuffix("/") or probe.claims.get("aud") not in self.audiences:
            return Answer(False, ("issuer or audience differs",))
        if self.terms:
            return Answer(all(_holds(term, probe) for term in self.terms), (self.expression,))
        return Answer(bool(self.subject) and probe.claims.get("sub") == self.subject, ("subject",))

    def why(self, probe: Probe) -> str:
        """The loose term, or the name that can be taken over."""
        if probe.level == "recycled":
            return "the subject holds names only, and a federated identity credential reads no ids"
        return f"{self.expression} admits it" if self.terms else f"subject {self.subject} is the token's own"

    def changes(self, meant: tuple[Probe, ...]) -> tuple[Change, ...]:
        """The exact subject, and for GitHub the subject with ids."""
        found = []
        for probe in meant[:1]:
            sub = str(probe.claims["sub"])
            exact = replace(self, subject=sub, expression="")
            found.append(Change(f"name the subject exactly: {sub}", exact))
        return tuple(change for change in found if change.trust != self)

    def document(self) -> Any:
        """As Microsoft Graph writes it (federatedIdentityCredential)."""
        base: dict[str, Any] = {"name": self.name, "issuer": self.issuer, "audiences": list(self.audiences)}
        if self.expression:
            return base | {"claimsMatchingExpression": {"value": self.expression, "languageVersion": 1}}
        return base | {"subject": self.subject}


def _holds(term: tuple[str, str, str], probe: Probe) -> bool:
    claim, operator, wanted = term
    given = probe.claims.get(claim)
    if not isinstance(given, str):
        return False
    if operator == "eq":
        return given == wanted
    pattern = re.escape(wanted).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, given, re.DOTALL) is not None
