"""What IAM Identity Center's replies mean: permission sets with their rights, and the people who become them. Pure, total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from keyrack.providers.aws.policies import Holder, PolicyBook, document_gaps, managed_grants
from keyrack.providers.aws.raw import Raw, account_of, flag, known, part, rows, text, when
from keyrack.records import Identity, Person, Record, Resource, Trust
from keyrack.records.uids import aws_uid, row_uid
from keyrack.sdk.aws_policy import Document, grants_from_policy, parse_document

ASSIGNMENT, PROVISIONED = "aws:sso-assignment", "aws:sso-provisioned"
EVIDENCE = "IAM Identity Center permission set"
_EMAIL = re.compile(r"[^@\s,;<>]{1,200}@[^@\s,;<>]{1,200}")
_DURATION = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?", re.ASCII)
_SHOWN = 50
"""Account ids that a trust lists; the count is whole."""


@dataclass(slots=True)
class PermissionSet:
    """One permission set as its calls describe it; ``assigned`` holds (account id, AccountAssignment)."""

    arn: str
    raw: Raw
    inline: str | None = None
    boundary: Raw = field(default_factory=dict)
    managed: list[str] = field(default_factory=list)
    customer: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    assigned: list[tuple[str, Raw]] = field(default_factory=list)


@dataclass(slots=True)
class Center:
    """One instance: its permission sets by ARN, users and groups by id, members of the groups that matter."""

    arn: str
    store: str
    account: str
    partition: str
    sets: dict[str, PermissionSet] = field(default_factory=dict)
    users: dict[str, Raw] = field(default_factory=dict)
    groups: dict[str, Raw] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)


def instance(raw: Raw, account: str, delegated: Sequence[str]) -> Resource:
    """The instance itself."""
    arn = text(raw, "InstanceArn") or ""
    return Resource(
        uid=aws_uid(arn), type="aws:sso-instance", name=text(raw, "Name") or arn.rpartition("/")[2], provider="aws",
        scope=text(raw, "OwnerAccountId") or account,
        attrs=known(
            store=text(raw, "IdentityStoreId"), status=text(raw, "Status"), delegated=",".join(sorted(delegated)) or None
        ),
    )  # fmt: skip


def application(raw: Raw, assigned: int | None, account: str) -> Iterator[Record]:
    """An application people sign in to through Identity Center; ``assigned`` counts the users and groups that may."""
    if arn := text(raw, "ApplicationArn"):
        yield Resource(
            uid=aws_uid(arn), type="aws:sso-application", name=text(raw, "Name") or arn, provider="aws",
            scope=text(raw, "ApplicationAccount") or account_of(arn) or account,
            attrs=known(
                status=text(raw, "Status"), url=text(part(part(raw, "PortalOptions"), "SignInOptions"), "ApplicationUrl"),
                principals=None if assigned is None else str(assigned),
            ),
        )  # fmt: skip


def token_issuer(raw: Raw, account: str) -> Iterator[Record]:
    """An issuer outside whose tokens are exchanged for tokens of Identity Center's users."""
    if arn := text(raw, "TrustedTokenIssuerArn"):
        config = part(part(raw, "TrustedTokenIssuerConfiguration"), "OidcJwtConfiguration")
        yield Resource(
            uid=aws_uid(arn), type="aws:sso-token-issuer", name=text(raw, "Name") or arn, provider="aws",
            scope=account_of(arn) or account,
            attrs=known(url=text(config, "IssuerUrl"), mapping=_mapping(config)),
        )  # fmt: skip


def _mapping(config: Raw) -> str | None:
    claim, attribute = text(config, "ClaimAttributePath"), text(config, "IdentityStoreAttributePath")
    return f"{claim} -> {attribute}" if claim and attribute else None


def center_records(center: Center, book: PolicyBook) -> Iterator[Record]:
    """People, permission sets with their grants, and who becomes which; ``book`` holds the texts of managed policies."""
    for found in center.sets.values():
        yield from _set(center, found, book)
        yield from _assignments(center, found)
    for identifier, raw in center.users.items():
        yield from _user(center, identifier, raw)


def user_uid(center: Center, identifier: str) -> str:
    """Uid of a user: its ARN (Service Authorization Reference, "AWS Identity Store")."""
    return f"{center.partition}:identitystore:::user/{identifier}"


