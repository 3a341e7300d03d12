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
