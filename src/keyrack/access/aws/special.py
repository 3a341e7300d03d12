"""What is particular to single services and callers.

Facts: STS API Reference (AssumeRole, GetCallerIdentity, GetSessionToken), S3 API Reference (PutBucketPolicy), KMS Developer Guide
("Key policies", "Allowing users in other accounts to use a KMS key"), IAM User Guide ("Update a role trust policy").
"""

from __future__ import annotations

from keyrack.access.aws.facts import Facts
from keyrack.access.aws.model import Kind

_TRUSTED_ACTIONS = frozenset({
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:setsourceidentity", "sts:tagsession",
})  # fmt: skip
_OWN_BUCKET_POLICY = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})


# "Cross-account permission is effective only for the following operations" (KMS Developer Guide).
_KEY_ACTIONS_OF_OTHERS = frozenset({
    "kms:creategrant", "kms:decrypt", "kms:derivesharedsecret", "kms:describekey", "kms:encrypt", "kms:generatedatakey",
    "kms:generatedatakeypair", "kms:generatedatakeypairwithoutplaintext", "kms:generatedatakeywithoutplaintext",
    "kms:generatemac", "kms:getkeyrotationstatus", "kms:getpublickey", "kms:listgrants", "kms:reencryptfrom", "kms:reencryptto",
    "kms:retiregrant", "kms:revokegrant", "kms:sign", "kms:verify", "kms:verifymac",
})  # fmt: skip


# What AWS owns, no customer changes: its managed policies, the roles it reserves, the aliases of its keys.
_POLICY_CHANGES = frozenset({
    "iam:createpolicy", "iam:createpolicyversion", "iam:deletepolicy", "iam:deletepolicyversion", "iam:setdefaultpolicyversion",
    "iam:tagpolicy", "iam:untagpolicy",
})  # fmt: skip
_ROLE_CHANGES = frozenset({
    "iam:attachrolepolicy", "iam:createrole", "iam:deleterole", "iam:deleterolepermissionsboundary", "iam:deleterolepolicy",
    "iam:detachrolepolicy", "iam:putrolepermissionsboundary", "iam:putrolepolicy", "iam:tagrole", "iam:untagrole",
    "iam:updateassumerolepolicy", "iam:updaterole", "iam:updateroledescription",
})  # fmt: skip
_ALIAS_CHANGES = frozenset({"kms:createalias", "kms:deletealias", "kms:updatealias"})


def needs_resource_policy(facts: Facts) -> bool:
    """Whether identity policies alone grant nothing, in the same account too.

    "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow access for
    principals" (IAM User Guide, evaluation logic).
    """
    return _on_key(facts) or assumes_role(facts)


def assumes_role(facts: Facts) -> bool:
    """Whether a role's trust policy is asked.

    A grant in it to a user directly is still limited: "If a permissions boundary is set for the user, then it must allow the
    sts:AssumeRole action" (IAM User Guide, "Update a role trust policy").
    """
    return facts.action in _TRUSTED_ACTIONS and _part(facts, 2) == "iam" and _part(facts, 5).startswith("role/")


def always_allowed(facts: Facts) -> bool:
    """Calls that need no permission.

    GetCallerIdentity: "No permissions are required to perform this operation. If an administrator attaches a policy to your
    identity that explicitly denies access, you can still perform this operation." GetSessionToken: "No permissions are required
    for users to perform this operation".
    """
    who = facts.caller
    if facts.action == "sts:getcalleridentity":
        return who.in_account
    return facts.action == "sts:getsessiontoken" and who.kind in {"user", "root"}


def never_allowed(facts: Facts, *, same_account: bool) -> bool:
    """Calls that no policy can allow.

    AssumeRole by the root user: "You cannot call AssumeRole by using AWS account root user credentials; access is denied".
    Administration of another account's KMS key. Changes of what AWS owns, by anyone but services: "You cannot change the
    permissions defined in AWS managed policies" (IAM User Guide, "AWS managed policies").
    """
    if _changes_what_aws_owns(facts):
        return True
    if facts.action == "sts:assumerole" and facts.caller.kind == "root":
        return True
    return not same_account and facts.caller.in_account and _on_key(facts) and facts.action not in _KEY_ACTIONS_OF_OTHERS


def without_effect(facts: Facts, kind: Kind) -> bool:
    """Whether a kind of policy cannot stop this call.

    The root user of a bucket's account can always read, replace and delete the bucket's policy, whatever that policy says.
    "kms:RetireGrant is not affected by an RCP" (Organizations User Guide, RCPs).
    """
    if always_allowed(facts):
        return kind != "endpoint"
    if kind == "rcp":
        return facts.action == "kms:retiregrant"
    return (
        kind == "resource"
        and facts.caller.kind == "root"
        and facts.action in _OWN_BUCKET_POLICY
        and facts.resource_account in {None, facts.principal_account}
    )


def _changes_what_aws_owns(facts: Facts) -> bool:
    resource = facts.resource
    if facts.action in _POLICY_CHANGES:
        return ":iam::aws:policy/" in resource
    if facts.action in _ROLE_CHANGES:
        return _part(facts, 2) == "iam" and _part(facts, 5).startswith("role/aws-reserved/")
    return facts.action in _ALIAS_CHANGES and _part(facts, 2) == "kms" and _part(facts, 5).startswith("alias/aws/")


def _on_key(facts: Facts) -> bool:
    return facts.action.startswith("kms:") and _part(facts, 2) == "kms" and _part(facts, 5).startswith("key/")


def _part(facts: Facts, index: int) -> str:
    parts = facts.resource.split(":", 5)
    return parts[index] if len(parts) == 6 else ""
