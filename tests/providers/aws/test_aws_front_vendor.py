"""The front driven by AWS's own SDK: paging, refusals and shapes are botocore's, not ours."""

import boto3
import pytest
from account_seed import OWN
from aws_front_kit import NOW, REGION, anchor, association, finding, profile, subject
from botocore.exceptions import ClientError

from keyrack_estate.fakes.aws import State, front
from keyrack_estate.fakes.aws.protocol import reply

PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
ROLE = f"arn:aws:iam::{OWN}:role/x"


@pytest.fixture
def made(moto):
    state = State(OWN, REGION, page=2)
    state.add("rolesanywhere.ListTrustAnchors", *(anchor(number, PEM) for number in range(1, 6)))
    state.add("rolesanywhere.ListProfiles", profile(9, ROLE))
    state.add("rolesanywhere.ListSubjects", subject(8, "CN=a", NOW))
    state.add("eks.ListPodIdentityAssociations", *(association(number, f"ns{number % 2}", "api", ROLE) for number in range(5)))
    state.add(
        "accessanalyzer.ListFindingsV2",
        finding(1, "ExternalAccess", ROLE, []),
        finding(2, "ExternalAccess", ROLE, [], status="RESOLVED"),
    )
    with front(moto.url, state) as running:
        yield running


def client(made, service, **more):
    options = {"region_name": REGION, "aws_access_key_id": "testing", "aws_secret_access_key": "testing", **more}
    return boto3.client(service, endpoint_url=made.url, **options)


def test_the_sdk_pages(made):
    found = list(client(made, "rolesanywhere").get_paginator("list_trust_anchors").paginate().search("trustAnchors[].name"))
    assert found == ["batch-ca"] * 5
    assert made.calls["rolesanywhere.ListTrustAnchors"] == 3


def test_the_sdk_filters(made):
    eks, analyzer = client(made, "eks"), client(made, "accessanalyzer")
    listed = eks.list_pod_identity_associations(clusterName="main", namespace="ns1")["associations"]
    assert {item["namespace"] for item in listed} == {"ns1"}
    assert "roleArn" not in listed[0]  # AWS's summary has none
    whole = eks.describe_pod_identity_association(clusterName="main", associationId="a-1")["association"]
    assert (whole["roleArn"], whole["createdAt"]) == (ROLE, NOW)
    arn = f"arn:aws:access-analyzer:{REGION}:{OWN}:analyzer/outside"
    active = analyzer.list_findings_v2(analyzerArn=arn, filter={"status": {"eq": ["ACTIVE"]}})["findings"]
    assert [item["status"] for item in active] == ["ACTIVE"]
    assert len(analyzer.list_findings_v2(analyzerArn=arn)["findings"]) == 2


def test_what_is_not_there_is_not_found(made):
    with pytest.raises(ClientError) as caught:
        client(made, "eks").describe_pod_identity_association(clusterName="main", associationId="a-99")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_revoked_key_and_another_region(made):
    assert client(made, "rolesanywhere", region_name="eu-west-1").list_trust_anchors()["trustAnchors"] == []
    made.state.revoked.add("testing")
    with pytest.raises(ClientError) as caught:
        client(made, "rolesanywhere").list_trust_anchors()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_everything_else_is_the_emulators(made):
    client(made, "iam").create_user(UserName="u")
    assert [user["UserName"] for user in client(made, "iam").list_users()["Users"]] == ["u"]


def test_a_reply_that_is_none_of_the_services_shapes_never_leaves():
    with pytest.raises(Exception, match="trustAnchorId"):
        reply("rolesanywhere.ListTrustAnchors", {"trustAnchors": [{"trustAnchorId": "short"}]})
