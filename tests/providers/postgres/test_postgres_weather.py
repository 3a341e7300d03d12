"""PostgreSQL behind a proxy that spoils answers in the protocol's own words; a server of 100,000 roles; hostile names."""

from __future__ import annotations

import struct
import tracemalloc
from dataclasses import dataclass, replace

import pytest
import stamina
from matrix import record_outcomes
from postgres_seed import plant_hostile
from postgresql import postgres_server
from tcpstorm import gales, row, tcp_storm

from keyrack.providers.postgres import provider
from keyrack.records import Gap, Identity
from keyrack.sdk import Target
from keyrack.sdk.testing import Gale, check_contract, check_weather
from keyrack.sdk.testing.storm import CANARY

_CODES = {"401": "28P01", "403": "42501", "404": "3D000", "409": "55P03", "429 without Retry-After": "53300", "429 once": "53300"}
_AT_SIGN_IN = {"401", "404", "429 without Retry-After", "429 once"}
_SAID = {"401": "password authentication failed", "404": "database does not exist", "429": "sorry, too many clients already"}
_WHY = {"429 with Retry-After": "PostgreSQL names no time to wait", "clock skew": "nothing in the protocol depends on our clock"}


@dataclass
class PostgresDialect:
    """Messages of the frontend/backend protocol 3.0 (manual, "Message Formats"); the first has no type byte."""

    started: bool = False

    def frames(self, data: bytes) -> tuple[list[bytes], bytes]:
        found = []
        while len(data) >= (5 if self.started else 4):
            size = struct.unpack_from("!I", data, 1 if self.started else 0)[0] + (1 if self.started else 0)
            if len(data) < size:
                break
            found.append(data[:size])
            data, self.started = data[size:], True
        return found, data

    def question(self, frame: bytes, gale: Gale) -> str | None:
        startup = not frame[:1].isalpha()
        if gale.name in _AT_SIGN_IN:
            return "startup" if startup else None
        if startup or frame[:1] not in b"Q":
            return None
        statement = frame[5:].rstrip(b"\0").upper()
        return (
            None if statement.startswith((b"BEGIN", b"COMMIT", b"ROLLBACK", b"CLOSE")) else statement.decode("utf-8", "replace")
        )

    def error(self, frame: bytes, gale: Gale) -> bytes:
        code = _CODES.get(gale.name, "XX000")
        said = f"{_SAID.get(gale.name.split()[0], 'no')} {CANARY}"
        fields = b"".join(
            kind + text.encode() + b"\0"
            for kind, text in ((b"S", "FATAL" if gale.name in _AT_SIGN_IN else "ERROR"), (b"C", code), (b"M", said))
        )
        reply = b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\0"
        return reply if gale.name in _AT_SIGN_IN else reply + b"Z" + struct.pack("!I", 5) + b"E"


@pytest.fixture
def fast():
    stamina.set_testing(True, attempts=4, cap=True)
    yield
    stamina.set_testing(False)


def test_every_gale_ends_in_records_or_gaps(planted, monkeypatch, ctx, fast):
    server, seed = planted
    with tcp_storm(("127.0.0.1", server.port), PostgresDialect) as sky:

        def target(url: str) -> Target:
            dsn = replace(server, port=int(url.rpartition(":")[2])).dsn(sslmode="disable", gssencmode="disable")
            monkeypatch.setenv("KEYRACK_STORM", dsn)
            return Target("postgres", options={"dsn_env": "KEYRACK_STORM", "server": "pg-main", "timeout": "0.4"})

        outcomes = check_weather(provider, sky, target, ctx, gales=gales(), planted=seed.planted())
    record_outcomes("postgres", row(outcomes, _WHY))
    assert {outcome.gale for outcome in outcomes if outcome.refused} == {"refused", "401", "404", "429 without Retry-After"}


def test_a_password_that_ends_midway_is_a_gap(planted, ctx, monkeypatch):
    """The role is locked out between the first database and the next: what was read stays, the rest is a Gap."""
    server, _ = planted
    server.run("CREATE ROLE short_svc LOGIN PASSWORD 'for-a-moment'", "GRANT pg_monitor TO short_svc")
    monkeypatch.setenv("KEYRACK_SHORT", server.dsn("short_svc", "for-a-moment"))
    found = []
    for record in provider.discover(Target("postgres", options={"dsn_env": "KEYRACK_SHORT", "server": "pg-main"}), ctx):
        if not found:
            server.run("ALTER ROLE short_svc NOLOGIN")
        found.append(record)
    server.run("ALTER ROLE short_svc LOGIN", "DROP ROLE short_svc")
    assert any(isinstance(record, Gap) and record.subject == "payments" and record.reason == "denied" for record in found)
    assert any(isinstance(record, Gap) and record.capability == "postgres.roles" for record in found)


def test_hostile_names_are_only_names(ctx, monkeypatch):
    with postgres_server() as server:
        plant_hostile(server)
        monkeypatch.setenv("KEYRACK_HOSTILE", server.dsn())
        records = check_contract(provider, Target("postgres", options={"dsn_env": "KEYRACK_HOSTILE", "server": "h"}), ctx)
    names = {record.name for record in records if isinstance(record, Identity)}
    assert {'evil"; DROP ROLE x; --', "new\nline", "../../etc/passwd", "🔑key", "PUBLIC"} <= names
    assert not [record for record in records if isinstance(record, Gap) and record.incomplete]


def test_a_hundred_thousand_roles_in_bounded_memory_and_the_same_number_of_queries(ctx, monkeypatch):
    from keyrack.providers.postgres.connect import open_server
    from keyrack.providers.postgres.discover import discover

    with postgres_server() as server:
        server.run("CREATE ROLE everyone NOLOGIN")
        monkeypatch.setenv("KEYRACK_MANY", server.dsn())
        target = Target("postgres", options={"dsn_env": "KEYRACK_MANY", "server": "many"})
        with open_server(target) as few:
            list(discover(few, {}, ctx))
        server.run(
            "DO $$ BEGIN FOR i IN 1..100000 LOOP EXECUTE format('CREATE ROLE app_%s LOGIN IN ROLE everyone', i); END LOOP; END $$"
        )
        tracemalloc.start()
        with open_server(target) as many:
            identities = sum(isinstance(record, Identity) for record in discover(many, {}, ctx))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert identities == 100_001
    assert many.queries == few.queries
    assert peak < 150 * 2**20, f"{peak / 2**20:.0f} MiB"


def test_queries_are_those_the_manifest_states(planted, target, ctx):
    from keyrack.providers.postgres.connect import open_server
    from keyrack.providers.postgres.discover import discover

    calls = {capability.name: capability.calls for capability in provider.manifest.capabilities}
    stated = sum(int(text.split()[0]) for text in calls.values() if text.endswith("for the server"))
    each = sum(int(text.split()[0]) for text in calls.values() if "for each database" in text)
    with open_server(target()) as server:
        list(discover(server, {}, ctx))
        assert server.queries == stated + 3 * each
