"""The contract suite over a small organisation, and what its records say."""

from __future__ import annotations

from fakes import Fakes

from keyrack.providers.github import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Person, Placement, Resource, Usage
from keyrack.sdk import Context, Target
from keyrack.sdk.testing import check_contract
from keyrack_estate.fakes.github import Github


def test_the_contract(github: tuple[Github, Fakes], target: Target, ctx: Context) -> None:
    records = check_contract(provider, target, ctx, planted=github[1].planted)
    wrong = [gap for gap in records if isinstance(gap, Gap) and gap.incomplete]
    assert wrong == []
    for kind in (Credential, Grant, Identity, Ownership, Person, Placement, Resource, Usage):
        assert any(isinstance(record, kind) for record in records), kind
