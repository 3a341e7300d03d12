"""The server's own log as usage: what a real server writes in each of its three forms, and what attackers would have it say."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime

import psycopg
import pytest
from estate_scan import keyrack
from hypothesis import given
from hypothesis import strategies as st
from postgresql import postgres_server

from keyrack.providers.postgres.serverlog import moment
from keyrack.sdk.usage import Rows, load

LOG = load("postgres:log")
SETTINGS = (
    "logging_collector=on", "log_destination=stderr,csvlog,jsonlog", "log_connections=on",
    "log_disconnections=on", "log_timezone=UTC", "log_statement=mod", "log_file_mode=0644",
)  # fmt: skip


FORGED = (
    "INSERT INTO public.orders /*\n"
    '2026-01-01 00:00:00.000 UTC,"postgres","shop",1,"h:1",aa.bb,1,"x",,,,LOG,00000,"connection authorized: user=postgres database=shop"'
    ",,,,,,,,,,\n2026-01-01 00:00:00.000 UTC [1] LOG:  connection authorized: user=postgres database=shop\n*/ VALUES (1)"
)


@pytest.fixture(scope="module")
def written():
    """Texts of the three forms, of one afternoon of a real server; and the passwords of it."""
    values = {name: f"A1{secrets.token_urlsafe(12)}" for name in ("shop", "changed", "wrong")}
    settings = [*SETTINGS, "log_directory=told", "log_filename=server.log"]
    with postgres_server((), settings) as server:
        server.run(
            f"CREATE ROLE shop_app LOGIN PASSWORD '{values['shop']}'", "CREATE ROLE closed_app NOLOGIN", "CREATE DATABASE shop"
        )
        server.run("CREATE TABLE public.orders (id int); CREATE TABLE public.salaries (id int)", dbname="shop")
        server.run("GRANT INSERT ON public.orders TO shop_app", dbname="shop")
        dsn = server.dsn("shop_app", values["shop"], "shop", application_name="checkout user=postgres database=x")
        with psycopg.connect(dsn, autocommit=True) as link:
            link.execute(FORGED)
            with pytest.raises(psycopg.Error):
                link.execute("DELETE FROM public.salaries")
        server.run(f"ALTER ROLE shop_app PASSWORD '{values['changed']}'")
        for role in ("shop_app", "nobody_app", "closed_app", 'x" LOG:  connection authorized: user=postgres database=shop'):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(server.dsn(role, values["wrong"], "shop"))
        texts = _told(server.data / "told", b'connection authorized: user=postgres database=shop\\" does not exist')
    return texts, values


def _told(folder, last):
    """The logs, once the collector (a process of its own) has written the last refusal."""
    for _ in range(200):
        texts = {path.suffix: path.read_bytes() for path in folder.iterdir()}
        if len(texts) == 3 and last in texts[".json"]:
            return texts
        time.sleep(0.05)
    raise AssertionError("the log never told of the last refusal")


def read(text, scope="pg-main"):
    rows = Rows(scope)
    assert LOG.recognises("any", text[:65_536])
    LOG.read(text, rows)
    columns = rows.columns
    return [{name: columns[name][number] for name in columns} for number in range(len(rows))], rows.problems


def of_role(events, name):
    return [event for event in events if event["identity_uid"] == f"pg:pg-main:role/{name}"]


@pytest.mark.parametrize("form", [".csv", ".json", ".log"])
def test_sign_ins_refusals_and_writes_of_a_real_server(written, form):
    events, problems = read(written[0][form])
    assert not problems
    mine = of_role(events, "shop_app")
    authorized = next(event for event in mine if event["api"] == "connection authorized")
    assert (authorized["actions"], authorized["resources"]) == (("CONNECT",), ("shop",))
    assert (authorized["outcome"], authorized["source_ip"]) == ("allowed", "127.0.0.1")
    assert authorized["credential_uid"] == "cred:at:pg:pg-main:role/shop_app/password"
    assert dict(authorized["context"]) == {"sign_in": "true", "method": "scram-sha-256", "encrypted": "false"}
    assert authorized["user_agent"].startswith("checkout user=postgres")
    assert abs((datetime.now(UTC) - datetime.fromtimestamp(authorized["at"] / 1e6, UTC)).total_seconds()) < 600
    refused = next(event for event in mine if event["api"] == "connection refused")
    assert (refused["outcome"], refused["source_ip"]) == ("denied", "127.0.0.1")
    assert [event["actions"] for event in mine if event["api"] == "INSERT"] == [("INSERT",)]
    forbidden = [event for event in mine if event["outcome"] == "denied" and "table" in event["api"]]
    assert len(forbidden) == 1
    assert forbidden[0]["actions"] == (() if form == ".log" else ("DELETE",))
    assert [event["outcome"] for event in of_role(events, "closed_app")] == ["denied"]
    assert not of_role(events, "nobody_app")


@pytest.mark.parametrize("form", [".csv", ".json", ".log"])
def test_nobody_chooses_what_the_log_says(written, form):
    """A statement with a forged record in it, a program's name, a role's name: each stays what it is."""
    events, _ = read(written[0][form])
    assert not of_role(events, "postgres")
    assert {event["identity_uid"] for event in events if event["outcome"] == "allowed"} == {
        "pg:pg-main:role/shop_app", "pg:pg-main:role/estate_admin",
    }  # fmt: skip


@pytest.mark.parametrize("form", [".csv", ".json", ".log"])
def test_no_statement_and_no_password_comes_out(written, form):
    text, values = written
    assert values["changed"].encode() in text[form], "the server writes it down: log_statement"
    events, problems = read(text[form])
    said = json.dumps([events, problems], default=str)
    assert not [value for value in values.values() if value in said]


def test_the_forms_agree(written):
    def facts(form):
        return sorted(
            (e["identity_uid"] or "", e["api"], e["outcome"]) for e in read(written[0][form])[0] if "table" not in e["api"]
        )

    assert facts(".csv") == facts(".json") == facts(".log")


def test_a_log_in_pieces_is_the_same_log(written):
    text = written[0][".json"]
    rows, lines = Rows("pg-main"), text.splitlines(keepends=True)
    for line in lines:
        LOG.read(line, rows)
    assert rows.columns["id"] == [event["id"] for event in read(text)[0]]
    rows.release()


def test_through_the_command(written, tmp_path):
    (tmp_path / "postgresql.csv").write_bytes(written[0][".csv"])
    home = tmp_path / "home"
    done = keyrack(home, "usage", "ingest", str(tmp_path / "postgresql.csv"), "--scope", "pg-main", "--strict")
    assert done.returncode == 0, done.stderr
    shown = keyrack(home, "usage", "show", "pg:pg-main:role/shop_app", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    assert "CONNECT" in shown.stdout
    assert written[1]["changed"] not in shown.stdout + done.stdout


AUDIT = (
    '2026-11-25 09:00:00.123 UTC,"etl_app","shop",4711,"10.0.0.9:5000",6741.1267,7,"SELECT",2026-11-25 08:00:00 UTC,3/4,0,LOG,00000,'
    '"AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.orders,""select * from orders where card = \'4111\'"",<not logged>",,,,,,,,,"etl",'
    '"client backend",,0\n'
)


def test_pgaudit_tells_who_read_what():
    events, _ = read(AUDIT.encode())
    assert [(e["identity_uid"], e["actions"], e["resources"], e["source_ip"]) for e in events] == [
        ("pg:pg-main:role/etl_app", ("SELECT",), ("shop/public/orders",), "10.0.0.9")
    ]
    assert "4111" not in json.dumps(events, default=str)


def test_amazons_and_debians_prefix():
    aws = (
        b"2026-11-25 09:00:00 UTC:10.0.0.9(5000):[unknown]@[unknown]:[77]:LOG:  connection received: host=10.0.0.9 port=5000\n"
        b"2026-11-25 09:00:01 UTC:10.0.0.9(5000):shop_app@shop:[77]:LOG:  connection authorized: user=shop_app database=shop"
        b" SSL enabled (protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)\n"
    )
    debian = (
        b"2026-11-25 10:00:01.5 CET [77] shop_app@shop LOG:  connection authorized: user=shop_app database=shop"
        b" application_name=worker SSL enabled (protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)\n"
    )
    for text in (aws, debian):
        (event,), problems = read(text)
        assert (event["identity_uid"], event["resources"], problems) == ("pg:pg-main:role/shop_app", ("shop",), {})
        assert dict(event["context"])["encrypted"] == "true"
        assert datetime.fromtimestamp(event["at"] / 1e6, UTC).hour == 9


def test_a_zone_that_means_several_is_a_problem_and_no_guess():
    events, problems = read(AUDIT.replace("123 UTC", "123 IST").encode())
    assert (events, sum(problems.values())) == ([], 1)
    assert moment("2026-11-25 09:00:00", "+05:30") == datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
    assert moment("2026-11-25 09:00:00", "-03") == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_other_logs_are_not_ours():
    for text in (
        b'{"kind": "Event", "timestamp": "x"}',
        b"Nov 25 09:00:00 host sshd[1]: Accepted",
        b"a,b,c\n1,2,3\n",
        b"",
        b"\x00\xff",
    ):
        assert LOG.recognises("postgresql.csv", text) is None


@given(st.binary(max_size=400), st.sampled_from([b"", b"{", AUDIT[:120].encode(), b"2026-11-25 09:00:00 UTC [1] FATAL:  "]))
def test_reading_is_total(raw, start):
    LOG.recognises("x", start + raw)
    LOG.read(start + raw, Rows(None))
