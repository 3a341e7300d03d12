"""Bad weather over the whole provider, and the oddities a listing may have."""

from __future__ import annotations

import tracemalloc

import pytest
import stamina
from gcp_kit import target
from gcp_seed import DEV, NOW, PROD, TOKEN_ENV
from matrix import record_outcomes

from keyrack.errors import KeyrackError
from keyrack.providers.gcp import provider
from keyrack.records import Gap, Identity, Resource
from keyrack.sdk.testing import check_weather, storm
from keyrack_estate.fakes.gcp import GcpFake
from keyrack_estate.fakes.gcp_state import GcpState
from keyrack_estate.fakes.server import serve

HOSTILE = [
    "a" * 10_000, "../../etc/passwd", "name\x00with\x1b[31mcontrol\r\n", "x'; DROP TABLE identities; --", '"quoted"\\',
    "\u202egnp.exe", "\U0001f4a5\U0001f511", "%2F%2e%2e", "<script>alert(1)</script>", "{service}",
]  # fmt: skip


@pytest.fixture(autouse=True)
def fast():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.mark.parametrize("way", ["bulk", "direct"])
def test_every_kind_of_weather(seed, fake, ctx, way):
    if way == "direct":
        fake.denied |= {"/assets$|searchAllIamPolicies$"}
    with storm(fake.url) as sky:
        outcomes = check_weather(provider, sky, lambda url: target(url, timeout="0.3"), ctx, planted=seed.planted)
    record_outcomes("gcp" if way == "bulk" else "gcp-direct", outcomes)
    assert {o.gale for o in outcomes if o.refused} == set()


def gaps(records):
    return {r.reason for r in records if isinstance(r, Gap) and r.incomplete}


@pytest.mark.parametrize("way", ["bulk", "direct"])
def test_an_empty_page_with_a_next_link_is_no_end(seed, ctx, way):
    whole = seed.fake()
    odd = seed.fake(page=1, quirks={"empty-page"})
    if way == "direct":
        whole.denied |= {"/assets$|searchAllIamPolicies$"}
        odd.denied |= whole.denied
    with serve(whole), serve(odd):
        left, right = (
            {r.uid for r in provider.discover(target(fake.url), ctx) if not isinstance(r, Gap)} for fake in (whole, odd)
        )
    assert left == right


def test_a_page_that_repeats_is_cut_and_said(seed, ctx):
    fake = seed.fake(page=1, quirks={"repeat-page"})
    with serve(fake):
        found = list(provider.discover(target(fake.url), ctx))
    assert gaps(found) == {"truncated"}
    assert fake.total() < 300, "empty listings that go on for ever are followed 50 pages, full ones not past the first repeat"


def test_a_token_that_expires_midway_is_renewed(seed, ctx, monkeypatch):
    """The variable is read again when the server refuses the token: whoever refreshes it keeps the scan going."""
    fake = seed.fake()
    with serve(fake):
        whole = len(list(provider.discover(target(fake.url), ctx)))
        records = provider.discover(target(fake.url), ctx)
        first = next(records)
        fake.tokens = {"second": "keyrack"}
        monkeypatch.setenv(TOKEN_ENV, "second")
        assert len([first, *records]) == whole


def test_a_token_that_is_revoked_midway_is_a_gap(seed, fake, ctx):
    records = provider.discover(target(fake.url), ctx)
    found = [next(records)]
    fake.tokens = {}
    found += records
    assert gaps(found) == {"denied"}


def test_an_api_that_is_switched_off_leaves_the_scan_whole(seed, fake, ctx):
    fake.denied |= {"/assets$|searchAllIamPolicies$"}
    fake.off |= {"/aggregated/instances", "/v2/projects/.*/keys", "/hmacKeys"}
    found = list(provider.discover(target(fake.url), ctx))
    assert gaps(found) == set()
    assert {r.subject for r in found if isinstance(r, Gap) and r.reason == "not_configured"} >= {
        "virtual machines",
        "API keys",
        "HMAC keys",
    }


def test_no_sign_in_is_a_sentence(fake, ctx, monkeypatch):
    monkeypatch.delenv(TOKEN_ENV)
    with pytest.raises(KeyrackError, match="holds no token"):
        list(provider.discover(target(fake.url), ctx))


@pytest.mark.parametrize("way", ["bulk", "direct"])
def test_hostile_names_stay_names(seed, ctx, way):
    state = seed.state
    for number, name in enumerate(HOSTILE):
        state.account(DEV, f"h{number}", f"9{number:020}", f"Owner: {name}@acme.example")
        state.things["account"][-1].data["displayName"] = name
        state.on_project(PROD, name, f"serviceAccount:{name}", f"user:{name}", name, f"principal://{name}", f"deleted:serviceAccount:{name}?uid={name}")  # fmt: skip
        state.api_key(PROD, name, name, NOW)
        state.run(PROD, name, f"{name}@x", {name: name})
        state.secret(PROD, name, NOW, labels={name: name})
    fake = seed.fake()
    if way == "direct":
        fake.denied |= {"/assets$|searchAllIamPolicies$"}
    with serve(fake):
        found = list(provider.discover(target(fake.url), ctx))
    names = {r.name for r in found if isinstance(r, Resource)}
    assert {"\U0001f4a5\U0001f511", '"quoted"\\'} <= {n.rpartition("/")[2] for n in names}
    for record in found:
        repr(record).encode()


def test_a_hundred_thousand_accounts_in_bounded_memory(seed, ctx):
    state = GcpState()
    state.open_organization()
    state.project(PROD, "200000000001", f"organizations/{state.organization}")
    for number in range(100_000):
        email = f"sa-{number}@{PROD}.iam.gserviceaccount.com"
        name = f"projects/{PROD}/serviceAccounts/{email}"
        state.add("account", PROD, name, {"name": name, "email": email, "uniqueId": str(10**20 + number), "projectId": PROD})
    fake = GcpFake(page=1000, state=state, tokens={seed.token: "keyrack"})
    with serve(fake):
        tracemalloc.start()
        count = sum(isinstance(record, Identity) for record in provider.discover(target(fake.url), ctx))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 120 * 1024 * 1024, f"{peak / 1e6:.0f} MB at the peak"
    assert fake.total() == 123, "100 pages of accounts, and one call for each other thing"
