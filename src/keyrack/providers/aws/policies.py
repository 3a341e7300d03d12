"""The managed policies of an account by ARN, and the Grants they and inline policies make. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.aws.raw import Raw, flag, rows, text
from keyrack.records import Gap, Grant
from keyrack.records.grant import Via
from keyrack.records.uids import aws_uid
from keyrack.sdk import gap
from keyrack.sdk.aws_policy import Document, Problem, grants_from_policy, parse_document

CAPABILITY = "aws.iam"
_PUBLISHED: Mapping[str, object] = {
    # AWS documents this one's text in "AWS managed policies for job functions"; it decides too much to be missed.
    "AdministratorAccess": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
}


@dataclass(slots=True)
class PolicyBook:
    """Documents of managed policies; a policy is parsed once, however many identities hold it."""

    raw: dict[str, object] = field(default_factory=dict)
    _parsed: dict[str, Document | Problem | None] = field(default_factory=dict)

    def add(self, policies: Iterable[Raw]) -> None:
        """Take the default versions of ``ManagedPolicyDetail`` objects (GetAccountAuthorizationDetails)."""
        for policy in policies:
            arn = text(policy, "Arn")
            document = _default_document(policy)
            if arn and document is not None:
                self.raw[arn] = document

    def put(self, arn: str, document: object) -> None:
        """A document that came later; what was parsed of it before (nothing, or what AWS publishes) is forgotten."""
        self.raw[arn] = document
        self._parsed.pop(arn, None)

    def missing(self, arns: Iterable[str]) -> list[str]:
        """Those of ``arns`` whose document is unknown, sorted."""
        return sorted({arn for arn in arns if arn not in self.raw})

    def document(self, arn: str) -> Document | Problem | None:
        """The parsed document; ``None`` when it was never seen."""
        if arn not in self._parsed:
            raw = self.source(arn)
            self._parsed[arn] = None if raw is None else parse_document(raw)
        return self._parsed[arn]

    def source(self, arn: str) -> object | None:
        """The document as delivered, or as AWS publishes it; ``None`` when it was never seen."""
        raw = self.raw.get(arn)
        return _PUBLISHED.get(arn.rpartition("/")[2]) if raw is None and ":aws:policy/" in arn else raw


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a policy, and how it got there."""

    uid: str
    via: Via
    attrs: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""


def managed_grants(book: PolicyBook, arn: str, holder: Holder) -> Iterator[Grant | Gap]:
    """Grants of a managed policy; an unknown or unreadable document is a Gap."""
    document = book.document(arn)
    if document is None:
        yield gap(
            CAPABILITY,
            aws_uid(arn),
            "missing",
            "The document of an attached managed policy was not delivered: what it allows is unknown.",
            permission="iam:GetPolicyVersion",
            hint="give a complete get-account-authorization-details dump, or allow iam:GetPolicy and iam:GetPolicyVersion",
        )
        return
    yield from document_gaps(document, aws_uid(arn))
    if isinstance(document, Document):
        yield from grants_from_policy(document, holder.uid, via=holder.via, policy=aws_uid(arn), attrs=holder.attrs)


def inline_grants(raw: Raw, member: str, holder: Holder) -> Iterator[Grant | Gap]:
    """Grants of the inline policies in ``member`` (``UserPolicyList``, ``RolePolicyList`` or ``GroupPolicyList``)."""
    for policy in rows(raw, member):
        name = f"{holder.prefix}{text(policy, 'PolicyName') or 'unnamed'}"
        document = parse_document(policy.get("PolicyDocument"))
        yield from document_gaps(document, f"{holder.uid} {name}")
        if isinstance(document, Document):
            yield from grants_from_policy(document, holder.uid, via=holder.via, policy=name, attrs=holder.attrs)


def document_gaps(document: Document | Problem, subject: str) -> Iterator[Gap]:
    """What of a policy document could not be read."""
    problems = (document.message,) if isinstance(document, Problem) else document.problems
    if problems:
        shown = "; ".join(problems[:3])
        yield gap(CAPABILITY, subject, "malformed", f"Policy not fully read: {shown}.", hint="look at the policy in the console")


def attached(raw: Raw) -> list[str]:
    """ARNs of the managed policies attached to a user, group or role."""
    return [arn for row in rows(raw, "AttachedManagedPolicies") if (arn := text(row, "PolicyArn"))]


def _default_document(policy: Raw) -> object | None:
    versions = rows(policy, "PolicyVersionList")
    default = text(policy, "DefaultVersionId")
    for version in versions:
        if flag(version, "IsDefaultVersion") or (default and text(version, "VersionId") == default):
            return version.get("Document")
    return versions[0].get("Document") if len(versions) == 1 else None
