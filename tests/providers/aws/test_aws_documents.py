"""Policy documents reach the lake whole, with whom they govern."""

import json

from keyrack.providers.aws.documents import as_json, documents
from keyrack.providers.aws.principals import Iam
from keyrack.records import Gap, Policy

OWN, TEAM = "111122223333", "444455556666"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def arn(rest):
    return f"arn:aws:iam::{OWN}:{rest}"


def account():
    iam = Iam(OWN)
    managed = arn("policy/read")
    iam.add(
        {
            "UserDetailList": [
                {"UserName": "ann", "Arn": arn("user/ann"), "GroupList": ["ops"]},
                {
                    "UserName": "bob",
                    "Arn": arn("user/bob"),
                    "AttachedManagedPolicies": [{"PolicyArn": managed}],
                    "PermissionsBoundary": {"PermissionsBoundaryArn": managed},
                },
            ],
            "GroupDetailList": [
                {
                    "GroupName": "ops",
                    "Arn": arn("group/ops"),
                    "GroupPolicyList": [{"PolicyName": "in", "PolicyDocument": DENY}],
                    "AttachedManagedPolicies": [{"PolicyArn": managed}],
                }
            ],
            "RoleDetailList": [
                {
                    "RoleName": name,
                    "Arn": arn(f"role/{name}"),
                    "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D",
                    "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": ALLOW}],
                }
                for name in ("one", "two")
            ],
            "Policies": [
                {
                    "Arn": managed,
                    "DefaultVersionId": "v1",
                    "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": ALLOW}],
                }
            ],
        }
    )
    return iam


def test_each_document_once_with_all_it_governs():
    found = list(documents(account()))
    assert len({p.uid for p in found}) == len(found)
    seen = {(p.kind, p.name.rpartition("/")[2], tuple(t.rpartition(":")[2] for t in p.targets)) for p in found}
    assert seen == {
        ("identity", "in", ("group/ops", "user/ann")),
        ("identity", "read", ("group/ops", "user/ann", "user/bob")),
        ("boundary", "read", ("user/bob",)),
        ("identity", "inline", ("role/one",)),
        ("identity", "inline", ("role/two",)),
        ("trust", "one", ("role/one",)),
        ("trust", "two", ("role/two",)),
    }
    assert all(json.loads(p.document) is not None for p in found)
    assert {p.attrs.get("group", "").rpartition(":")[2] for p in found} == {"", "group/ops"}


def test_unreadable_documents_are_none():
    assert as_json("%7Bnot json") is None
    assert as_json("[]") is None
    assert as_json(3) is None
    assert as_json("[" * 100_000) is None
    assert json.loads(as_json(json.dumps(ALLOW))) == ALLOW


def organisation(moto):
    """The scanned account as a member, under a unit that denies iam."""
    org = moto.client("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    org.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    return org, root


def policies(records):
    return [r for r in records if isinstance(r, Policy) and r.kind in {"scp", "rcp"}]


def test_the_management_account_has_no_control_policies(moto, scan):
    organisation(moto)
    assert policies(scan(moto.url)) == []


def test_control_policies_by_level(moto, ctx):
    from keyrack.providers.aws.api import Api
    from keyrack.providers.aws.control import control_policies
    from keyrack.providers.aws.scan import Scan

    org, root = organisation(moto)
    unit = org.create_organizational_unit(ParentId=root, Name="prod")["OrganizationalUnit"]["Id"]
    member = org.create_account(AccountName="shop", Email="aws@acme.example")["CreateAccountStatus"]["AccountId"]
    org.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    made = org.create_policy(Content=json.dumps(DENY), Description="", Name="no-iam", Type="SERVICE_CONTROL_POLICY")
    org.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    import boto3

    api = Api(boto3.Session(region_name="us-east-1"), moto.url)
    found = list(control_policies(Scan(api, member, "aws", ctx, {})))
    assert not [r for r in found if isinstance(r, Gap) and r.reason != "missing"]
    rows = {(p.attrs["level"], p.attrs["level_index"], p.name) for p in policies(found) if p.kind == "scp"}
    assert {
        (root, "0", "FullAWSAccess"),
        (unit, "1", "FullAWSAccess"),
        (unit, "1", "no-iam"),
        (member, "2", "FullAWSAccess"),
    } == rows
    assert {tuple(p.targets) for p in policies(found)} == {(f"aws:account:{member}",)}


def test_policies_of_resources_on_request(moto, ctx):
    from keyrack.providers.aws import provider
    from keyrack.sdk import Target

    s3, kms = moto.client("s3"), moto.client("kms")
    s3.create_bucket(Bucket="open-data")
    s3.create_bucket(Bucket="closed-data")
    s3.put_bucket_policy(
        Bucket="open-data",
        Policy=json.dumps(
            {
                "Statement": [
                    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open-data/*"}
                ]
            }
        ),
    )
    kms.create_key()
    target = Target("aws", options={"endpoint_url": moto.url, "resource_policies": "true"})
    found = [r for r in provider.discover(target, ctx) if isinstance(r, Policy) and r.kind == "resource"]
    assert sorted(p.name.split(":")[1] for p in found) == ["kms", "s3"]
    without = provider.discover(Target("aws", options={"endpoint_url": moto.url}), ctx)
    assert [r for r in without if isinstance(r, Policy) and r.kind == "resource"] == []
