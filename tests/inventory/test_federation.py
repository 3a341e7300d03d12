"""What a `sub` pattern lets in, held against tokens: an attacker's token that IAM would match means `anyone`, and so on."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keyrack.inventory
from keyrack.lake.engines.duckdb import connect, load_rows
from keyrack.rules.examples import records

SCRIPT = (Path(keyrack.inventory.__file__).parent / "sql" / "70_federation.sql").read_text("utf-8")
GITHUB, GITLAB, TERRAFORM = "token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"
EKS = "oidc.eks.eu-north-1.amazonaws.com/id/0F3A"

STRANGERS = {
    GITHUB: (
        "repo:evil/x:ref:refs/heads/main",
        "repo:acme-evil/web:ref:refs/heads/main",
        "repo:acme2@9/web@8:environment:production",
    ),
    GITLAB: ("project_path:evil/x:ref_type:branch:ref:main", "project_path:acme-evil/web:ref_type:branch:ref:main"),
}
NEIGHBOURS = {
    GITHUB: (
        "repo:acme/other:ref:refs/heads/main",
        "repo:acme/web-sandbox:ref:refs/heads/main",
        "repo:acme@12/other@99:environment:production",
    ),
    GITLAB: ("project_path:acme/other:ref_type:branch:ref:main", "project_path:acme/web-sandbox:ref_type:branch:ref:main"),
}
OWN = {
    GITHUB: (
        "repo:acme/web:pull_request",
        "repo:acme/web:ref:refs/heads/feature/x",
        "repo:acme@12/web@34:ref:refs/heads/feature/x",
    ),
    GITLAB: ("project_path:acme/web:ref_type:branch:ref:feature-x",),
}


def breadths(cases: list[tuple[str, str | None, str | None]]) -> list[dict[str, object]]:
    """One row of ``oidc_trusts`` for each (issuer, operator, sub)."""
    trusts = [
        {
            "identity_uid": f"role/{number:04}",
            "mechanism": "sts:AssumeRoleWithWebIdentity",
            "subject": issuer,
            "subject_kind": "federated",
            "issuer": issuer,
            "subs": [] if sub is None else [sub],
            "attrs": {"sub_operator": operator} if operator else {},
        }
        for number, (issuer, operator, sub) in enumerate(cases)
    ]
    connection = connect()
    load_rows(connection, ((row, "test") for row in records({"trusts": trusts})))
    connection.execute(SCRIPT)
    cursor = connection.execute("SELECT * FROM oidc_trusts ORDER BY identity_uid")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("issuer", "operator", "sub", "expected"),
    [
        (GITHUB, None, None, "anyone"),
        (GITHUB, "StringLike", None, "unknown"),
        (GITHUB, "StringLike", "*", "anyone"),
        (GITHUB, "StringLike", "r*", "anyone"),
        (GITHUB, "StringLike", "repo:*", "anyone"),
        (GITHUB, "StringLike", "repo:acme*", "anyone"),
        (GITHUB, "StringLike", "repo:acme*/web:ref:refs/heads/main", "anyone"),
        (GITHUB, "StringLike", "*:environment:production", "anyone"),
        (GITHUB, "StringLike", "repo:acme/*", "owner"),
        (GITHUB, "StringLike", "repo:acme@12/*", "owner"),
        (GITHUB, "StringLike", "repo:acme/web*", "owner"),
        (GITHUB, "StringLike", "repo:acme/*:environment:production", "owner"),
        (GITHUB, "ForAnyValue:StringLike", "repo:acme/web:*", "repository"),
        (GITHUB, "StringLike", "repo:acme@12/web@34:*", "repository"),
        (GITHUB, "StringLike", "repo:acme@*/web@*:*", "repository"),
        (GITHUB, "StringLike", "repo:acme/web:environment:*", "repository"),
        (GITHUB, "StringLike", "repo:acme/web:ref:refs/heads/*", "repository"),
        (GITHUB, "StringLike", "repo:acme/web:ref:refs/heads/release/*", "narrow"),
        (GITHUB, "StringLike", "repo:acme/web:ref:refs/heads/main", "narrow"),
        (GITHUB, "StringEquals", "repo:acme/*", "narrow"),
        (GITHUB, "StringLike", "repo:${var.organisation}/${var.repository}:*", "repository"),
        (GITHUB, "StringLike", "repo:${var.organisation}/*", "owner"),
        (GITHUB, "StringLike", "repo:${var.repository}:*", "unknown"),
        (GITHUB, "StringLike", "${var.subject}", "unknown"),
        (GITHUB, "StringLike", "repo:*${var.suffix}", "anyone"),
        (GITHUB, "StringEquals", "repo:acme@12/web@34:environment:production", "narrow"),
        (GITLAB, "StringLike", "project_path:*", "anyone"),
        (GITLAB, "StringLike", "project_path:acme*", "anyone"),
        (GITLAB, "StringLike", "project_path:acme/*", "owner"),
        (GITLAB, "StringLike", "project_path:acme/web:*", "repository"),
        (GITLAB, "StringEquals", "project_path:acme/web:ref_type:branch:ref:main", "narrow"),
        (TERRAFORM, "StringLike", "organization:*", "anyone"),
        (TERRAFORM, "StringLike", "organization:acme:*", "owner"),
        (TERRAFORM, "StringLike", "organization:acme:project:p:workspace:*", "repository"),
        (TERRAFORM, "StringLike", "organization:acme:project:p:workspace:w:run_phase:*", "narrow"),
        (EKS, "StringLike", "system:serviceaccount:*:*", "anyone"),
        (EKS, "StringLike", "system:serviceaccount:*:builder", "anyone"),
        (EKS, "StringLike", "system:serviceaccount:payments:*", "owner"),
        (EKS, "StringLike", "system:serviceaccount:payments:api-*", "narrow"),
        (EKS, "StringEquals", "system:serviceaccount:payments:api", "narrow"),
    ],
)
def test_breadth(issuer, operator, sub, expected):
    assert [row["breadth"] for row in breadths([(issuer, operator, sub)])] == [expected]


def test_both_forms_name_the_same_repository_and_only_one_is_immutable():
    plain, by_id, mixed = breadths(
        [
            (GITHUB, "StringEquals", "repo:acme/web:ref:refs/heads/main"),
            (GITHUB, "StringEquals", "repo:acme@12/web@34:ref:refs/heads/main"),
            (GITHUB, "StringLike", "repo:acme@*/web@*:ref:refs/heads/main"),
        ]
    )
    assert plain["repository"] == by_id["repository"] == mixed["repository"] == "acme/web"
    assert [row["immutable"] for row in (plain, by_id, mixed)] == [False, True, False]


def test_operators_that_pass_on_absent_claims_are_optional():
    operators = [
        "StringEquals",
        "ForAnyValue:StringLike",
        "ForAllValues:StringLike",
        "StringEqualsIfExists",
        "ForAllValues:StringEqualsIfExists",
    ]
    rows = breadths([(GITHUB, operator, "repo:acme/web:ref:refs/heads/main") for operator in operators])
    assert [row["optional"] for row in rows] == [False, False, True, True, True]


def test_a_trust_with_several_patterns_has_a_row_for_each_and_none_has_one():
    assert len(breadths([(GITHUB, None, None)])) == 1


_PIECES = st.sampled_from(
    [
        "repo:",
        "project_path:",
        "acme",
        "acme@12",
        "/",
        "web",
        "web@34",
        "@*",
        ":",
        "ref:refs/heads/",
        "ref_type:branch:ref:",
        "main",
        "environment:production",
        "pull_request",
        "*",
        "?",
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([GITHUB, GITLAB]), st.lists(_PIECES, min_size=1, max_size=7).map("".join)),
        min_size=20,
        max_size=20,
    )
)
def test_breadth_never_understates_what_tokens_prove(cases):
    """IAM's StringLike is a glob in which `*` also matches `/` and `:`: if a stranger's token matches, the pattern is `anyone`."""
    rank = {"narrow": 0, "unknown": 0, "repository": 1, "owner": 2, "anyone": 3}
    rows = breadths([(issuer, "StringLike", sub) for issuer, sub in cases])
    for (issuer, sub), row in zip(cases, rows, strict=True):
        proved = 3 * any(_matches(sub, token) for token in STRANGERS[issuer])
        proved = max(proved, 2 * any(_matches(sub, token) for token in NEIGHBOURS[issuer]))
        own = [token for token in OWN[issuer] if _matches(sub, token)]
        proved = max(proved, int("*" in sub and len(own) == len(OWN[issuer])))
        assert rank[str(row["breadth"])] >= proved, (sub, row["breadth"])


def _matches(pattern: str, token: str) -> bool:
    return fnmatchcase(token, pattern)
