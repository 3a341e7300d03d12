"""A small AWS account for tests, made through boto3; every secret value is drawn at run time from a seeded generator."""

import json
import random
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

OWN = "123456789012"
PARTNER = "999988887777"
NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
GITHUB = "token.actions.githubusercontent.com"


def value(rng, length=40, alphabet=string.ascii_letters + string.digits):
    return "".join(rng.choice(alphabet) for _ in range(length))


def trust(principal, action="sts:AssumeRole", **conditions):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy(action, resource="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def tags(**pairs):
    return [{"Key": key, "Value": text} for key, text in pairs.items()]


@dataclass
class Seeded:
    """What was made, for assertions."""

    keys: dict[str, list[str]] = field(default_factory=dict)
    planted: list[str] = field(default_factory=list)
    lambda_key_id: str = ""
    instance: str = ""
    secret: str = ""


def certificate(days=90):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "www.acme.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def seed_iam(moto, seeded):
    iam = moto.client("iam")
    rng = random.Random(7)
    iam.create_account_alias(AccountAlias="acme-main")
    iam.update_account_password_policy(MinimumPasswordLength=14, MaxPasswordAge=90)
    iam.create_user(UserName="anna.berg@acme.example", Path="/people/", Tags=tags(team="Platform"))
    iam.create_login_profile(UserName="anna.berg@acme.example", Password="A1!" + value(rng, 20))
    iam.create_user(UserName="svc-billing", Tags=tags(Owner="Maria.Lopez@acme.example", env="production"))
    iam.create_user(UserName="legacy")
    iam.create_user(UserName="nokeys")
    for user, count in (("svc-billing", 1), ("legacy", 2)):
        for _ in range(count):
            made = iam.create_access_key(UserName=user)["AccessKey"]
            seeded.keys.setdefault(user, []).append(made["AccessKeyId"])
            seeded.planted.append(made["SecretAccessKey"])
    iam.update_access_key(UserName="legacy", AccessKeyId=seeded.keys["legacy"][1], Status="Inactive")
    iam.create_group(GroupName="devs")
    iam.put_group_policy(GroupName="devs", PolicyName="pull", PolicyDocument=policy("codecommit:GitPull"))
    iam.attach_group_policy(GroupName="devs", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.add_user_to_group(GroupName="devs", UserName="anna.berg@acme.example")
    iam.upload_ssh_public_key(UserName="anna.berg@acme.example", SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2E anna")
    iam.put_user_policy(UserName="svc-billing", PolicyName="billing", PolicyDocument=policy(["s3:GetObject", "s3:PutObject"]))
    seed_roles(iam)
    body, private = certificate()
    iam.upload_server_certificate(ServerCertificateName="www", CertificateBody=body, PrivateKey=private)
    signing, _ = certificate(30)
    iam.upload_signing_certificate(UserName="legacy", CertificateBody=signing)
    seeded.planted.append(private.splitlines()[1])


def seed_roles(iam):
    iam.create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["6" * 40])
    iam.create_saml_provider(Name="Okta", SAMLMetadataDocument="<EntityDescriptor/>" + " " * 1000)
    boundary = iam.create_policy(PolicyName="limit", PolicyDocument=policy("s3:*"))["Policy"]["Arn"]
    deploy = trust(
        {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{GITHUB}"},
        "sts:AssumeRoleWithWebIdentity",
        StringLike={f"{GITHUB}:sub": "repo:acme/*"},
        StringEquals={f"{GITHUB}:aud": "sts.amazonaws.com"},
    )
    iam.create_role(
        RoleName="deploy", AssumeRolePolicyDocument=deploy, PermissionsBoundary=boundary, Tags=tags(team="Platform", stage="dev")
    )
    iam.attach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_role(RoleName="vendor", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{PARTNER}:root"}))
    iam.create_role(
        RoleName="app", Path="/prod/", AssumeRolePolicyDocument=trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})
    )
    iam.put_role_policy(RoleName="app", PolicyName="table", PolicyDocument=policy("dynamodb:*"))
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")


def seed_stores(moto, seeded):
    rng = random.Random(8)
    planted = [value(rng) for _ in range(3)]
    seeded.planted += planted
    secrets = moto.client("secretsmanager")
    seeded.secret = secrets.create_secret(Name="prod/db", SecretString=planted[0], Tags=tags(env="prod"))["ARN"]
    secrets.create_secret(Name="old", SecretString=planted[1])
    secrets.delete_secret(SecretId="old", RecoveryWindowInDays=7)
    ssm = moto.client("ssm")
    ssm.put_parameter(Name="/prod/api/key", Value=planted[2], Type="SecureString")
    ssm.put_parameter(Name="/app/db_password", Value=planted[2], Type="String")
    ssm.put_parameter(Name="/app/size", Value="large", Type="String")
    kms = moto.client("kms")
    key = kms.create_key(Description="orders")["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key)
    body, private = certificate()
    moto.client("acm").import_certificate(Certificate=body, PrivateKey=private)


def seed_workloads(moto, seeded):
    rng = random.Random(9)
    role = f"arn:aws:iam::{OWN}:role/prod/app"
    seeded.lambda_key_id = "AKIA" + value(rng, 16, string.ascii_uppercase + "234567")
    stripe, secret, token, password, script = (value(rng) for _ in range(5))
    stripe = "sk_" + "live_" + value(rng, 24)
    seeded.planted += [stripe, secret, token, password, script]
    variables = {
        "STRIPE_KEY": stripe,
        "AWS_ACCESS_KEY_ID": seeded.lambda_key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "LOG_LEVEL": "info",
        "DB_SECRET": seeded.secret,
    }
    moto.client("lambda").create_function(
        FunctionName="orders", Runtime="python3.12", Role=role, Handler="x.y", Code={"ZipFile": b"x"},
        Environment={"Variables": variables}, Tags={"Owner": "Jon@Acme.example", "env": "prod"},
    )  # fmt: skip
    box = {"name": "web", "image": "nginx:1", "memory": 64, "environment": [{"name": "API_TOKEN", "value": token}]}
    box["secrets"] = [{"name": "KEY", "valueFrom": "/prod/api/key"}, {"name": "DB", "valueFrom": f"{seeded.secret}:password::"}]
    for _ in range(2):
        moto.client("ecs").register_task_definition(
            family="web", taskRoleArn=role, executionRoleArn=f"arn:aws:iam::{OWN}:role/deploy", containerDefinitions=[box],
            tags=[{"key": "env", "value": "staging"}],
        )  # fmt: skip
    moto.client("codebuild").create_project(
        name="build", source={"type": "S3", "location": "b/k"}, artifacts={"type": "NO_ARTIFACTS"}, serviceRole=role,
        environment={
            "type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [
                {"name": "DB_PASSWORD", "value": password, "type": "PLAINTEXT"},
                {"name": "OTHER_PASSWORD", "value": "/app/db_password", "type": "PARAMETER_STORE"},
                {"name": "DB", "value": "prod/db:password", "type": "SECRETS_MANAGER"},
            ],
        },
    )  # fmt: skip
    ec2 = moto.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    made = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "app"}, UserData=f"#!/bin/sh\nexport DEPLOY_TOKEN={script}\n",
        MetadataOptions={"HttpTokens": "required"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags(Name="web-1")}],
    )  # fmt: skip
    seeded.instance = made["Instances"][0]["InstanceId"]


def seed_account(moto):
    seeded = Seeded()
    seed_iam(moto, seeded)
    seed_stores(moto, seeded)
    seed_workloads(moto, seeded)
    return seeded
