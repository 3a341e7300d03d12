from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from keyrack_estate import moto
from keyrack_estate.world import World

Served = tuple[World, str]


def client(service: str, endpoint: str) -> Any:
    return boto3.client(
        service, endpoint_url=endpoint, region_name="eu-north-1", aws_access_key_id="any", aws_secret_access_key="any"
    )


def details(endpoint: str) -> dict[str, Any]:
    answer = client("iam", endpoint).get_account_authorization_details()
    answer.pop("ResponseMetadata")
    for user in answer["UserDetailList"]:
        user.pop("UserId")
    for holder in answer["RoleDetailList"]:
        holder.pop("RoleId")
        for profile in holder["InstanceProfileList"]:
            profile.pop("InstanceProfileId", None)
            profile.pop("CreateDate", None)
            profile.pop("Roles", None)
    return {key: json.loads(json.dumps(answer[key], default=str)) for key in ("UserDetailList", "RoleDetailList")}


def test_any_credentials_see_the_estates_account(served: Served) -> None:
    world, endpoint = served
    assert client("sts", endpoint).get_caller_identity()["Account"] == world.account.id


def test_keys_have_their_ids_and_dates(served: Served) -> None:
    world, endpoint = served
    iam = client("iam", endpoint)
    for user in list(world.account.users.values())[::15]:
        listed = {row["AccessKeyId"]: row for row in iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]}
        assert listed.keys() == {key.id for key in user.keys}
        for key in user.keys:
            assert abs((listed[key.id]["CreateDate"] - key.created).total_seconds()) < 1
            assert listed[key.id]["Status"] == ("Active" if key.active else "Inactive")
            used = iam.get_access_key_last_used(AccessKeyId=key.id)["AccessKeyLastUsed"].get("LastUsedDate")
            assert (used is None) == (key.last_used is None)


def test_the_credential_report_tells_the_estates_dates(served: Served) -> None:
    world, endpoint = served
    iam = client("iam", endpoint)
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    lines = iam.get_credential_report()["Content"].decode().splitlines()
    head, rows = lines[0].split(","), [line.split(",") for line in lines[1:]]
    root = rows.pop(0)
    assert root[0] == "<root_account>"
    assert root[8] == "true"
    assert len(rows) == len(world.account.users)
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        user = world.account.users[row["user"]]
        assert row["password_enabled"] == str(user.console).lower()
        assert row["mfa_active"] == str(user.mfa).lower()
        assert row["user_creation_time"].startswith(user.created.strftime("%Y-%m-%dT%H:%M"))


def test_roles_secrets_instances_and_certificates(served: Served) -> None:
    world, endpoint = served
    roles = {row["RoleName"]: row for row in client("iam", endpoint).get_account_authorization_details()["RoleDetailList"]}
    assert roles.keys() == world.account.roles.keys()
    for name, role in world.account.roles.items():
        assert ("LastUsedDate" in roles[name].get("RoleLastUsed", {})) == (role.last_used is not None)
    held = {row["Name"]: row for row in client("secretsmanager", endpoint).list_secrets(MaxResults=100)["SecretList"]}
    for secret in world.account.secrets:
        assert held[secret.name].get("RotationEnabled", False) == (secret.rotation_days is not None)
        assert abs((held[secret.name]["LastChangedDate"] - secret.changed).total_seconds()) < 1
        assert "LastAccessedDate" in held[secret.name]
    reservations = client("ec2", endpoint).describe_instances()["Reservations"]
    found = {row["InstanceId"]: row["MetadataOptions"]["HttpTokens"] for item in reservations for row in item["Instances"]}
    assert found == {instance.id: instance.imds for instance in world.account.instances}
    listed = {row["CertificateArn"] for row in client("acm", endpoint).list_certificates()["CertificateSummaryList"]}
    assert listed == {certificate.arn for certificate in world.account.certificates}
    organisation = {row["Id"] for row in client("organizations", endpoint).list_accounts()["Accounts"]}
    assert organisation == {world.account.id, *world.account.siblings.values()}


def test_a_taken_port_is_an_error_not_a_wait(served: Served) -> None:
    world, endpoint = served
    with pytest.raises(OSError, match="in use"), moto.serve(world.account, int(endpoint.rpartition(":")[2])):
        pass


def test_loading_twice_leaves_the_same_account(served: Served) -> None:
    world, endpoint = served
    before = details(endpoint)
    moto.load(world.account, endpoint)
    assert details(endpoint) == before
