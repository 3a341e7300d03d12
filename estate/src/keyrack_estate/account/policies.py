"""Policy documents: the harmless, the harmful, and those that look harmful and are not."""

from __future__ import annotations

from dataclasses import dataclass, field

from keyrack_estate.account.model import Document

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def policy(*statements: Document) -> Document:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: list[str], resources: list[str] | str, **more: object) -> Document:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: list[str], resources: list[str] | str) -> Document:
    """A Deny statement."""
    return {"Effect": "Deny", "Action": actions, "Resource": resources}


def modest(account: str, name: str) -> Document:
    """What a workload needs: its own table, queue, bucket prefix and log group."""
    return policy(
        allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], f"arn:aws:dynamodb:eu-north-1:{account}:table/{name}"),
        allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], f"arn:aws:sqs:eu-north-1:{account}:{name}-in"),
        allow(["s3:GetObject"], f"arn:aws:s3:::nordholm-{name}/input/*"),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:eu-north-1:{account}:log-group:/{name}:*"),
    )


@dataclass(frozen=True, slots=True)
class Excess:
    """One way to hold too much: label of the risk (``None``: only looks so) and what to attach."""

    name: str
    label: str | None
    note: str
    managed: tuple[str, ...] = ()
    document: Document | None = field(default=None, hash=False)
    boundary: bool = False


def _pass(*actions: str) -> Document:
    return policy(allow(["iam:PassRole", *actions], "*"))


EXCESSES: tuple[Excess, ...] = (
    Excess("release-admin", "admin_grant", "AdministratorAccess attached", managed=(ADMIN,)),
    Excess("terraform-apply", "admin_grant", "AdministratorAccess attached", managed=(ADMIN,)),
    Excess("legacy-deployer", "admin_grant", "inline *:* on *", document=policy(allow(["*"], "*"))),
    Excess("etl-root", "admin_grant", "inline *:* on *", document=policy(allow(["*"], ["*"]))),
    Excess("vendor-sync", "admin_grant", "PowerUserAccess attached", managed=(POWER,)),
    Excess("bucket-mover", "service_wildcard", "s3:* on *", document=policy(allow(["s3:*"], "*"))),
    Excess("table-admin", "service_wildcard", "dynamodb:* on *", document=policy(allow(["dynamodb:*"], "*"))),
    Excess("secret-sync", "service_wildcard", "secretsmanager:* on *", document=policy(allow(["secretsmanager:*"], "*"))),
    Excess("identity-bot", "service_wildcard", "iam:* on *", document=policy(allow(["iam:*"], "*"))),
    Excess(
        "function-shipper",
        "privilege_escalation",
        "PassRole + CreateFunction + InvokeFunction",
        document=_pass("lambda:CreateFunction", "lambda:InvokeFunction"),
    ),
    Excess(
        "policy-editor", "privilege_escalation", "CreatePolicyVersion", document=policy(allow(["iam:CreatePolicyVersion"], "*"))
    ),
    Excess("access-granter", "privilege_escalation", "AttachUserPolicy", document=policy(allow(["iam:AttachUserPolicy"], "*"))),
    Excess("role-binder", "privilege_escalation", "AttachRolePolicy", document=policy(allow(["iam:AttachRolePolicy"], "*"))),
    Excess("inline-writer", "privilege_escalation", "PutRolePolicy", document=policy(allow(["iam:PutRolePolicy"], "*"))),
    Excess(
        "trust-editor",
        "privilege_escalation",
        "UpdateAssumeRolePolicy",
        document=policy(allow(["iam:UpdateAssumeRolePolicy"], "*")),
    ),
    Excess("key-issuer", "privilege_escalation", "CreateAccessKey", document=policy(allow(["iam:CreateAccessKey"], "*"))),
    Excess("login-setter", "privilege_escalation", "UpdateLoginProfile", document=policy(allow(["iam:UpdateLoginProfile"], "*"))),
    Excess("instance-launcher", "privilege_escalation", "PassRole + RunInstances", document=_pass("ec2:RunInstances")),
    Excess("stack-runner", "privilege_escalation", "PassRole + CreateStack", document=_pass("cloudformation:CreateStack")),
)
"""What is too much."""

LOOKALIKES: tuple[Excess, ...] = (
    Excess(
        "bounded-builder",
        None,
        "*:* under a permissions boundary of four read actions",
        document=policy(allow(["*"], "*")),
        boundary=True,
    ),
    Excess("bounded-runner", None, "AdministratorAccess under a read-only boundary", managed=(ADMIN,), boundary=True),
    Excess("bounded-lab", None, "iam:* under a read-only boundary", document=policy(allow(["iam:*"], "*")), boundary=True),
    Excess("denied-iam", None, "iam:* allowed and denied", document=policy(allow(["iam:*"], "*"), deny(["iam:*"], "*"))),
    Excess("denied-all", None, "*:* allowed and denied", document=policy(allow(["*"], "*"), deny(["*"], "*"))),
    Excess(
        "denied-attach",
        None,
        "AttachUserPolicy denied again",
        document=policy(allow(["iam:AttachUserPolicy"], "*"), deny(["iam:Attach*"], "*")),
    ),
    Excess(
        "one-bucket",
        None,
        "s3:* on one bucket",
        document=policy(allow(["s3:*"], ["arn:aws:s3:::nordholm-scratch", "arn:aws:s3:::nordholm-scratch/*"])),
    ),
    Excess(
        "one-table",
        None,
        "dynamodb:* on one table",
        document=policy(allow(["dynamodb:*"], "arn:aws:dynamodb:eu-north-1:*:table/scratch")),
    ),
    Excess(
        "describe-all", None, "read-only wildcards", document=policy(allow(["ec2:Describe*", "ecs:List*", "ecs:Describe*"], "*"))
    ),
    Excess("auditor", None, "ReadOnlyAccess attached", managed=(READ_ONLY,)),
    Excess(
        "pass-one-role",
        None,
        "PassRole for one modest role to one service",
        document=policy(
            allow(
                ["iam:PassRole"],
                "arn:aws:iam::*:role/catalog-worker",
                Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
            allow(["ecs:RegisterTaskDefinition"], "*"),
        ),
    ),
)
"""What only looks so."""
