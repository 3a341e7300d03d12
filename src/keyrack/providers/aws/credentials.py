"""Credentials of users that only per-user calls name: key ids, SSH keys, signing certificates; and the bulk ones.

``ListAccessKeys`` is asked only for users whose credential report shows a key (or who are younger than the report), so the
calls grow with the users that hold keys, not with all users and roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.certificates import parsed_certificate
from keyrack.providers.aws.keys import access_key, password, signing_certificate, slots_with_ids
from keyrack.providers.aws.principals import Iam
from keyrack.providers.aws.raw import Raw, known, rows, text, when
from keyrack.providers.aws.scan import Scan, not_asked
from keyrack.records import Credential, Gap, Record
from keyrack.records.credential import CredentialKind, CredentialStatus
from keyrack.records.uids import aws_uid, credential_uid
from keyrack.sdk import gap
from keyrack.sdk.aws_policy import Document, parse_document

LIST_KEYS = Call("aws.access_keys", "iam", "list_access_keys", "iam:ListAccessKeys", ("AccessKeyMetadata",), absent_ok=True)
LAST_USED = Call(
    "aws.access_keys", "iam", "get_access_key_last_used", "iam:GetAccessKeyLastUsed", ("AccessKeyLastUsed",), absent_ok=True
)
LIST_SSH = Call("aws.ssh_keys", "iam", "list_ssh_public_keys", "iam:ListSSHPublicKeys", ("SSHPublicKeys",), absent_ok=True)
LIST_CERTIFICATES = Call(
    "aws.signing_certificates",
    "iam",
    "list_signing_certificates",
    "iam:ListSigningCertificates",
    ("Certificates",),
    absent_ok=True,
)
SERVICE_SPECIFIC = Call(
    "aws.service_credentials", "iam", "list_service_specific_credentials", "iam:ListServiceSpecificCredentials",
    ("ServiceSpecificCredentials",), params={"AllUsers": True},
)  # fmt: skip
_PULL = "codecommit:GitPull"


def report_credentials(iam: Iam, *, keys: bool) -> Iterator[Record]:
    """Everything the report alone says: passwords, and (offline) keys and signing certificates without their ids."""
    for row in (iam.report or {}).values():
        if row.root:
            continue
        yield from password(row)
        if keys:
            holder = aws_uid(row.arn)
            for slot in row.keys:
                yield from access_key(holder, slot, None)
            for slot in row.certificates:
                yield signing_certificate(holder, slot)


def access_keys(scan: Scan, iam: Iam) -> Iterator[Record]:
    """All access keys with their ids and reported use."""
    users = {name: user for user in iam.users if (name := text(user, "UserName"))}
    asked = [name for name, user in users.items() if (row := iam.row(user)) is None or row.keys]
    answered: set[str] = set()
    unmatched: list[tuple[str, Raw]] = []
    for item in scan.each("aws: access keys", [LIST_KEYS.of(UserName=name) for name in asked]):
        if isinstance(item, Gap):
            yield item
            continue
        name = str(item[0].params["UserName"])
        answered.add(name)
        holder = aws_uid(text(users[name], "Arn") or name)
        for slot, key in slots_with_ids(iam.row(users[name]), rows(item[1], "AccessKeyMetadata")):
            if slot is None and key is not None:
                unmatched.append((holder, key))
            else:
                yield from access_key(holder, slot, key)
    yield from _with_last_used(scan, unmatched)
    for name in asked:
        row = iam.row(users[name])
        for slot in row.keys if row and name not in answered else ():
            yield from access_key(aws_uid(text(users[name], "Arn") or name), slot, None)


def _with_last_used(scan: Scan, keys: Sequence[tuple[str, Raw]]) -> Iterator[Record]:
    """Keys the report does not know: ask AWS for their last use, one call a key."""
    by_id = {key_id: (holder, key) for holder, key in keys if (key_id := text(key, "AccessKeyId"))}
    for item in scan.each("aws: access key use", [LAST_USED.of(AccessKeyId=key_id) for key_id in by_id]):
        if isinstance(item, Gap):
            yield item
            continue
        holder, key = by_id.pop(str(item[0].params["AccessKeyId"]))
        yield from access_key(holder, None, key, item[1])
    for holder, key in by_id.values():
        yield from access_key(holder, None, key)


def signing_certificates(scan: Scan, iam: Iam) -> Iterator[Record]:
    """Signing certificates of the users whose report shows one: one call each."""
    if iam.report is None:
        yield _needs_report("aws.signing_certificates")
        return
    holders = {row.user: row for row in iam.report.values() if row.certificates and not row.root}
    for item in scan.each("aws: signing certificates", [LIST_CERTIFICATES.of(UserName=name) for name in holders]):
        if isinstance(item, Gap):
            yield item
            continue
        row = holders.pop(str(item[0].params["UserName"]))
        for certificate in rows(item[1], "Certificates"):
            yield _signing(aws_uid(row.arn), certificate)
    for row in holders.values():
        for slot in row.certificates:
            yield signing_certificate(aws_uid(row.arn), slot)


def _signing(holder: str, raw: Raw) -> Credential:
    body = parsed_certificate(text(raw, "CertificateBody"))
    public_id = text(raw, "CertificateId")
    uploaded = when(raw, "UploadDate")
    return Credential(
        uid=credential_uid("aws", public_id=public_id, holder=holder, name="signing-certificate"),
        kind="certificate",
        issuer="aws",
        name="signing certificate",
        identity_uid=holder,
        public_id=public_id,
        status=_status(raw),
        created_at=uploaded,
        rotated_at=uploaded,
        expires_at=body.expires_at if body else None,
        expiry="set" if body else "unknown",
        algorithm=body.algorithm if body else None,
        bits=body.bits if body else None,
        attrs=dict(body.attrs) if body else {},
    )


def ssh_keys(scan: Scan, iam: Iam) -> Iterator[Record]:
    """SSH public keys: IAM lists them per user only, so only users who may use CodeCommit are asked (or all, by option)."""
    everyone = scan.wants("all_ssh_keys")
    names = {name: user for user in iam.users if (name := text(user, "UserName")) and (everyone or may_pull(iam, user))}
    if not everyone and len(names) < len(iam.users):
        yield not_asked(
            "aws.ssh_keys",
            "--aws-all-ssh-keys",
            f"SSH keys of {len(iam.users) - len(names)} users without CodeCommit permission were not listed.",
        )
    for item in scan.each("aws: SSH keys", [LIST_SSH.of(UserName=name) for name in names]):
        if isinstance(item, Gap):
            yield item
            continue
        holder = aws_uid(text(names[str(item[0].params["UserName"])], "Arn") or "")
        for key in rows(item[1], "SSHPublicKeys"):
            yield _ssh(holder, key)


def _ssh(holder: str, raw: Raw) -> Credential:
    key_id, uploaded = text(raw, "SSHPublicKeyId"), when(raw, "UploadDate")
    return Credential(
        uid=credential_uid("aws", public_id=key_id, holder=holder, name="ssh-key"),
        kind="ssh_key",
        issuer="aws",
        name="CodeCommit SSH public key",
        identity_uid=holder,
        public_id=key_id,
        status=_status(raw),
        created_at=uploaded,
        rotated_at=uploaded,
        expiry="never",
        attrs={"endpoint": "codecommit.amazonaws.com"},
    )


def may_pull(iam: Iam, user: Raw) -> bool:
    """Whether any Allow statement a user holds covers ``codecommit:GitPull``; denies are not weighed, to be safe."""
    groups = {text(group, "GroupName"): group for group in iam.groups}
    memberships = user.get("GroupList")
    member_of = [groups[name] for name in memberships if name in groups] if isinstance(memberships, list) else []
    for holder in (user, *member_of):
        for member in ("UserPolicyList", "GroupPolicyList"):
            if any(_allows(parse_document(policy.get("PolicyDocument"))) for policy in rows(holder, member)):
                return True
        for row in rows(holder, "AttachedManagedPolicies"):
            if _allows(iam.book.document(text(row, "PolicyArn") or "")):
                return True
    return False


def _allows(document: object) -> bool:
    return isinstance(document, Document) and any(s.effect == "allow" and s.allows(_PULL) for s in document.statements)


def service_credentials(scan: Scan, iam: Iam) -> Iterator[Record]:
    """Service-specific credentials of all users in one listing, Bedrock API keys among them."""
    arns = {text(user, "UserName"): text(user, "Arn") for user in iam.users}
    for item in scan.listing(SERVICE_SPECIFIC):
        if isinstance(item, Gap):
            yield item
            continue
        user = text(item, "UserName")
        arn = arns.get(user) or f"arn:{scan.partition}:iam::{scan.account}:user/{user}"
        yield _service_specific(aws_uid(arn), item)


def _service_specific(holder: str, raw: Raw) -> Credential:
    public_id, service = text(raw, "ServiceSpecificCredentialId"), text(raw, "ServiceName") or "unknown service"
    created, expires = when(raw, "CreateDate"), when(raw, "ExpirationDate")
    kind: CredentialKind = "api_token" if text(raw, "ServiceCredentialAlias") or service.startswith("bedrock") else "password"
    return Credential(
        uid=credential_uid("aws", public_id=public_id, holder=holder, name=f"{service}-credential"),
        kind=kind,
        issuer="aws",
        name=f"{service.partition('.')[0]} credential",
        identity_uid=holder,
        public_id=public_id,
        status=_status(raw),
        created_at=created,
        rotated_at=created,
        expires_at=expires,
        expiry="set" if expires else "never",
        attrs=known(login=text(raw, "ServiceUserName") or text(raw, "ServiceCredentialAlias"), endpoint=service, cloud="aws"),
    )


def _status(raw: Raw) -> CredentialStatus:
    by_name: Mapping[str, CredentialStatus] = {"active": "active", "inactive": "inactive", "expired": "expired"}
    return by_name.get((text(raw, "Status") or "").lower(), "unknown")


def _needs_report(capability: str) -> Gap:
    return gap(
        capability,
        "credential report",
        "missing",
        "Without the credential report nobody knows which users hold one, so none were listed.",
        permission="iam:GetCredentialReport",
        hint="allow iam:GenerateCredentialReport and iam:GetCredentialReport",
    )
