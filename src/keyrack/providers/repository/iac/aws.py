"""AWS identities declared in code, whichever tool declares them: one form for Terraform and CloudFormation, one mapping."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass

from keyrack.providers.repository.iac.declared_keys import Key, declared_key
from keyrack.providers.repository.iac.origin import Origin
from keyrack.records import Credential, Grant, Identity, Placement, Record, Resource, Trust
from keyrack.records.grant import Via
from keyrack.records.uids import aws_uid, repository_uid, row_uid
from keyrack.sdk import gap
from keyrack.sdk.aws_policy import Document, Problem, grants_from_policy, parse_document, trusts_from_policy

CAPABILITY = "repository.iac"

_WELL_KNOWN = {
    "AdministratorAccess": ["*"],
    "IAMFullAccess": ["iam:*", "organizations:DescribeAccount", "organizations:DescribeOrganization"],
    "AmazonS3FullAccess": ["s3:*", "s3-object-lambda:*"],
    "AmazonEC2FullAccess": ["ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*"],
    "AmazonDynamoDBFullAccess": ["dynamodb:*"],
    "AWSLambda_FullAccess": ["lambda:*"],
    "SecretsManagerReadWrite": ["secretsmanager:*"],
    "AmazonSSMFullAccess": ["ssm:*"],
}
"""Actions of AWS managed policies that reach far (AWS Managed Policy Reference); others are attached by name only."""
_MANAGED = re.compile(r"arn:[\w-]+:iam::(aws|\d{12}):policy/([\w+=,.@/-]+)", re.ASCII)
_TEMPLATED_MANAGED = re.compile(r"arn:.{1,40}:iam::aws:policy/([\w+=,.@/-]+)", re.ASCII)


@dataclass(slots=True, kw_only=True)
class Principal:
    """A role or user as code declares it; documents are plain data or JSON text, with references as ``${...}``."""

    kind: str
    address: str
    name: str
    origin: Origin
    line: int
    trust: object = None
    inline: list[tuple[str, object]] = dataclasses.field(default_factory=list)
    managed: list[str] = dataclasses.field(default_factory=list)
    attached: list[tuple[str, object]] = dataclasses.field(default_factory=list)
    """Customer-managed policies declared in the same code: address and document."""
    boundary: str = ""
    console: bool = False
    tags: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def uid(self) -> str:
        """``repo:<name>:iam-role/<folder>/<address>``: unique within a repository."""
        return repository_uid(self.origin.repository, f"iam-{self.kind}", f"{self.origin.module}{self.address}")


def principal_records(principal: Principal) -> Iterator[Record]:
    """The identity, its grants and who may become it."""
    origin, uid = principal.origin, principal.uid
    attrs = {
        "path": origin.path,
        "line": str(principal.line),
        "address": principal.address,
        "boundary": aws_uid(principal.boundary),
        "console": "true" if principal.console else "",
        "human_evidence": "login profile declared" if principal.console else "",
    }
    yield Identity(
        uid=uid,
        kind="human" if principal.console else "service_account",
        type=f"iac:aws-iam-{principal.kind}",
        name=principal.name,
        provider="repository",
        scope=origin.repository,
        tags=principal.tags,
        attrs={name: value for name, value in attrs.items() if value},
    )
    for name, document in principal.inline:
        yield from _grants(principal, document, name, managed=False)
    for name, document in principal.attached:
        yield from _grants(principal, document, name, managed=True)
    for reference in dict.fromkeys(principal.managed):
        yield managed_grant(uid, reference, origin)
    if principal.trust is not None:
        yield from _trusts(principal)


def _grants(principal: Principal, raw: object, name: str, *, managed: bool) -> Iterator[Record]:
    document = _document(raw)
    if isinstance(document, Document):
        attrs = {"source_path": principal.origin.path}
        via: Via = "managed" if managed else "inline"
        yield from grants_from_policy(document, principal.uid, via=via, policy=name, attrs=attrs)
    yield from _unread(principal, document, f"policy {name}")


def _trusts(principal: Principal) -> Iterator[Record]:
    document = _document(principal.trust)
    if isinstance(document, Document):
        attrs = {"source_path": principal.origin.path, "line": str(principal.line)}
        yield from trusts_from_policy(document, principal.uid, account=None, attrs=attrs)
    yield from _unread(principal, document, "trust policy")


def _document(raw: object) -> Document | Problem:
    return parse_document(raw)


def _unread(principal: Principal, document: Document | Problem, what: str) -> Iterator[Record]:
    """A policy that is computed elsewhere cannot be read from code: a Gap by design. A malformed one is a real Gap."""
    problems = [document.message] if isinstance(document, Problem) else list(document.problems)
    if problems:
        subject = f"{principal.origin.path}#{principal.address}:{what}"
        detail = f"{what} of {principal.address} cannot be read from the code: {problems[0]}"
        yield gap(CAPABILITY, subject, "unsupported", detail, hint="scan the account itself", incomplete=False)


def managed_grant(uid: str, reference: str, origin: Origin) -> Grant:
    """An attached managed policy; its actions are known for a few far-reaching ones only."""
    match = _MANAGED.fullmatch(reference)
    templated = _TEMPLATED_MANAGED.fullmatch(reference)
    owner, name = match.groups() if match else ("aws", templated[1]) if templated else ("", "")
    actions = _WELL_KNOWN.get(name.rpartition("/")[2], []) if owner == "aws" else []
    policy = f"aws:iam::aws:policy/{name}" if owner == "aws" else aws_uid(reference)
    return Grant(
        uid=row_uid("grant", uid, "managed", policy),
        identity_uid=uid,
        language="aws-iam",
        effect="allow",
        actions=list(actions),
        resources=["*"] if actions else [],
        via="managed",
        policy=policy,
        attrs={"source_path": origin.path},
    )


def access_key_records(
    user_uid: str, address: str, origin: Origin, line: int, *, encrypted: bool
) -> tuple[Credential, Placement]:
    """A long-lived access key that code creates; its secret ends up in the tool's state or outputs."""
    return declared_key(Key(user_uid, address, origin, line, kind="access_key", issuer="aws", encrypted=encrypted))


def workload_records(
    kind: str, address: str, name: str, role_uid: str | None, origin: Origin, line: int, imds: str = ""
) -> Iterator[Record]:
    """A workload declared in code and the role it runs as."""
    uid = repository_uid(origin.repository, "workload", f"{origin.module}{address}")
    attrs = {"path": origin.path, "line": str(line), "role": role_uid or "", "imds": imds}
    yield Resource(
        uid=uid,
        type=kind,
        name=name,
        provider="repository",
        scope=origin.repository,
        attrs={key: value for key, value in attrs.items() if value},
    )
    if role_uid:
        yield Trust(
            uid=row_uid("trust", role_uid, "aws:runs-as", uid),
            identity_uid=role_uid,
            subject=uid,
            subject_kind="workload",
            mechanism="aws:runs-as",
            attrs={"source_path": origin.path, "line": str(line)},
        )
