"""How one AWS principal becomes another: one line a method in ``aws_methods.txt``; ``aws_edges`` and ``aws_self`` evaluate them.

Each method names every permission it takes and on what each must hold. The list of what works is public knowledge: Rhino
Security Labs, "AWS IAM Privilege Escalation Methods and Mitigation" (2018), BishopFox, "Privilege Escalation in AWS" (2021),
DataDog, pathfinding.cloud, HackTricks Cloud; which resources an action is checked on comes from AWS's own Service
Authorization Reference (``_AWS + <page>``), which every method links.

What a permission must hold on (``action@slot``):

| slot | meaning |
|---|---|
| ``target`` | the role or user that is taken |
| ``work`` | the workload that runs as the target |
| ``self``, ``group``, ``policy`` | the caller, a group it is in, a customer managed policy attached to it (or to the target) |
| a word of :data:`ARNS` | something new, whose name the caller chooses |
| none | the action takes no resource: only a statement on ``*`` allows it |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, cast

Shape = Literal["pass", "run", "take", "self", "grant"]
"""``pass``: a role to a new workload; ``run``: an existing workload; ``take``: the target's own credential or trust;
``self``: more rights for the caller; ``grant``: more rights for a principal that the caller can already become."""

_AWS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_"

ARNS: Final[Mapping[str, str]] = {
    "agent-interpreter": "arn:{p}:bedrock-agentcore:{region}:{account}:code-interpreter-custom/{name}",
    "airflow": "arn:{p}:airflow:{region}:{account}:environment/{name}",
    "apprunner": "arn:{p}:apprunner:{region}:{account}:service/{name}/0123456789abcdef0123456789abcdef",
    "asg": "arn:{p}:autoscaling:{region}:{account}:autoScalingGroup:1111:autoScalingGroupName/{name}",
    "automation": "arn:{p}:ssm:{region}:{account}:automation-definition/{name}:$DEFAULT",
    "batch-definition": "arn:{p}:batch:{region}:{account}:job-definition/{name}",
    "batch-queue": "arn:{p}:batch:{region}:{account}:job-queue/{name}",
    "cluster": "arn:{p}:ecs:{region}:{account}:cluster/{name}",
    "container-instance": "arn:{p}:ecs:{region}:{account}:container-instance/{name}/0123456789abcdef0123456789abcdef",
    "document": "arn:{p}:ssm:{region}::document/AWS-RunShellScript",
    "dev-endpoint": "arn:{p}:glue:{region}:{account}:devEndpoint/{name}",
    "ec2-image": "arn:{p}:ec2:{region}::image/ami-{name}",
    "ec2-instance": "arn:{p}:ec2:{region}:{account}:instance/{name}",
    "ec2-interface": "arn:{p}:ec2:{region}:{account}:network-interface/{name}",
    "ec2-security-group": "arn:{p}:ec2:{region}:{account}:security-group/{name}",
    "ec2-subnet": "arn:{p}:ec2:{region}:{account}:subnet/{name}",
    "emr-application": "arn:{p}:emr-serverless:{region}:{account}:/applications/{name}",
    "event-mapping": "arn:{p}:lambda:{region}:{account}:event-source-mapping:{name}",
    "function": "arn:{p}:lambda:{region}:{account}:function:{name}",
    "glue-job": "arn:{p}:glue:{region}:{account}:job/{name}",
    "glue-session": "arn:{p}:glue:{region}:{account}:session/{name}",
    "glue-trigger": "arn:{p}:glue:{region}:{account}:trigger/{name}",
    "iam-group": "arn:{p}:iam::{account}:group/{name}",
    "iam-profile": "arn:{p}:iam::{account}:instance-profile/{name}",
    "iam-role": "arn:{p}:iam::{account}:role/{name}",
    "iam-user": "arn:{p}:iam::{account}:user/{name}",
    "launch-configuration": "arn:{p}:autoscaling:{region}:{account}:launchConfiguration:11111111-2222-3333-4444-555555555555:"
    "launchConfigurationName/{name}",
    "launch-template": "arn:{p}:ec2:{region}:{account}:launch-template/{name}",
    "lifecycle": "arn:{p}:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/{name}",
    "notebook": "arn:{p}:sagemaker:{region}:{account}:notebook-instance/{name}",
    "pipeline": "arn:{p}:datapipeline:{region}:{account}:pipeline/{name}",
    "processing-job": "arn:{p}:sagemaker:{region}:{account}:processing-job/{name}",
    "profile": "arn:{p}:rolesanywhere:{region}:{account}:profile/{name}",
    "project": "arn:{p}:codebuild:{region}:{account}:project/{name}",
    "schedule": "arn:{p}:scheduler:{region}:{account}:schedule/default/{name}",
    "service": "arn:{p}:ecs:{region}:{account}:service/{pair}",
    "spot-request": "arn:{p}:ec2:{region}:{account}:spot-instances-request/{name}",
    "stack": "arn:{p}:cloudformation:{region}:{account}:stack/{name}/11111111-2222-3333-4444-555555555555",
    "stackset": "arn:{p}:cloudformation:{region}:{account}:stackset/{name}:11111111-2222-3333-4444-555555555555",
    "state-machine": "arn:{p}:states:{region}:{account}:stateMachine:{name}",
    "studio-profile": "arn:{p}:sagemaker:{region}:{account}:user-profile/d-0123456789ab/{name}",
    "task": "arn:{p}:ecs:{region}:{account}:task/{name}/0123456789abcdef0123456789abcdef",
    "task-definition": "arn:{p}:ecs:{region}:{account}:task-definition/{name}:1",
    "training-job": "arn:{p}:sagemaker:{region}:{account}:training-job/{name}",
    "tuning-job": "arn:{p}:sagemaker:{region}:{account}:hyper-parameter-tuning-job/{name}",
}
"""What a new thing is called; ``{name}`` is the caller's choice, ``{pair}`` two (cluster/service)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of workload: the service that holds its role, its ARN, what we call it, and who would have seen it."""

    service: str
    arn: str
    name: str
    record: str = ""
    """Resource type in the lake; empty: no provider looks for it."""
    capability: str = ""
    listing: str = ""
    """The call that lists them; a Gap about it means that some were not seen."""


