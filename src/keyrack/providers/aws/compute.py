"""Workloads: Lambda, ECS, CodeBuild and EC2 of one region."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.raw import Raw, known, part, rows, tags, text, when
from keyrack.providers.aws.references import build_references, value_from
from keyrack.providers.aws.scan import Scan, not_asked
from keyrack.providers.aws.workload import Workload, sightings, workload_records
from keyrack.records import Credential, Gap, Record
from keyrack.records.uids import aws_uid, credential_uid
from keyrack.sdk import gap

FUNCTIONS = Call("aws.lambda", "lambda", "list_functions", "lambda:ListFunctions", ("Functions",))
FAMILIES = Call(
    "aws.ecs",
    "ecs",
    "list_task_definition_families",
    "ecs:ListTaskDefinitionFamilies",
    ("families",),
    params={"status": "ACTIVE"},
)
TASK = Call(
    "aws.ecs", "ecs", "describe_task_definition", "ecs:DescribeTaskDefinition", ("taskDefinition",),
    params={"include": ["TAGS"]}, absent_ok=True,
)  # fmt: skip
PROJECTS = Call("aws.codebuild", "codebuild", "list_projects", "codebuild:ListProjects", ("projects",))
PROJECT = Call("aws.codebuild", "codebuild", "batch_get_projects", "codebuild:BatchGetProjects", ("projects",))
SOURCES = Call(
    "aws.codebuild",
    "codebuild",
    "list_source_credentials",
    "codebuild:ListSourceCredentials",
    ("sourceCredentialsInfos",),
    optional=True,
)
INSTANCES = Call("aws.ec2", "ec2", "describe_instances", "ec2:DescribeInstances", ("Reservations",))
USER_DATA = Call(
    "aws.user_data", "ec2", "describe_instance_attribute", "ec2:DescribeInstanceAttribute", ("UserData",),
    params={"Attribute": "userData"}, absent_ok=True,
)  # fmt: skip
_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+|-\s+|-e\s+)?[\"']?([A-Za-z_][\w.-]{1,60})[\"']?\s*[=:]\s*[\"']?([^\s\"'#]{4,4096})", re.MULTILINE
)
_SOURCES: Mapping[str, str] = {"GITHUB": "github", "GITHUB_ENTERPRISE": "github", "BITBUCKET": "bitbucket", "GITLAB": "gitlab"}


def functions(scan: Scan, region: str, labels: Mapping[str, Mapping[str, str]]) -> Iterator[Record]:
    """Lambda functions with their plain environment; ``labels`` holds tags by ARN, as the listing has none."""
    for item in scan.listing(FUNCTIONS.at(region)):
        if isinstance(item, Gap):
            yield item
            continue
        arn, block = text(item, "FunctionArn"), part(item, "Environment")
        if not arn:
            continue
        if part(block, "Error"):
            yield gap(
                "aws.lambda", aws_uid(arn), "denied", "The function's environment is encrypted with a key we may not use.",
                permission="kms:Decrypt", hint="allow kms:Decrypt on the function's key, or accept it", incomplete=False,
            )  # fmt: skip
        role = text(item, "Role")
        yield from workload_records(
            scan,
            Workload(
                uid=aws_uid(arn), type="aws:lambda-function", name=text(item, "FunctionName") or arn,
                role=aws_uid(role) if role else None, tags=labels.get(arn, {}), attrs=known(runtime=text(item, "Runtime")),
                variables={"": _values(part(block, "Variables"))}, changed=when(item, "LastModified"),
            ),
        )  # fmt: skip


def tasks(scan: Scan, region: str) -> Iterator[Record]:
    """The newest active revision of every ECS task definition family: one listing, one call a family (ECS has no bulk call)."""
    families = yield from _names(scan, FAMILIES.at(region))
    for reply in scan.each("aws: ECS task definitions", [TASK.at(region).of(taskDefinition=name) for name in families]):
        if isinstance(reply, Gap):
            yield reply
        else:
            yield from _task(scan, part(reply[1], "taskDefinition"), tags(reply[1], "tags"))


def _task(scan: Scan, raw: Raw, labels: Mapping[str, str]) -> Iterator[Record]:
    arn, family = text(raw, "taskDefinitionArn"), text(raw, "family")
    if not arn or not family:
        return
    role, execution = text(raw, "taskRoleArn"), text(raw, "executionRoleArn")
    containers = rows(raw, "containerDefinitions")
    yield from workload_records(
        scan,
        Workload(
            uid=aws_uid(re.sub(r":\d+$", "", arn)),  # the revision changes with every deployment, the workload does not
            type="aws:ecs-task-definition", name=family, role=aws_uid(role) if role else None,
            execution_role=aws_uid(execution) if execution else None, tags=labels,
            variables={text(box, "name") or "": _pairs(rows(box, "environment")) for box in containers},
            references={place: name for box in containers for place, name in value_from(box).items()},
            changed=when(raw, "registeredAt"),
        ),
    )  # fmt: skip


def builds(scan: Scan, region: str) -> Iterator[Record]:
    """CodeBuild projects (a listing, and one call per hundred) and the source tokens stored in CodeBuild (one call)."""
    names = yield from _names(scan, PROJECTS.at(region))
    batches: list[Sequence[str]] = [names[start : start + 100] for start in range(0, len(names), 100)]
    for reply in scan.each("aws: CodeBuild projects", [PROJECT.at(region).of(names=list(batch)) for batch in batches]):
        if isinstance(reply, Gap):
            yield reply
            continue
        for project in rows(reply[1], "projects"):
            yield from _project(scan, project)
    for item in scan.listing(SOURCES.at(region)):
        if isinstance(item, Gap):
            yield item
        elif arn := text(item, "arn"):
            yield _source_token(arn, item)


def _project(scan: Scan, raw: Raw) -> Iterator[Record]:
    arn, role = text(raw, "arn"), text(raw, "serviceRole")
    if not arn:
        return
    listed = rows(part(raw, "environment"), "environmentVariables")
    plain = [row for row in listed if text(row, "type") in {"PLAINTEXT", None}]
    yield from workload_records(
        scan,
        Workload(
            uid=aws_uid(arn), type="aws:codebuild-project", name=text(raw, "name") or arn, role=_role(scan, role),
            tags=tags(raw, "tags"), variables={"": _pairs(plain)}, references=build_references(listed),
            changed=when(raw, "lastModified"),
        ),
    )  # fmt: skip


def _source_token(arn: str, raw: Raw) -> Credential:
    return Credential(
        uid=credential_uid("aws", holder=aws_uid(arn), name="token"),
        kind="api_token",
        issuer=_SOURCES.get(text(raw, "serverType") or "", "unknown"),
        name=f"CodeBuild source credential ({text(raw, 'authType') or 'unknown type'})",
        status="active",
        attrs={"endpoint": aws_uid(arn)},
    )


def instances(scan: Scan, region: str, profiles: Mapping[str, str]) -> Iterator[Record]:
    """EC2 instances that are not gone; ``profiles`` maps instance profile ARNs to role uids."""
    found: dict[str, Workload] = {}
    for reservation in scan.listing(INSTANCES.at(region)):
        if isinstance(reservation, Gap):
            yield reservation
            continue
        for raw in rows(reservation, "Instances"):
            workload = _instance(scan, region, raw, profiles)
            if workload is not None:
                found[text(raw, "InstanceId") or ""] = workload
    for workload in found.values():
        yield from workload_records(scan, workload)
    yield from _user_data(scan, region, found)


def _instance(scan: Scan, region: str, raw: Raw, profiles: Mapping[str, str]) -> Workload | None:
    instance, state = text(raw, "InstanceId"), text(part(raw, "State"), "Name")
    if not instance or state in {"terminated", "shutting-down"}:
        return None
    labels = tags(raw)
    tokens = text(part(raw, "MetadataOptions"), "HttpTokens")
    return Workload(
        uid=f"{scan.partition}:ec2:{region}:{scan.account}:instance/{instance}",
        type="aws:ec2-instance",
        name=labels.get("Name") or instance,
        role=profiles.get(text(part(raw, "IamInstanceProfile"), "Arn") or ""),
        tags=labels,
        attrs=known(imds=tokens, status=state),
        changed=when(raw, "LaunchTime"),
    )


def _user_data(scan: Scan, region: str, found: Mapping[str, Workload]) -> Iterator[Record]:
    if not scan.wants("user_data"):
        if found:
            yield not_asked("aws.user_data", "--aws-user-data", f"The start-up scripts of {len(found)} instances were not read.")
        return
    for reply in scan.each("aws: user data", [USER_DATA.at(region).of(InstanceId=instance) for instance in found]):
        if isinstance(reply, Gap):
            yield reply
            continue
        workload = found[str(reply[0].params["InstanceId"])]
        values = assignments(text(part(reply[1], "UserData"), "Value") or "")
        if values is None:
            yield gap("aws.user_data", workload.uid, "malformed", "The start-up script is neither base64 nor gzip text.")
            continue
        yield from sightings(scan, replace(workload, variables={"userData": values}, detector="aws.user-data"))


def assignments(encoded: str) -> dict[str, str] | None:
    """``NAME=value`` and ``name: value`` lines of base64 (and possibly gzip) user data; ``None`` when it is neither."""
    try:
        data = base64.b64decode(encoded, validate=False)
        if data.startswith(b"\x1f\x8b"):
            data = zlib.decompressobj(31).decompress(data, 1 << 20)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return dict(_ASSIGNMENT.findall(data.decode("utf-8", "replace")))


def _names(scan: Scan, call: Call) -> Generator[Gap, None, list[str]]:
    """Names of a listing of bare names; failures are yielded."""
    names: list[str] = []
    for item in scan.listing(call):
        if isinstance(item, Gap):
            yield item
        elif name := text(item, ""):
            names.append(name)
    return names


def _role(scan: Scan, role: str | None) -> str | None:
    """CodeBuild takes a role's ARN, and in old projects its bare name."""
    if not role:
        return None
    return aws_uid(role) if role.startswith("arn:") else f"{scan.partition}:iam::{scan.account}:role/{role}"


def _pairs(listed: Sequence[Raw]) -> dict[str, str]:
    return {name: value for row in listed if (name := text(row, "name")) and (value := text(row, "value"))}


def _values(block: Raw) -> dict[str, str]:
    return {str(name): value for name, value in block.items() if isinstance(value, str) and value}
