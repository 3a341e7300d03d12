"""Who acted: CloudTrail's ``userIdentity`` resolved to an identity, a credential and what the event says of the session.

Source of the shapes: CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from keyrack.records.uids import aws_uid, credential_uid

REMEMBERED = 10_000
"""Sessions a process remembers: about 20 MB."""

Pairs = tuple[tuple[str, str], ...]


class _Attributes(msgspec.Struct):
    mfa_authenticated: str | None = msgspec.field(default=None, name="mfaAuthenticated")
    creation_date: str | None = msgspec.field(default=None, name="creationDate")


class _Issuer(msgspec.Struct):
    type: str | None = None
    arn: str | None = None


class _WebIdentity(msgspec.Struct):
    provider: str | None = msgspec.field(default=None, name="federatedProvider")


class _Session(msgspec.Struct):
    attributes: _Attributes | None = None
    issuer: _Issuer | None = msgspec.field(default=None, name="sessionIssuer")
    web: _WebIdentity | None = msgspec.field(default=None, name="webIdFederationData")
    source_identity: str | None = msgspec.field(default=None, name="sourceIdentity")


class _OnBehalfOf(msgspec.Struct):
    user: str | None = msgspec.field(default=None, name="userId")


class UserIdentity(msgspec.Struct):
    """The members of ``userIdentity`` that matter; others are ignored."""

    type: str | None = None
    arn: str | None = None
    account: str | None = msgspec.field(default=None, name="accountId")
    principal: str | None = msgspec.field(default=None, name="principalId")
    key: str | None = msgspec.field(default=None, name="accessKeyId")
    name: str | None = msgspec.field(default=None, name="userName")
    invoked_by: str | None = msgspec.field(default=None, name="invokedBy")
    provider: str | None = msgspec.field(default=None, name="identityProvider")
    on_behalf_of: _OnBehalfOf | None = msgspec.field(default=None, name="onBehalfOf")
    session: _Session | None = msgspec.field(default=None, name="sessionContext")


@dataclass(frozen=True, slots=True)
class Who:
    """A resolved ``userIdentity``. ``facts`` are condition keys the element tells, sorted by key.

    ``known_as`` and ``rank`` are how a session that this one is issued is traced back to it: an ARN beats an account.
    """

    identity_uid: str | None = None
    credential_uid: str | None = None
    caller: str | None = None
    session: str | None = None
    account: str | None = None
    facts: Pairs = ()
    known_as: str | None = None
    rank: int = 0


NOBODY = Who()
_decoder = msgspec.json.Decoder(UserIdentity)


@lru_cache(REMEMBERED)
def resolve(raw: bytes) -> Who:
    """The identity of one ``userIdentity`` element.

    Raises:
        msgspec.DecodeError: the element is of another shape.
    """
    if raw in {b"", b"null"}:
        return NOBODY
    element = _decoder.decode(raw)
    identity, session = _principal(element)
    caller = _caller(element)
    known_as, rank = (identity, 3) if identity else (caller, 2) if caller else (None, 0)
    if known_as is None and element.account:
        known_as, rank = f"aws:iam::{element.account}:root", 1
    return Who(
        identity_uid=identity,
        credential_uid=credential_uid("aws", public_id=element.key) if element.key else None,
        caller=caller,
        session=session,
        account=element.account,
        facts=_facts(element),
        known_as=known_as,
        rank=rank,
    )


def role_of_session(arn: str) -> tuple[str | None, str | None]:
    """Role and session name of ``arn:aws:sts::<account>:assumed-role/<role>/<session>``; a role's path is not in it."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return None, None
    _, _, rest = parts[5].partition("/")
    role, _, session = rest.partition("/")
    return f"arn:{parts[1]}:iam::{parts[4]}:role/{role}", session or None


def _principal(element: UserIdentity) -> tuple[str | None, str | None]:
    """Identity uid and session name."""
    issuer = element.session.issuer if element.session else None
    arn = element.arn or ""
    if element.type == "AssumedRole":
        role, session = role_of_session(arn)
        role = issuer.arn if issuer and issuer.arn else role
        return (aws_uid(role) if role else None), session or _tail(element.principal)
    if element.type == "FederatedUser":
        who = issuer.arn if issuer and issuer.arn else None
        return (aws_uid(who) if who else None), arn.rpartition("/")[2] or None
    if element.type in {"IAMUser", "Root", "Role"}:
        return (aws_uid(arn) if arn else None), None
    if element.type == "AWSAccount" and arn:
        role, session = role_of_session(arn)
        return aws_uid(role or arn), session
    return None, None


def _tail(principal: str | None) -> str | None:
    """Session name of a principal id ``AROA...:session``."""
    return principal.partition(":")[2] or None if principal else None


def _caller(element: UserIdentity) -> str | None:
    """Who stands behind it, as far as the element itself tells."""
    if element.type in {"WebIdentityUser", "SAMLUser"}:
        provider = (element.provider or "").partition("oidc-provider/")[2] or element.provider or element.type
        return f"{provider}:{element.name or element.principal or ''}"
    if element.type == "AWSService":
        return element.invoked_by
    if element.type == "IdentityCenterUser" and element.on_behalf_of:
        return f"identitystore:{element.on_behalf_of.user}"
    return element.session.source_identity if element.session else None


def _facts(element: UserIdentity) -> Pairs:
    """Condition keys (IAM User Guide, "AWS global condition context keys") that the element gives a value for."""
    facts: dict[str, Any] = {}
    context = element.session
    if context and context.attributes:
        facts["aws:multifactorauthpresent"] = context.attributes.mfa_authenticated
        facts["aws:tokenissuetime"] = context.attributes.creation_date
    if context:
        facts["aws:sourceidentity"] = context.source_identity
        facts["aws:federatedprovider"] = context.web.provider if context.web else None
    if element.type == "AWSService":
        facts["aws:principalisawsservice"] = "true"
        facts["aws:principalservicename"] = element.invoked_by
    elif element.invoked_by:
        facts["aws:viaawsservice"] = "true"
        facts["aws:calledvialast"] = element.invoked_by if element.invoked_by.endswith(".amazonaws.com") else None
    return tuple(sorted((key, str(value)) for key, value in facts.items() if value))
