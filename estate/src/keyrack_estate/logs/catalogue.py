"""What can be called: CloudTrail's event names with the permissions each call needs, written by hand from the service pages.

Sources: "Logging ... with CloudTrail" page of each service (event names, data events) and the Service Authorization
Reference (actions, resource types). Templates in braces are filled from a :class:`Target` and the account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A thing calls are made on.

    ``kind``: table, queue, object, bucket, group, function, secret, key, role, user, policy, instance, stack, project,
    topic, parameter, task, or any (calls on no thing).
    """

    kind: str
    name: str
    key: str = ""
    role: str = ""
    """Role that a call hands over (iam:PassRole), by name."""


@dataclass(frozen=True, slots=True)
class Api:
    """One call. ``needs``: (action, resource template) pairs; ``data``: CloudTrail resource type of a data event."""

    source: str
    event: str
    kind: str
    needs: tuple[tuple[str, str], ...]
    params: Parameters | None = field(default=None, hash=False)
    data: str | None = None
    write: bool = False
    everywhere: bool = False
    """Global service: logged in us-east-1."""

    @property
    def action(self) -> str:
        """The first permission it needs."""
        return self.needs[0][0]


_TABLE = "arn:aws:dynamodb:{region}:{account}:table/{name}"
_QUEUE = "arn:aws:sqs:{region}:{account}:{name}"
_OBJECT = "arn:aws:s3:::{name}/{key}"
_BUCKET = "arn:aws:s3:::{name}"
_GROUP = "arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:{key}"
_FUNCTION = "arn:aws:lambda:{region}:{account}:function:{name}"
_SECRET = "arn:aws:secretsmanager:{region}:{account}:secret:{name}"
_KEY = "arn:aws:kms:{region}:{account}:key/{name}"
_ROLE = "arn:aws:iam::{account}:role/{name}"
_USER = "arn:aws:iam::{account}:user/{name}"
_POLICY = "arn:aws:iam::{account}:policy/{name}"
_INSTANCE = "arn:aws:ec2:{region}:{account}:instance/{name}"
_STACK = "arn:aws:cloudformation:{region}:{account}:stack/{name}/*"
_PROJECT = "arn:aws:codebuild:{region}:{account}:project/{name}"
_TOPIC = "arn:aws:sns:{region}:{account}:{name}"
_PARAMETER = "arn:aws:ssm:{region}:{account}:parameter/{name}"
_PASSED = ("iam:PassRole", "arn:aws:iam::{account}:role/{role}")


def _dynamodb(name: str, *, write: bool = False, data: bool = True, params: Parameters | None = None) -> Api:
    needs = ((f"dynamodb:{name}", _TABLE),)
    kind = "AWS::DynamoDB::Table" if data else None
    return Api("dynamodb.amazonaws.com", name, "table", needs, {"tableName": "{name}", **(params or {})}, kind, write)


def _sqs(name: str, *, data: bool = True, write: bool = False) -> Api:
    url = {"queueUrl": "https://sqs.{region}.amazonaws.com/{account}/{name}"}
    return Api("sqs.amazonaws.com", name, "queue", ((f"sqs:{name}", _QUEUE),), url, "AWS::SQS::Queue" if data else None, write)


def _object(name: str, *needs: tuple[str, str], write: bool = False, params: Parameters | None = None) -> Api:
    given = {"bucketName": "{name}", "Host": "{name}.s3.{region}.amazonaws.com", "key": "{key}", **(params or {})}
    return Api("s3.amazonaws.com", name, "object", needs, given, "AWS::S3::Object", write)


def _bucket(name: str, action: str, *, write: bool = False, data: bool = False) -> Api:
    given = {"bucketName": "{name}", "Host": "{name}.s3.{region}.amazonaws.com"}
    return Api("s3.amazonaws.com", name, "bucket", ((action, _BUCKET),), given, "AWS::S3::Object" if data else None, write)


def _on(service: str, name: str, kind: str, resource: str, params: Parameters, *, write: bool = False, action: str = "") -> Api:
    return Api(f"{service}.amazonaws.com", name, kind, ((f"{service}:{action or name}", resource),), params, None, write)


def _look(service: str, name: str, *, prefix: str = "", action: str = "") -> Api:
    return Api(f"{service}.amazonaws.com", name, "any", ((f"{prefix or service}:{action or name}", "*"),), {})


def _iam(name: str, kind: str, resource: str, params: Parameters | None = None, *, write: bool = False) -> Api:
    return Api("iam.amazonaws.com", name, kind, ((f"iam:{name}", resource),), params, None, write, everywhere=True)


