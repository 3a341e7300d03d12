"""AWS users and roles as the engine meets them: who they are, what is attached, and what is known of their request context.

Context keys are those of "AWS global condition context keys" (IAM User Guide).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from keyrack.access.aws.globs import covers
from keyrack.access.aws.model import Levels, Policies, Policy
from keyrack.access.aws.parse import parse
from keyrack.errors import KeyrackError
from keyrack.graph.model import Estate
from keyrack.records import Grant, Identity
from keyrack.records import Policy as PolicyRecord
from keyrack.records.uids import aws_arn

Facts = Mapping[str, tuple[str, ...]]
TYPES = {"aws:iam-user": "user", "aws:iam-role": "role"}


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or role. ``managed`` are ARNs of its customer managed policies with the group they come through."""

    uid: str
    arn: str
    account: str
    kind: str
    human: bool
    facts: Facts
    policies: Policies
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()
    boundary: str | None = None
    profiles: bool = True
    console: bool | None = None
    """Whether a user has a console password; ``None``: not known."""
    trust: tuple[Policy, ...] = ()
    keys: int = 0
    """Access keys of a user that are known to exist, active or not."""

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return self.arn.split(":")[1]


@dataclass(frozen=True, slots=True)
class Account:
    """What holds for everybody in an account."""

    scps: Levels | None = None
    rcps: Levels | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """All principals by uid, groups' policies by uid, control policies by account, policies on resources by uid."""

    principals: Mapping[str, Principal]
    groups: Mapping[str, tuple[Policy, ...]]
    accounts: Mapping[str, Account]
    resources: Mapping[str, tuple[Policy, ...]]
    editable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Customer managed policies of each group, by ARN."""


def directory(estate: Estate) -> Directory:
    """Build it; a document that does not parse is left out here, as it is a Gap of its provider already."""
    by_target = _by_target(estate.policies)
    granted: dict[str, list[Grant]] = {}
    for grant in estate.grants:
        if grant.language == "aws-iam":
            granted.setdefault(grant.identity_uid, []).append(grant)
    accounts = _accounts(estate.policies)
    listed = {i.scope for i in estate.identities if i.attrs.get("instance_profiles", "0") != "0"}
    kept = (c for c in estate.credentials if c.kind == "access_key" and c.status in {"active", "inactive"})
    keys = Counter(credential.identity_uid for credential in kept)
    principals = {}
    for identity in estate.identities:
        if identity.type in TYPES and ":" in identity.uid:
            attached = by_target.get(identity.uid, {})
            found = _principal(identity, attached, granted.get(identity.uid, []), accounts, estate.now)
            found = replace(found, keys=keys[identity.uid])
            # A dump without a single instance profile was made without them; then a role may well have one.
            principals[identity.uid] = found if identity.scope in listed else replace(found, profiles=True)
    groups = {uid: _parsed(kinds.get("identity", ())) for uid, kinds in by_target.items() if ":group/" in uid}
    editable = {uid: _managed(kinds.get("identity", ())) for uid, kinds in by_target.items() if ":group/" in uid}
    for principal in principals.values():
        groups.update({group: () for group in principal.groups if group not in groups})
    resources = {uid: _parsed(kinds["resource"]) for uid, kinds in by_target.items() if "resource" in kinds}
    return Directory(principals, groups, accounts, resources, editable)


def _by_target(policies: Iterable[PolicyRecord]) -> dict[str, dict[str, list[PolicyRecord]]]:
    found: dict[str, dict[str, list[PolicyRecord]]] = {}
    for policy in sorted(policies, key=lambda item: item.uid):
        if policy.language == "aws-iam":
            for target in policy.targets:
                found.setdefault(target, {}).setdefault(policy.kind, []).append(policy)
    return found


def _principal(
    identity: Identity,
    attached: Mapping[str, list[PolicyRecord]],
    granted: list[Grant],
    accounts: Mapping[str, Account],
    now: datetime,
) -> Principal:
    arn = aws_arn(identity.uid)
    account = accounts.get(identity.scope, Account())
    held = _parsed(attached["identity"]) if "identity" in attached else from_grants(granted, boundary=False)
    limited = _parsed(attached["boundary"]) if "boundary" in attached else from_grants(granted, boundary=True) or None
    if identity.attrs.get("boundary") and not limited:
        limited = ()  # a boundary that nobody could read allows nothing we know of
    groups = tuple(name for name in identity.attrs.get("groups", "").split(",") if name)
    return Principal(
        uid=identity.uid,
        arn=arn,
        account=identity.scope,
        kind=TYPES[identity.type],
        human=identity.kind == "human",
        facts=_facts(identity, arn, now),
        policies=Policies(
            identity=held,
            boundaries=limited,
            scps=None if identity.attrs.get("service_linked") == "true" else account.scps,
            rcps=account.rcps,
            session=_parsed(attached["session"]) if "session" in attached else None,
        ),
        tags=identity.tags,
        groups=groups,
        managed=_managed(attached.get("identity", ())),
        boundary=identity.attrs.get("boundary"),
        profiles=identity.attrs.get("instance_profiles") != "0",
        console={"true": True, "false": False}.get(identity.attrs.get("console", "")),
        trust=_parsed(attached.get("trust", ())),
    )


def _managed(records: Iterable[PolicyRecord]) -> tuple[str, ...]:
    return tuple(sorted({record.attrs["arn"] for record in records if _editable(record.attrs.get("arn", ""))}))


def _editable(arn: str) -> bool:
    """A customer managed policy; those AWS manages belong to the pseudo-account ``aws``."""
    return ":policy/" in arn and arn.split(":")[4] != "aws"


def _facts(identity: Identity, arn: str, now: datetime) -> dict[str, tuple[str, ...]]:
    """Context keys that AWS sets for a call by this principal, from outside any VPC, over TLS, without MFA."""
    user = identity.type == "aws:iam-user"
    facts: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (identity.scope,),
        "aws:principaltype": ("User" if user else "AssumedRole",),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
        "aws:securetransport": ("true",),
        "aws:sourceip": ("240.1.2.3",),  # somewhere on the Internet that nobody owns (RFC 1112, class E)
        "aws:currenttime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:tokenissuetime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),  # a console session has it for a user, too
        **{f"aws:principaltag/{name.lower()}": (value,) for name, value in identity.tags.items()},
    }
    if user:
        facts["aws:username"] = (identity.name,)
    else:
        facts["aws:multifactorauthpresent"] = ("false",)
    return facts


def _accounts(policies: Iterable[PolicyRecord]) -> dict[str, Account]:
    """Control policies by account and organisation level, root first."""
    found: dict[str, dict[str, dict[int, list[PolicyRecord]]]] = {}
    for policy in sorted(policies, key=lambda item: item.uid):
        if policy.kind in {"scp", "rcp"}:
            for target in policy.targets:
                account = target.removeprefix("aws:account:")
                level = int(policy.attrs.get("level_index", "0"))
                found.setdefault(account, {}).setdefault(policy.kind, {}).setdefault(level, []).append(policy)
    return {account: Account(_levels(kinds.get("scp")), _levels(kinds.get("rcp"))) for account, kinds in found.items()}


def _levels(levels: Mapping[int, list[PolicyRecord]] | None) -> Levels | None:
    """A level of which no document can be read is left out: what it allows is not known, and AWS took the documents."""
    if not levels:
        return None
    return tuple(policies for index in sorted(levels) if (policies := _parsed(levels[index]))) or None


def _parsed(records: Iterable[PolicyRecord]) -> tuple[Policy, ...]:
    policies = []
    for record in records:
        policy = _parse(record.document)
        if policy is not None:
            policies.append(replace(policy, name=record.name))
    return tuple(policies)


@lru_cache(maxsize=1 << 15)
def _parse(document: str) -> Policy | None:
    try:
        return parse(document)
    except KeyrackError:
        return None


def from_grants(grants: Iterable[Grant], *, boundary: bool) -> tuple[Policy, ...]:
    """Policies rebuilt from the statements of Grants, for sources that keep no whole documents."""
    by_policy: dict[str, list[dict[str, object]]] = {}
    for grant in sorted(grants, key=lambda item: item.uid):
        if (grant.via == "boundary") == boundary:
            by_policy.setdefault(grant.policy or "", []).append(_statement(grant))
    found = (_parse(json.dumps({"Version": "2012-10-17", "Statement": statements})) for statements in by_policy.values())
    return tuple(policy for policy in found if policy is not None)


def _statement(grant: Grant) -> dict[str, object]:
    return {
        "Effect": grant.effect.capitalize(),
        "NotAction" if grant.not_actions else "Action": grant.actions,
        "NotResource" if grant.not_resources else "Resource": grant.resources,
        **({"Condition": json.loads(grant.conditions)} if grant.conditions else {}),
    }


def allows(document: str, action: str) -> bool:
    """Whether an Allow statement of a document speaks of an action, whatever it is limited to."""
    policy = _parse(document)
    if policy is None:
        return False
    return any(
        s.allow and any(covers(p.lower(), action.lower()) for p in s.actions) is not s.not_actions for s in policy.statements
    )
