"""A report that hides a value joins the one credential that lies there, explains itself, and can be refused; else it stands alone."""

from __future__ import annotations

import pytest
from reports_kit import COMMIT, NOW, Planted, context, write

from keyrack.inventory import Facts, build
from keyrack.lake.engines.duckdb import connect, load_rows
from keyrack.providers.reports import provider
from keyrack.records import Credential, Placement, Record
from keyrack.records.uids import row_uid
from keyrack.sdk import Target
from keyrack_estate.fakes import reports as shapes


def seen(
    uid: str, line: int | None, *, issuer: str = "slack", commit: str | None = None, path: str = "app/slack.py"
) -> list[Record]:
    """What our own scan knows: a credential with its value, at a place."""
    credential = Credential(uid=uid, kind="api_token", issuer=issuer, name=uid, fingerprint=uid.rpartition(":")[2])
    place = Placement(
        uid=row_uid("place", uid, line), credential_uid=uid, system="git_head", exposure="committed", scope="nordholm/web", path=path,
        line=line, commit=commit,
    )  # fmt: skip
    return [credential, place]


@pytest.fixture
def told(tmp_path) -> list[Record]:
    """A redacted Gitleaks report: line 4 of app/slack.py."""
    write(tmp_path, "r.json", [shapes.gitleaks(Planted().hit("slack", "slack-bot-token"), redact=True)])
    records = provider.discover(Target("reports", options={"path": str(tmp_path)}), context())
    return [r for r in records if isinstance(r, Credential | Placement)]


def aliases(*rows: list[Record], refused: tuple[tuple[str, str], ...] = ()) -> dict[str, str]:
    connection = connect()
    load_rows(connection, [(record, "s1") for group in rows for record in group])
    build(connection, Facts(now=NOW, refused=refused))
    return dict(connection.execute("SELECT seen_uid, uid FROM credential_alias").fetchall())


HIDDEN = "cred:at:nordholm/web:app/slack.py/line 4"


def test_the_same_line_is_the_same_credential(told: list[Record]) -> None:
    assert aliases(told, seen("cred:fp:f1", 4)) == {HIDDEN: "cred:fp:f1"}


def test_a_few_lines_off_needs_the_same_issuer(told: list[Record]) -> None:
    assert aliases(told, seen("cred:fp:f1", 8)) == {HIDDEN: "cred:fp:f1"}
    assert aliases(told, seen("cred:fp:f1", 8, issuer="github")) == {}
    assert aliases(told, seen("cred:fp:f1", 8, issuer="unknown")) == {}


def test_the_same_commit_and_issuer_will_do(told: list[Record]) -> None:
    assert aliases(told, seen("cred:fp:f1", 90, commit=COMMIT)) == {HIDDEN: "cred:fp:f1"}
    assert aliases(told, seen("cred:fp:f1", 90, commit="another")) == {}


def test_two_that_fit_as_well_join_nothing(told: list[Record]) -> None:
    assert aliases(told, seen("cred:fp:f1", 4), seen("cred:fp:f2", 4)) == {}
    assert aliases(told, seen("cred:fp:f1", 4), seen("cred:fp:f2", 6)) == {HIDDEN: "cred:fp:f1"}


def test_another_file_is_another_credential(told: list[Record]) -> None:
    assert aliases(told, seen("cred:fp:f1", 4, path="app/other.py")) == {}


def test_a_person_may_refuse_it(told: list[Record]) -> None:
    assert aliases(told, seen("cred:fp:f1", 4), refused=(("cred:fp:f1", HIDDEN),)) == {}


def test_the_merge_explains_itself(told: list[Record]) -> None:
    connection = connect()
    load_rows(connection, [(record, "s1") for record in (*told, *seen("cred:fp:f1", 4))])
    build(connection, Facts(now=NOW))
    ((because, confidence),) = connection.execute("SELECT because, confidence FROM merges").fetchall()
    assert "nordholm/web:app/slack.py" in because
    assert confidence == 0.85
    assert connection.execute("SELECT count(*) FROM credentials").fetchone() == (1,)