_DOCUMENT = '{{"Version":"2012-10-17","Statement":[]}}'
_INVOKE = Api(
    "lambda.amazonaws.com",
    "Invoke",
    "function",
    (("lambda:InvokeFunction", _FUNCTION),),
    {"functionName": _FUNCTION, "invocationType": "RequestResponse"},
    "AWS::Lambda::Function",
)
_CREATE_FUNCTION = Api(
    "lambda.amazonaws.com",
    "CreateFunction20150331",
    "function",
    (("lambda:CreateFunction", _FUNCTION), _PASSED),
    {"functionName": "{name}", "role": _PASSED[1], "runtime": "python3.12", "handler": "app.run"},
    None,
    write=True,
)
_RUN = Api(
    "ec2.amazonaws.com",
    "RunInstances",
    "instance",
    (("ec2:RunInstances", "arn:aws:ec2:{region}:{account}:instance/*"), _PASSED),
    {
        "instancesSet": {"items": [{"imageId": "ami-0f3a9c1d5b7e8a6f2", "minCount": 1, "maxCount": 1}]},
        "instanceType": "t3.small",
        "iamInstanceProfile": {"arn": "arn:aws:iam::{account}:instance-profile/{role}"},
    },
    None,
    write=True,
)
_STACKED = Api(
    "cloudformation.amazonaws.com",
    "CreateStack",
    "stack",
    (("cloudformation:CreateStack", _STACK), _PASSED),
    {"stackName": "{name}", "roleARN": _PASSED[1], "capabilities": ["CAPABILITY_IAM"]},
    None,
    write=True,
)
_REGISTER = Api(
    "ecs.amazonaws.com",
    "RegisterTaskDefinition",
    "any",
    (("ecs:RegisterTaskDefinition", "*"), _PASSED),
    {"family": "{role}", "taskRoleArn": _PASSED[1], "containerDefinitions": [{"name": "app", "image": "app:1"}]},
    None,
    write=True,
)

