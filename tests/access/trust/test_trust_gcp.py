"""Workload identity federation: attribute conditions in CEL, mappings, bindings by subject, attribute and whole pool."""

from __future__ import annotations

import pytest

from keyrack.access.trust.fuzz import fuzz
from keyrack.access.trust.gcp import GcpTrust
from keyrack.access.trust.model import Probe, Result
from keyrack.errors import KeyrackError

GITHUB = "https://token.actions.githubusercontent.com"
POOL = "projects/123/locations/global/workloadIdentityPools/ci"
PROVIDER = f"{POOL}/providers/github"
ANYBODY = f"principalSet://iam.googleapis.com/{POOL}/*"
IDS = "repo:acme@4711/web@42:ref:refs/heads/main"
MAPPING = {
    "google.subject": "assertion.sub",
    "attribute.repository": "assertion.repository",
    "attribute.owner_id": "assertion.repository_owner_id",
    "attribute.actor": "assertion.actor",
}


def trust(members: list[str], condition: str = "", **more: object) -> GcpTrust:
    return GcpTrust(PROVIDER, GITHUB, tuple(members), condition, MAPPING, **more)  # type: ignore[arg-type]


def bound(attribute: str, value: str) -> str:
    return f"principalSet://iam.googleapis.com/{POOL}/attribute.{attribute}/{value}"


def subject(value: str) -> str:
    return f"principal://iam.googleapis.com/{POOL}/subject/{value}"


def levels(result: Result) -> set[str]:
    return {entry.probe.level for entry in result.entered}


@pytest.mark.parametrize(
    ("members", "condition", "inside"),
    [
        ([ANYBODY], "", {"stranger", "recycled", "neighbour", "same"}),
        ([ANYBODY], "assertion.repository_owner == 'acme'", {"recycled", "neighbour", "same"}),
        ([ANYBODY], "assertion.repository_owner.startsWith('acme')", {"stranger", "recycled", "neighbour", "same"}),
        ([ANYBODY], "assertion.repository_owner_id == '4711'", {"neighbour", "same"}),
        ([ANYBODY], "assertion.repository_id == '42' && assertion.ref == 'refs/heads/main'", {"same"}),
        ([ANYBODY], f"assertion.sub == '{IDS}'", set()),
        ([bound("repository", "acme/web")], "", {"recycled", "same"}),
        ([bound("owner_id", "4711")], "", {"neighbour", "same"}),
        ([subject(IDS)], "", set()),
        ([subject("repo:acme/web:ref:refs/heads/main")], "", {"recycled"}),
        ([subject("repo:acme/web:ref:refs/heads/main")], "assertion.repository_owner_id == '4711'", set()),
        ([ANYBODY], "'acme' in assertion.repository", {"stranger", "recycled", "neighbour", "same"}),
    ],
)
def test_who_gets_in(members: list[str], condition: str, inside: set[str]) -> None:
    result = fuzz(trust(members, condition))
    if "' in assertion" in condition:
        assert not result.entered  # `in` is no substring test in CEL: it errs, and the condition does not hold
        return
    assert levels(result) == inside, [entry.probe.name for entry in result.entered]
    assert not result.refused
    if result.fix is not None:
        left = {entry.probe.level for entry in result.fix.left}
        assert not left & {"stranger", "recycled", "party", "neighbour"}


def test_without_condition_the_sentence_says_so() -> None:
    result = fuzz(trust([ANYBODY]))
    why = {entry.why for entry in result.breached}
    assert why == {"binding …/*; no attribute condition"}
    assert result.fix is not None
    assert "provider" in result.fix.document


def test_another_pools_binding_and_no_binding_let_nobody_in() -> None:
    other = ANYBODY.replace("/ci/", "/other/")
    assert not fuzz(trust([other])).entered
    assert not fuzz(trust([])).entered
    assert fuzz(trust([other])).refused


def test_the_default_audience_is_the_providers_name() -> None:
    own = trust([ANYBODY])
    assert own.audience == f"https://iam.googleapis.com/{PROVIDER}"
    claims = {"iss": GITHUB, "sub": IDS, "repository_owner": "acme", "aud": "sts.amazonaws.com"}
    assert not own.admits(Probe("p", "meant", "", claims)).admitted
    assert trust([ANYBODY], audiences=("sts.amazonaws.com",)).admits(Probe("p", "meant", "", claims)).admitted


def test_a_claim_that_is_missing_makes_the_condition_false() -> None:
    claims = {"iss": GITHUB, "sub": "repo:a/b:x", "aud": trust([]).audience}
    probe = Probe("p", "stranger", "", claims)
    assert not trust([ANYBODY], "assertion.environment == 'production'").admits(probe).admitted
    assert trust([ANYBODY], "!has(assertion.environment)").admits(probe).admitted


def test_subject_longer_than_127_bytes_is_refused() -> None:
    claims = {"iss": GITHUB, "sub": "repo:acme/" + "x" * 130, "aud": trust([]).audience}
    assert not trust([ANYBODY]).admits(Probe("p", "meant", "", claims)).admitted


def test_a_condition_that_is_no_cel_is_said() -> None:
    with pytest.raises(KeyrackError, match="no CEL expression"):
        fuzz(trust([ANYBODY], "assertion.sub =="))