KINDS: Final[Mapping[str, Kind]] = {
    "function": Kind("lambda", "function", "Lambda function", "aws:lambda-function", "aws.lambda", "lambda:ListFunctions"),
    "ec2-instance": Kind("ec2", "ec2-instance", "EC2 instance", "aws:ec2-instance", "aws.ec2", "ec2:DescribeInstances"),
    "project": Kind(
        "codebuild", "project", "CodeBuild project", "aws:codebuild-project", "aws.codebuild", "codebuild:ListProjects"
    ),
    "task": Kind("ecs-tasks", "task", "ECS task", "aws:ecs-task-definition", "aws.ecs", "ecs:ListTaskDefinitionFamilies"),
    "launch-template": Kind("ec2", "launch-template", "launch template"),
    "stack": Kind("cloudformation", "stack", "CloudFormation stack"),
    "stackset": Kind("cloudformation", "stackset", "CloudFormation stack set"),
    "dev-endpoint": Kind("glue", "dev-endpoint", "Glue development endpoint"),
    "apprunner": Kind("tasks.apprunner", "apprunner", "App Runner service"),
    "agent-interpreter": Kind("bedrock-agentcore", "agent-interpreter", "AgentCore code interpreter"),
    "notebook": Kind("sagemaker", "notebook", "SageMaker notebook"),
    "studio-profile": Kind("sagemaker", "studio-profile", "SageMaker Studio user profile"),
    "state-machine": Kind("states", "state-machine", "Step Functions state machine"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One permission, and the slot it must hold on."""

    action: str
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """One way. ``on`` is the service a role is passed to, the kind of workload, or what is taken: user, role, group, policy."""

    shape: Shape
    on: str
    needs: tuple[Need, ...]
    source: str

    @property
    def id(self) -> str:
        """Its actions joined by ``+``, as a path's mechanism shows them; passing a role comes first."""
        passed = ("iam:PassRole",) if self.shape == "pass" else ()
        return "+".join((*passed, *dict.fromkeys(need.action for need in self.needs)))


def _need(text: str) -> Need:
    action, _, slot = text.partition("@")
    return Need(action, slot)


@cache
def methods() -> tuple[Method, ...]:
    """The table. Methods that only add permissions to a shorter one stay in it: a reader looks for them by name."""
    text = files("keyrack.graph").joinpath("aws_methods.txt").read_text("utf-8").replace("\n  ", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(
        Method(cast("Shape", shape), on, tuple(_need(word) for word in needs), f"{_AWS}{page}.html")
        for shape, on, page, *needs in lines
    )
