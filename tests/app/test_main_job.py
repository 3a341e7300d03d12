"""The main job on a whole company: what is wrong is found, what only looks wrong is not, and no secret leaves memory."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
from estate_scan import keyrack

from keyrack.outputs import FORMATS
from keyrack.outputs.views import json_schema
from keyrack_estate import report as estate_report
from keyrack_estate import truth
from keyrack_estate.score import score


def test_precision_and_recall_of_every_risk(scanned):
    scores = score(truth.read(scanned.folder / "truth.jsonl"), estate_report.read(scanned.report))
    assert len(scores) == 10
    weak = {s.owasp: (s.precision, s.recall) for s in scores.values() if min(s.precision, s.recall) < 0.95}
    assert weak == {}


def test_report_is_the_documented_object(scanned):
    document = json.loads(scanned.report.read_bytes())
    jsonschema.validate(document, json_schema(), cls=jsonschema.Draft202012Validator)
    assert {i["kind"] for i in document["identities"]} >= {"service_account", "cicd", "ai_agent", "human"}
    ids = [f["id"] for f in document["findings"]]
    assert len(ids) == len(set(ids))
    assert document["summary"]["top"][0]["score"] == max(i["score"] or 0 for i in document["identities"])


def test_one_credential_across_code_and_cloud(scanned):
    document = json.loads(scanned.report.read_bytes())
    crossing = [c for c in document["credentials"] if len({s.split(":")[0] for s in c["sources"]}) > 1]
    assert any(c["identity_uid"] and c["fingerprint"] and c["public_id"] for c in crossing)


def planted(scanned) -> list[bytes]:
    values = {value.encode() for value in scanned.world.sightings.values}
    values |= {key.secret.encode() for user in scanned.world.account.users.values() for key in user.keys}
    return sorted(value for value in values if len(value) >= 8)


def needles(value: bytes) -> list[bytes]:
    """The value as files would hold it: plain, JSON-escaped, and the longest line of a multi-line secret."""
    lines = [line for line in value.splitlines() if len(line) >= 24 and not line.startswith(b"-----")]
    return [value, json.dumps(value.decode("utf-8", "replace")).strip('"').encode(), *lines[:1]]


def everything_written(scanned, tmp_path: Path) -> dict[str, bytes]:
    """Every byte Keyrack left behind or printed; Parquet is decoded, since compression would hide a leak."""
    written = {"stderr": scanned.stderr.encode(), "report.json": scanned.report.read_bytes()}
    for path in scanned.home.rglob("*"):
        if path.suffix == ".parquet":
            written[str(path)] = str(pq.read_table(path).to_pylist()).encode()
        elif path.is_file():
            written[str(path)] = path.read_bytes()
    for name in FORMATS:
        out = tmp_path / f"report.{name}"
        done = keyrack(scanned.home, "scan", "--as-of", "2100-01-01", "--format", name, "-o", str(out))
        assert done.returncode == 0, done.stderr
        written[name] = out.read_bytes() + done.stderr.encode()
    for words in (["inventory", "credentials"], ["inventory", "placements"], ["findings"], ["gaps"]):
        done = keyrack(scanned.home, *words, "--format", "json")
        written[" ".join(words)] = done.stdout.encode() + done.stderr.encode()
    return written


def test_canary_no_planted_secret_is_anywhere(scanned, tmp_path):
    secrets = planted(scanned)
    assert len(secrets) > 100
    leaks = [
        (place, zlib.crc32(value))
        for place, content in everything_written(scanned, tmp_path).items()
        for value in secrets
        if any(needle in content for needle in needles(value))
    ]
    assert leaks == []


def test_scanning_again_changes_nothing_but_the_time(scanned):
    config = str(scanned.folder / "keyrack.toml")
    before = json.loads(scanned.report.read_bytes())
    done = keyrack(scanned.home, "scan", "--config", config, "--format", "json")
    assert done.returncode == 0, done.stderr
    after = json.loads(done.stdout)
    assert {f["id"]: f["first_seen"] for f in before["findings"]} == {f["id"]: f["first_seen"] for f in after["findings"]}
    assert {i["uid"] for i in before["identities"]} == {i["uid"] for i in after["identities"]}
    diff = keyrack(scanned.home, "diff", "--format", "json")
    assert json.loads(diff.stdout) == []


def test_show_explains_the_top_risk(scanned):
    top = json.loads(scanned.report.read_bytes())["summary"]["top"][0]
    story = json.loads(keyrack(scanned.home, "show", top["subject"], "--format", "json").stdout)
    product = 1.0
    for term in story["terms"]:
        product *= (1 - term["weight"]) ** story["score"]["impact"]
    assert story["score"]["score"] == pytest.approx(100 * (1 - product), abs=0.06)
    page = keyrack(scanned.home, "show", top["subject"]).stdout
    assert "risk score" in page
    assert re.search(r"fix: \S", page)


def test_an_exception_is_kept_and_shown(scanned):
    finding = json.loads(keyrack(scanned.home, "findings", "--format", "json").stdout)[0]["id"]
    from datetime import UTC, datetime, timedelta

    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    done = keyrack(scanned.home, "except", finding, "--reason", "rotating on Friday", "--until", until)
    assert done.returncode == 0, done.stderr
    shown = json.loads(keyrack(scanned.home, "findings", "--status", "excepted", "--format", "json").stdout)
    assert [row["id"] for row in shown] == [finding]
    assert "rotating on Friday" in shown[0]["exception"]
