"""The account as ``aws iam get-account-authorization-details`` prints it, so that it can be scanned without a server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from keyrack_estate.account.model import Account, Document, Role, Tags, User
from keyrack_estate.logs import allowed


def details(account: Account) -> dict[str, Any]:
    """All users, groups, roles and policies in IAM's own shape (IAM API reference, GetAccountAuthorizationDetails)."""
    held = {arn for user in account.users.values() for arn in user.managed}
    held |= {arn for role in account.roles.values() for arn in role.managed}
    held |= {arn for arns in account.groups.values() for arn in arns}
    held |= {role.boundary for role in account.roles.values() if role.boundary}
    held |= {account.policy_arn(name) for name in account.policies}
    return {
        "UserDetailList": [_user(account, user) for user in account.users.values()],
        "GroupDetailList": [_group(account, name, arns) for name, arns in account.groups.items()],
        "RoleDetailList": [_role(account, role) for role in account.roles.values()],
        "Policies": [_policy(account, arn) for arn in sorted(held)],
    }


def _inline(documents: dict[str, Document]) -> list[dict[str, Any]]:
    return [{"PolicyName": name, "PolicyDocument": document} for name, document in documents.items()]


def _attached(arns: list[str]) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def _tags(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _user(account: Account, user: User) -> dict[str, Any]:
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": "AIDA" + "0" * 17,
        "Arn": account.user_arn(user),
        "CreateDate": _date(user.created),
        "UserPolicyList": _inline(user.inline),
        "GroupList": user.groups,
        "AttachedManagedPolicies": _attached(user.managed),
        "Tags": _tags(user.tags),
    }


def _group(account: Account, name: str, arns: list[str]) -> dict[str, Any]:
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": "AGPA" + "0" * 17,
        "Arn": f"arn:aws:iam::{account.id}:group/{name}",
        "CreateDate": "2020-01-01T00:00:00+00:00",
        "GroupPolicyList": [],
        "AttachedManagedPolicies": _attached(arns),
    }


def _role(account: Account, role: Role) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if role.boundary:
        more["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": role.boundary}
    used = {"LastUsedDate": _date(role.last_used), "Region": account.region} if role.last_used else {}
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": "AROA" + "0" * 17,
        "Arn": account.role_arn(role.name),
        "CreateDate": _date(role.created),
        "AssumeRolePolicyDocument": role.trust,
        "InstanceProfileList": [],
        "RolePolicyList": _inline(role.inline),
        "AttachedManagedPolicies": _attached(role.managed),
        "Tags": _tags(role.tags),
        "RoleLastUsed": used,
        **more,
    }


def _policy(account: Account, arn: str) -> dict[str, Any]:
    name = arn.rpartition("/")[2]
    return {
        "PolicyName": name,
        "PolicyId": "ANPA" + "0" * 17,
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": "2020-01-01T00:00:00+00:00",
        "UpdateDate": "2020-01-01T00:00:00+00:00",
        "PolicyVersionList": [
            {
                "Document": allowed.document(account, arn),
                "VersionId": "v1",
                "IsDefaultVersion": True,
                "CreateDate": "2020-01-01T00:00:00+00:00",
            }
        ],
    }
