"""FIELD.md NHI6's examples as AWS trusts: which token gets in, which does not, and that the fix closes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.trust.aws import AwsTrust, context
from keyrack.access.trust.fuzz import fuzz
from keyrack.access.trust.model import Hints, Probe, Result

ACCOUNT, VENDOR = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
GITHUB, GITLAB, TERRAFORM = "token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"
EKS = "oidc.eks.eu-north-1.amazonaws.com/id/0F3A9C1D5B7E"
BITBUCKET = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"
CIRCLECI = "oidc.circleci.com/org/0f3a9c1d-5b7e-4a6f-8c2d-1e0f9a8b7c6d"
STS = "sts.amazonaws.com"
NAMES, IDS = "repo:acme/web:ref:refs/heads/main", "repo:acme@4711/web@42:ref:refs/heads/main"
HINTS = Hints(projects=("acme/web",), organisation="o-acme123456", audiences={GITHUB: (STS,)})


def web(issuer: str, conditions: dict[str, Any] | None, hints: Hints = HINTS) -> Result:
    """A trust in one issuer; keys of the conditions are claims."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    if conditions:
        statement["Condition"] = {
            operator: {f"{issuer}:{claim}": value for claim, value in claims.items()} for operator, claims in conditions.items()
        }
    return fuzz(AwsTrust(ROLE, {"Version": "2012-10-17", "Statement": [statement]}, hints))


def assume(principal: object, conditions: dict[str, Any] | None = None, hints: Hints = HINTS) -> Result:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if conditions:
        statement["Condition"] = conditions
    return fuzz(AwsTrust(ROLE, {"Version": "2012-10-17", "Statement": [statement]}, hints))


def levels(result: Result) -> set[str]:
    return {entry.probe.level for entry in result.entered}


def names(result: Result) -> set[str]:
    return {entry.probe.name for entry in result.entered}


def fixed(result: Result) -> set[str]:
    """Levels that still get in after the fix; the tokens meant get in by :func:`fuzz`'s own check."""
    assert result.fix is not None
    assert result.fix.meant_admitted
    return {entry.probe.level for entry in result.fix.left}


AUD = {"aud": STS}
EVERYBODY = {"stranger", "recycled", "neighbour", "same"}

