"""A real PostgreSQL 15: everything that was made there is seen, by a superuser and by the least role; nothing secret comes out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from keyrack.errors import KeyrackError, UsageError
from keyrack.providers.postgres import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Placement, Policy, Resource, Trust
from keyrack.sdk import Secret, Target
from keyrack.sdk.testing import check_contract


@pytest.fixture
def records(planted, target, ctx):
    return check_contract(provider, target(), ctx, planted=planted[1].planted())


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


def role(records, name):
    return next(record for record in of(records, Identity) if record.name == name)


def grants(records, name):
    return {(tuple(g.actions), tuple(g.resources)): g for g in of(records, Grant) if g.identity_uid == f"pg:pg-main:role/{name}"}


def test_login_roles_are_identities_and_groups_are_not(records):
    names = {record.name for record in of(records, Identity)}
    assert {"payments_app", "root_app", "night_batch", "ebba.ekstrom", "keyrack", "closed"} <= names
    assert not {"dba", "operators", "readers", "pg_monitor"} & names
    assert {r.name for r in of(records, Resource) if r.type == "pg:group-role"} == {"dba", "operators", "readers"}
    assert role(records, "ebba.ekstrom").kind == "human"
    assert role(records, "closed").status == "disabled"
    assert role(records, "estate_admin").attrs["bootstrap"] == "true"
    assert role(records, "payments_app").environment == "prod"
    assert {o.owner for o in of(records, Ownership)} == {"ebba.ekstrom@nordholm.example", "team:security", "team:data"}


def test_passwords_by_method_and_end_never_by_hash(records):
    found = {c.identity_uid.rpartition("/")[2]: c for c in of(records, Credential) if c.issuer == "postgres"}
    assert (found["payments_app"].attrs["method"], found["payments_app"].expiry) == ("scram-sha-256", "never")
    assert (found["legacy_app"].attrs["method"], found["legacy_app"].status) == ("md5", "expired")
    assert found["repl_svc"].expiry == "never"
    age = datetime.now(UTC) - found["payments_app"].rotated_at  # track_commit_timestamp is on
    assert (0 <= age.total_seconds() < 3600, found["payments_app"].attrs["rotated"]) == (True, "at the latest")
    assert "root_app" not in found


def test_a_password_in_a_comment_is_a_placement_and_no_tag(records):
    place = next(p for p in of(records, Placement) if p.detector == "notes")
    told = next(c for c in of(records, Credential) if c.uid == place.credential_uid)
    assert (place.path, place.consumer_uid) == ("pg-main: comment on role nobody_app", "pg:pg-main:role/nobody_app")
    assert (told.kind, told.issuer, told.identity_uid) == ("password", "database", "pg:pg-main:role/nobody_app")
    assert told.fingerprint
    assert role(records, "nobody_app").tags == {"owner": "team data", "usage": "reports"}


def test_a_chain_of_groups_ends_at_a_superuser(records):
    batch = role(records, "night_batch")
    assert batch.attrs["becomes_superuser"] == "dba"
    grant = grants(records, "night_batch")[("role/dba",), ("*",)]
    assert (grant.privilege, grant.attrs["inherit"], grant.attrs["set"]) == ("admin", "false", "true")
    assert grants(records, "report_ro")[("role/readers",), ("*",)].privilege == "read"
    assert grants(records, "team_lead_svc")[("role/readers",), ("*",)].privilege == "permissions"
    assert grants(records, "files_svc")[("role/pg_read_server_files",), ("*",)].privilege == "admin"
    assert grants(records, "maker_svc")[("CREATEROLE",), ("*",)].privilege == "admin"


def test_privileges_by_schema_column_owner_and_default(records):
    app = grants(records, "payments_app")
    assert app[("INSERT", "SELECT"), ("payments/books/ledger",)].attrs["grantable"] == "true"
    assert app[("OWNER",), ("payments/own/*",)].via == "ownership"
    assert grants(records, "night_batch")[("UPDATE",), ("payments/books/ledger.note",)].privilege == "write"
    assert (("SELECT",), ("payments/own/future r of payments_app",)) in grants(records, "report_ro")
    assert grants(records, "files_svc")[("SELECT",), ("payments/pg_catalog/pg_authid",)].privilege == "read"
    readers = next(policy for policy in of(records, Policy) if policy.name == "readers")
    assert {"actions": ["SELECT"], "resources": ["payments/books/*"]} in json.loads(readers.document)
    assert readers.attrs["members"] == "2"


def test_hba_lines_and_whom_they_let_in(records):
    lines = {r.attrs["line"]: r.attrs for r in of(records, Resource) if r.type == "pg:hba-rule"}
    assert (lines["1"]["method"], lines["1"]["reach"]) == ("trust", "private")
    assert role(records, "trust_me").attrs["sign_in_without_password"] == "10.0.0.0/8"
    assert role(records, "plain_app").attrs["sign_in"].startswith("password")
    trust = next(t for t in of(records, Trust) if t.mechanism == "pg:hba-trust")
    assert trust.identity_uid.endswith("role/trust_me")
    assert any("cannot use 1 lines" in gap.detail for gap in of(records, Gap))


def test_passwords_of_other_servers_are_fingerprints(records, planted, ctx):
    seed = planted[1].secrets
    fingerprints = {c.fingerprint: c for c in of(records, Credential) if c.fingerprint}
    mapping = fingerprints[ctx.fingerprint.of(Secret(seed["fdw"]))]
    assert mapping.identity_uid == "pg:db2.nordholm.example:5433:role/sync_app"
    assert ctx.fingerprint.of(Secret(seed["ldap"])) in fingerprints
    place = next(p for p in of(records, Placement) if p.credential_uid == mapping.uid)
    assert place.consumer_uid == "pg:pg-main:role/payments_app"


def test_functions_that_lend_their_owner(records):
    trusts = {t.attrs["function"]: t for t in of(records, Trust) if t.mechanism == "pg:security-definer"}
    assert (trusts["books.become()"].subject, trusts["books.become()"].attrs["search_path"]) == ("*", "open")
    assert (trusts["books.careful()"].subject, trusts["books.careful()"].attrs["search_path"]) == (
        "pg:pg-main:role/report_ro",
        "fixed",
    )


def test_the_least_role_sees_the_same_and_says_what_it_misses(planted, target, ctx, records):
    least = check_contract(provider, target("keyrack"), ctx, planted=planted[1].planted())
    whole = {record.uid for record in records if not isinstance(record, Gap)}
    lost = whole - {record.uid for record in least if not isinstance(record, Gap)}
    assert all(uid.startswith(("cred:fp:", "place:")) for uid in lost), lost  # the user mapping's password
    gaps = {(gap.capability, gap.subject): gap for gap in of(least, Gap)}
    assert gaps["postgres.privileges", "locked"].permission == "CONNECT on every database"
    assert gaps["postgres.foreign", "payments"].incomplete is False


def test_a_role_without_rights_still_gets_the_roles_and_a_gap_for_each_thing_refused(target, ctx, planted):
    planted[0].run("ALTER ROLE nobody_app PASSWORD 'nothing-special'")
    planted[1].secrets["nobody_app"] = "nothing-special"
    records = check_contract(provider, target("nobody_app"), ctx)
    assert role(records, "payments_app").attrs.get("sign_in") is None
    assert {g.capability for g in of(records, Gap) if g.reason == "denied"} >= {
        "postgres.passwords",
        "postgres.hba",
        "postgres.activity",
    }
    assert all(g.permission for g in of(records, Gap) if g.reason == "denied")
    unknown = next(c for c in of(records, Credential) if c.identity_uid == "pg:pg-main:role/payments_app")
    assert unknown.status == "unknown"
    missing = {probe.capability: probe.permission for probe in provider.probe(target("nobody_app"), ctx) if not probe.ok}
    assert set(missing) == {
        "postgres.passwords",
        "postgres.hba",
        "postgres.activity",
        "postgres.privileges",
        "postgres.subscriptions",
    }
    assert all(missing.values())


def test_the_probe_of_the_least_role_names_only_the_locked_database(target, ctx):
    assert [probe.capability for probe in provider.probe(target("keyrack"), ctx) if not probe.ok] == ["postgres.privileges"]


def test_options_that_make_no_sense_are_sentences(ctx, monkeypatch, target):
    with pytest.raises(UsageError, match="is not set"):
        provider.source(Target("postgres", options={"dsn_env": "NO_SUCH_VARIABLE"}), ctx)
    monkeypatch.setenv("BAD_DSN", "postgres secret-in-here")
    with pytest.raises(UsageError) as caught:
        provider.source(Target("postgres", options={"dsn_env": "BAD_DSN"}), ctx)
    assert "secret-in-here" not in str(caught.value)
    with pytest.raises(KeyrackError) as refused:
        provider.source(target("keyrack", timeout="5", dbname="no_such_database"), ctx)
    assert refused.value.code == "postgres.missing"
    assert provider.source(target(), ctx).id == "postgres:pg-main"
