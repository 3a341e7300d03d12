"""AWS role trusts: AssumeRoleWithWebIdentity by tokens, AssumeRole by accounts, roles and services, decided by the AWS engine.

Facts: IAM User Guide, "IAM and AWS STS condition context keys", Available keys for AWS OIDC federation (which claims become
keys, for which issuer; ``aud`` reads ``azp`` where there is one, ``oaud`` reads ``aud``) and "Create an OpenID Connect identity
provider in IAM" (a token's audience must be a client id of the provider). Since 2025 AWS refuses to *write* trusts of shared
issuers without their claim ("Secure by default" controls), but older trusts stay as they are, and are judged as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from keyrack.access.aws.decide import decide
from keyrack.access.aws.model import Policies, Policy, Request, Statement
from keyrack.access.aws.parse import parse
from keyrack.access.trust import aws_callers, aws_fix, tokens
from keyrack.access.trust.model import Answer, Change, Hints, Pins, Probe, unique
from keyrack.access.trust.seeds import names_somebody

WEB, ASSUME = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"
_POSITIVE = frozenset({"stringequals", "stringequalsignorecase", "stringlike"})
_COMMON = {"sub": "sub", "email": "email", "oaud": "aud", "amr": "amr"}
_GITHUB = (
    "actor",
    "actor_id",
    "job_workflow_ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
    "ref",
    "environment",
    "enterprise_id",
)
_SHARED = frozenset({"github", "gitlab", "terraform"})
"""Families of issuers that AWS lists as shared, with sub as the claim that must be asked."""
_CIRCLECI = ("oidc.circleci.com/project-id",)


@dataclass(frozen=True)
class AwsTrust:
    """The trust policy of one role. ``written`` is the document as JSON objects."""

    role: str
    written: Mapping[str, Any]
    hints: Hints = field(default_factory=Hints)
    platform: str = "aws"

    @property
    def account(self) -> str:
        """Account of the role."""
        return self.role.split(":")[4]

    @cached_property
    def policy(self) -> Policy:
        """The document, parsed without statement names so that verdicts number them."""
        plain = json.loads(json.dumps(self.written))
        held = plain["Statement"]
        for statement in held if isinstance(held, list) else [held]:
            statement.pop("Sid", None)
        return parse(plain)

    @property
    def writable(self) -> bool:
        """AWS takes a trust of a shared issuer only with a condition on sub ("Secure by default" controls)."""
        shared = [issuer for issuer in self.providers if tokens.family(issuer) in _SHARED]
        return all(subs and all(map(names_somebody, subs)) for subs in (self.pins(issuer).subs for issuer in shared))

    @cached_property
    def providers(self) -> dict[str, str]:
        """Issuer without scheme -> principal, of all identity providers that an Allow names."""
        found: dict[str, str] = {}
        for statement in self.policy.statements:
            for kind, value in statement.principals or ():
                if kind == "Federated" and statement.allow and ":saml-provider/" not in value:
                    found[value.partition(":oidc-provider/")[2] or value] = value
        return found

    def pins(self, issuer: str) -> Pins:
        """What the Allow statements ask of the tokens of one issuer."""
        found: dict[str, list[str]] = {}
        for statement in self.policy.statements:
            if statement.allow and ("Federated", self.providers[issuer]) in (statement.principals or ()):
                for name, values in _asked(statement, issuer):
                    found.setdefault(name, []).extend(values)
        claims = {name: tuple(values) for name, values in found.items() if name not in {"sub", "aud"}}
        return Pins(issuer, tuple(found.get("sub", ())), tuple(found.get("aud", ())), claims)

    def probes(self) -> tuple[Probe, ...]:
        """Tokens of its issuers, and callers of its other principals."""
        made: list[Probe] = []
        for issuer in self.providers:
            pins = self.pins(issuer)
            clients = self.hints.audiences.get(issuer, ())
            audience = next((value for value in (*pins.audiences, *clients) if "*" not in value), tokens_audience(issuer))
            made += tokens.probes(pins, self.hints, audience)
        made += aws_callers.probes(self.policy, self.role, self.hints)
        return unique(made)

    def admits(self, probe: Probe) -> Answer:
        """As STS decides: the provider's client ids first, then the trust policy."""
        if probe.principal is not None:
            return self._decided(probe.principal, ASSUME, probe.context)
        principal = self.providers.get(probe.issuer)
        if principal is None:
            return Answer(False, ("no provider of that issuer",))
        clients = self.hints.audiences.get(probe.issuer)
        if clients is not None and probe.issuer not in tokens.LOGIN and str(probe.claims.get("aud")) not in clients:
            return Answer(False, ("not a client id of the provider",))
        answer = self._decided(principal, WEB, context(probe))
        if not answer.admitted or clients is not None or not _passed_on(probe) or probe.issuer in tokens.LOGIN:
            return answer
        return Answer(True, answer.because, ("the provider's client ids are not known: it may refuse this audience",))

    def _decided(self, principal: str, action: str, values: Mapping[str, tuple[str, ...]]) -> Answer:
        parts = principal.split(":")
        own = parts[4] if len(parts) > 4 and parts[4].isdigit() else None
        request = Request(principal, action, self.role, values, own, self.account)
        identity = (_ANYTHING,) if own is not None else ()
        verdict = decide(request, Policies(identity=identity, resource=(self.policy,)))
        return Answer(verdict.outcome == "allow", verdict.because)

    def why(self, probe: Probe) -> str:
        """Names the loose or missing condition of the statement that lets the probe in."""
        because = self.admits(probe).because
        found = [text for text in because[1:] if text.startswith("1.")]
        number = int(found[0].partition(".")[2]) if found else 1
        statement = next((item for item in self.policy.statements if item.index == number), self.policy.statements[0])
        return f"statement {number}: {aws_fix.loose(statement, probe)}"

    def changes(self, meant: tuple[Probe, ...]) -> tuple[Change, ...]:
        """Conditions added, tightened or unloosened."""
        return tuple(
            Change(what, AwsTrust(self.role, document, self.hints))
            for what, document in aws_fix.changes(self.written, meant, self.hints, self.account)
        )

    def document(self) -> Any:
        """The trust policy."""
        return self.written


_ANYTHING = parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})
"""A caller is taken to hold every right of its own side: an attacker's administrator grants it."""


def tokens_audience(issuer: str) -> str:
    """The audience that jobs ask for by convention."""
    usual = {"terraform": "aws.workload.identity", "gitlab": f"https://{issuer}", "login": "THE-APPLICATION"}
    return usual.get(tokens.family(issuer), "sts.amazonaws.com")


def context(probe: Probe) -> dict[str, tuple[str, ...]]:
    """Condition keys that AWS makes of a token: not all of its claims."""
    names = dict(_COMMON)
    kind = tokens.family(probe.issuer)
    names |= {name: name for name in {"github": _GITHUB, "circleci": _CIRCLECI}.get(kind, ())}
    names["aud"] = "azp" if probe.claims.get("azp") else "aud"
    found: dict[str, tuple[str, ...]] = {}
    for key, claim in names.items():
        value = probe.claims.get(claim)
        if value is not None:
            found[f"{probe.issuer}:{key}"] = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
    return found


def _passed_on(probe: Probe) -> bool:
    return probe.level == "party"


def _asked(statement: Statement, issuer: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for condition in statement.conditions:
        if condition.operator in _POSITIVE and condition.key.startswith(f"{issuer.lower()}:"):
            yield condition.key[len(issuer) + 1 :], condition.values