LOOSE: list[tuple[str, str, dict[str, Any] | None, set[str], str]] = [
    ("missing sub", GITHUB, {"StringEquals": AUD}, EVERYBODY, "no condition on sub"),
    ("no condition", GITHUB, None, EVERYBODY, "no condition on sub"),
    ("StringLike *", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "*"}}, EVERYBODY, "stringlike"),
    ("repo:*", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "repo:*"}}, EVERYBODY, "repo:* admits it"),
    ("owner by prefix", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "repo:acme*"}}, EVERYBODY, "repo:acme* admits it"),
    ("one of a list", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": [IDS, "repo:*"]}}, EVERYBODY, "sub repo:* admits it"),
    ("contains our name", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "*acme/web*"}}, {"stranger", "recycled", "neighbour", "same"}, "admits it"),
    ("owner, any repository", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "repo:acme/*"}}, {"recycled", "neighbour", "same"}, "admits it"),
    ("repository by prefix", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "repo:acme/web*"}}, {"recycled", "neighbour", "same"}, "admits it"),
    ("names only", GITHUB, {"StringEquals": {**AUD, "sub": NAMES}}, {"recycled"}, "names only"),
    ("any ref, by id", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "repo:acme@4711/web@42:*"}}, {"same"}, "admits it"),
    ("any repository, by id", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": "repo:acme@4711/*"}}, {"neighbour", "same"}, "admits it"),
    ("reusable workflow alone", GITHUB, {"StringEquals": {**AUD, "job_workflow_ref": "acme/ci/.github/workflows/deploy.yml@refs/heads/main"}}, {"stranger", "same"}, "no condition on sub"),
    ("GitLab, any project", GITLAB, {"StringEquals": {"aud": "https://gitlab.com"}, "StringLike": {"sub": "project_path:*"}}, EVERYBODY, "project_path:* admits it"),
    ("GitLab, group by prefix", GITLAB, {"StringLike": {"sub": "project_path:acme*", "aud": "https://gitlab.com"}}, EVERYBODY, "admits it"),
    ("GitLab, group", GITLAB, {"StringEquals": {"aud": "https://gitlab.com"}, "StringLike": {"sub": "project_path:acme/*"}}, {"recycled", "neighbour", "same"}, "admits it"),
    ("Terraform, any organisation", TERRAFORM, {"StringLike": {"sub": "organization:*"}}, {"stranger", "party", "neighbour", "same"}, "admits it"),
    ("Terraform, any workspace", TERRAFORM, {"StringEquals": {"aud": "aws.workload.identity"}, "StringLike": {"sub": "organization:acme:project:core:workspace:*:run_phase:*"}}, {"neighbour", "same"}, "admits it"),
    ("IRSA, any account", EKS, {"StringEquals": AUD, "StringLike": {"sub": "system:serviceaccount:*:*"}}, {"neighbour"}, "admits it"),
    ("IRSA, without sub", EKS, {"StringEquals": AUD}, {"neighbour"}, "no condition on sub"),
    ("IRSA, shared by namespaces", EKS, {"StringEquals": AUD, "StringLike": {"sub": "system:serviceaccount:*:settler"}}, {"neighbour"}, "admits it"),
    ("Bitbucket, without sub", BITBUCKET, {"StringEquals": {"aud": "ari:cloud:bitbucket::workspace/w"}}, {"neighbour", "same"}, "no condition on sub"),
    ("CircleCI, any project", CIRCLECI, {"StringLike": {"sub": "org/0f3a9c1d-5b7e-4a6f-8c2d-1e0f9a8b7c6d/project/*"}}, {"party", "neighbour", "same"}, "admits it"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "issuer", "conditions", "inside", "because"), LOOSE, ids=[row[0] for row in LOOSE])
def test_a_loose_trust_lets_in_whom_it_should_not(
    name: str, issuer: str, conditions: dict[str, Any] | None, inside: set[str], because: str
) -> None:
    result = web(issuer, conditions)
    assert levels(result) >= inside - {"party"}, names(result)
    assert levels(result) - inside <= {"stranger"}, names(result)  # a token without sub, where nothing asks for it
    assert any(because in entry.why for entry in result.entered), [entry.why for entry in result.entered]
    assert not result.refused
    if name == "names only" or issuer != GITLAB:
        assert fixed(result) <= {"same"}, result.fix
    else:
        assert fixed(result) <= {"recycled", "same"}  # AWS makes no condition key of GitLab's ids


TIGHT: list[tuple[str, str, dict[str, Any]]] = [
    ("ids", GITHUB, {"StringEquals": {**AUD, "sub": IDS}}),
    ("ids, StringLike without wildcard", GITHUB, {"StringEquals": AUD, "StringLike": {"sub": IDS}}),
    ("environment by ids", GITHUB, {"StringEquals": {**AUD, "sub": "repo:acme@4711/web@42:environment:production"}}),
    ("names beside ids", GITHUB, {"StringEquals": {**AUD, "sub": NAMES, "repository_id": "42", "repository_owner_id": "4711"}}),
    ("Terraform workspace", TERRAFORM, {"StringEquals": {"aud": "aws.workload.identity", "sub": "organization:acme:project:core:workspace:net:run_phase:apply"}}),
    ("one service account", EKS, {"StringEquals": {**AUD, "sub": "system:serviceaccount:payments:settler"}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "issuer", "conditions"), TIGHT, ids=[row[0] for row in TIGHT])
def test_a_tight_trust_lets_in_whom_it_means_and_nobody_else(name: str, issuer: str, conditions: dict[str, Any]) -> None:
    result = web(issuer, conditions)
    assert not result.refused, name
    assert not result.entered, names(result)
    assert result.fix is None
    assert result.probes >= 8


@pytest.mark.parametrize("operator", ["ForAllValues:StringLike", "StringLikeIfExists", "ForAllValues:StringEqualsIfExists"])
def test_a_condition_that_a_missing_claim_satisfies(operator: str) -> None:
    result = web(GITHUB, {"StringEquals": AUD, operator: {"sub": IDS}})
    assert names(result) == {"a stranger's token without sub"}
    assert result.fix is not None
    assert result.fix.changes == ("statement 1: make optional conditions required",)
    assert fixed(result) == set()


def test_for_all_values_on_a_claim_aws_does_not_read_holds_for_everybody() -> None:
    result = web(GITHUB, {"StringEquals": AUD, "ForAllValues:StringEquals": {"repository_owner": "acme"}})
    assert "a stranger's repository (by name)" in names(result)
    assert "repository_owner" not in {key.rpartition(":")[2] for key in context(result.entered[0].probe)}


def test_a_missing_audience_is_held_by_the_provider_alone() -> None:
    """ "The provider's client ids": with one, no other audience gets in; with two, or unknown ones, the token of another service does."""
    pinned = {"StringEquals": {"sub": IDS}}
    assert not web(GITHUB, pinned).entered
    foreign = "our job's token for another audience"
    unknown = web(GITHUB, pinned, Hints())
    assert names(unknown) == {foreign}
    assert unknown.entered[0].assumed
    two = Hints(audiences={GITHUB: (STS, "https://ci-helper.example")})
    open_ = web(GITHUB, pinned, two)
    assert names(open_) == {foreign}
    assert not open_.entered[0].assumed
    assert open_.entered[0].why.endswith("no condition on aud")
    assert fixed(open_) == set()


def test_a_pull_request_trust_means_pull_requests() -> None:
    result = web(GITHUB, {"StringEquals": {**AUD, "sub": "repo:acme@4711/web@42:pull_request"}})
    assert [probe.claims["event_name"] for probe in result.meant] == ["pull_request"]
    assert not result.entered


def test_a_customised_subject_is_filled_in_from_its_template() -> None:
    sub = "repository_owner_id:4711:repository_visibility:private"
    result = web(GITHUB, {"StringEquals": {**AUD, "sub": sub}})
    assert result.meant[0].claims["sub"] == sub
    assert not result.breached


def test_the_old_pin_refuses_the_new_form() -> None:
    """A repository moved to immutable subjects is locked out by the old pin, and by a wildcard on it too."""
    trust = AwsTrust(ROLE, json.loads(json.dumps({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"},
                      "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {f"{GITHUB}:sub": "repo:acme/web:*"}}},
    })), HINTS)  # fmt: skip
    claims = {"iss": f"https://{GITHUB}", "aud": STS, "sub": IDS}
    assert not trust.admits(Probe("new form", "meant", "", claims)).admitted
    assert trust.admits(Probe("old form", "meant", "", {**claims, "sub": NAMES})).admitted


def cognito(conditions: dict[str, Any]) -> Result:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": conditions,
    }
    return fuzz(AwsTrust(ROLE, {"Version": "2012-10-17", "Statement": [statement]}, HINTS))


def test_end_users_of_one_pool_are_meant_guests_and_other_pools_are_not() -> None:
    pool, signed_in = (
        {"cognito-identity.amazonaws.com:aud": "eu-north-1:pool"},
        {"cognito-identity.amazonaws.com:amr": "authenticated"},
    )
    tight = cognito({"StringEquals": pool, "ForAnyValue:StringLike": signed_in})
    assert (len(tight.meant), tight.refused, names(tight)) == (1, (), set())
    guests = cognito({"StringEquals": pool})
    assert "a visitor who has not signed in" in names(guests)
    any_pool = cognito({"ForAnyValue:StringLike": signed_in})
    assert "our job's token for another audience" in names(any_pool)


# --- accounts, organisations, services


def test_a_vendor_without_external_id_is_a_confused_deputy() -> None:
    result = assume({"AWS": f"arn:aws:iam::{VENDOR}:root"})
    assert names(result) == {"the same caller on behalf of another customer", "the same caller without an external id"}
    assert {entry.why for entry in result.entered} == {"statement 1: no condition on sts:ExternalId"}
    assert result.fix is not None
    assert fixed(result) == set()
    assert result.fix.fill_in


@pytest.mark.parametrize(
    ("operator", "value", "inside"),
    [
        ("StringEquals", "k2f9-ours", set()),
        ("StringLike", "*", {"the same caller on behalf of another customer"}),
        ("StringEqualsIfExists", "k2f9-ours", {"the same caller without an external id"}),
        ("ForAllValues:StringEquals", "k2f9-ours", {"the same caller without an external id"}),
    ],
)
def test_external_ids_exact_loose_and_optional(operator: str, value: str, inside: set[str]) -> None:
    result = assume({"AWS": f"arn:aws:iam::{VENDOR}:root"}, {operator: {"sts:ExternalId": value}})
    assert names(result) == inside
    if inside:
        assert fixed(result) == set()


def test_everybody_in_aws() -> None:
    result = assume("*")
    assert {"a stranger's account", "a stranger's account outside every organisation"} <= names(result)
    assert "stranger" not in fixed(result)


def test_principal_star_held_to_an_organisation_or_account() -> None:
    assert "stranger" not in levels(assume({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-acme123456"}}))
    assert "stranger" not in levels(assume({"AWS": "*"}, {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}))
    loose = assume({"AWS": "*"}, {"StringLike": {"aws:PrincipalOrgID": "o-*"}})
    assert "a stranger's account" in names(loose)
    assert "a stranger's account outside every organisation" not in names(loose)
    optional = assume({"AWS": "*"}, {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-acme123456"}})
    assert names(optional) >= {"a stranger's account outside every organisation"}
    assert "stranger" not in fixed(optional)


def test_a_role_by_name_in_any_account() -> None:
    result = assume({"AWS": "*"}, {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deployer"}})
    assert "a stranger's account" in names(result)


def test_another_role_of_our_account_and_a_role_that_is_named() -> None:
    whole = assume({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert names(whole) == {"another role of the account"}
    named = assume({"AWS": f"arn:aws:iam::{ACCOUNT}:role/runner"})
    assert not named.entered
    assert not named.refused


@pytest.mark.parametrize(
    ("conditions", "inside"),
    [
        (None, {"party", "same"}),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, {"same"}),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:events:eu-north-1:{ACCOUNT}:rule/nightly"}}, set()),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/*"}}, {"party", "same"}),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, {"same"}),
    ],
)
def test_a_service_as_confused_deputy(conditions: dict[str, Any] | None, inside: set[str]) -> None:
    result = assume({"Service": "events.amazonaws.com"}, conditions)
    assert levels(result) == inside if conditions is None or "ArnLike" not in conditions else levels(result) <= inside
    if "party" in levels(result):
        assert "party" not in fixed(result)


def test_a_service_that_passes_roles_only_in_its_own_account_is_nobodys_deputy() -> None:
    assert not assume({"Service": "lambda.amazonaws.com"}).entered


def test_a_deny_beside_the_allow_counts() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
            {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-acme123456"}}},
        ],
    }  # fmt: skip
    assert "stranger" not in levels(fuzz(AwsTrust(ROLE, document, HINTS)))


# --- laws

SUBS = st.sampled_from(
    [NAMES, IDS, "*", "repo:*", "repo:acme/*", "repo:acme*", "repo:acme/web:*", "repo:acme@4711/*", "repo:acme@4711/web@42:*"]
)
OPERATORS = st.sampled_from(
    ["StringEquals", "StringLike", "ForAllValues:StringLike", "ForAnyValue:StringLike", "StringLikeIfExists"]
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(operator=OPERATORS, subs=st.lists(SUBS, min_size=1, max_size=3), audience=st.booleans(), extra=st.booleans())
def test_a_fix_keeps_those_meant_and_never_lets_in_anybody_new(
    operator: str, subs: list[str], audience: bool, extra: bool
) -> None:
    conditions: dict[str, Any] = {operator: {"sub": subs}}
    if audience:
        conditions.setdefault("StringEquals", {})["aud"] = STS
    if extra:
        conditions.setdefault("StringEquals", {})["repository_owner_id"] = "4711"
    result = web(GITHUB, conditions)
    if result.fix is None:
        return
    before = {entry.probe.name for entry in result.entered}
    assert {entry.probe.name for entry in result.fix.left} <= before
    again = fuzz(AwsTrust(ROLE, result.fix.document, HINTS))
    assert not again.refused
    assert {entry.probe.level for entry in again.entered} <= {entry.probe.level for entry in result.entered}
