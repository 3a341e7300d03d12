"""Bad weather for a reader of files: what is broken becomes a Gap that names the file, everything else is still read."""

from __future__ import annotations

import csv
import gzip
import json
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from matrix import record_outcomes
from reports_kit import Planted, context, of, scan, shapes, target, write

from keyrack.providers.reports import provider
from keyrack.providers.reports.opening import File, UnreadableError
from keyrack.records import Credential, Gap, Placement, Record, Resource
from keyrack.sdk.testing import Outcome, check_no_secret
from keyrack.sdk.testing.leaks import as_text, captured

PLANTED = Planted()
HITS = [PLANTED.hit(what, rule) for what, rule in (("github", "github-pat"), ("slack", "slack-bot-token"))]
LIST = json.dumps([shapes.gitleaks(hit) for hit in HITS], indent=1).encode()
LINES = shapes.jsonl(map(shapes.trufflehog, HITS)).encode()


def bomb(good: bytes) -> bytes:
    return gzip.compress(good[:-1] + b" " * (200 << 20) + b"]", 9)


WEATHER: dict[str, tuple[bytes, Callable[[bytes], bytes], int, set[str]]] = {
    # name: report, what befalls it, credentials still found, reasons of Gaps
    "calm": (LIST, lambda good: good, 2, set()),
    "truncated": (LIST, lambda good: good[:-40], 1, {"truncated"}),
    "truncated line": (LINES, lambda good: good[:-40], 1, {"malformed"}),
    "truncated gzip": (LIST, lambda good: gzip.compress(good)[:-30], 0, {"truncated"}),
    "damaged gzip": (LIST, lambda good: gzip.compress(good)[:20] + b"\0" * 40, 0, {"malformed", "truncated"}),
    "gzip bomb": (LIST, bomb, 2, {"too_large"}),
    "broken line among good ones": (LINES, lambda good: good.replace(b"\n", b"\n{broken\n", 1), 2, {"malformed"}),
    "broken entry among good ones": (
        LIST,
        lambda good: good.replace(b'"StartLine": 7', b'"StartLine": 7..', 1),
        1,
        {"malformed"},
    ),
    "byte order mark": (LIST, lambda good: b"\xef\xbb\xbf" + good, 2, set()),
    "UTF-16": (LIST, lambda good: good.decode().encode("utf-16"), 2, set()),
    "UTF-16 without mark": (LIST, lambda good: good.decode().encode("utf-16-le"), 2, set()),
    "UTF-32": (LIST, lambda good: good.decode().encode("utf-32"), 2, set()),
    "Latin-1 byte": (LIST, lambda good: good.replace(b'"Dev"', b'"D\xe9v"'), 2, set()),
    "CRLF": (LINES, lambda good: good.replace(b"\n", b"\r\n"), 2, set()),
    "NaN": (LIST, lambda good: good.replace(b"4.1", b"NaN"), 2, set()),
    "names twice": (LIST, lambda good: good.replace(b'"Author"', b'"RuleID": "x", "Author"'), 2, set()),
    "nested too deep": (LIST, lambda good: good[:-2] + b"," + b"[" * 100_000, 2, {"truncated"}),
    "another format": (LIST, lambda _: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, 0, {"unsupported"}),
    "HTML": (LIST, lambda _: b"<html>no</html>", 0, {"unsupported"}),
    "empty": (LIST, lambda _: b"", 0, {"missing"}),
    "nothing found": (LIST, lambda _: b"[]\n", 0, set()),
    "zip": (LIST, lambda _: b"PK\x03\x04rest", 0, {"unsupported"}),
    "zero bytes": (LIST, lambda _: b"\0" * 1000, 0, {"missing", "unsupported"}),
    "closed too often": (LIST, lambda good: good + b"]", 2, {"malformed"}),
    "unknown members": (LIST, lambda good: good.replace(b'"Author"', b'"New": {"deep": [1]}, "Author"'), 2, set()),
}


def under(folder: Path, name: str) -> list[Record]:
    content, befalls, _, _ = WEATHER[name]
    write(folder, "report.json", befalls(content))
    write(folder, "z-good.jsonl", LINES if content is LIST else LIST)
    with captured() as noise:
        records = list(provider.discover(target(folder), context()))
    check_no_secret(PLANTED.values, noise.getvalue() + "\n".join(map(as_text, records)), name)
    return records


@pytest.mark.parametrize("name", WEATHER)
def test_the_broken_report_is_a_gap_and_the_rest_is_read(name: str, tmp_path: Path) -> None:
    _, _, found, reasons = WEATHER[name]
    records = under(tmp_path, name)
    gaps = of(records, Gap)
    told = {place.credential_uid for place in of(records, Placement) if place.attrs["report"] == "report.json"}
    assert len(told) == found
    assert {gap.reason for gap in gaps} <= reasons
    assert bool(gaps) == bool(reasons)
    assert all("report.json" in gap.detail for gap in gaps)
    assert len(of(records, Credential)) == 2, "the report beside it is read all the same"


