"""Every format round-trips a report with hostile names, and validates against its official schema."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import jsonschema
import pytest
from sample import HOSTILE
from schemas import ocsf, sarif

from keyrack.outputs import FORMATS, writer
from keyrack.outputs.csv import write_rows
from keyrack.outputs.text import clean
from keyrack.outputs.views import json_schema


def render(sample, name: str) -> str:
    out = io.BytesIO()
    writer(name)(sample.report(), out)
    return out.getvalue().decode()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_every_open_finding(sample, name):
    text = render(sample, name)
    rules = {row["rule"] for row in sample.report().open_findings()}
    assert len(rules) > 3
    for rule in rules:
        assert rule in text or name == "html"


@pytest.mark.parametrize("name", ["table", "html", "csv"])
def test_terminal_escapes_and_bidi_tricks_are_defused(sample, name):
    text = render(sample, name)
    if name != "csv":
        assert "\x1b[31m" not in text
        assert "\u202e" not in text
    assert "<script>alert" not in text or name in {"table", "csv"}


def test_json_is_the_documented_object(sample):
    document = json.loads(render(sample, "json"))
    jsonschema.validate(document, json_schema(), cls=jsonschema.Draft202012Validator)
    assert list(document) == [
        "run", "summary", "identities", "credentials", "placements", "grants", "trusts", "owners", "merges", "findings", "gaps",
    ]  # fmt: skip
    finding = document["findings"][0]
    for field in (
        "id", "rule", "title", "owasp", "severity", "confidence", "identity", "credential", "evidence", "remediation",
        "first_seen", "status",
    ):  # fmt: skip
        assert field in finding


def test_jsonl_has_one_object_a_line(sample):
    rows = [json.loads(line) for line in render(sample, "jsonl").splitlines()]
    assert [row["record"] for row in rows[:2]] == ["run", "summary"]
    assert {row["record"] for row in rows} >= {"identities", "findings", "gaps"}


def test_sarif_validates_and_locates(sample):
    document = json.loads(render(sample, "sarif"))
    jsonschema.validate(document, sarif())
    results = document["runs"][0]["results"]
    located = [r for r in results if "physicalLocation" in r["locations"][0]]
    assert located
    for result in results:
        assert result["partialFingerprints"]["keyrackFindingId/v1"].startswith("KR-")
        rule = document["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]


def test_ocsf_validates_event_by_event(sample):
    events = [json.loads(line) for line in render(sample, "ocsf").splitlines()]
    assert {event["class_uid"] for event in events} == {2003, 2008}
    for event in events:
        jsonschema.validate(event, ocsf(event["class_uid"]))
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert len({event["finding_info"]["uid"] for event in events}) == len(events)


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def test_html_is_self_contained_and_runs_nothing(sample):
    page = _Page()
    page.feed(render(sample, "html"))
    assert "script" not in page.tags
    assert not {"link", "img", "iframe"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "href"}]
    assert "&lt;script&gt;" in render(sample, "html")


def test_csv_cells_are_no_formulas():
    out = io.BytesIO()
    write_rows([{"a": "=cmd()", "b": "-1+1", "c": None, "d": ["x"], "e": HOSTILE}], ["a", "b", "c", "d", "e"], out)
    rows = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert rows[1] == ["'=cmd()", "'-1+1", "", '["x"]', HOSTILE]


def test_minimum_severity_leaves_out_the_rest(sample):
    kept = list(sample.report("high").rows("findings"))
    assert kept
    assert {row["severity"] for row in kept} <= {"high", "critical"}
    assert len(kept) < len(list(sample.report().rows("findings")))


def test_clean_keeps_ordinary_text():
    assert clean("Zoë's naïve café 東京 ok") == "Zoë's naïve café 東京 ok"
    assert clean("a\x1b[0m\u202eb\nc") == "a\\x1b[0m\\u202eb\\x0ac"
