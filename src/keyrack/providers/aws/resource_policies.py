"""Policies that stand on resources: buckets, keys, secrets, functions. On request: AWS has no bulk call for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.documents import as_json, policy
from keyrack.providers.aws.raw import text, texts
from keyrack.providers.aws.scan import Scan, not_asked
from keyrack.records import Gap, Record, Resource
from keyrack.records.uids import aws_uid

CAPABILITY = "aws.resource_policies"
FLAG = "--aws-resource-policies"


def _call(service: str, operation: str, action: str, member: str, *, absent_ok: bool = True) -> Call:
    return Call(CAPABILITY, service, operation, action, (member,), optional=True, absent_ok=absent_ok)


BUCKETS = _call("s3", "list_buckets", "s3:ListAllMyBuckets", "Buckets")
BUCKET_POLICY = _call("s3", "get_bucket_policy", "s3:GetBucketPolicy", "Policy")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A service whose resources carry policies: how to list them, how to ask for one, and where the answers are."""

    listing: Call
    item: str
    reading: Call
    parameter: str
    answer: str = "Policy"


_KINDS = (
    _Kind(
        _call("kms", "list_keys", "kms:ListKeys", "Keys"),
        "KeyArn",
        _call("kms", "get_key_policy", "kms:GetKeyPolicy", "Policy").of(PolicyName="default"),
        "KeyId",
    ),
    _Kind(
        _call("secretsmanager", "list_secrets", "secretsmanager:ListSecrets", "SecretList"),
        "ARN",
        _call("secretsmanager", "get_resource_policy", "secretsmanager:GetResourcePolicy", "ARN"),
        "SecretId",
        "ResourcePolicy",
    ),
    _Kind(
        _call("lambda", "list_functions", "lambda:ListFunctions", "Functions"),
        "FunctionArn",
        _call("lambda", "get_policy", "lambda:GetPolicy", "Policy"),
        "FunctionName",
    ),
)


def bucket_policies(scan: Scan) -> Iterator[Record]:
    """Every bucket of the account, and its policy where it has one: 1 + 1 a bucket."""
    if not scan.wants("resource_policies"):
        yield not_asked(CAPABILITY, FLAG, "Policies on resources were not read: what they grant or deny is not known.")
        return
    names: list[str] = []
    for item in scan.listing(BUCKETS):
        if isinstance(item, Gap):
            yield item
        elif name := text(item, "Name"):
            names.append(name)
            yield Resource(uid=f"{scan.partition}:s3:::{name}", type="aws:bucket", name=name, provider="aws", scope=scan.account)
    for reply in scan.each("aws: bucket policies", [BUCKET_POLICY.of(Bucket=name) for name in names]):
        if isinstance(reply, Gap):
            yield reply
        elif document := as_json(reply[1].get("Policy")):
            uid = f"{scan.partition}:s3:::{reply[0].params['Bucket']}"
            yield policy(scan.account, "resource", uid, document, [uid])


def regional_policies(scan: Scan, region: str) -> Iterator[Record]:
    """Policies of keys, secrets and functions of a region: the listing and 1 a resource."""
    if not scan.wants("resource_policies"):
        return
    for kind in _KINDS:
        arns: list[str] = []
        for item in scan.listing(kind.listing.at(region)):
            if isinstance(item, Gap):
                yield item
            else:
                arns += texts({"": [item.get(kind.item)]}, "")
        calls = [kind.reading.at(region).of(**{kind.parameter: arn}) for arn in arns]
        for reply in scan.each(f"aws: {kind.reading.service} policies", calls):
            if isinstance(reply, Gap):
                yield reply
            elif document := as_json(reply[1].get(kind.answer)):
                uid = aws_uid(str(reply[0].params[kind.parameter]))
                yield policy(scan.account, "resource", uid, document, [uid])
