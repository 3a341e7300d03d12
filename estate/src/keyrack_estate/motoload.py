"""Load an account into moto through boto3, the way an administrator would make it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from keyrack_estate.account.model import Account, Role, Tags, User

if TYPE_CHECKING:
    import boto3

_THUMBPRINT = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"


def tags(values: Tags, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags in one of AWS's spellings."""
    return [{key: name, value: text} for name, text in values.items()]


class Loader:
    """Creates everything an :class:`Account` describes; dates come later, see :mod:`keyrack_estate.moto`."""

    def __init__(self, account: Account, endpoint: str) -> None:
        self.account = account
        self.endpoint = endpoint
        self._session: boto3.Session | None = None

    def client(self, service: str) -> Any:
        """A boto3 client for the emulator."""
        import boto3
        from botocore.config import Config

        if self._session is None:
            self._session = boto3.Session(
                aws_access_key_id="loader", aws_secret_access_key="loader", region_name=self.account.region
            )
        config = Config(retries={"max_attempts": 0}, max_pool_connections=4)
        return self._session.client(service, endpoint_url=self.endpoint, config=config)  # type: ignore[call-overload]

    def load(self) -> None:
        """Create it all."""
        self._organisation()
        self._identity()
        self._compute()
        self._vault()

    def _organisation(self) -> None:
        organisations = self.client("organizations")
        organisations.create_organization(FeatureSet="ALL")
        for name in self.account.siblings:
            organisations.create_account(AccountName=name, Email=f"{name}@nordholm.example")

    def _identity(self) -> None:
        iam = self.client("iam")
        iam.create_account_alias(AccountAlias=self.account.alias)
        for name, document in self.account.policies.items():
            iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
        for url, audiences in self.account.oidc.items():
            iam.create_open_id_connect_provider(Url=f"https://{url}", ClientIDList=audiences, ThumbprintList=[_THUMBPRINT])
        for group, arns in self.account.groups.items():
            iam.create_group(GroupName=group)
            for arn in arns:
                iam.attach_group_policy(GroupName=group, PolicyArn=arn)
        for user in self.account.users.values():
            self._user(iam, user)
        for role in self.account.roles.values():
            self._role(iam, role)

    def _user(self, iam: Any, user: User) -> None:
        iam.create_user(UserName=user.name, Path=user.path, Tags=tags(user.tags))
        for name, document in user.inline.items():
            iam.put_user_policy(UserName=user.name, PolicyName=name, PolicyDocument=json.dumps(document))
        for arn in user.managed:
            iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
        for group in user.groups:
            iam.add_user_to_group(UserName=user.name, GroupName=group)
        for _ in user.keys:
            iam.create_access_key(UserName=user.name)
        if user.console:
            iam.create_login_profile(UserName=user.name, Password=f"{user.name}-{self.account.id}")
        if user.certificate:
            iam.upload_signing_certificate(UserName=user.name, CertificateBody=user.certificate.text)
        if user.mfa:
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
            iam.enable_mfa_device(
                UserName=user.name,
                SerialNumber=device["SerialNumber"],
                AuthenticationCode1="123456",
                AuthenticationCode2="654321",
            )

    def _role(self, iam: Any, role: Role) -> None:
        # Service-linked roles too: moto's create_service_linked_role spells most of their names wrongly.
        boundary = {"PermissionsBoundary": role.boundary} if role.boundary else {}
        iam.create_role(
            RoleName=role.name, Path=role.path, AssumeRolePolicyDocument=json.dumps(role.trust), Tags=tags(role.tags), **boundary
        )
        for name, document in role.inline.items():
            iam.put_role_policy(RoleName=role.name, PolicyName=name, PolicyDocument=json.dumps(document))
        for arn in role.managed:
            iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)

    def _compute(self) -> None:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr(zipfile.ZipInfo("main.py"), "def handler(event, context):\n    return {}\n")
        functions = self.client("lambda")
        for function in self.account.functions:
            functions.create_function(
                FunctionName=function.name,
                Role=function.role,
                Runtime=function.runtime,
                Handler="main.handler",
                Code={"ZipFile": code.getvalue()},
                Environment={"Variables": function.env},
                Tags=function.tags,
            )
        self._tasks()
        self._builds()
        self._instances()

    def _tasks(self) -> None:
        ecs = self.client("ecs")
        for task in self.account.tasks:
            container = {
                "name": "main",
                "image": f"registry.nordholm.internal/{task.family}:stable",
                "memory": 512,
                "environment": [{"name": name, "value": value} for name, value in task.env.items()],
                "secrets": [{"name": name, "valueFrom": source} for name, source in task.secrets.items()],
            }
            for _ in range(task.revisions):
                ecs.register_task_definition(
                    family=task.family,
                    taskRoleArn=task.role,
                    containerDefinitions=[container],
                    tags=tags(task.tags, "key", "value"),
                )

    def _builds(self) -> None:
        builds = self.client("codebuild")
        for project in self.account.projects:
            variables = [{"name": name, "type": kind, "value": value} for name, (kind, value) in project.env.items()]
            builds.create_project(
                name=project.name,
                source={"type": "GITHUB", "location": "https://github.com/nordholm/web.git"},
                artifacts={"type": "NO_ARTIFACTS"},
                environment={
                    "type": "LINUX_CONTAINER",
                    "image": "aws/codebuild/standard:7.0",
                    "computeType": "BUILD_GENERAL1_SMALL",
                    "environmentVariables": variables,
                },
                serviceRole=project.role,
                tags=tags(project.tags, "key", "value"),
            )

    def _instances(self) -> None:
        iam, ec2 = self.client("iam"), self.client("ec2")
        profiles: set[str] = set()
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        for instance in self.account.instances:
            more: dict[str, Any] = {"UserData": instance.user_data} if instance.user_data else {}
            if instance.profile and instance.profile not in profiles:
                profiles.add(instance.profile)
                iam.create_instance_profile(InstanceProfileName=instance.profile)
                iam.add_role_to_instance_profile(InstanceProfileName=instance.profile, RoleName=instance.profile)
            if instance.profile:
                more["IamInstanceProfile"] = {"Name": instance.profile}
            ec2.run_instances(
                ImageId=image,
                MinCount=1,
                MaxCount=1,
                InstanceType="t3.small",
                MetadataOptions={"HttpTokens": instance.imds, "HttpEndpoint": "enabled"},
                TagSpecifications=[{"ResourceType": "instance", "Tags": tags({"Name": instance.name, **instance.tags})}],
                **more,
            )

    def _vault(self) -> None:
        vault, acm = self.client("secretsmanager"), self.client("acm")
        for secret in self.account.secrets:
            vault.create_secret(Name=secret.name, SecretString=secret.value, Tags=tags(secret.tags))
        kms = self.client("kms")
        for key in self.account.kms:
            made = kms.create_key(Description=key.name, Tags=[{"TagKey": "Name", "TagValue": key.name}])["KeyMetadata"]["KeyId"]
            if key.rotated:
                kms.enable_key_rotation(KeyId=made)
        for certificate in self.account.certificates:
            acm.import_certificate(Certificate=certificate.text.encode(), PrivateKey=certificate.key.encode())
