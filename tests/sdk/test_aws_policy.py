"""Laws and cases of AWS policy documents."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.records.vocabulary import GRANT_ATTRS, MECHANISMS, TRUST_ATTRS
from keyrack.sdk.aws_policy import Document, Problem, grants_from_policy, parse_document, trusts_from_policy

OWN = "111122223333"
ROLE = f"aws:iam::{OWN}:role/deploy"
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
words = st.sampled_from(
    ["Statement", "Effect", "Allow", "Deny", "Action", "NotAction", "Resource", "Principal", "*", "AWS", "Condition"]
)
policyish = st.recursive(
    words | scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=3), inner, max_size=6)
)


def document(*statements):
    parsed = parse_document({"Version": "2012-10-17", "Statement": list(statements)})
    assert isinstance(parsed, Document)
    return parsed


def trusts(principal, condition=None, action="sts:AssumeRole", **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    if condition is not None:
        statement["Condition"] = condition
    return list(trusts_from_policy(document(statement), ROLE, account=OWN))


def one(*args, **kwargs):
    (trust,) = trusts(*args, **kwargs)
    return trust


@given(anything | policyish | st.fixed_dictionaries({"Statement": policyish}))
def test_total_on_any_json(raw):
    for form in (raw, json.dumps(raw), quote(json.dumps(raw))):
        parsed = parse_document(form)
        if isinstance(parsed, Problem):
            continue
        grants = list(grants_from_policy(parsed, ROLE, via="inline", policy="p"))
        found = list(trusts_from_policy(parsed, ROLE, account=OWN))
        assert len({g.uid for g in grants}) == len(grants)
        assert len({t.uid for t in found}) == len(found)
        assert all(set(g.attrs) <= set(GRANT_ATTRS) for g in grants)
        assert all(set(t.attrs) <= set(TRUST_ATTRS) and t.mechanism in MECHANISMS for t in found)
        json.dumps([g.actions + g.resources for g in grants], ensure_ascii=False).encode()


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_total_on_any_text(raw):
    assert isinstance(parse_document(raw), Document | Problem)


def test_deep_nesting_is_a_problem():
    assert isinstance(parse_document("[" * 100_000), Problem)


def test_lone_surrogates_do_not_survive():
    parsed = document({"Effect": "Allow", "Action": "s3:\ud800*", "Resource": "*"})
    parsed.statements[0].actions[0].encode()


@pytest.mark.parametrize("raw", ["", "null", "[]", "{}", '{"Statement": 3}', 7, None, b"x", "%7B%22"])
def test_not_a_policy(raw):
    assert isinstance(parse_document(raw), Problem)


def test_a_bad_statement_is_reported_and_the_rest_kept():
    parsed = document(
        "text",
        {"Effect": "Maybe", "Action": "s3:*"},
        {"Effect": "Allow"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": {"Ref": "x"}},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "me"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": "x"}},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    )
    assert len(parsed.statements) == 1
    assert [p.split(":")[0] for p in parsed.problems] == [f"statement {n}" for n in range(1, 7)]


def test_grants_keep_what_is_written():
    parsed = document(
        {"Sid": "A", "Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::x"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": False}}},
    )
    first, second = grants_from_policy(parsed, ROLE, via="managed", policy="aws:iam::aws:policy/P", attrs={"boundary": "b"})
    assert (first.actions, first.not_actions, first.resources, first.not_resources) == (
        ["iam:*", "sts:*"],
        True,
        ["arn:aws:s3:::x"],
        True,
    )
    assert first.attrs == {"boundary": "b", "sid": "A"}
    assert (second.effect, second.conditions) == ("deny", '{"Bool":{"aws:SecureTransport":["false"]}}')


def test_one_object_statement_and_url_encoding():
    raw = '{"Statement": {"Effect": "allow", "Action": "s3:*", "Resource": "*"}}'
    assert parse_document(quote(raw)) == parse_document(raw) == parse_document(json.loads(raw))


def test_grant_uids_do_not_depend_on_order():
    a = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    b = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    uids = [
        {g.uid for g in grants_from_policy(document(*order), ROLE, via="inline", policy="p")} for order in ((a, b), (b, a, a))
    ]
    assert uids[0] == uids[1]


def test_conditions_are_canonical():
    forms = [
        {"StringLike": {"b": ["2", "1"], "a": "x"}, "Bool": {"c": True}},
        {"Bool": {"c": "true"}, "StringLike": {"a": ["x"], "b": ["1", "2", "2"]}},
    ]
    texts = {one({"Service": "ec2.amazonaws.com"}, form).conditions for form in forms}
    assert texts == {'{"Bool":{"c":["true"]},"StringLike":{"a":["x"],"b":["1","2"]}}'}


@pytest.mark.parametrize(
    ("principal", "subject", "kind", "account"),
    [
        ({"Service": "ec2.amazonaws.com"}, "ec2.amazonaws.com", "service", None),
        ({"AWS": OWN}, OWN, "same_account", OWN),
        ({"AWS": f"arn:aws:iam::{OWN}:root"}, OWN, "same_account", OWN),
        ({"AWS": f"arn:aws:iam::{OWN}:role/ci/x"}, f"aws:iam::{OWN}:role/ci/x", "same_account", OWN),
        ({"AWS": "999988887777"}, "999988887777", "other_account", "999988887777"),
        ({"AWS": "arn:aws-cn:iam::999988887777:user/u"}, "aws-cn:iam::999988887777:user/u", "other_account", "999988887777"),
        ({"AWS": "*"}, "*", "anyone", None),
        ({"AWS": "AROAABCDEFGHIJKLMNOPQ"}, "AROAABCDEFGHIJKLMNOPQ", "identity", None),
        ({"AWS": "${aws_iam_role.x.arn}"}, "${aws_iam_role.x.arn}", "identity", None),
    ],
)
def test_subjects(principal, subject, kind, account):
    trust = one(principal)
    assert (trust.subject, trust.subject_kind, trust.attrs.get("account")) == (subject, kind, account)
    assert trust.mechanism == "sts:AssumeRole"


def test_anyone_by_star_and_by_exclusion():
    assert one("*").subject_kind == "anyone"
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": OWN}, "Action": "sts:*"}
    found = list(trusts_from_policy(document(statement), ROLE, account=OWN))
    assert {t.mechanism for t in found} == {"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"}
    assert all(t.subject_kind == "anyone" and t.attrs["not_principal"] == "true" for t in found)


def test_only_assuming_actions_make_a_trust():
    assert not trusts({"AWS": OWN}, action="sts:TagSession")
    assert not trusts({"Federated": GITHUB}, action="sts:AssumeRole")
    assert trusts({"AWS": OWN}, action=["sts:TagSession", "sts:assume*"])


def test_a_deny_is_no_edge_but_marks_the_others():
    allow = {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"Null": {"sts:ExternalId": "true"}}}
    (trust,) = trusts_from_policy(document(allow, deny), ROLE, account=OWN)
    assert trust.attrs["deny"] == "true"


@pytest.mark.parametrize(
    ("operator", "sub_operator"),
    [
        ("StringEquals", "StringEquals"),
        ("StringLike", "StringLike"),
        ("ForAnyValue:StringLike", "ForAnyValue:StringLike"),
        ("ForAllValues:StringLike", "ForAllValues:StringLike"),
        ("StringLikeIfExists", "StringLikeIfExists"),
        ("StringNotEquals", None),
        ("Null", None),
    ],
)
def test_github_oidc_subject(operator, sub_operator):
    condition = {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}
    condition.setdefault(operator, {})["token.actions.githubusercontent.com:sub"] = "repo:acme/web:*"
    trust = one({"Federated": GITHUB}, condition, action="sts:AssumeRoleWithWebIdentity")
    assert (trust.subject, trust.issuer, trust.subject_kind) == (*["token.actions.githubusercontent.com"] * 2, "federated")
    assert trust.audiences == ["sts.amazonaws.com"]
    assert trust.attrs["aud_operator"] == "StringEquals"
    assert trust.attrs.get("sub_operator") == sub_operator
    assert trust.subs == (["repo:acme/web:*"] if sub_operator else [])


def test_the_tightest_of_two_sub_conditions_counts():
    condition = {
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"},
        "StringEquals": {"Token.Actions.GithubUserContent.com:SUB": ["repo:acme/web:ref:refs/heads/main"]},
    }
    trust = one({"Federated": GITHUB}, condition, action="sts:AssumeRoleWithWebIdentity")
    assert (trust.subs, trust.attrs["sub_operator"]) == (["repo:acme/web:ref:refs/heads/main"], "StringEquals")


def test_issuers_with_paths_and_other_claims():
    issuer = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"
    condition = {
        "StringEquals": {f"{issuer}:sub": "system:serviceaccount:a:b", f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:jti": "1"}
    }
    trust = one({"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{issuer}"}, condition, action="sts:AssumeRoleWithWebIdentity")
    assert (trust.issuer, trust.subs, trust.attrs["claims"]) == (issuer, ["system:serviceaccount:a:b"], "jti")


def test_builtin_web_identity_and_saml():
    cognito = one(
        {"Federated": "cognito-identity.amazonaws.com"},
        {"StringEquals": {"cognito-identity.amazonaws.com:aud": "pool"}},
        action="sts:AssumeRoleWithWebIdentity",
    )
    assert (cognito.issuer, cognito.audiences) == ("cognito-identity.amazonaws.com", ["pool"])
    arn = f"arn:aws:iam::{OWN}:saml-provider/Okta"
    saml = one(
        {"Federated": arn}, {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, action="sts:AssumeRoleWithSAML"
    )
    assert (saml.subject, saml.mechanism) == (arn.removeprefix("arn:"), "sts:AssumeRoleWithSAML")
    assert saml.audiences == ["https://signin.aws.amazon.com/saml"]


@pytest.mark.parametrize(
    ("condition", "pinned"),
    [
        ({"StringEquals": {"sts:ExternalId": "x-1"}}, True),
        ({"StringLike": {"STS:externalid": "x-*"}}, True),
        ({"StringLike": {"sts:ExternalId": "*"}}, False),
        ({"StringEqualsIfExists": {"sts:ExternalId": "x"}}, False),
        ({"ForAllValues:StringEquals": {"sts:ExternalId": "x"}}, False),
        ({"StringNotEquals": {"sts:ExternalId": "x"}}, False),
        ({"Null": {"sts:ExternalId": "false"}}, False),
        ({"StringEquals": {"sts:ExternalId": []}}, False),
        (None, False),
    ],
)
def test_external_id(condition, pinned):
    assert one({"AWS": "999988887777"}, condition).external_id is pinned


def test_organisation_source_and_principal_pins():
    trust = one(
        "*",
        {
            "StringEquals": {"aws:PrincipalOrgID": ["o-1"], "aws:SourceAccount": OWN},
            "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/x*"},
        },
        action="sts:AssumeRole",
    )
    assert trust.attrs == {
        "org_condition": "o-1",
        "source_condition": OWN,
        "principal_condition": f"arn:aws:iam::{OWN}:role/x*",
    }


def test_wildcards_are_iam_wildcards():
    (statement,) = document({"Effect": "Allow", "Action": ["sts:Assume[R]ole", "s3:Get?bject"], "Resource": "*"}).statements
    assert not statement.allows("sts:AssumeRole")
    assert statement.allows("S3:GETOBJECT")


ANY_ROLE = "arn:aws:iam::*:role/deployer"


@pytest.mark.parametrize(
    ("operator", "key", "value", "pins"),
    [
        ("StringLike", "aws:PrincipalOrgID", "o-*", False),
        ("StringLike", "aws:PrincipalOrgID", "o-???*", False),
        ("StringLike", "aws:PrincipalOrgID", "o-abcdefghij", True),
        ("StringLike", "aws:PrincipalOrgPaths", "o-abcdefghij/r-ab/*", True),
        ("StringLike", "aws:PrincipalOrgPaths", "o-*/r-ab/*", False),
        ("StringLike", "aws:PrincipalArn", ANY_ROLE, False),
        ("ArnEquals", "aws:PrincipalArn", ANY_ROLE, False),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1111*:role/x", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:role/*", True),
        ("ArnLike", "aws:PrincipalArn", "*", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::acme-*", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*", False),
        ("StringLike", "aws:PrincipalAccount", "1111*", False),
        ("StringEquals", "aws:PrincipalAccount", OWN, True),
        ("StringLike", "aws:userid", "AROA*", False),
        ("StringLike", "aws:userid", "AROAABCDEFGHIJKLMNOPQ:*", True),
    ],
)
def test_a_wildcard_that_fits_strangers_pins_nothing(operator, key, value, pins):
    trust = one("*", {operator: {key: value}})
    assert bool({"org_condition", "principal_condition", "source_condition"} & set(trust.attrs)) is pins
    assert (trust.attrs.get("void_conditions") == "true") is not pins


def test_one_wide_value_undoes_the_narrow_ones():
    trust = one("*", {"StringLike": {"aws:PrincipalOrgID": ["o-abcdefghij", "o-*"]}})
    assert "org_condition" not in trust.attrs


@pytest.mark.parametrize(
    ("principal", "condition", "pinned"),
    [
        ("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}, "o-abcdefghij"),
        ({"AWS": "*"}, {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}}, "o-abcdefghij"),
        (
            "*",
            {
                "StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
            "o-abcdefghij",
        ),
        ("*", {"StringNotLike": {"aws:PrincipalOrgID": "o-*"}}, None),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}, None),
        ({"AWS": "999988887777"}, {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}, None),
        ("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij", "aws:SourceVpc": "vpc-1"}}, None),
    ],
)
def test_a_deny_of_everybody_else_pins(principal, condition, pinned):
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    deny = {"Effect": "Deny", "Principal": principal, "Action": "sts:*", "Condition": condition}
    found = [t for t in trusts_from_policy(document(allow, deny), ROLE, account=OWN) if t.mechanism == "sts:AssumeRole"]
    assert [t.attrs.get("org_condition") for t in found] == [pinned]
