"""Calls on the wire as a function of size, held against what the manifest and the README say."""

from __future__ import annotations

import os

import pytest
from gcp_kit import target
from gcp_seed import DEV, NOW, PROD, Seed

from keyrack.providers.gcp import provider
from keyrack.providers.gcp.assets import KINDS
from keyrack_estate.fakes.server import serve

SIZES = [(0, 0), (7, 3), (40, 20)]


def grown(seed: Seed, accounts: int, secrets: int) -> Seed:
    for number in range(accounts):
        email = seed.state.account(PROD, f"more-{number}", f"2{number:020}")
        seed.state.key(email, f"{number:040x}", NOW)
        seed.state.on_account(email, "roles/iam.serviceAccountUser", "user:ada.lovelace@acme.example")
    for number in range(secrets):
        seed.state.secret(PROD, f"more-{number}", NOW)
    return seed


def pages(count: int, size: int) -> int:
    return max(1, -(-count // size))


@pytest.mark.parametrize(("accounts", "secrets"), SIZES)
@pytest.mark.parametrize("whole", [True, False], ids=["organisation", "project"])
def test_in_bulk_nothing_is_asked_one_by_one(seed, ctx, accounts, secrets, whole):
    size = 5
    fake = grown(seed, accounts, secrets).fake(page=size)
    options = {"organization": "100000000001"} if whole else {}
    with serve(fake) as url:
        list(provider.discover(target(url, **options), ctx))
    things, projects = seed.state.things, {PROD, DEV} if whole else {PROD}
    kinds = [kind for kind in KINDS if whole or kind not in {"organization", "folder"}]
    listings = sum(pages(sum(t.project in projects or (whole and not t.project) for t in things[kind]), size) for kind in kinds)
    held = [p for p in seed.state.policies if whole or f"/projects/{PROD}" in p]
    above = 0 if whole else 2  # folder and organisation: what they are, what they grant, what they deny
    open_, hmac, activities, deny = 0 if whole else 1, len(projects), 2 * len(projects), len(projects) + (1 if whole else 0) + 1
    assert fake.total() == listings + pages(len(held), size) + 3 * above + open_ + hmac + activities + deny


@pytest.mark.parametrize(("accounts", "secrets"), SIZES)
def test_one_by_one_takes_two_calls_an_account_and_two_a_secret(seed, ctx, accounts, secrets):
    """The price of a closed Cloud Asset; IAM and Secret Manager have no listing over all of a project's accounts or secrets."""
    base = _direct(Seed(), ctx, 0, 0)
    assert _direct(seed, ctx, accounts, secrets) == base + 2 * accounts + 2 * secrets


def _direct(seed: Seed, ctx: object, accounts: int, secrets: int) -> int:
    fake = grown(seed, accounts, secrets).fake(page=1000, denied={"/assets$|searchAllIamPolicies$"})
    fake.tokens = {os.environ["GCP_TEST_TOKEN"]: "keyrack"}
    with serve(fake) as url:
        list(provider.discover(target(url), ctx))
    return fake.total()
