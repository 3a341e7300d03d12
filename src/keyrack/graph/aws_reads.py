"""Who may read a credential where it lies in AWS, and which known resources an AWS principal may act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.access.aws.certainty import MAYBE, YES
from keyrack.graph.aws_ask import Asker, Thing
from keyrack.graph.aws_principals import Directory, Principal
from keyrack.graph.model import Edge, Estate, opened_by
from keyrack.records import Resource
from keyrack.records.uids import aws_arn

_READS = {
    ":lambda:": "lambda:GetFunctionConfiguration",
    ":codebuild:": "codebuild:BatchGetProjects",
    ":ecs:": "ecs:DescribeTaskDefinition",
    ":ec2:": "ec2:DescribeInstanceAttribute",
    ":ssm:": "ssm:GetParameter",
    ":secretsmanager:": "secretsmanager:GetSecretValue",
    ":cloudformation:": "cloudformation:GetTemplate",
}
"""The call that shows what lies in a workload's environment or a store, by service (Service Authorization Reference)."""
_NO_RESOURCE = {"ecs:DescribeTaskDefinition"}

_ACTS: Mapping[str, tuple[str, ...]] = {
    "aws:bucket": ("s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy"),
    "aws:secret": ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
    "aws:ssm-parameter": ("ssm:GetParameter", "ssm:PutParameter"),
    "aws:kms-key": ("kms:Decrypt", "kms:PutKeyPolicy"),
    "aws:lambda-function": ("lambda:UpdateFunctionCode", "lambda:InvokeFunction"),
    "aws:ecs-task-definition": ("ecs:RunTask",),
    "aws:codebuild-project": ("codebuild:UpdateProject", "codebuild:StartBuild"),
    "aws:ec2-instance": ("ec2:TerminateInstances", "ssm:StartSession"),
}
"""What counts as reaching a resource: reading what it holds, or changing it."""


def reads(estate: Estate, caller: Principal, asker: Asker) -> Iterator[Edge]:
    """Edges to the identities whose credentials lie where the caller may read them."""
    live = opened_by(estate)
    for placement in estate.placements:
        target = live.get(placement.credential_uid)
        if target is None or target == caller.uid or not placement.path.startswith("arn:"):
            continue
        action = next((read for mark, read in _READS.items() if mark in placement.path), None)
        if action is None or not asker.allowed(caller, (action,)):
            continue
        arn = "*" if action in _NO_RESOURCE else placement.path
        answer = asker.ask(caller, action, Thing(arn, placement.scope))
        if answer:
            yield Edge(caller.uid, target, action, placement.path, conditional=answer == MAYBE)


def touches(estate: Estate, people: Directory, asker: Asker, admins: frozenset[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Identity uid -> (resource uid, action) it may act on by itself; administrators reach everything in their account."""
    by_type: dict[str, list[Resource]] = {}
    for resource in sorted(estate.resources, key=lambda item: item.uid):
        if resource.type in _ACTS:
            by_type.setdefault(resource.type, []).append(resource)
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for uid, principal in people.principals.items():
        reached = tuple(_touched(principal, by_type, people, asker, all_of=uid in admins))
        if reached:
            found[uid] = reached
    return found


def _touched(
    principal: Principal, by_type: Mapping[str, list[Resource]], people: Directory, asker: Asker, *, all_of: bool
) -> Iterator[tuple[str, str]]:
    for kind, resources in by_type.items():
        actions = [action for action in _ACTS[kind] if asker.allowed(principal, (action,))]
        for resource in resources:
            if all_of and resource.scope == principal.account:
                yield resource.uid, "administrator"
                continue
            attached = people.resources.get(resource.uid)
            thing = Thing(_arn(resource), resource.scope, resource.tags, policies=attached)
            asked = _ACTS[kind] if attached else actions
            done = next((action for action in asked if asker.ask(principal, action, thing) == YES), None)
            if done:
                yield resource.uid, done


def _arn(resource: Resource) -> str:
    arn = aws_arn(resource.uid)
    if resource.type == "aws:bucket":
        return f"{arn}/keyrack"
    return f"{arn}:1" if resource.type == "aws:ecs-task-definition" else arn
