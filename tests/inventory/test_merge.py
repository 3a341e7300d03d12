"""Laws of correlation: independent of order, idempotent, reversible; and the views' promises about use and owners."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.inventory import Facts, build
from keyrack.lake.engines.duckdb import connect, load_rows
from keyrack.records import Credential, Identity, Ownership, Person, Record, Usage

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
IDS = ("A", "B", "C")
PRINTS = ("f1", "f2", "f3")
VALUE_OF = dict(zip(IDS, PRINTS, strict=True))
"""Each public id has one value: an issuer never gives two keys one secret."""


def inventory(rows: list[tuple[Record, str]], people: tuple[Person, ...] = ()):
    connection = connect()
    load_rows(connection, rows)
    build(connection, Facts(now=NOW, people=people))
    return connection


def fetch(connection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


@st.composite
def sighting(draw) -> Credential:
    """A sighting of one of three keys: by id alone, by value alone, or by both."""
    public = draw(st.sampled_from(IDS))
    how = draw(st.sampled_from(["id", "value", "both"]))
    fingerprint = VALUE_OF[public] if how != "id" else None
    return Credential(
        uid=f"cred:fp:{fingerprint}" if how == "value" else f"cred:aws:{public}",
        kind=draw(st.sampled_from(["access_key", "secret"])),
        issuer="aws" if how != "value" else draw(st.sampled_from(["aws", "unknown"])),
        name=draw(st.sampled_from(["k1", "k2"])),
        public_id=public if how != "value" else None,
        fingerprint=fingerprint,
        identity_uid=draw(st.sampled_from([None, "aws:iam::1:user/x"])) if how == "id" else None,
        status=draw(st.sampled_from(["active", "unknown"])) if how == "id" else "unknown",
        created_at=draw(st.sampled_from([None, NOW - timedelta(days=5), NOW - timedelta(days=9)])),
    )


MERGED = """SELECT uid, kind, issuer, name, identity_uid, public_id, fingerprint, status, created_at, sources
FROM credentials ORDER BY uid"""
sightings = st.lists(st.tuples(sighting(), st.sampled_from(["s1", "s2", "s3"])), min_size=1, max_size=7)


@settings(max_examples=25)
@given(sightings, st.randoms(use_true_random=False))
def test_order_never_matters(rows, rng):
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert fetch(inventory(rows), MERGED) == fetch(inventory(shuffled), MERGED)


@settings(max_examples=25)
@given(sightings)
def test_seeing_a_thing_twice_changes_nothing(rows):
    assert fetch(inventory(rows), MERGED) == fetch(inventory([*rows, *rows]), MERGED)


@settings(max_examples=25)
@given(sightings)
def test_one_credential_per_key_and_no_fact_is_lost(rows):
    merged = fetch(inventory(rows), "SELECT uid, public_id, fingerprint, sources FROM credentials")
    uids = [row[0] for row in merged]
    assert len(uids) == len(set(uids))
    assert {row[1] for row in merged if row[1]} == {c.public_id for c, _ in rows if c.public_id}
    assert {row[2] for row in merged if row[2]} == {c.fingerprint for c, _ in rows if c.fingerprint}
    assert {s for row in merged for s in row[3]} == {source for _, source in rows}
    both = {c.public_id for c, _ in rows if c.public_id and c.fingerprint}
    for public in both:
        assert [row[0] for row in merged if row[2] == VALUE_OF[public]] == [f"cred:aws:{public}"]


def test_a_merge_explains_itself_and_is_undone_by_leaving_a_source_out():
    value = (Credential(uid="cred:fp:f1", kind="secret", issuer="unknown", name="v", fingerprint="f1"), "code")
    both = (Credential(uid="cred:aws:A", kind="access_key", issuer="aws", name="k", public_id="A", fingerprint="f1"), "disk")
    together = inventory([value, both])
    assert fetch(together, "SELECT seen_uid, uid FROM credential_alias") == [("cred:fp:f1", "cred:aws:A")]
    assert "same value" in fetch(together, "SELECT because FROM credential_alias")[0][0]
    assert fetch(inventory([value]), "SELECT uid FROM credentials") == [("cred:fp:f1",)]


def used(*usage: Usage):
    key = Credential(
        uid="cred:aws:A", kind="access_key", issuer="aws", name="k", public_id="A", created_at=NOW - timedelta(days=100)
    )
    connection = inventory([(key, "s"), *((u, "s") for u in usage)])
    return fetch(connection, "SELECT idle_days, never_used, last_used_at FROM credentials")[0]


def usage(uid: str, grade, days: int | None = None, since: int | None = None) -> Usage:
    return Usage(
        uid=uid,
        credential_uid="cred:aws:A",
        grade=grade,
        source="test",
        used_at=None if days is None else NOW - timedelta(days=days),
        since=None if since is None else NOW - timedelta(days=since),
    )


def test_silence_is_unknown_and_never_unused():
    assert used() == (None, None, None)
    assert used(usage("u", "inferred", 5)) == (None, None, None)


def test_absence_counts_from_when_we_would_have_been_told():
    assert used(usage("u", "absent", since=300))[:2] == (100, True)
    assert used(usage("u", "absent", since=40))[:2] == (40, True)


def test_any_use_beats_absence():
    assert used(usage("a", "absent", since=90), usage("b", "reported", 7), usage("c", "observed", 3))[:2] == (3, False)


def owned(*evidence: tuple[str, str], people: tuple[Person, ...] = ()):
    rows: list[tuple[Record, str]] = [
        (Identity(uid="x", kind="cicd", type="github:workflow", name="x", provider="r", scope="s"), "s")
    ]
    for index, (owner, kind) in enumerate(evidence):
        rows.append((Ownership(uid=f"o{index}", identity_uid="x", owner=owner, evidence=kind, detail="d", stated_at=NOW), "s"))  # type: ignore[arg-type]
    return fetch(inventory(rows, people), "SELECT owner, owner_status, departed_owner FROM identities")[0]


ANN, BOB = Person(uid="ann@x.org", name="Ann", team="web"), Person(uid="bob@x.org", name="Bob", status="gone", team="old")


def test_owner_is_living_or_we_abstain():
    assert owned() == (None, "none", None)
    assert owned(("ann@x.org", "tag"), people=(ANN,)) == ("ann@x.org", "living", None)
    assert owned(("ANN@x.org", "tag")) == ("ann@x.org", "unverified", None)
    assert owned(("bob@x.org", "tag"), people=(BOB,)) == (None, "gone", "bob@x.org")
    assert owned(("bob@x.org", "tag"), ("ann@x.org", "committer"), people=(ANN, BOB)) == ("ann@x.org", "living", "bob@x.org")
    assert owned(("someone", "group")) == (None, "none", None)


def test_a_team_lives_while_a_member_does():
    assert owned(("team:web", "codeowners"), people=(ANN, BOB))[1] == "living"
    assert owned(("team:old", "codeowners"), people=(ANN, BOB))[1] == "gone"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("svc-prod-api", "prod"),
        ("api_staging", "nonprod"),
        ("reproduce", None),
        ("prod-to-dev-sync", None),
        ("latest", None),
        ("livery", None),
    ],
)
def test_environment_needs_a_whole_word_and_no_contradiction(name, expected):
    row = (Identity(uid="x", kind="cicd", type="github:workflow", name=name, provider="r", scope="s"), "s")
    assert fetch(inventory([row]), "SELECT environment FROM identities") == [(expected,)]


def test_two_sources_of_one_identity_make_one_entry():
    first = Identity(uid="x", kind="cicd", type="t", name="x", provider="r", scope="s", tags={"a": "b"})
    rows = [(first, "s2"), (Identity(uid="x", kind="cicd", type="t", name="x", provider="r", scope="s"), "s1")]
    random.Random(1).shuffle(rows)
    assert fetch(inventory(rows), "SELECT count(*), any_value(sources), any_value(tags) FROM identities") == [
        (1, ["s1", "s2"], {"a": "b"})
    ]


def refusing(rows, *pairs):
    connection = connect()
    load_rows(connection, rows)
    build(connection, Facts(now=NOW, refused=pairs))
    return connection


VALUE = (Credential(uid="cred:fp:f1", kind="secret", issuer="unknown", name="v", fingerprint="f1"), "code")
BOTH = (Credential(uid="cred:aws:A", kind="access_key", issuer="aws", name="k", public_id="A", fingerprint="f1"), "disk")


@pytest.mark.parametrize("pair", [("cred:aws:A", "cred:fp:f1"), ("cred:fp:f1", "cred:aws:A")])
def test_a_person_may_refuse_a_merge_and_take_the_refusal_back(pair):
    assert fetch(refusing([VALUE, BOTH], pair), "SELECT uid FROM credentials ORDER BY uid") == [("cred:aws:A",), ("cred:fp:f1",)]
    assert fetch(refusing([VALUE, BOTH], pair), "SELECT * FROM merges WHERE kind = 'same-credential'") == []
    assert fetch(refusing([VALUE, BOTH]), "SELECT uid FROM credentials") == [("cred:aws:A",)]


@settings(max_examples=25)
@given(sightings, st.data())
def test_refusing_and_allowing_again_is_as_if_nothing_happened(rows, data):
    before = inventory(rows)
    merges = fetch(before, "SELECT uid, other FROM merges ORDER BY ALL")
    chosen = data.draw(st.lists(st.sampled_from(merges), unique=True)) if merges else []
    apart = fetch(refusing(rows, *chosen), "SELECT uid, other FROM merges")
    assert not set(apart) & set(chosen)
    assert fetch(refusing(rows), MERGED) == fetch(before, MERGED)


def linked(*rows, refused=()):
    connection = refusing([(row, f"s{number}") for number, row in enumerate(rows)], *refused)
    return fetch(connection, "SELECT kind, uid, other FROM links ORDER BY ALL")


def test_two_named_credentials_of_one_value_are_linked_and_stay_two():
    one = Credential(uid="cred:entra:k1", kind="oauth_secret", issuer="entra", name="a", public_id="k1", fingerprint="f9")
    two = Credential(uid="cred:entra:k2", kind="oauth_secret", issuer="entra", name="b", public_id="k2", fingerprint="f9")
    assert linked(one, two) == linked(two, one) == [("same-value", "cred:entra:k1", "cred:entra:k2")]
    assert linked(one, two, refused=[("cred:entra:k2", "cred:entra:k1")]) == []


def test_a_certificate_meets_its_key_and_its_other_thumbprint():
    key = Credential(uid="cred:ssh:K", kind="private_key", issuer="x509", name="k", public_id="K", attrs={"spki": "ab"})
    long = Credential(
        uid="cred:x509:s256", kind="certificate", issuer="x509", name="c", public_id="s256", attrs={"spki": "ab", "sha1": "C0"}
    )
    short = Credential(uid="cred:entra:s1", kind="certificate", issuer="entra", name="c", public_id="s1", attrs={"sha1": "c0"})
    assert linked(key, long, short) == [
        ("same-certificate", "cred:entra:s1", "cred:x509:s256"),
        ("same-key", "cred:ssh:K", "cred:x509:s256"),
    ]


def thing(uid, native, provider, name="n", kind="ai_agent", scope="s", **attrs):
    return Identity(uid=uid, kind=kind, type=native, name=name, provider=provider, scope=scope, attrs=attrs)


def test_a_configured_server_is_linked_to_the_live_one_and_a_declared_role_to_the_role():
    live = thing("mcp:tools.example:server/mcp", "mcp:server", "mcp", url="https://tools.example/mcp")
    told = thing("machine:h:mcp-server/cursor/tools", "mcp:server", "machine", url="https://Tools.example/mcp/")
    other = thing("machine:h:mcp-server/cursor/x", "mcp:server", "machine", url="https://tools.example/other")
    assert linked(live, told, other) == [("same-server", live.uid, told.uid)]
    role = thing("aws:iam::1:role/deploy", "aws:iam-role", "aws", "deploy", "service_account")
    code = thing(
        "repo:web:iam-role/aws_iam_role.deploy", "iac:aws-iam-role", "repository", "deploy", "service_account", path="main.tf"
    )
    assert linked(role, code) == [("declared", role.uid, code.uid)]
    twin = thing("aws:iam::2:role/deploy", "aws:iam-role", "aws", "deploy", "service_account")
    assert linked(role, twin, code) == []  # two accounts have one of that name: nobody knows which is meant


def test_owners_of_the_declaring_code_own_the_identity():
    role = thing("aws:iam::1:role/deploy", "aws:iam-role", "aws", "deploy", "service_account")
    code = thing("repo:web:iam-role/x", "iac:aws-iam-role", "repository", "deploy", "service_account", path="main.tf")
    owner = Ownership(uid="o", identity_uid=code.uid, owner="ada@x.example", evidence="codeowners", detail="CODEOWNERS")
    found = refusing([(role, "aws"), (code, "repo"), (owner, "repo")])
    assert fetch(found, f"SELECT owner FROM identities WHERE uid = '{role.uid}'") == [("ada@x.example",)]


def environment(**fields):
    row = {"uid": "k8s:c:sa/n/a", "kind": "service_account", "type": "k8s:service-account", "name": "a", "provider": "kubernetes"}
    found = inventory([(Identity(**{**row, "scope": "c", **fields}), "s")])
    return fetch(found, "SELECT environment, environment_evidence, round(environment_confidence, 2) FROM identities")[0]


def test_environment_says_what_it_rests_on_and_how_sure_it_is():
    assert environment() == (None, None, None)
    assert environment(environment="prod") == ("prod", "stated", 0.95)
    assert environment(name="api-staging") == ("nonprod", "name", 0.8)
    assert environment(attrs={"namespace": "payments-prod"}) == ("prod", "namespace", 0.75)
    assert environment(scope="prod-eu") == ("prod", "scope", 0.65)
    assert environment(name="api-dev", scope="prod-eu") == ("nonprod", "name, against another sign", 0.55)
    assert environment(environment="prod", name="api-dev") == ("prod", "stated, against another sign", 0.7)


def test_agents_and_vendors_are_recognised_with_their_evidence():
    found = inventory([(thing("x", "aws:iam-role", "aws", "AmazonBedrockExecutionRoleForAgents_7", "service_account"), "s")])
    assert "amazonbedrock" in fetch(found, "SELECT agent_evidence FROM identities")[0][0]
    plain = inventory([(thing("x", "aws:iam-role", "aws", "reagents-lab", "service_account"), "s")])
    assert fetch(plain, "SELECT agent_evidence, party_evidence FROM identities") == [(None, None)]


def secret(uid, **attrs):
    return Credential(uid=uid, kind="connection_string", issuer="database", name="c", fingerprint=uid, attrs=attrs)


def test_a_connection_string_logs_in_as_the_role_of_that_server_and_of_no_other():
    role = thing("pg:db.x.example:5432:role/app", "pg:role", "postgres", "app", "service_account", "db.x.example:5432")
    twin = thing("pg:db2.x.example:5432:role/app", "pg:role", "postgres", "app", "service_account", "db2.x.example:5432")
    here = secret("cred:fp:1", login="app", endpoint="db.x.example")
    port = secret("cred:fp:2", login="APP", endpoint="db.x.example:5432/payments")
    elsewhere = secret("cred:fp:3", login="app", endpoint="db.y.example:5432")
    other_port = secret("cred:fp:4", login="app", endpoint="db.x.example:6432")
    rows = [(row, f"s{i}") for i, row in enumerate((role, twin, here, port, elsewhere, other_port))]
    held = dict(fetch(inventory(rows), "SELECT uid, identity_uid FROM credentials"))
    assert held == {"cred:fp:1": role.uid, "cred:fp:2": role.uid, "cred:fp:3": None, "cred:fp:4": None}
    apart = dict(fetch(refusing(rows, ("cred:fp:1", role.uid)), "SELECT uid, identity_uid FROM credentials"))
    assert apart["cred:fp:1"] is None
    assert apart["cred:fp:2"] == role.uid