def test_the_matrix_is_written(tmp_path: Path) -> None:
    outcomes = []
    for name in WEATHER:
        records = under(tmp_path / name.replace(" ", "-"), name)
        gaps = tuple(sorted({record.reason for record in records if isinstance(record, Gap)}))
        outcomes.append(Outcome(name, len(records), gaps, calls=2))
    record_outcomes("reports", outcomes)
    assert {outcome.gale for outcome in outcomes} == set(WEATHER)


def test_links_loops_pipes_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    good = write(tmp_path / "in", "good.json", LIST)
    write(tmp_path / "in" / "deep" / "er", "more.jsonl", LINES)
    (tmp_path / "in" / "deep" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "again.json").symlink_to(good)
    (tmp_path / "in" / "passwd.json").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "in" / "pipe.json")
    write(tmp_path / "in", ".hidden.json", LIST)
    records = scan(tmp_path / "in")
    assert {place.attrs["report"] for place in of(records, Placement)} == {"good.json", "deep/er/more.jsonl"}
    assert [gap.subject for gap in of(records, Gap)] == ["pipe.json"]


def test_a_link_that_a_person_names_is_followed(tmp_path: Path) -> None:
    (tmp_path / "latest.json").symlink_to(write(tmp_path, "good.json", LIST))
    assert len(of(scan(tmp_path / "latest.json"), Credential)) == 2


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """Root may read everything, so the file is opened as somebody else."""
    write(tmp_path, "secret.json", LIST).chmod(0o000)
    tmp_path.chmod(0o755)
    if os.geteuid() == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(UnreadableError, match="may not be opened") as raised:
            list(File("secret.json", tmp_path / "secret.json").chunks())
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
    assert raised.value.reason == "unreadable"


def test_a_file_that_changes_or_goes_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "report.json", LIST * 20_000)
    chunks = File("report.json", path).chunks()
    next(chunks)
    path.write_bytes(LIST)
    with pytest.raises(UnreadableError, match="changed while"):
        list(chunks)
    path.unlink()
    with pytest.raises(UnreadableError, match="gone"):
        list(File("report.json", path).chunks())


def test_hostile_file_names(tmp_path: Path) -> None:
    for name in (b"\xff\xfe.json", b"a\nb\x1b[31m.json", "\u202eevil.json".encode(), b"x" * 200 + b".json"):
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as stream:  # noqa: PTH123 - names that are no text
            stream.write(LIST)
    records = scan(tmp_path)
    names = [report.name for report in of(records, Resource, type="reports:file")]
    assert len(names) == 4
    assert all(name.isprintable() for name in names)


def test_a_hundred_thousand_findings_in_bounded_memory(tmp_path: Path) -> None:
    """The value of each finding is its own; memory grows with distinct credentials only by what a record takes."""
    path = tmp_path / "huge.jsonl"
    line = json.dumps(shapes.trufflehog(HITS[1])).replace(PLANTED.slack, "%s") + "\n"
    with path.open("w") as stream:
        stream.writelines(line.replace("%s", f"xoxb-1{number % 1000:011d}-123456789012-{'Ab1' * 8}") for number in range(100_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(1 for _ in provider.discover(target(path), context()))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert count >= 1000
    assert grown < 200_000, f"{grown} KiB for a report of {path.stat().st_size >> 10} KiB"


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path, "a.json", LIST)
    assert scan(tmp_path) == scan(tmp_path)


def test_csv_that_is_none(tmp_path: Path) -> None:
    mapping = '[[tables]]\nmatch = "*.csv"\nsystem = "helpdesk"\n[tables.columns]\nid = "id"\n'
    options = {"mapping": str(write(tmp_path, "m.toml", mapping))}
    write(tmp_path / "in", "a.csv", b'id,x\n1,2\n3\n"open quote,4\n5,6\n')
    write(tmp_path / "in", "b.csv", b"id;x\r\n7;8\r\n\r\n9;10;11\r\n")
    write(tmp_path / "in", "c.csv", b"id,x\n1\0,2\n" + b"y" * 200_000 + b",2\n")
    limit = csv.field_size_limit(1 << 24)  # another reader of this process may have raised it
    records = scan(tmp_path / "in", **options)
    csv.field_size_limit(limit)
    gaps = {gap.subject: gap.reason for gap in of(records, Gap)}
    assert gaps["a.csv (entries)"] == gaps["b.csv (entries)"] == "malformed"
    assert "c.csv" in gaps
