"""AWS policy documents as records: statements to Grants, role trust policies to Trusts. Pure, total, offline.

Shared by every provider that meets AWS policy JSON (live IAM, Terraform, CloudFormation). The grammar is that of
"Grammar of the IAM JSON policy language" and "AWS JSON policy elements: Principal / Condition" in the IAM User Guide.
Nothing here raises on bad input: a whole bad document is a :class:`Problem`, a bad statement is listed in
``Document.problems`` and the rest is kept. Parsing itself is in :mod:`keyrack.sdk.aws_document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.records import Grant, Trust
from keyrack.records.grant import Via
from keyrack.records.trust import SubjectKind
from keyrack.records.uids import aws_uid, row_uid
from keyrack.sdk.aws_document import Conditions, Document, Problem, Statement, parse_document
from keyrack.sdk.aws_pins import PINS, limits, narrowing, required_by_deny, voided

__all__ = ["Document", "Problem", "Statement", "grants_from_policy", "parse_document", "trusts_from_policy"]

ASSUME, ASSUME_WEB, ASSUME_SAML = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_ARN_ACCOUNT = re.compile(r"arn:[\w-]+:[\w-]*:[^:]*:(\d{12}):(.+)", re.ASCII | re.DOTALL)
_UNIQUE_ID = re.compile(r"(?:AIDA|AROA|AGPA|AIPA|ANPA|APKA|ASCA)[A-Z0-9]{8,}", re.ASCII)


def grants_from_policy(
    document: Document,
    identity_uid: str,
    *,
    via: Via,
    policy: str | None,
    attrs: Mapping[str, str] | None = None,
) -> Iterator[Grant]:
    """One Grant per distinct statement of a policy that ``identity_uid`` holds.

    Args:
        document: from :func:`parse_document`.
        identity_uid: the holder.
        via: how the policy reaches it.
        policy: uid of a managed policy, or the name of an inline one; part of each Grant's uid.
        attrs: extra attributes for every Grant (see ``vocabulary.GRANT_ATTRS``).
    """
    seen: set[str] = set()
    for statement in document.statements:
        words = (statement.effect, statement.not_actions, statement.actions, statement.not_resources, statement.resources)
        uid = row_uid("grant", identity_uid, via, policy, *words, statement.conditions_json)
        if uid in seen:
            continue
        seen.add(uid)
        yield Grant(
            uid=uid,
            identity_uid=identity_uid,
            language="aws-iam",
            effect=statement.effect,
            actions=list(statement.actions),
            resources=list(statement.resources),
            not_actions=statement.not_actions,
            not_resources=statement.not_resources,
            conditions=statement.conditions_json,
            via=via,
            policy=policy,
            attrs={**(attrs or {}), **({"sid": statement.sid} if statement.sid else {})},
        )


def trusts_from_policy(
    document: Document, identity_uid: str, *, account: str | None, attrs: Mapping[str, str] | None = None
) -> Iterator[Trust]:
    """One Trust per principal and mechanism that a role's trust policy allows.

    ``subject`` is ``*``, an account id (for ``root`` and bare account principals), a principal's uid, a service host,
    an OIDC issuer (host and path) or a SAML provider's uid. A principal that cannot be told apart (a template
    expression, the unique id that IAM leaves of a deleted principal) has kind ``identity`` and stays as written.
    A Deny statement yields no Trust; the others then carry ``deny=true``, because they may be narrower than they look. What a
    Deny of everybody else demands (``StringNotEquals`` on ``aws:PrincipalOrgID``) is pinned for all of them.

    Args:
        document: from :func:`parse_document`.
        identity_uid: the role that can be assumed.
        account: the role's own account id; ``None`` when unknown: then every account counts as another one.
        attrs: extra attributes for every Trust.
    """
    denies = any(s.effect == "deny" and s.allows(m) for s in document.statements for m in (ASSUME, ASSUME_WEB, ASSUME_SAML))
    demanded = required_by_deny(s for s in document.statements if s.effect == "deny" and s.allows(ASSUME))
    shared = {**(attrs or {}), **demanded, **({"deny": "true"} if denies else {})}
    seen: set[str] = set()
    for statement in document.statements:
        if statement.effect != "allow":
            continue
        for subject in _subjects(statement, account):
            for mechanism in subject.mechanisms:
                if statement.allows(mechanism):
                    trust = _trust(statement, subject, mechanism, identity_uid, shared)
                    if trust.uid not in seen:
                        seen.add(trust.uid)
                        yield trust


@dataclass(frozen=True, slots=True)
class _Subject:
    name: str
    kind: SubjectKind
    mechanisms: tuple[str, ...]
    issuer: str | None = None
    attrs: Mapping[str, str] = field(default_factory=dict)


def _trust(statement: Statement, subject: _Subject, mechanism: str, identity_uid: str, shared: Mapping[str, str]) -> Trust:
    narrowed = narrowing(statement.conditions)
    sub_operator, subs = _claim(statement.conditions, subject.issuer, "sub")
    aud_operator, audiences = _claim(statement.conditions, subject.issuer, "aud")
    operators = {"sub_operator": sub_operator, "aud_operator": aud_operator}
    claims = _other_claims(statement.conditions, subject.issuer)
    attrs = {
        **shared,
        **subject.attrs,
        **{name: value for name, value in operators.items() if value},
        **({"claims": ",".join(claims)} if claims else {}),
        **{name: narrowed[name] for name in PINS if name in narrowed},
        **({"void_conditions": "true"} if voided(statement.conditions) else {}),
    }
    return Trust(
        uid=row_uid("trust", identity_uid, mechanism, subject.name, statement.conditions_json),
        identity_uid=identity_uid,
        subject=subject.name,
        subject_kind=subject.kind,
        mechanism=mechanism,
        issuer=subject.issuer,
        subs=list(subs),
        audiences=list(audiences),
        external_id="external_id" in narrowed,
        conditions=statement.conditions_json,
        attrs=attrs,
    )


def _subjects(statement: Statement, account: str | None) -> Iterator[_Subject]:
    if statement.not_principals:
        yield _Subject("*", "anyone", (ASSUME, ASSUME_WEB, ASSUME_SAML), attrs={"not_principal": "true"})
        return
    for kind, name in statement.principals:
        lowered = kind.lower()
        if kind == "*":
            yield _Subject("*", "anyone", (ASSUME, ASSUME_WEB, ASSUME_SAML))
        elif lowered == "service":
            yield _Subject(name, "service", (ASSUME,))
        elif lowered == "federated":
            yield _federated(name)
        elif lowered == "canonicaluser":
            yield _Subject(name, "other_account", (ASSUME,))
        else:
            yield _aws_principal(name, account)


def _aws_principal(name: str, account: str | None) -> _Subject:
    if name == "*":
        return _Subject("*", "anyone", (ASSUME,))
    owner: str | None = name if _ACCOUNT.fullmatch(name) else None
    subject = name
    if arn := _ARN_ACCOUNT.fullmatch(name):
        owner = arn.group(1)
        subject = owner if arn.group(2) == "root" else aws_uid(name)
    if owner is None:
        deleted = {"deleted_principal": "true"} if _UNIQUE_ID.fullmatch(name) else {}
        return _Subject(name, "identity", (ASSUME,), attrs=deleted)
    kind: SubjectKind = "same_account" if owner == account else "other_account"
    return _Subject(subject, kind, (ASSUME,), attrs={"account": owner})


def _federated(name: str) -> _Subject:
    """Federated principals are provider ARNs, or bare hosts for the built-in web identity providers."""
    if name == "*":
        return _Subject("*", "anyone", (ASSUME_WEB, ASSUME_SAML))
    provider = name.rpartition(":")[2] if name.startswith("arn:") else f"oidc-provider/{name}"
    if provider.startswith("oidc-provider/"):
        issuer = provider.removeprefix("oidc-provider/")
        return _Subject(issuer, "federated", (ASSUME_WEB,), issuer=issuer)
    if provider.startswith("saml-provider/"):
        return _Subject(aws_uid(name), "federated", (ASSUME_SAML,), issuer="SAML")
    return _Subject(aws_uid(name), "federated", (ASSUME_WEB, ASSUME_SAML))


def _claim(conditions: Conditions, issuer: str | None, claim: str) -> tuple[str | None, tuple[str, ...]]:
    """Operator and accepted values of ``<issuer>:<claim>``: the tightest of several, the issuer's own key first."""
    if issuer is None:
        return None, ()
    ranked = [
        (key != f"{issuer.lower()}:{claim}", looseness, operator, values)
        for looseness, _, operator, key, values in limits(conditions)
        if key.endswith(f":{claim}") and not key.startswith(("aws:", "sts:"))
    ]
    if not ranked:
        return None, ()
    _, _, operator, values = min(ranked)
    return operator, tuple(sorted(set(values)))


def _other_claims(conditions: Conditions, issuer: str | None) -> list[str]:
    if issuer is None:
        return []
    prefix = f"{issuer.lower()}:"
    pinned = {key.removeprefix(prefix) for _, pins, _, key, _ in limits(conditions) if pins and key.startswith(prefix)}
    return sorted(pinned - {"sub", "aud"})
