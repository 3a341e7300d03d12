"""Tables: columns by a mapping file, Steampipe by its headers; what a table does not say stays unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest
from reports_kit import of, scan, write

from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Usage

ACCOUNTS = """[[tables]]
match = "users*.csv"
system = "HelpDesk"
vendor = ""
[tables.columns]
id = "Login"
kind = "Type"
created = "Created"
last_used = "Last seen"
owner = "Owner"
role = "Role"
privilege = "Role"
status = "Enabled"
environment = "Env"
[tables.values.kind]
Bot = "service_account"
Person = "human"
[tables.values.privilege]
Administrator = "admin"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def mapped(folder: Path, text: str) -> dict[str, str]:
    return {"mapping": str(write(folder.parent, "m.toml", text))}


def test_accounts_of_a_csv(folder: Path) -> None:
    rows = (
        "Login;Type;Created;Last seen;Owner;Role;Enabled;Env\r\n"
        "Bot-1;Bot;2026-01-02;2026/10/03 10:00:00 UTC;Ann@nordholm.example;Administrator;true;production\r\n"
        "ann;Person;2020-01-01;;;Viewer;false;\r\n"
        ";Bot;;;;;;\r\n"
    )
    write(folder, "users-2026.csv", rows)
    records = scan(folder, **mapped(folder, ACCOUNTS))
    bot, ann = of(records, Identity)
    assert (bot.uid, bot.kind, bot.status, bot.environment) == (
        "saas:helpdesk:account/bot-1",
        "service_account",
        "active",
        "prod",
    )
    assert (ann.kind, ann.status, ann.environment) == ("human", "disabled", None)
    assert [(o.owner, o.evidence) for o in of(records, Ownership)] == [("ann@nordholm.example", "owner")]
    (use,) = of(records, Usage)  # an empty cell is no "never"
    assert (use.grade, use.used_at.isoformat(), use.source) == ("reported", "2026-10-03T10:00:00+00:00", "table:helpdesk")
    assert {(g.actions[0], g.privilege) for g in of(records, Grant)} == {("Administrator", "admin"), ("Viewer", "unknown")}
    assert [gap.subject for gap in of(records, Gap)] == ["users-2026.csv (rows without an id)"]


def test_never_is_said_by_a_word_or_by_the_mapping(folder: Path) -> None:
    write(
        folder,
        "users.csv",
        "Login,Type,Created,Last seen,Owner,Role,Enabled,Env\na,Bot,2026-01-02,never,,,,\nb,Bot,2026-01-02,,,,,\nc,Bot,,,,,,\n",
    )
    assert [u.grade for u in of(scan(folder, **mapped(folder, ACCOUNTS)), Usage)] == ["absent"]
    told = of(scan(folder, **mapped(folder, ACCOUNTS + '[tables.empty]\nlast_used = "never"\n')), Usage)
    assert [(u.identity_uid, u.grade) for u in told] == [
        ("saas:helpdesk:account/a", "absent"),
        ("saas:helpdesk:account/b", "absent"),
    ]
    assert all(u.since is not None for u in told), "absent since when; without a date of creation nothing is said"


def test_owners_from_a_cmdb_for_identities_of_another_source(folder: Path) -> None:
    write(
        folder,
        "cmdb.csv",
        "arn,team\narn:aws:iam::111122223333:role/deploy,team:platform\ngcp:sa/x@p.iam.gserviceaccount.com,team:data\n",
    )
    text = '[[tables]]\nmatch = "cmdb.csv"\nsystem = "cmdb"\n[tables.columns]\nuid = "arn"\nowner = "team"\n'
    records = scan(folder, **mapped(folder, text))
    assert {(o.identity_uid, o.owner) for o in of(records, Ownership)} == {
        ("aws:iam::111122223333:role/deploy", "team:platform"),
        ("gcp:sa/x@p.iam.gserviceaccount.com", "team:data"),
    }
    assert [(i.uid, i.status) for i in of(records, Identity)] == [("aws:iam::111122223333:role/deploy", "unknown")]


STEAMPIPE = {
    "access_key_id": "AKIA" + "B" * 8 + "CDEFGH23", "user_name": "ci", "status": "Active", "create_date": "2026-01-02T03:04:05Z",
    "access_key_last_used_date": "2026-10-01T00:00:00Z", "account_id": "111122223333",
}  # fmt: skip


@pytest.mark.parametrize("document", [[STEAMPIPE], {"rows": [STEAMPIPE], "columns": [{"name": "status", "data_type": "text"}]}])
def test_steampipe_keys_need_no_mapping(folder: Path, document: object) -> None:
    write(folder, "keys.json", document)
    records = scan(folder)
    (key,) = of(records, Credential)
    assert (key.uid, key.identity_uid) == (f"cred:aws:{STEAMPIPE['access_key_id']}", "aws:iam::111122223333:user/ci")
    assert (key.status, key.attrs) == ("unknown", {}), "that it works is for its own system to say"
    (use,) = of(records, Usage)
    assert (use.credential_uid, use.source) == (key.uid, "steampipe:aws")


def test_a_table_that_nothing_names_is_a_gap(folder: Path) -> None:
    write(folder, "a.csv", "x,y\n1,2\n")
    write(folder, "b.json", [{"x": 1}, {"x": 2}])
    gaps = of(scan(folder), Gap)
    assert {(gap.subject, gap.reason) for gap in gaps} == {("a.csv", "not_configured"), ("b.json", "not_configured")}


def test_a_value_in_a_table_is_only_fingerprinted(folder: Path) -> None:
    value = "tok-" + "Ab1" * 10
    write(folder, "t.csv", f"id,secret\n7,{value}\n")
    text = (
        '[[tables]]\nmatch = "t.csv"\nrecord = "credential"\nsystem = "helpdesk"\n[tables.columns]\nid = "id"\nvalue = "secret"\n'
    )
    records = scan(folder, **mapped(folder, text))
    (credential,) = of(records, Credential)
    assert credential.fingerprint
    assert value not in str(records)
