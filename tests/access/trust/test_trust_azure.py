"""Federated identity credentials: exact ones, flexible ones, and what Entra does not read."""

from __future__ import annotations

import pytest

from keyrack.access.trust.azure import AUDIENCE, AzureTrust
from keyrack.access.trust.fuzz import fuzz
from keyrack.access.trust.model import Probe, Result
from keyrack.errors import KeyrackError

GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
TERRAFORM, AKS = "https://app.terraform.io", "https://northeurope.oic.prod-aks.azure.com/t/c/"
IDS = "repo:acme@4711/web@42:ref:refs/heads/main"


def flexible(expression: str, issuer: str = GITHUB) -> AzureTrust:
    return AzureTrust("fic", issuer, expression=expression)


def levels(result: Result) -> set[str]:
    return {entry.probe.level for entry in result.entered}


@pytest.mark.parametrize(
    ("expression", "issuer", "inside"),
    [
        ("claims['sub'] matches '*'", GITHUB, {"stranger", "recycled", "neighbour", "same"}),
        ("claims['sub'] matches 'repo:*'", GITHUB, {"stranger", "recycled", "neighbour", "same"}),
        ("claims['sub'] matches 'repo:acme/*'", GITHUB, {"recycled", "neighbour", "same"}),
        ("claims['sub'] matches 'repo:acme@4711/web@42:*'", GITHUB, {"same"}),
        ("claims['sub'] matches 'repo:acme@4711/web@42:ref:refs/heads/*'", GITHUB, {"same"}),
        ("claims['sub'] eq 'repo:acme@4711/web@42:ref:refs/heads/main'", GITHUB, set()),
        ("claims['sub'] matches 'repo:acme*' and claims['job_workflow_ref'] matches 'acme/ci/*'", GITHUB, {"stranger"}),
        ("claims['sub'] matches 'project_path:acme/*'", GITLAB, {"recycled", "neighbour", "same"}),
        ("claims['sub'] matches 'organization:acme:project:*:workspace:net:run_phase:*'", TERRAFORM, {"neighbour", "same"}),
    ],
)
def test_flexible_credentials(expression: str, issuer: str, inside: set[str]) -> None:
    result = fuzz(flexible(expression, issuer))
    assert levels(result) >= inside - {"stranger"} or inside == {"stranger"}
    assert levels(result) <= inside | {"same", "recycled"}
    assert not result.refused
    if result.fix is not None:
        assert {entry.probe.level for entry in result.fix.left} <= {"recycled"}
        assert set(result.fix.document) >= {"subject", "issuer", "audiences"}


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        (GITHUB, IDS),
        (TERRAFORM, "organization:acme:project:core:workspace:net:run_phase:apply"),
        (AKS, "system:serviceaccount:payments:settler"),
    ],
)
def test_an_exact_subject_lets_in_its_own_token_only(issuer: str, subject: str) -> None:
    result = fuzz(AzureTrust("fic", issuer, subject))
    assert not result.entered
    assert not result.refused


def test_an_exact_subject_by_names_can_be_taken_over_and_entra_has_no_ids_to_ask_for() -> None:
    result = fuzz(AzureTrust("fic", GITHUB, "repo:acme/web:ref:refs/heads/main"))
    assert levels(result) == {"recycled"}
    assert "no ids" in result.entered[0].why
    assert result.fix is None


@pytest.mark.parametrize("change", [{"sub": IDS.upper()}, {"aud": "api://other"}, {"iss": f"{GITHUB}/acme"}, {"sub": f"{IDS} "}])
def test_issuer_subject_and_audience_must_be_equal_case_and_all(change: dict[str, str]) -> None:
    trust = AzureTrust("fic", GITHUB, IDS)
    right = {"iss": GITHUB, "sub": IDS, "aud": AUDIENCE}
    assert trust.admits(Probe("right", "meant", "", right)).admitted
    assert not trust.admits(Probe("wrong", "stranger", "", {**right, **change})).admitted


def test_question_mark_is_one_character_and_star_is_any_text() -> None:
    trust = flexible("claims['sub'] matches 'repo:acme/web?:*'")
    for sub, right in (("repo:acme/web1:x", True), ("repo:acme/web:x", False), ("repo:acme/web12:x", False)):
        claims = {"iss": GITHUB, "aud": AUDIENCE, "sub": sub}
        assert trust.admits(Probe("p", "meant", "", claims)).admitted is right


@pytest.mark.parametrize(
    ("expression", "issuer"),
    [
        ("claims['sub'] like 'x'", GITHUB),
        ("claims['repository'] eq 'acme/web'", GITHUB),
        ("claims['job_workflow_ref'] eq 'x'", GITLAB),
        ("claims['sub'] eq 'x'", AKS),
        ('claims["sub"] eq "x"', GITHUB),
    ],
)
def test_what_entra_does_not_read_is_said(expression: str, issuer: str) -> None:
    with pytest.raises(KeyrackError, match="no term Entra reads"):
        fuzz(flexible(expression, issuer))
