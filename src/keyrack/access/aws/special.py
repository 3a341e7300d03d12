"""What is particular to single services and callers.

Facts: STS API Reference (AssumeRole, GetCallerIdentity, GetSessionToken), S3 User Guide ("Bucket policies and user policies"),
KMS Developer Guide ("Key policies"), IAM User Guide ("How AWS enforcement code logic evaluates requests").
"""

from __future__ import annotations

from keyrack.access.aws.facts import Facts
from keyrack.access.aws.model import Kind

_TRUSTED_ACTIONS = frozenset({
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:setsourceidentity", "sts:tagsession",
})  # fmt: skip
_OWN_BUCKET_POLICY = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})


def needs_resource_policy(facts: Facts) -> bool:
    """Whether identity policies alone grant nothing, in the same account too.

    "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow access for principals."
    """
    if facts.action.startswith("kms:"):
        return _part(facts, 2) == "kms" and _part(facts, 5).startswith("key/")
    return facts.action in _TRUSTED_ACTIONS and _part(facts, 2) == "iam" and _part(facts, 5).startswith("role/")


def always_allowed(facts: Facts) -> bool:
    """Calls that need no permission.

    GetCallerIdentity: "No permissions are required to perform this operation. If an administrator attaches a policy to your identity that
    explicitly denies access, you can still perform this operation." GetSessionToken: "No permissions are required for users".
    """
    who = facts.caller
    if facts.action == "sts:getcalleridentity":
        return who.in_account
    return facts.action == "sts:getsessiontoken" and who.kind in {"user", "root"}


def never_allowed(facts: Facts) -> bool:
    """AssumeRole by the root user: "You cannot call AssumeRole by using AWS account root user credentials; access is denied"."""
    return facts.action == "sts:assumerole" and facts.caller.kind == "root"


def deny_is_void(facts: Facts, kind: Kind) -> bool:
    """Whether a deny by this kind of policy has no effect.

    The root user of a bucket's account can always read, replace and delete its policy: only endpoint and Organizations policies block it.
    """
    if always_allowed(facts):
        return kind != "endpoint"
    return (
        kind == "resource"
        and facts.caller.kind == "root"
        and facts.action in _OWN_BUCKET_POLICY
        and facts.resource_account in {None, facts.principal_account}
    )


def _part(facts: Facts, index: int) -> str:
    parts = facts.resource.split(":", 5)
    return parts[index] if len(parts) == 6 else ""
