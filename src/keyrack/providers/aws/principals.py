"""Users, roles and what they may do: ``GetAccountAuthorizationDetails`` to records. Pure.

Shapes: "GetAccountAuthorizationDetails", "UserDetail" and "RoleDetail" in the IAM API reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keyrack.providers.aws.labels import creator, environment, nature, ownership
from keyrack.providers.aws.policies import Holder, PolicyBook, attached, document_gaps, inline_grants, managed_grants
from keyrack.providers.aws.raw import Raw, account_of, known, part, rows, tags, text, texts, when, yes
from keyrack.providers.aws.report import Row
from keyrack.providers.aws.smtp import smtp_only
from keyrack.records import Gap, Grant, Identity, Record, Resource, Trust, Usage
from keyrack.records.identity import IdentityKind
from keyrack.records.uids import aws_uid, row_uid
from keyrack.sdk import gap
from keyrack.sdk.aws_policy import Document, parse_document, trusts_from_policy

ROLE_TRACKING = timedelta(days=400)
"""IAM keeps role last-used data for 400 days ("Viewing last accessed information", IAM User Guide)."""


@dataclass(slots=True)
class Iam:
    """All pages of the authorization details of one account, and the credential report's rows by ARN when there is one."""

    account: str
    users: list[Raw] = field(default_factory=list)
    groups: list[Raw] = field(default_factory=list)
    roles: list[Raw] = field(default_factory=list)
    book: PolicyBook = field(default_factory=PolicyBook)
    report: Mapping[str, Row] | None = None
    whole: bool = True

    def settle(self) -> None:
        """Make details and report agree, once both are there.

        The report may be hours old: users it alone knows are gone, unless the details broke off. Then they are real, and
        what the report says of them is all we have.
        """
        if self.report is None:
            return
        known = {text(user, "Arn") for user in self.users}
        alone = {arn: row for arn, row in self.report.items() if arn not in known and not row.root}
        if self.whole:
            self.report = {arn: row for arn, row in self.report.items() if arn not in alone}
        else:
            self.users += [_from_report(row) for row in alone.values()]

    def add(self, page: Raw) -> None:
        """Take one page."""
        self.users += rows(page, "UserDetailList")
        self.groups += rows(page, "GroupDetailList")
        self.roles += rows(page, "RoleDetailList")
        self.book.add(rows(page, "Policies"))

    def attached_arns(self) -> set[str]:
        """ARNs of all managed policies in use, as permissions or as boundary."""
        holders = [*self.users, *self.groups, *self.roles]
        return {arn for holder in holders for arn in [*attached(holder), *_boundary_arns(holder)]}

    def row(self, user: Raw) -> Row | None:
        """The credential report's row of a user."""
        return (self.report or {}).get(text(user, "Arn") or "")

    def profiles(self) -> dict[str, str]:
        """Uid of the role in each instance profile, by the profile's ARN."""
        found: dict[str, str] = {}
        for role in self.roles:
            for profile in rows(role, "InstanceProfileList"):
                arn, role_arn = text(profile, "Arn"), text(role, "Arn")
                if arn and role_arn:
                    found[arn] = aws_uid(role_arn)
        return found


def principals(iam: Iam, now: datetime) -> Iterator[Record]:
    """Identities of all users and roles with their grants, trusts, owners and reported use."""
    groups = {name: group for group in iam.groups if (name := text(group, "GroupName"))}
    for user in iam.users:
        yield from _user(iam, user, groups)
    for role in iam.roles:
        yield from _role(iam, role, now)


def _user(iam: Iam, user: Raw, groups: Mapping[str, Raw]) -> Iterator[Record]:
    arn, name = text(user, "Arn"), text(user, "UserName")
    if not arn or not name:
        yield _nameless("user")
        return
    uid, row, labels, path = aws_uid(arn), iam.row(user), tags(user), text(user, "Path") or "/"
    console = row.console if row else None
    judged = nature(name, path, labels, console=console, has_key=bool(row and any(slot.active for slot in row.keys)))
    yield Identity(
        uid=uid,
        kind="human" if judged.human else "service_account",
        type="aws:iam-user",
        name=name,
        provider="aws",
        scope=account_of(arn) or iam.account,
        created_at=when(user, "CreateDate"),
        created_by=creator(labels),
        environment=environment(labels, path),
        tags=labels,
        attrs=known(
            arn=arn,
            path=path,
            console=yes(console),
            password_last_used=row.password_used.isoformat() if row and row.password_used else None,
            mfa=yes(row.mfa) if row else None,
            boundary=_boundary(user),
            groups=",".join(_group_uid(groups.get(name), name) for name in texts(user, "GroupList")) or None,
            service_evidence=judged.service_evidence,
            human_evidence=judged.human_evidence,
            smtp_only="true" if smtp_only(iam.book, user, groups) else None,
        ),
    )
    yield from ownership(uid, labels, uid)
    yield from _grants(iam.book, user, uid, "UserPolicyList")
    for group_name in texts(user, "GroupList"):
        yield from _group_grants(iam.book, groups.get(group_name), group_name, uid, _boundary(user))


