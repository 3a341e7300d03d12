"""Mapping of the services that let others in is total: whatever a reply holds, records or nothing come out, never an exception."""

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.aws import analyzer, cognito, eks, identity_center_map, roles_anywhere, smtp
from keyrack.providers.aws.policies import PolicyBook
from keyrack.records import Trust
from keyrack.sdk import Fingerprinter

TEXT = st.text(max_size=12) | st.sampled_from([
    "arn:aws:iam::111122223333:role/x", "CN=a,O=b", "PT8H", "USER", "GROUP", "ACTIVE", "UnusedIAMRole", "rolesanywhere.amazonaws.com", "http://x/?t=1", "*", "\ud800",
])  # fmt: skip
NAMES = st.sampled_from(
    [
        "arn",
        "name",
        "id",
        "resource",
        "findingType",
        "analyzedAt",
        "trustAnchorArn",
        "profileArn",
        "roleArns",
        "enabled",
        "source",
        "sourceData",
        "x509CertificateData",
        "subjectArn",
        "x509Subject",
        "lastSeenAt",
        "namespace",
        "serviceAccount",
        "roleArn",
        "targetRoleArn",
        "tags",
        "identity",
        "oidc",
        "issuer",
        "policyArn",
        "accessScope",
        "namespaces",
        "kubernetesGroups",
        "ClientId",
        "ClientName",
        "ClientSecret",
        "AllowedOAuthFlows",
        "AllowedOAuthScopes",
        "CallbackURLs",
        "TokenValidityUnits",
        "AccessTokenValidity",
        "RefreshTokenValidity",
        "IdentityPoolId",
        "Roles",
        "RoleMappings",
        "RulesConfiguration",
        "Rules",
        "RoleARN",
        "unauthenticated",
        "authenticated",
        "AllowUnauthenticatedIdentities",
        "Arn",
        "RoleName",
        "AssumeRolePolicyDocument",
        "Statement",
        "Principal",
        "Service",
        "Action",
        "Condition",
        "Effect",
        "InstanceArn",
        "Name",
        "SessionDuration",
        "PrincipalId",
        "PrincipalType",
        "Emails",
        "Value",
        "UserName",
        "DisplayName",
        "UserPolicyList",
        "PolicyDocument",
        "GroupList",
        "unusedIamRoleDetails",
        "unusedPermissionDetails",
        "serviceNamespace",
        "actions",
        "action",
        "lastAccessed",
        "externalAccessDetails",
        "principal",
        "isPublic",
    ]
)
LEAF = st.none() | st.booleans() | st.integers() | TEXT | st.datetimes(timezones=st.just(UTC)) | st.floats(allow_nan=True)
ANY = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=25)
RAW = st.dictionaries(NAMES, ANY, max_size=12)
ACCOUNT, KEY = "111122223333", Fingerprinter(b"k" * 32)


@settings(max_examples=150, deadline=None)
@given(RAW, RAW, RAW)
def test_roles_anywhere(one, two, three):
    doors = roles_anywhere.Doors({"arn:x": one}, [two])
    found = list(roles_anywhere.mapped(doors, [three], ACCOUNT))
    list(roles_anywhere.subject(one, [r for r in found if isinstance(r, Trust)], ACCOUNT))


@settings(max_examples=150, deadline=None)
@given(RAW, st.lists(RAW, max_size=3))
def test_access_analyzer(raw, details):
    list(analyzer.evidence("aws:access-analyzer:x", raw, details))


@settings(max_examples=150, deadline=None)
@given(RAW, RAW, st.lists(RAW, max_size=3))
def test_eks(one, two, policies):
    made = eks.cluster(one, "c", "aws:eks:eu-west-1:1:cluster")
    eks.cluster_resource(made, one, ACCOUNT)
    list(eks.association(made, two))
    eks.entry(made, "arn:x", two, policies)


@settings(max_examples=150, deadline=None)
@given(RAW, RAW)
def test_cognito(one, two):
    list(cognito.client_records("aws:pool", one, ACCOUNT, KEY))
    list(cognito.identity_pool("aws:pool", one, two, ACCOUNT))


@settings(max_examples=150, deadline=None)
@given(RAW, RAW, RAW)
def test_identity_center(one, two, three):
    made = identity_center_map.Center("arn:aws:sso:::instance/i", "d-1", ACCOUNT, "aws")
    inline = three.get("Value")
    made.sets["arn:s"] = identity_center_map.PermissionSet("arn:s", one, inline if isinstance(inline, str) else None, two)
    made.sets["arn:s"].assigned = [(ACCOUNT, two), (ACCOUNT, three)]
    made.users, made.groups = {"u": one}, {"g": two}
    list(identity_center_map.center_records(made, PolicyBook()))
    identity_center_map.instance(one, ACCOUNT, ["1"])
    list(identity_center_map.application(one, None, ACCOUNT))
    list(identity_center_map.token_issuer(one, ACCOUNT))
    list(identity_center_map.provisioned({"x": "aws:sso"}, [one, two]))


@settings(max_examples=150, deadline=None)
@given(RAW, RAW)
def test_mail_users(user, group):
    smtp.smtp_only(PolicyBook(), user, {"": group})


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "ses:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "ses:GetSendQuota", "Resource": "*"}, False),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, False),
        ({"Effect": "Deny", "Action": "ses:SendRawEmail", "Resource": "*"}, False),
    ],
)
def test_who_only_sends_mail(statement, expected):
    user = {"UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}]}
    assert smtp.smtp_only(PolicyBook(), user, {}) is expected
    assert not smtp.smtp_only(PolicyBook(), {**user, "GroupList": ["unknown"]}, {})


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("PT1H", "3600"), ("PT12H", "43200"), ("PT1H30M", "5400"), ("PT90S", "90"), ("P1D", None), ("PT", None), (None, None)],
)
def test_session_durations(written, seconds):
    assert identity_center_map._seconds(written) == seconds


def test_negative_and_optional_conditions_pin_no_certificate():
    def admits(condition):
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": roles_anywhere.SERVICE},
                    "Action": "sts:AssumeRole",
                    "Condition": condition,
                }
            ],
        }
        doors = roles_anywhere.Doors(
            {"arn:a": {"enabled": True}}, [{"enabled": True, "roleArns": ["arn:aws:iam::1:role/r"], "profileArn": "arn:p"}]
        )
        return [
            t.attrs.get("x509")
            for t in roles_anywhere.admitted(doors, [{"Arn": "arn:aws:iam::1:role/r", "AssumeRolePolicyDocument": trust}])
        ]

    tag = "aws:PrincipalTag/x509Subject/CN"
    assert admits({"StringEquals": {tag: "batch"}}) == ["x509subject/cn=batch"]
    assert admits({"StringNotEquals": {tag: "batch"}}) == [None]
    assert admits({"StringEqualsIfExists": {tag: "batch"}}) == [None]
    assert admits({"StringLike": {tag: "*"}}) == [None]
    assert admits({"ArnEquals": {"aws:SourceArn": "arn:other"}}) == []
