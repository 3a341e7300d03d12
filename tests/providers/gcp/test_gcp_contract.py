"""The contract suite over the fake: in bulk, project by project's own APIs, and the whole organisation."""

from __future__ import annotations

import pytest
from gcp_kit import target
from gcp_seed import DEV, PROD

from keyrack.providers.gcp import provider
from keyrack.records import Identity, Resource
from keyrack.sdk.testing import check_contract

ORG = "100000000001"


def of(records, record, /, **wanted):
    return [r for r in records if isinstance(r, record) and all(getattr(r, k) == v for k, v in wanted.items())]


@pytest.mark.parametrize("closed", [set(), {"/assets$|searchAllIamPolicies$"}], ids=["bulk", "direct"])
@pytest.mark.parametrize("options", [{}, {"read_secrets": "true"}], ids=["metadata", "values"])
def test_contract(seed, fake, ctx, closed, options):
    fake.denied |= closed
    records = check_contract(provider, target(fake.url, **options), ctx, planted=seed.planted)
    assert len(of(records, Identity)) >= 8


def test_contract_of_the_organisation(seed, fake, ctx):
    records = check_contract(provider, target(fake.url, organization=ORG), ctx, planted=seed.planted)
    assert {r.name for r in of(records, Resource, type="gcp:project")} == {PROD, DEV}