def _role(iam: Iam, role: Raw, now: datetime) -> Iterator[Record]:
    arn, name = text(role, "Arn"), text(role, "RoleName")
    if not arn or not name:
        yield _nameless("role")
        return
    uid, labels, path = aws_uid(arn), tags(role), text(role, "Path") or "/"
    account = account_of(arn) or iam.account
    document = parse_document(role.get("AssumeRolePolicyDocument"))
    trusts = list(trusts_from_policy(document, uid, account=account)) if isinstance(document, Document) else []
    kind: IdentityKind = "service_account"
    yield Identity(
        uid=uid,
        kind=kind,
        type="aws:iam-role",
        name=name,
        provider="aws",
        scope=account,
        created_at=when(role, "CreateDate"),
        created_by=creator(labels),
        environment=environment(labels, path),
        tags=labels,
        attrs=known(
            arn=arn,
            path=path,
            boundary=_boundary(role),
            instance_profiles=str(len(rows(role, "InstanceProfileList"))) if "InstanceProfileList" in role else None,
            human_evidence=_role_humans(name, path, trusts),
            service_linked="true" if path.startswith("/aws-service-role/") else None,
        ),
    )
    yield from ownership(uid, labels, uid)
    yield from document_gaps(document, f"{uid} trust policy")
    yield from trusts
    yield from _grants(iam.book, role, uid, "RolePolicyList")
    yield from _role_use(role, uid, now)
    yield from _instance_profiles(role, uid, account)


def _grants(book: PolicyBook, holder: Raw, uid: str, inline: str) -> Iterator[Grant | Gap]:
    attrs = known(boundary=_boundary(holder))
    yield from inline_grants(holder, inline, Holder(uid, "inline", attrs))
    for arn in attached(holder):
        yield from managed_grants(book, arn, Holder(uid, "managed", attrs))
    for arn in _boundary_arns(holder):
        yield from managed_grants(book, arn, Holder(uid, "boundary"))


def _group_grants(book: PolicyBook, group: Raw | None, name: str, uid: str, boundary: str | None) -> Iterator[Grant | Gap]:
    if group is None:
        yield gap(
            "aws.iam",
            f"group {name}",
            "missing",
            "A user belongs to a group that was not delivered: what the group allows is unknown.",
            hint="give all pages of get-account-authorization-details",
        )
        return
    group_uid = _group_uid(group, name)
    holder = Holder(uid, "group", known(boundary=boundary, group=group_uid), f"{group_uid}/")
    yield from inline_grants(group, "GroupPolicyList", holder)
    for arn in attached(group):
        yield from managed_grants(book, arn, holder)


def _group_uid(group: Raw | None, name: str) -> str:
    return aws_uid((text(group, "Arn") if group else None) or f"group/{name}")


def _role_use(role: Raw, uid: str, now: datetime) -> Iterator[Usage | Gap]:
    """``RoleLastUsed``: a date, or an empty object when AWS saw no use within its tracking period."""
    if not isinstance(role.get("RoleLastUsed"), Mapping):
        yield gap(
            "aws.iam",
            "RoleLastUsed",
            "missing",
            "The authorization details carry no last-used data for some roles: their use is unknown.",
            hint="dump them again with a current AWS CLI",
        )
        return
    last = part(role, "RoleLastUsed")
    used, created = when(last, "LastUsedDate"), when(role, "CreateDate")
    source = "iam:role-last-used"
    yield Usage(
        uid=row_uid("use", uid, source),
        identity_uid=uid,
        grade="reported" if used else "absent",
        source=source,
        used_at=used,
        since=max(created, now - ROLE_TRACKING) if created else now - ROLE_TRACKING,
        attrs=known(region=text(last, "Region")),
    )


def _instance_profiles(role: Raw, uid: str, account: str) -> Iterator[Resource]:
    for profile in rows(role, "InstanceProfileList"):
        arn = text(profile, "Arn")
        if arn:
            name = text(profile, "InstanceProfileName") or arn.rpartition("/")[2]
            yield Resource(
                uid=aws_uid(arn), type="aws:instance-profile", name=name, provider="aws", scope=account, attrs={"role": uid}
            )


def _from_report(row: Row) -> Raw:
    path = row.arn.partition(":user")[2].removesuffix(row.user) or "/"
    return {"UserName": row.user, "Arn": row.arn, "CreateDate": row.created, "Path": path}


def _role_humans(name: str, path: str, trusts: list[Trust]) -> str | None:
    if name.startswith("AWSReservedSSO_") or path.startswith("/aws-reserved/sso."):
        return "IAM Identity Center permission set"
    if trusts and all(trust.mechanism == "sts:AssumeRoleWithSAML" for trust in trusts):
        return "only SAML sign-ins become this role"
    return None


def _boundary_arns(holder: Raw) -> list[str]:
    arn = text(part(holder, "PermissionsBoundary"), "PermissionsBoundaryArn")
    return [arn] if arn else []


def _boundary(holder: Raw) -> str | None:
    return next((aws_uid(arn) for arn in _boundary_arns(holder)), None)


def _nameless(kind: str) -> Gap:
    return gap("aws.iam", f"{kind} without ARN or name", "malformed", f"A {kind} entry has no ARN or no name and was left out.")
