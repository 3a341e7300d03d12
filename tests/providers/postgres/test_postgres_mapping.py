"""Mapping is total: whatever a catalogue, a proxy or a hostile server answers, records come out or nothing does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.providers.postgres import nature, privileges
from keyrack.providers.postgres.activity import human_tool, session_usage
from keyrack.providers.postgres.closure import memberships
from keyrack.providers.postgres.foreign import connection_words, foreign_records, subscription_records
from keyrack.providers.postgres.hba import line_of, records, sign_in
from keyrack.providers.postgres.roles import Password, Roles, role_records
from keyrack.providers.postgres.things import database_record, function_records, server_records, settings_of
from keyrack.sdk import Context, Fingerprinter
from keyrack.sdk.notes import pairs
from keyrack.sdk.testing import check_words

CTX = Context(now=datetime(2026, 11, 24, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))
KEYS = [
    "name",
    "group",
    "member",
    "admin",
    "inherit",
    "switch",
    "grantee",
    "schema",
    "privileges",
    "grantable",
    "tables",
    "tables_total",
    "names",
    "privilege",
    "database",
    "owner",
    "what",
    "things",
    "kind",
    "functions",
    "login",
    "superuser",
    "oid",
    "valid_until",
    "ends",
    "comment",
    "connection_limit",
    "createrole",
    "replication",
    "connection",
    "databases",
    "users",
    "address",
    "netmask",
    "method",
    "options",
    "broken",
    "line_number",
    "server",
    "wrapper",
    "mapped",
    "role",
    "secrets",
    "conninfo",
    "enabled",
    "application",
    "client",
    "started",
    "sessions",
    "encrypted",
    "arguments",
    "public_execute",
    "executors",
    "fixed_path",
    "of_extension",
    "setting",
]
values = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.lists(st.text(max_size=20) | st.integers(), max_size=4)
)
rows = st.dictionaries(st.sampled_from(KEYS), values, max_size=30)


@given(st.lists(rows, max_size=6))
def test_any_rows_map(many):
    from keyrack.providers.postgres import provider

    roles = Roles("s", memberships(many))
    for row in many:
        roles.add(row)
    lines = [line for line in map(line_of, many) if line is not None]
    documents = privileges.Documents()
    found = list(server_records(settings_of(many), roles, CTX))
    for row in many:
        for read in (
            privileges.relations,
            privileges.columns,
            privileges.schemas,
            privileges.routines,
            privileges.databases,
            privileges.defaults,
            privileges.owned,
        ):
            statement = read(row, "db")
            if statement is not None:
                documents.add(statement, roles)
                found.append(privileges.grant(statement, roles))
        found += role_records(row, roles, Password("md5"), sign_in("x", lines, roles.members), CTX)
        found += [*foreign_records(row, "db", roles, CTX), *subscription_records(row, roles, CTX), *session_usage(row, roles)]
        found += [*database_record(row, (), roles), *function_records(row, "db", roles)]
    found += [*documents.policies(roles), *records(lines, "s", "pg_hba.conf", {"a": True}, CTX)]
    check_words(provider.manifest, found)


@given(st.text(max_size=200))
def test_any_connection_string_or_comment_reads(text):
    assert all(isinstance(value, str) for value in connection_words(text).values())
    tags = pairs(text)
    list(nature.owners("u", text, tags))
    nature.nature(text, tags)
    human_tool(text)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.booleans(), st.booleans(), st.booleans()), max_size=20
    )
)
def test_groups_close_whatever_the_graph(edges):
    """Also a cycle, which a server refuses but a hostile one may claim; and the answer does not depend on the order."""
    many = [{"group": g, "member": m, "admin": a, "inherit": i, "switch": s} for g, m, a, i, s in edges]
    forward, backward = memberships(many), memberships(reversed(many))
    for role in "abcdef":
        shape = lambda held: (held.group, held.admin, held.inherit, held.switch)  # noqa: E731
        assert {shape(held) for held in forward.groups(role)} == {shape(held) for held in backward.groups(role)}


def test_inherit_stops_where_one_step_does_not_inherit():
    many = [
        {"group": "b", "member": "a", "inherit": True, "switch": True},
        {"group": "c", "member": "b", "inherit": False, "switch": True},
        {"group": "d", "member": "c", "inherit": True, "switch": False},
    ]
    found = {held.group: (held.inherit, held.switch) for held in memberships(many).groups("a")}
    assert found == {"b": (True, True), "c": (False, True)}


@pytest.mark.parametrize(
    ("conninfo", "words"),
    [
        ("host=db port=5433 user=repl password='it''s'", {"host": "db", "port": "5433", "user": "repl"}),
        (r"host=db password='it\'s'", {"host": "db", "password": "it's"}),
        ("postgresql://u:p%40w@h:5434/db?x=1", {"user": "u", "password": "p@w", "host": "h", "port": "5434"}),
    ],
)
def test_connection_strings(conninfo, words):
    assert words.items() <= connection_words(conninfo).items()


@pytest.mark.parametrize(
    ("name", "comment", "kind"),
    [
        ("ebba.ekstrom", None, "human"),
        ("payments_app", None, "service_account"),
        ("svc.report", None, "service_account"),
        ("ebba.ekstrom", "type: service", "service_account"),
        ("xyz", "type: human", "human"),
        ("xyz", None, "service_account"),
    ],
)
def test_person_or_service(name, comment, kind):
    assert nature.nature(name, pairs(comment)).kind == kind


@pytest.mark.parametrize(
    ("comment", "owner"),
    [
        ("owner: Ebba.Ekstrom@nordholm.example; env: prod", ["ebba.ekstrom@nordholm.example"]),
        ("owner: payments team", ["team:payments"]),
        ("team=data", ["team:data"]),
        ("made by hand, ask ida.isaksson@nordholm.example", ["ida.isaksson@nordholm.example"]),
        ("ask a.b@x.example or c.d@x.example", []),
        ("just a note", []),
    ],
)
def test_owners_in_comments(comment, owner):
    assert [own.owner for own in nature.owners("u", comment, pairs(comment))] == owner


def test_the_first_line_that_covers_everything_ends_the_list():
    lines = [
        line_of(
            {
                "line_number": n,
                "connection": kind,
                "databases": ["all"],
                "users": users,
                "address": address,
                "netmask": mask,
                "method": method,
            }
        )
        for n, (kind, users, address, mask, method) in enumerate(
            [
                ("host", ["all"], "10.0.0.0", "255.0.0.0", "scram-sha-256"),
                ("host", ["+ops"], "0.0.0.0", "0.0.0.0", "reject"),
                ("host", ["all"], "0.0.0.0", "0.0.0.0", "trust"),
            ]
        )
    ]
    members = memberships([{"group": "ops", "member": "svc"}])
    assert sign_in("svc", lines, members) == {"sign_in": "scram-sha-256"}
    assert sign_in("other", lines, members)["sign_in_without_password"] == "0.0.0.0/0"