def _user(center: Center, identifier: str, raw: Raw) -> Iterator[Record]:
    addresses = rows(raw, "Emails")
    primary = next((row for row in addresses if flag(row, "Primary")), addresses[0] if addresses else {})
    email = (text(primary, "Value") or text(raw, "UserName") or "").lower()
    name = text(raw, "DisplayName") or text(raw, "UserName") or identifier
    enabled = text(raw, "UserStatus") != "DISABLED"
    yield Identity(
        uid=user_uid(center, identifier), kind="human", type="aws:sso-user", name=name, provider="aws", scope=center.account,
        status="active" if enabled else "disabled",
        attrs=known(email=email if _EMAIL.fullmatch(email) else None, human_evidence="user of IAM Identity Center"),
    )  # fmt: skip
    if _EMAIL.fullmatch(email) and enabled:
        yield Person(uid=email, name=name)


def _set(center: Center, found: PermissionSet, book: PolicyBook) -> Iterator[Record]:
    uid = aws_uid(found.arn)
    boundary = text(found.boundary, "ManagedPolicyArn") or text(part(found.boundary, "CustomerManagedPolicyReference"), "Name")
    accounts = sorted({account for account, _ in found.assigned} | set(found.accounts))
    name = text(found.raw, "Name") or uid.rpartition("/")[2]
    yield Identity(
        uid=uid, kind="human", type="aws:permission-set", name=name, provider="aws", scope=center.account,
        created_at=when(found.raw, "CreatedDate"),
        attrs=known(
            arn=found.arn, boundary=aws_uid(boundary) if boundary else None, human_evidence=EVIDENCE,
            accounts=",".join(accounts[:_SHOWN]) or None, assigned=str(len({_principal(row) for _, row in found.assigned})),
            max_session=_seconds(text(found.raw, "SessionDuration")),
        ),
    )  # fmt: skip
    attrs = known(boundary=aws_uid(boundary) if boundary else None)
    for arn in found.managed:
        yield from managed_grants(book, arn, Holder(uid, "managed", attrs))
    if found.inline:
        document = parse_document(found.inline)
        yield from document_gaps(document, f"{uid} inline policy")
        if isinstance(document, Document):
            yield from grants_from_policy(document, uid, via="inline", policy="inline", attrs=attrs)
    for path in found.customer:
        own = f"arn:{center.partition}:iam::{center.account}:policy{path}"
        if book.document(own) is not None:
            yield from managed_grants(book, own, Holder(uid, "managed", attrs))


def set_names(center: Center) -> dict[str, str]:
    """Uids of the permission sets by name."""
    return {name: aws_uid(arn) for arn, found in center.sets.items() if (name := text(found.raw, "Name"))}


def provisioned(sets: Mapping[str, str], roles: Sequence[Raw]) -> Iterator[Trust]:
    """The roles of this account that are permission sets: ``AWSReservedSSO_<name>_<16 hex digits>``. ``sets``: name -> uid."""
    for raw in roles:
        arn, name = text(raw, "Arn"), text(raw, "RoleName") or ""
        found = re.fullmatch(r"AWSReservedSSO_(.+)_[0-9a-f]{16}", name)
        if arn and found and found[1] in sets:
            uid = sets[found[1]]
            yield Trust(
                uid=row_uid("trust", aws_uid(arn), PROVISIONED, uid), identity_uid=aws_uid(arn), subject=uid,
                subject_kind="identity", mechanism=PROVISIONED,
            )  # fmt: skip


def _assignments(center: Center, found: PermissionSet) -> Iterator[Trust]:
    """One trust for each user and way: directly, or through a group; the accounts stand inside it."""
    ways: dict[tuple[str, str], set[str]] = {}
    for account, row in found.assigned:
        principal, kind = text(row, "PrincipalId"), text(row, "PrincipalType")
        if not principal:
            continue
        group = principal if kind == "GROUP" else ""
        for user in center.members.get(principal, []) if group else [principal]:
            ways.setdefault((user, group), set()).add(account)
    for (user, group), accounts in sorted(ways.items()):
        shown = sorted(accounts)
        yield Trust(
            uid=row_uid("trust", aws_uid(found.arn), ASSIGNMENT, user, group), identity_uid=aws_uid(found.arn),
            subject=user_uid(center, user), subject_kind="identity", mechanism=ASSIGNMENT,
            attrs=known(
                accounts=",".join(shown[:_SHOWN]),
                group=text(center.groups.get(group, {}), "DisplayName") or group or None,
            ),
        )  # fmt: skip


def _principal(row: Raw) -> tuple[str | None, str | None]:
    return text(row, "PrincipalType"), text(row, "PrincipalId")


def _seconds(duration: str | None) -> str | None:
    """ISO 8601 duration of a session in seconds: ``PT8H``."""
    match = _DURATION.fullmatch(duration or "")
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(value or 0) for value in match.groups())
    return str(hours * 3600 + minutes * 60 + seconds)