APIS: tuple[Api, ...] = (
    _dynamodb("GetItem", params={"key": {"id": "***"}}),
    _dynamodb("PutItem", write=True),
    _dynamodb("Query"),
    _dynamodb("UpdateItem", write=True),
    _dynamodb("DeleteItem", write=True),
    _dynamodb("Scan"),
    _dynamodb("DescribeTable", data=False),
    _dynamodb("UpdateTable", data=False, write=True),
    _sqs("ReceiveMessage"),
    _sqs("DeleteMessage", write=True),
    _sqs("SendMessage", write=True),
    _sqs("GetQueueAttributes", data=False),
    _sqs("PurgeQueue", data=False, write=True),
    _object("GetObject", ("s3:GetObject", _OBJECT)),
    _object("HeadObject", ("s3:GetObject", _OBJECT)),
    _object("PutObject", ("s3:PutObject", _OBJECT), write=True),
    _object("DeleteObject", ("s3:DeleteObject", _OBJECT), write=True),
    _object(
        "CopyObject",
        ("s3:PutObject", _OBJECT),
        ("s3:GetObject", _OBJECT),
        write=True,
        params={"x-amz-copy-source": "{name}/{key}"},
    ),
    _bucket("ListObjects", "s3:ListBucket", data=True),
    _bucket("GetBucketPolicy", "s3:GetBucketPolicy"),
    _bucket("GetBucketLocation", "s3:GetBucketLocation"),
    _bucket("PutBucketTagging", "s3:PutBucketTagging", write=True),
    _bucket("DeleteBucket", "s3:DeleteBucket", write=True),
    _look("s3", "ListBuckets", action="ListAllMyBuckets"),
    _on("logs", "CreateLogStream", "group", _GROUP, {"logGroupName": "{name}", "logStreamName": "{key}"}, write=True),
    Api(
        "logs.amazonaws.com",
        "PutLogEvents",
        "group",
        (("logs:PutLogEvents", _GROUP),),
        {"logGroupName": "{name}", "logStreamName": "{key}"},
        "AWS::Logs::LogGroup",
        write=True,
    ),
    _look("logs", "DescribeLogGroups"),
    _INVOKE,
    _CREATE_FUNCTION,
    _on("lambda", "GetFunction20150331v2", "function", _FUNCTION, {"functionName": "{name}"}, action="GetFunction"),
    _on(
        "lambda",
        "UpdateFunctionCode20150331v2",
        "function",
        _FUNCTION,
        {"functionName": "{name}"},
        write=True,
        action="UpdateFunctionCode",
    ),
    _look("lambda", "ListFunctions20150331", action="ListFunctions"),
    _on("secretsmanager", "GetSecretValue", "secret", _SECRET, {"secretId": _SECRET}),
    _on("secretsmanager", "DescribeSecret", "secret", _SECRET, {"secretId": _SECRET}),
    _on("secretsmanager", "PutSecretValue", "secret", _SECRET, {"secretId": _SECRET}, write=True),
    _on("secretsmanager", "RotateSecret", "secret", _SECRET, {"secretId": _SECRET}, write=True),
    _look("secretsmanager", "ListSecrets"),
    _on("kms", "Decrypt", "key", _KEY, {"keyId": _KEY, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
    _on("kms", "GenerateDataKey", "key", _KEY, {"keyId": _KEY, "keySpec": "AES_256"}),
    _on("kms", "DescribeKey", "key", _KEY, {"keyId": _KEY}),
    _look("kms", "ListKeys"),
    _iam("ListRoles", "any", "*"),
    _iam("ListUsers", "any", "*"),
    _iam("GetRole", "role", _ROLE, {"roleName": "{name}"}),
    _iam("CreateRole", "role", _ROLE, {"roleName": "{name}", "assumeRolePolicyDocument": _DOCUMENT}, write=True),
    _iam("AttachRolePolicy", "role", _ROLE, {"roleName": "{name}", "policyArn": _POLICY}, write=True),
    _iam("PutRolePolicy", "role", _ROLE, {"roleName": "{name}", "policyName": "p", "policyDocument": _DOCUMENT}, write=True),
    _iam("UpdateAssumeRolePolicy", "role", _ROLE, {"roleName": "{name}", "policyDocument": _DOCUMENT}, write=True),
    _iam("GetUser", "user", _USER, {"userName": "{key}"}),
    _iam("CreateAccessKey", "user", _USER, {"userName": "{key}"}, write=True),
    _iam("DeleteAccessKey", "user", _USER, {"userName": "{key}", "accessKeyId": "AKIA{key}"}, write=True),
    _iam("ListAccessKeys", "user", _USER, {"userName": "{key}"}),
    _iam("AttachUserPolicy", "user", _USER, {"userName": "{key}", "policyArn": "arn:aws:iam::{account}:policy/p"}, write=True),
    _iam("UpdateLoginProfile", "user", _USER, {"userName": "{key}"}, write=True),
    _iam(
        "CreatePolicyVersion",
        "policy",
        _POLICY,
        {"policyArn": _POLICY, "policyDocument": _DOCUMENT, "setAsDefault": True},
        write=True,
    ),
    _look("ec2", "DescribeInstances"),
    _look("ec2", "DescribeVolumes"),
    _look("ec2", "DescribeSecurityGroups"),
    _RUN,
    _on("ec2", "StopInstances", "instance", _INSTANCE, {"instancesSet": {"items": [{"instanceId": "{name}"}]}}, write=True),
    _look("ecs", "ListClusters"),
    _on(
        "ecs",
        "DescribeTasks",
        "task",
        "arn:aws:ecs:{region}:{account}:task/{name}/{key}",
        {"cluster": "{name}", "tasks": ["arn:aws:ecs:{region}:{account}:task/{name}/{key}"]},
    ),
    _REGISTER,
    _STACKED,
    Api(
        "cloudformation.amazonaws.com",
        "DescribeStacks",
        "stack",
        (("cloudformation:DescribeStacks", _STACK),),
        {"stackName": "{name}"},
    ),
    _on("codebuild", "StartBuild", "project", _PROJECT, {"projectName": "{name}"}, write=True),
    Api(
        "sns.amazonaws.com",
        "Publish",
        "topic",
        (("sns:Publish", _TOPIC),),
        {"topicArn": _TOPIC},
        "AWS::SNS::Topic",
        write=True,
    ),
    _look("sns", "ListTopics"),
    _on("ssm", "GetParameter", "parameter", _PARAMETER, {"name": "/{name}", "withDecryption": True}),
    _look("ssm", "DescribeParameters"),
    _look("monitoring", "ListMetrics", prefix="cloudwatch"),
    _look("rds", "DescribeDBInstances"),
)
"""Every call anybody in the estate may make, sign-in and STS apart (:mod:`keyrack_estate.logs.record`)."""

FULL = frozenset(api.data for api in APIS if api.data)
"""Resource types of all data events."""
USUAL = FULL - {"AWS::S3::Object", "AWS::Logs::LogGroup"}
"""What the estate's trail records unless told otherwise: S3 objects and log events are dear, as in most companies."""
