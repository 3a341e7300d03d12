"""The policy documents of an account, whole, with whom they govern: what the access engine decides from. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from keyrack.providers.aws.policies import attached
from keyrack.providers.aws.principals import Iam
from keyrack.providers.aws.raw import Raw, part, rows, text, texts
from keyrack.records import Policy
from keyrack.records.policy import PolicyKind
from keyrack.records.uids import aws_uid, row_uid


def documents(iam: Iam) -> Iterator[Policy]:
    """Identity policies (inline, managed, of groups), boundaries and role trust policies; one record for each document.

    A managed policy is one record however many hold it; a group's policies name the group beside its members, so that who joins
    it is known to gain them. What cannot be read is a Gap already (``principals``).
    """
    yield from _inline(iam)
    yield from _of_groups(iam)
    yield from _managed(iam, "identity", _holders(iam))
    yield from _managed(iam, "boundary", _bounded(iam))
    for role in iam.roles:
        arn, document = text(role, "Arn"), as_json(role.get("AssumeRolePolicyDocument"))
        if arn and document:
            yield policy(iam.account, "trust", aws_uid(arn), document, [aws_uid(arn)])


def policy(
    account: str, kind: PolicyKind, name: str, document: str, targets: list[str], attrs: Mapping[str, str] | None = None
) -> Policy:
    """A Policy record of this account. An inline policy has a name only within its holder; the targets are sorted."""
    facts = dict(attrs or {})
    holder = None if "arn" in facts or "group" in facts else targets[0]
    return Policy(
        uid=row_uid("policy", account, kind, name, holder, facts.get("level")),
        language="aws-iam",
        kind=kind,
        name=name,
        scope=account,
        document=document,
        targets=sorted(set(targets)),
        attrs=facts,
    )


def as_json(raw: object) -> str | None:
    """JSON text of a document that AWS delivers as an object, as JSON or as URL-encoded JSON (RFC 3986); ``None``: unreadable."""
    value = raw
    if isinstance(value, str):
        try:
            value = json.loads(unquote(value) if value.lstrip()[:1] == "%" else value)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, Mapping):
        return None
    return json.dumps(value, separators=(",", ":"), default=str, ensure_ascii=True)


def _inline(iam: Iam) -> Iterator[Policy]:
    for holders, member in ((iam.users, "UserPolicyList"), (iam.roles, "RolePolicyList")):
        for holder in holders:
            arn = text(holder, "Arn")
            for row in rows(holder, member):
                document = as_json(row.get("PolicyDocument"))
                if arn and document:
                    yield policy(iam.account, "identity", text(row, "PolicyName") or "unnamed", document, [aws_uid(arn)])


def _of_groups(iam: Iam) -> Iterator[Policy]:
    members = _members(iam)
    for group in iam.groups:
        arn, name = text(group, "Arn"), text(group, "GroupName") or ""
        users = members.get(name, [])
        for row in rows(group, "GroupPolicyList"):
            document = as_json(row.get("PolicyDocument"))
            if arn and document:
                title = f"{aws_uid(arn)}/{text(row, 'PolicyName') or 'unnamed'}"
                yield policy(iam.account, "identity", title, document, [aws_uid(arn), *users], {"group": aws_uid(arn)})


def _managed(iam: Iam, kind: PolicyKind, holders: Mapping[str, list[str]]) -> Iterator[Policy]:
    for arn, targets in holders.items():
        document = as_json(iam.book.source(arn))
        if document:
            yield policy(iam.account, kind, aws_uid(arn), document, targets, {"arn": arn})


def _holders(iam: Iam) -> dict[str, list[str]]:
    """Uids of those who hold each managed policy, directly or through a group, and of the groups."""
    found: dict[str, list[str]] = {}
    members = _members(iam)
    for holder in (*iam.users, *iam.roles):
        for arn in attached(holder):
            found.setdefault(arn, []).extend(_uid(holder))
    for group in iam.groups:
        for arn in attached(group):
            found.setdefault(arn, []).extend([*_uid(group), *members.get(text(group, "GroupName") or "", [])])
    return {arn: targets for arn, targets in found.items() if targets}


def _bounded(iam: Iam) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for holder in (*iam.users, *iam.roles):
        if arn := text(part(holder, "PermissionsBoundary"), "PermissionsBoundaryArn"):
            found.setdefault(arn, []).extend(_uid(holder))
    return found


def _members(iam: Iam) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for user in iam.users:
        for name in texts(user, "GroupList"):
            found.setdefault(name, []).extend(_uid(user))
    return found


def _uid(holder: Raw) -> list[str]:
    arn = text(holder, "Arn")
    return [aws_uid(arn)] if arn else []
