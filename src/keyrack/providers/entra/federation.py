"""Federated identity credentials of applications and managed identities: a Trust, and the document whole. Pure.

Shapes: ``federatedIdentityCredential`` (Graph v1.0; beta adds ``claimsMatchingExpression``) and the ARM resource of the same
name (2023-01-31). "Flexible federated identity credentials": ``claims['sub'] matches '...'`` with ``*`` and ``?``, or ``eq``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from keyrack.providers.entra.names import Tenant, known, named
from keyrack.records import Policy, Record, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, text, texts
from keyrack.sdk.formats.base import clean

MECHANISM: Final = "entra:federated-credential"
AUDIENCE: Final = "api://AzureADTokenExchange"
_TERM = re.compile(r"claims\['([^']{1,100})'\] (eq|matches) '([^']{0,1000})'")


def federated(tenant: Tenant, holder: str, raw: Raw) -> Iterator[Record]:
    """Records of one credential; ``raw`` may wrap its facts in ``properties``, as Resource Manager does."""
    facts = part(raw, "properties") or raw
    issuer = clean(text(facts, "issuer") or "", 1000)
    subject = clean(text(facts, "subject") or "", 1000)
    expression = clean(text(facts, "claimsMatchingExpression", "value") or "", 2000)
    if not issuer or not (subject or expression):
        return
    name = named(raw, "name", fallback=text(raw, "id") or "federated credential")
    audiences = [clean(item, 500) for item in texts(facts, "audiences")]
    subs, operator, claims = _terms(expression) if expression else ([subject], "StringEquals", None)
    host = bare(issuer)
    document: dict[str, Any] = {"name": name, "issuer": issuer, "audiences": audiences}
    document |= {"claimsMatchingExpression": {"value": expression, "languageVersion": 1}} if expression else {"subject": subject}
    yield Trust(
        uid=row_uid("trust", holder, MECHANISM, name, host, subject, expression),
        identity_uid=holder,
        subject=host,
        subject_kind="federated",
        mechanism=MECHANISM,
        issuer=host,
        subs=subs,
        audiences=audiences,
        conditions=json.dumps(document, sort_keys=True),
        attrs=known(name=name, sub_operator=operator, claims=claims),
    )
    yield Policy(
        uid=row_uid("policy", holder, MECHANISM, name),
        language="azure-federated-credential",
        kind="trust",
        name=name,
        scope=tenant.id,
        document=json.dumps(document),
        targets=[holder],
    )


def bare(issuer: str) -> str:
    """Issuer without scheme and closing slash, as federated trusts are written everywhere."""
    return issuer.partition("://")[2].rstrip("/") if "://" in issuer else issuer.rstrip("/")


def _terms(expression: str) -> tuple[list[str], str, str | None]:
    """Accepted ``sub`` patterns, their operator, and the other claims pinned; what is not understood pins nothing."""
    found = _TERM.findall(expression)
    subs = [value for claim, _, value in found if claim == "sub"]
    like = any(claim == "sub" and operator == "matches" for claim, operator, _ in found)
    others = ",".join(sorted({claim for claim, _, _ in found if claim != "sub"}))
    return subs, "StringLike" if like else "StringEquals", others or None
