"""Small AWS accounts in get-account-authorization-details shape, and the graph the real provider and engine make of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from keyrack.graph.build import build
from keyrack.graph.model import Estate, Graph
from keyrack.graph.paths import paths_to
from keyrack.providers.aws.documents import documents, policy
from keyrack.providers.aws.principals import Iam, principals
from keyrack.records import Credential, Gap, Grant, Identity, Policy, Record, Resource, Trust
from keyrack.sdk import gap

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
OTHER = "444455556666"
Raw = dict[str, Any]
ADMIN: Raw = {"Effect": "Allow", "Action": "*", "Resource": "*"}
START = f"aws:iam::{ACCOUNT}:user/start"
CAPABILITIES = ("aws.lambda", "aws.ec2", "aws.codebuild", "aws.ecs")


def arn(kind: str, name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


def allow(*actions: str, on: str | list[str] = "*", when: Raw | None = None) -> Raw:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **({"Condition": when} if when else {})}


def deny(*actions: str, on: str | list[str] = "*", when: Raw | None = None) -> Raw:
    return {**allow(*actions, on=on, when=when), "Effect": "Deny"}


def document(*statements: Raw) -> Raw:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(principal: Raw, when: Raw | None = None, action: str = "sts:AssumeRole") -> Raw:
    return document({"Effect": "Allow", "Action": action, "Principal": principal, **({"Condition": when} if when else {})})


class Inventory:
    """One account; add users, groups, roles and policies, then ask for its graph."""

    def __init__(self, account: str = ACCOUNT) -> None:
        self.account = account
        self.page: Raw = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        self.extra: list[Record] = []
        self.looked: set[str] = set()

    def user(
        self, name: str, *statements: Raw, groups: tuple[str, ...] = (), boundary: list[Raw] | None = None, **more: Any
    ) -> None:
        self.page["UserDetailList"].append(
            {
                "Path": "/", "UserName": name, "Arn": arn("user", name, self.account), "GroupList": list(groups),
                "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else [],
                "AttachedManagedPolicies": [], "Tags": [], **self._bounded(name, boundary), **more,
            }
        )  # fmt: skip

    def role(
        self,
        name: str,
        *statements: Raw,
        trusts: Raw | None = None,
        boundary: list[Raw] | None = None,
        profile: bool = True,
        **more: Any,
    ) -> None:
        profiles = [{"InstanceProfileName": name, "Arn": arn("instance-profile", name, self.account)}] if profile else []
        self.page["RoleDetailList"].append(
            {
                "Path": "/", "RoleName": name, "Arn": arn("role", name, self.account), "RoleLastUsed": {}, "Tags": [],
                "AssumeRolePolicyDocument": trusts or trust({"Service": "sso.amazonaws.com"}), "InstanceProfileList": profiles,
                "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else [],
                "AttachedManagedPolicies": [], **self._bounded(name, boundary), **more,
            }
        )  # fmt: skip

    def group(self, name: str, *statements: Raw) -> None:
        inline = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
        self.page["GroupDetailList"].append(
            {"GroupName": name, "Arn": arn("group", name, self.account), "GroupPolicyList": inline, "AttachedManagedPolicies": []}
        )

    def managed(self, name: str, *statements: Raw, to: str | None = None) -> None:
        """A customer managed policy, attached to a user, role or group that is there already."""
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(*statements)}
        self.page["Policies"].append(
            {"PolicyName": name, "Arn": arn("policy", name, self.account), "PolicyVersionList": [version]}
        )
        for row in (row for rows in self.page.values() for row in rows):
            if to and to in {row.get("UserName"), row.get("RoleName"), row.get("GroupName")}:
                row["AttachedManagedPolicies"].append({"PolicyName": name, "PolicyArn": arn("policy", name, self.account)})

    def control(self, kind: str, level: int, *statements: Raw) -> None:
        attrs = {"arn": f"arn:aws:organizations::{OTHER}:policy/{kind}{level}", "level": f"l{level}", "level_index": str(level)}
        text, target = json.dumps(document(*statements)), [f"aws:account:{self.account}"]
        self.extra.append(policy(self.account, kind, f"{kind}-{level}", text, target, attrs))  # type: ignore[arg-type]

    def session(self, name: str, *statements: Raw) -> None:
        uid = f"aws:iam::{self.account}:{name}"
        self.extra.append(policy(self.account, "session", "session", json.dumps(document(*statements)), [uid]))

    def keys(self, user: str, *statuses: str) -> None:
        """Access keys of a user, by status."""
        holder = f"aws:iam::{self.account}:user/{user}"
        for number, status in enumerate(statuses):
            made = Credential(
                uid=f"{holder}#{number}", kind="access_key", issuer="aws", name="key", identity_uid=holder, status=status
            )  # type: ignore[arg-type]
            self.extra.append(made)

    def workload(self, kind: str, uid: str, role: str, **tags: str) -> None:
        attrs = {"role": f"aws:iam::{self.account}:role/{role}"}
        name = uid.rpartition(":")[2]
        self.extra.append(Resource(uid=uid, type=kind, name=name, provider="aws", scope=self.account, tags=tags, attrs=attrs))

    def _bounded(self, name: str, boundary: list[Raw] | None) -> Raw:
        if boundary is None:
            return {}
        self.managed(f"boundary-{name}", *boundary)
        return {"PermissionsBoundary": {"PermissionsBoundaryArn": arn("policy", f"boundary-{name}", self.account)}}

    def records(self) -> list[Record]:
        iam = Iam(self.account)
        iam.add(self.page)
        blind = [gap(name, "offline scan", "not_configured", "not looked at") for name in CAPABILITIES if name not in self.looked]
        return [*principals(iam, NOW), *documents(iam), *self.extra, *blind]


def estate(*inventories: Inventory) -> Estate:
    found = [record for inventory in inventories for record in inventory.records()]

    def of(kind: type) -> tuple[Any, ...]:
        return tuple(record for record in found if type(record) is kind)

    return Estate(
        NOW,
        of(Identity),
        of(Policy),
        of(Trust),
        of(Resource),
        credentials=of(Credential),
        grants=tuple(g for g in of(Grant) if g.language != "aws-iam"),
        gaps=of(Gap),
    )


def graph(*inventories: Inventory) -> Graph:
    return build(estate(*inventories))


def mechanism(found: Graph, source: str = START, to: str = "admin", *, conditional: bool = False) -> str | None:
    """Mechanisms of the path from a source, joined by ``, ``; ``None`` where there is none."""
    paths = paths_to(found, to, source, conditional=conditional)
    return ", ".join(hop.mechanism for hop in paths[0].hops) if paths else None
