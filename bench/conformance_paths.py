"""Escalation paths that others published, converted to account inventories and scanned: found and missed, with reasons.

    python -m bench.conformance_paths --data FOLDER

FOLDER holds ``pathfinding/*.yaml`` (DataDog/pathfinding.cloud) and ``iam-vulnerable/account-authorization-details.json``
(BishopFox/iam-vulnerable, in get-account-authorization-details shape). Nothing of either is part of this project.

Each pathfinding YAML becomes an account: a user (or role) that holds exactly the listed permissions on ``*``, and the
prerequisite its text states: an administrator's role that trusts the service, an administrator to take over, a group, a policy.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ACCOUNT = "111122223333"
ARN = f"arn:aws:iam::{ACCOUNT}"
ADMIN = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
SERVICES = {"ecs": "ecs-tasks", "apprunner": "tasks.apprunner", "bedrock": "bedrock-agentcore", "ssm": "ec2"}
Raw = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    missed = 0
    for file in sorted((folder / "pathfinding").glob("*.yaml")):
        method = yaml.safe_load(file.read_text("utf-8"))
        role = _role_only(method["name"])
        answer = scan(account(method))
        start = f"aws:iam::{ACCOUNT}:{'role' if role else 'user'}/start"
        hops = next((path["hops"] for path in answer["paths"] if path["from"] == start), None)
        missed += hops is None
        shown = " -> ".join(f"{hop['mechanism']} ({hop['via']})" for hop in hops) if hops else "MISSED"
        print(f"{method['id']:24} {shown}")
    print(f"pathfinding.cloud: {missed} missed")
    vulnerable(folder / "iam-vulnerable" / "account-authorization-details.json")


def vulnerable(file: Path) -> None:
    answer = scan(json.loads(file.read_text("utf-8")))
    found = {path["from"].rpartition("/")[2] for path in answer["paths"]} | {uid.rpartition("/")[2] for uid in answer["admins"]}
    details = json.loads(file.read_text("utf-8"))
    names = [row["UserName"] for row in details["UserDetailList"]] + [row["RoleName"] for row in details["RoleDetailList"]]
    scenarios = sorted({name.rpartition("-")[0] for name in names if name.endswith(("-user", "-role"))})
    for scenario in scenarios:
        ways = [kind for kind in ("user", "role") if f"{scenario}-{kind}" in found]
        print(f"{scenario:60} {' '.join(ways) or '-'}")


def account(method: Raw) -> Raw:
    """The inventory one method describes."""
    actions = [need["permission"] for need in method["permissions"]["required"]]
    as_role = _role_only(method["name"])
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    managed = {
        "PolicyName": "start",
        "Arn": f"{ARN}:policy/start",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": policy}],
    }
    attached = [{"PolicyName": "start", "PolicyArn": f"{ARN}:policy/start"}]
    start_user = user("start", attached, groups=["team"])
    start_role = role("start", attached, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    services = [SERVICES.get(name, name) for name in method["services"] if name not in {"iam", "sts"}]
    trusted = {"Service": [f"{name}.amazonaws.com" for name in [*services, "elasticmapreduce"]]}
    if "sts:AssumeRole" in actions:
        trusted = {"AWS": f"{ARN}:{'role' if as_role else 'user'}/start"}
    target = role("target", [ADMIN] if needs_admin(method) else customer(), trusted, profile=True)
    return {
        "UserDetailList": [user("victim", [ADMIN] if needs_admin(method) else customer()), *([] if as_role else [start_user])],
        "GroupDetailList": [group("team", []), group("admins", [ADMIN])],
        "RoleDetailList": [target, *([start_role] if as_role else [])],
        "Policies": [managed, {**managed, "PolicyName": "plain", "Arn": f"{ARN}:policy/plain", "PolicyVersionList": [plain()]}],
    }


def needs_admin(method: Raw) -> bool:
    """Whether the target has to be an administrator before; pairs make it one."""
    words = method["name"]
    return not ("+" in words and any(f"iam:{verb}" in words for verb in ("Attach", "Put", "CreatePolicyVersion")))


def customer() -> list[Raw]:
    return [{"PolicyName": "plain", "PolicyArn": f"{ARN}:policy/plain"}]


def plain() -> Raw:
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    return {"VersionId": "v1", "IsDefaultVersion": True, "Document": {"Version": "2012-10-17", "Statement": [statement]}}


def _role_only(name: str) -> bool:
    return name in {"iam:PutRolePolicy", "iam:AttachRolePolicy"}


def user(name: str, attached: list[Raw], groups: list[str] | None = None) -> Raw:
    return {
        "Path": "/", "UserName": name, "UserId": f"AIDA{name.upper()}", "Arn": f"{ARN}:user/{name}",
        "CreateDate": "2026-01-01T00:00:00Z",
        "UserPolicyList": [], "GroupList": groups or [], "AttachedManagedPolicies": attached, "Tags": [],
    }  # fmt: skip


def role(name: str, attached: list[Raw], principal: Raw, *, profile: bool = False) -> Raw:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]}
    held = {"InstanceProfileName": name, "Arn": f"{ARN}:instance-profile/{name}", "InstanceProfileId": f"AIPA{name.upper()}"}
    return {
        "Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": f"{ARN}:role/{name}",
        "CreateDate": "2026-01-01T00:00:00Z", "AssumeRolePolicyDocument": trust, "RolePolicyList": [], "Tags": [],
        "AttachedManagedPolicies": attached, "RoleLastUsed": {},
        "InstanceProfileList": [held] if profile else [],
    }  # fmt: skip


def group(name: str, attached: list[Raw]) -> Raw:
    return {
        "Path": "/", "GroupName": name, "GroupId": f"AGPA{name.upper()}", "Arn": f"{ARN}:group/{name}", "GroupPolicyList": [],
        "AttachedManagedPolicies": attached,
    }  # fmt: skip


def scan(details: Raw) -> Raw:
    """``keyrack scan`` in a clean home, then ``keyrack paths``."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "details.json"
        file.write_text(json.dumps(details), "utf-8")
        run = [sys.executable, "-m", "keyrack"]
        options = ["--home", f"{home}/home"]
        subprocess.run([*run, "scan", "aws", "--aws-authorization-details", str(file), *options], check=True, capture_output=True)
        done = subprocess.run([*run, "paths", "--to", "admin", "--format", "json", *options], check=True, capture_output=True)
        return json.loads(done.stdout)


if __name__ == "__main__":
    main()
