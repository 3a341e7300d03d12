"""An AWS account as plain data; ``aws.json`` is this, :mod:`keyrack_estate.moto` loads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

Document = dict[str, Any]
Tags = dict[str, str]


class AccessKey(msgspec.Struct):
    """Access key with its secret: the secret is what leaks into files."""

    id: str
    secret: str
    created: datetime
    last_used: datetime | None = None
    active: bool = True
    service: str = "s3"


class SigningCertificate(msgspec.Struct):
    """X.509 signing certificate of a user."""

    text: str
    uploaded: datetime


class Root(msgspec.Struct):
    """What the credential report says of the root user."""

    created: datetime
    password_used: datetime
    mfa: bool
    key_rotated: datetime
    key_used: datetime


class KmsKey(msgspec.Struct):
    """Customer-managed symmetric KMS key."""

    id: str
    name: str
    created: datetime
    rotated: bool


class User(msgspec.Struct):
    """IAM user. AWS dates a console password by its last change; moto by the user's creation, so here they are one."""

    name: str
    path: str
    created: datetime
    tags: Tags
    keys: list[AccessKey] = []
    console: bool = False
    password_used: datetime | None = None
    mfa: bool = False
    inline: dict[str, Document] = {}
    managed: list[str] = []
    groups: list[str] = []
    certificate: SigningCertificate | None = None


class Role(msgspec.Struct):
    """IAM role."""

    name: str
    created: datetime
    trust: Document
    tags: Tags = {}
    path: str = "/"
    last_used: datetime | None = None
    inline: dict[str, Document] = {}
    managed: list[str] = []
    boundary: str | None = None
    linked_service: str | None = None


class Function(msgspec.Struct):
    """Lambda function."""

    name: str
    role: str
    tags: Tags
    env: dict[str, str] = {}
    runtime: str = "python3.12"


class Task(msgspec.Struct):
    """ECS task definition family with its revisions."""

    family: str
    role: str
    tags: Tags
    env: dict[str, str] = {}
    secrets: dict[str, str] = {}
    revisions: int = 1


class Project(msgspec.Struct):
    """CodeBuild project; ``env`` maps a name to (type, value)."""

    name: str
    role: str
    tags: Tags
    env: dict[str, tuple[str, str]] = {}


class Instance(msgspec.Struct):
    """EC2 instance."""

    id: str
    name: str
    tags: Tags
    imds: str = "required"
    profile: str | None = None
    user_data: str = ""


class VaultSecret(msgspec.Struct):
    """Secrets Manager secret."""

    name: str
    value: str
    created: datetime
    changed: datetime
    tags: Tags
    rotation_days: int | None = None
    next_rotation: datetime | None = None


class AcmCertificate(msgspec.Struct):
    """Certificate imported into ACM."""

    arn: str
    name: str
    text: str
    key: str
    imported: datetime


class AppClient(msgspec.Struct):
    """Application client of a Cognito user pool; ``settings`` are those of CreateUserPoolClient."""

    id: str
    name: str
    settings: dict[str, Any]


class UserPool(msgspec.Struct):
    """Cognito user pool."""

    id: str
    name: str
    clients: list[AppClient]


class IdentityPool(msgspec.Struct):
    """Cognito identity pool; ``roles`` maps authenticated and unauthenticated to role ARNs."""

    id: str
    name: str
    guests: bool
    classic: bool
    roles: dict[str, str]


class EksCluster(msgspec.Struct):
    """EKS cluster and the issuer of its tokens."""

    name: str
    issuer: str
    tags: Tags


class Account(msgspec.Struct):
    """The whole account."""

    id: str
    alias: str
    region: str = "eu-north-1"
    users: dict[str, User] = {}
    roles: dict[str, Role] = {}
    policies: dict[str, Document] = {}
    groups: dict[str, list[str]] = {}
    functions: list[Function] = []
    tasks: list[Task] = []
    projects: list[Project] = []
    instances: list[Instance] = []
    secrets: list[VaultSecret] = []
    certificates: list[AcmCertificate] = []
    oidc: dict[str, list[str]] = {}
    kms: list[KmsKey] = []
    root: Root | None = None
    siblings: dict[str, str] = {}
    user_pools: list[UserPool] = []
    identity_pools: list[IdentityPool] = []
    clusters: list[EksCluster] = []
    front: dict[str, list[dict[str, Any]]] = {}
    """What no emulator has, by ``service.Operation``: rows of :class:`keyrack_estate.fakes.aws.State`; moments as ISO text."""

    def user_arn(self, user: User) -> str:
        """ARN of a user."""
        return f"arn:aws:iam::{self.id}:user{user.path}{user.name}"

    def role_arn(self, name: str) -> str:
        """ARN of a role by its name."""
        return f"arn:aws:iam::{self.id}:role{self.roles[name].path}{name}"

    def policy_arn(self, name: str) -> str:
        """ARN of a customer-managed policy."""
        return f"arn:aws:iam::{self.id}:policy/{name}"

    def arn(self, service: str, rest: str) -> str:
        """ARN of a regional resource."""
        return f"arn:aws:{service}:{self.region}:{self.id}:{rest}"
