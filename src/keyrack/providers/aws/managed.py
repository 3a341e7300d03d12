"""Texts of managed policies that no bulk reply brought: two calls for each, usually none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.policies import PolicyBook
from keyrack.providers.aws.raw import part, text
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap

GET_POLICY = Call("aws.iam", "iam", "get_policy", "iam:GetPolicy", ("Policy",), absent_ok=True)
GET_VERSION = Call("aws.iam", "iam", "get_policy_version", "iam:GetPolicyVersion", ("PolicyVersion",), absent_ok=True)


def missing_policies(scan: Scan, book: PolicyBook, wanted: Iterable[str]) -> Iterator[Gap]:
    """Put the texts of those of ``wanted`` (ARNs) that the book lacks into it."""
    found: dict[str, str] = {}
    for item in scan.each("aws: policies", [GET_POLICY.of(PolicyArn=arn) for arn in book.missing(set(wanted))]):
        if isinstance(item, Gap):
            yield item
        elif version := text(part(item[1], "Policy"), "DefaultVersionId"):
            found[str(item[0].params["PolicyArn"])] = version
    calls = [GET_VERSION.of(PolicyArn=arn, VersionId=version) for arn, version in found.items()]
    for item in scan.each("aws: policy versions", calls):
        if isinstance(item, Gap):
            yield item
        else:
            book.put(str(item[0].params["PolicyArn"]), part(item[1], "PolicyVersion").get("Document"))
