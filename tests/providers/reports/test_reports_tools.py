"""Each tool's reader is total: any JSON gives findings or nothing, never an error; and what it tells makes valid records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports_kit import NOW, context

from keyrack.providers.reports import secrets, tables
from keyrack.providers.reports.capabilities import MANIFEST
from keyrack.providers.reports.mapping import STEAMPIPE, Table
from keyrack.providers.reports.recognising import recognise
from keyrack.providers.reports.secrets import Sheet, slug
from keyrack.providers.reports.settings import Settings
from keyrack.providers.reports.statements import of_statement
from keyrack.providers.reports.told import Facts, masked
from keyrack.providers.reports.tools import detect_secrets, ggshield, gitleaks, kingfisher, prowler, sarif, trufflehog
from keyrack.sdk.testing import check_words

NASTY = ["", "\x00\x1b[31m", "\u202eevil", "a" * 10_000, "../../etc/passwd", "'; DROP TABLE x;--", "🔑", "\ud800", "-----BEGIN RSA PRIVATE KEY-----", "{", "AKIA" + "A" * 16, "https://u:p@h/x.git", "file:///x", "..."]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(NASTY)
NAMES = [
    "SourceMetadata",
    "Data",
    "Git",
    "Slack",
    "Docker",
    "S3",
    "commit",
    "file",
    "email",
    "repository",
    "line",
    "timestamp",
    "bucket",
    "image",
    "DetectorName",
    "Verified",
    "Raw",
    "RawV2",
    "Redacted",
    "visibility",
    "ExtraData",
    "RuleID",
    "StartLine",
    "Secret",
    "File",
    "Commit",
    "Link",
    "Email",
    "Date",
    "type",
    "hashed_secret",
    "filename",
    "line_number",
    "is_secret",
    "rule",
    "id",
    "finding",
    "snippet",
    "git_metadata",
    "repository_url",
    "author",
    "validation",
    "outcome",
    "dependent_captures",
    "AWS_SECRET_ACCESS_KEY",
    "path",
    "entities_with_incidents",
    "incidents",
    "occurrences",
    "match",
    "match_type",
    "line_start",
    "validity",
    "scans",
    "extra_info",
    "total_occurrences",
    "ignore_sha",
    "tool",
    "driver",
    "rules",
    "name",
    "tags",
    "properties",
    "results",
    "locations",
    "physicalLocation",
    "artifactLocation",
    "uri",
    "region",
    "startLine",
    "text",
    "partialFingerprints",
    "commitSha",
    "ruleId",
    "ruleIndex",
    "metadata",
    "event_code",
    "product",
    "version",
    "finding_info",
    "title",
    "uid",
    "status_code",
    "status",
    "severity",
    "resources",
    "cloud",
    "account",
    "time_dt",
]
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)
raws = st.dictionaries(st.sampled_from(NAMES), values, max_size=10)
SHEET = Sheet("r.json", NOW, False, Settings(None, "reports", None, None, None, None, 30), None)


def checked(records: list[Any]) -> None:
    check_words(MANIFEST, records)
    for record in records:
        msgspec.json.encode(record)


@settings(max_examples=100, deadline=None)
@given(raws)
def test_any_entry_of_a_scanner_makes_records_or_nothing(raw: dict[str, Any]) -> None:
    facts = Facts()
    readers = (trufflehog.told, gitleaks.told, kingfisher.told, ggshield.told, ggshield.scan, detect_secrets.told)
    told = [found for read in readers for found in read(raw, facts)]
    told += sarif.told(raw, facts, sarif.run(raw, raw, [raw]))
    checked([record for found in told for record in secrets.records(found, SHEET, context())])


def hog(name: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"DetectorName": "Custom", "Raw": "v" * 12, "SourceMetadata": {"Data": {name: data}}, **more}


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_names_everywhere(nasty: str) -> None:
    facts = Facts()
    told = [
        *trufflehog.told(hog("Git", {"file": nasty, "repository": nasty, "commit": nasty, "email": nasty}, Raw=nasty, DetectorName=nasty or "x"), facts),
        *gitleaks.told({"RuleID": nasty or "x", "File": nasty, "Secret": nasty, "Link": nasty, "Commit": nasty, "Email": nasty}, facts),
        *detect_secrets.told({"type": nasty or "x", "hashed_secret": nasty or "zz"}, facts, nasty),
    ]  # fmt: skip
    records = [record for found in told for record in secrets.records(found, SHEET, context())]
    assert records
    checked(records)


@pytest.mark.parametrize(
    ("name", "data", "system", "scope", "path"),
    [
        ("Git", {"repository": "git@github.com:nordholm/web.git", "file": "a.py", "commit": "c1"}, "git_history", "nordholm/web", "a.py"),
        ("Git", {"repository": "file:///work/web", "file": "a.py", "commit": "c1"}, "git_history", "web", "a.py"),
        ("Github", {"repository": "https://github.com/nordholm/web.git", "file": "a.py", "commit": "c1", "visibility": 1}, "git_history", "nordholm/web", "a.py"),
        ("Filesystem", {"file": "/srv/app/.env", "line": 3}, "file", "reports", "/srv/app/.env"),
        ("S3", {"bucket": "backups", "file": "dump.sql"}, "file", "s3:backups", "dump.sql"),
        ("Docker", {"image": "nordholm/web", "file": "/app/.env"}, "image", "nordholm/web", "/app/.env"),
        ("Slack", {"channel_name": "payments", "timestamp": "1700000000.1"}, "chat", "slack:payments", "1700000000.1"),
        ("CircleCI", {"repository": "nordholm/web", "build_number": 7}, "log", "circleci:nordholm/web", "7"),
        ("Jira", {"issue": "PAY-1", "location": "comment"}, "chat", "jira:PAY-1", "comment"),
        ("Unheard", {"file": "x"}, "file", "reports", "x"),
    ],
)  # fmt: skip
def test_trufflehog_sources_have_their_places(name: str, data: dict[str, Any], system: str, scope: str, path: str) -> None:
    (found,) = trufflehog.told(hog(name, data), Facts())
    _, place = secrets.records(found, SHEET, context())
    assert (place.system, place.scope, place.path) == (system, scope, path)
    assert place.exposure == ("committed" if system == "git_history" else "ci" if system == "log" else "config")


def test_a_public_repository_is_public() -> None:
    data = {"repository": "https://github.com/nordholm/web", "file": "a", "commit": "c", "visibility": 0}
    (found,) = trufflehog.told(hog("Github", data), Facts())
    assert [record.exposure for record in secrets.records(found, SHEET, context()) if hasattr(record, "exposure")] == ["public"]


def test_samples_are_marked_and_not_hidden() -> None:
    (found,) = gitleaks.told(
        {"RuleID": "generic-api-key", "File": "README.md", "Secret": "your-api-key-here", "Commit": "c"}, Facts()
    )
    credential, _ = secrets.records(found, SHEET, context())
    assert credential.attrs["placeholder"]


def test_a_lone_key_id_is_a_name_and_no_leak() -> None:
    raw = {"RuleID": "aws-access-token", "File": "a.py", "StartLine": 1, "Secret": "AKIA" + "Q" * 8 + "RSTUVWX2", "Commit": "c"}
    credential, place = secrets.records(next(gitleaks.told(raw, Facts())), SHEET, context())
    assert (credential.issuer, credential.fingerprint, place.attrs["referenced"]) == ("aws", None, "true")


@pytest.mark.parametrize(("rule", "name"), [("SlackWebhook", "slack-webhook"), ("AWS Access Key", "aws-access-key"), ("github-pat", "github-pat"), ("", "secret")])  # fmt: skip
def test_detector_names_are_read_as_rules(rule: str, name: str) -> None:
    assert slug(rule) == name


@pytest.mark.parametrize(("value", "hidden"), [("REDACTED", True), ("AKIAJ...", True), ("[REDACTED:1c1637f2]", True), ("gh***xx", True), ("a...b", False), ("s3cr3t", False)])  # fmt: skip
def test_hidden_values_are_told_from_values(value: str, hidden: bool) -> None:
    assert masked(value) is hidden


@settings(max_examples=80, deadline=None)
@given(raws)
def test_any_ocsf_finding_makes_statements_or_nothing(raw: dict[str, Any]) -> None:
    raw = {
        **raw,
        "metadata": {
            "event_code": "iam_user_accesskey_unused",
            **(raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}),
        },
    }
    checked([record for said in prowler.stated(raw, Facts()) for record in of_statement(said, SHEET)])


TABLES = [
    *STEAMPIPE,
    Table(record="account", system="helpdesk", columns={name: name for name in ["id", "uid", "name", "kind", "created", "created_by", "last_used", "owner", "status", "privilege", "role", "environment", "vendor", "email", "title"]}, empty={"last_used": "never"}),
    Table(record="credential", system="helpdesk", columns={name: name for name in ["id", "name", "holder", "created", "rotated", "expires", "last_used", "status", "scopes", "value"]}, empty={"expires": "never"}),
]  # fmt: skip
cells = scalars | st.sampled_from(
    ["2026-01-01", "2026/01/01 10:00:00 UTC", "never", "N/A", "active", "arn:aws:iam::1:user/x", "admin"]
)
COLUMNS = sorted({name for table in TABLES for name in table.columns.values()} | {"account_id"})


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(COLUMNS), cells, max_size=len(COLUMNS)), st.sampled_from(TABLES))
def test_any_row_makes_records_or_nothing(raw: dict[str, Any], table: Table) -> None:
    checked(list(tables.records(tables.Row(raw, table, "t.csv", NOW), context().fingerprint)))


@settings(max_examples=80)
@given(st.binary(max_size=400))
def test_any_beginning_is_recognised_or_not(head: bytes) -> None:
    recognise(head)


def test_no_file_of_ours_is_taken_for_a_report() -> None:
    for path in Path("docs").glob("*.md"):
        form, _ = recognise(path.read_bytes()[:65536])
        assert form in (None, "csv"), path
