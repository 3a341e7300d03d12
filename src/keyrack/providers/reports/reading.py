"""From a report's text to what its tool tells: a streaming reader for each form. No finding is ever quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from keyrack.providers.reports.mapping import Table, known
from keyrack.providers.reports.opening import File, UnreadableError
from keyrack.providers.reports.recognising import Form, Layout
from keyrack.providers.reports.splitting import Part, Path, Want, decoded, lines, split
from keyrack.providers.reports.told import Facts, Told
from keyrack.providers.reports.tools import detect_secrets, ggshield, gitleaks, kingfisher, sarif, trufflehog
from keyrack.sdk.fields import Raw, part, text, when

Entry = Callable[[Raw, Facts], Iterator[Told]]

_CELL: Final = 131_072
"""Longest cell of a CSV report in characters; beyond it a quote was left open."""
_ENTRIES: Final[Mapping[Form, tuple[Entry, tuple[Path, ...]]]] = {
    "trufflehog": (trufflehog.told, ((), ("[]",))),
    "gitleaks": (gitleaks.told, ((), ("[]",))),
    "kingfisher": (kingfisher.told, (("findings", "[]"), ("[]", "findings", "[]"), ("[]",))),
    "ggshield": (ggshield.told, (("entities_with_incidents", "[]"),)),
}
"""Who reads an entry of a form, and where entries stand in a document; a document that is an entry itself stands at ``()``."""
_FACTS: Final[Mapping[Form, tuple[Path, ...]]] = {
    "detect-secrets": (("version",), ("generated_at",)),
    "kingfisher": (("audit", "completed_at"), ("metadata", "scan_timestamp"), ("metadata", "kingfisher_version")),
}
_RUN: Final = (("runs", "[]", "tool"), ("runs", "[]", "versionControlProvenance"), ("runs", "[]", "invocations"))


@dataclass(slots=True)
class Bad:
    """Entries of a report that are not what they should be: how many, and where the first stands."""

    count: int = 0
    large: int = 0
    first: int | None = None

    def note(self, part: Part) -> None:
        """One more."""
        self.count += 1
        self.large += part.raw is None
        self.first = part.offset if self.first is None else self.first


@dataclass(slots=True)
class Reading:
    """One report on its way in."""

    file: File
    form: Form
    layout: Layout
    facts: Facts = field(default_factory=Facts)
    bad: Bad = field(default_factory=Bad)

    def told(self) -> Iterator[Told]:
        """What a secret scanner's report tells.

        Raises:
            UnreadableError: it cannot be read on.
        """
        if self.form == "sarif":
            yield from self._sarif()
        elif self.form == "detect-secrets":
            self._learn()
            for path, raw in self._objects(self.file.chunks(), lambda at: len(at) == 3 and at[0] == "results" and at[2] == "[]"):
                yield from detect_secrets.told(raw, self.facts, path[1])
        elif self.form == "gitleaks-csv":
            for row in self.rows():
                yield from gitleaks.told(row, self.facts)
        elif self.form == "ggshield":
            yield from self._ggshield()
        elif self.form in _ENTRIES:
            yield from self._entries()

    def _entries(self) -> Iterator[Told]:
        read, places = _ENTRIES[self.form]
        if self.layout == "lines":
            for raw in self.lined():
                yield from read(raw, self.facts)
            return
        self._learn()
        for _, raw in self._objects(self.file.chunks(), lambda at: at in places):
            yield from read(raw, self.facts)

    def _ggshield(self) -> Iterator[Told]:
        at_top, scans = ("entities_with_incidents", "[]"), ("scans", "[]")
        for path, raw in self._objects(self.file.chunks(), lambda at: at in (at_top, scans)):
            yield from ggshield.told(raw, self.facts) if path == at_top else ggshield.scan(raw, self.facts)

    def objects(self, *places: Path) -> Iterator[Raw]:
        """Objects at these paths of the document, or of each line."""
        if self.layout == "lines":
            yield from self.lined()
        else:
            yield from (raw for _, raw in self._objects(self.file.chunks(), lambda at: at in places))

    def lined(self) -> Iterator[Raw]:
        """Objects of JSON Lines."""
        for line in lines(self.file.chunks()):
            yield from self._object(line)

    def _objects(self, chunks: Iterator[bytes], chosen: Callable[[Path], bool]) -> Iterator[tuple[Path, Raw]]:
        for found in split(chunks, lambda at: "value" if chosen(at) else ""):
            for raw in self._object(found):
                yield found.path, raw

    def _object(self, found: Part) -> Iterator[Raw]:
        value = decoded(found.raw) if found.raw is not None else None
        if isinstance(value, Mapping):
            yield value
        else:
            self.bad.note(found)

    def _learn(self) -> None:
        """What the report says of itself, wherever in it that stands: a reading of its own."""
        wanted = _FACTS.get(self.form)
        if not wanted:
            return
        told = {
            found.path: decoded(found.raw)
            for found in split(self.file.chunks(), lambda at: "scalar" if at in wanted else "")
            if found.raw
        }
        for path, value in told.items():
            if (moment := when({"v": value}, "v")) is not None and path[-1] in ("generated_at", "completed_at", "scan_timestamp"):
                self.facts.made = moment
            elif path[-1] in ("version", "kingfisher_version"):
                self.facts.version = text({"v": value}, "v")

    def _sarif(self) -> Iterator[Told]:
        runs = _runs(self.file.chunks())
        self.facts.made = max((run.ended for run in runs.values() if run.ended is not None), default=None)
        where = ("runs", "[]", "results", "[]")
        for found in split(self.file.chunks(), lambda at: "value" if at == where else ""):
            run = runs.get(found.numbers[1], sarif.Run())
            for raw in self._object(found):
                yield from sarif.told(raw, self.facts, run)

    def rows(self) -> Iterator[Raw]:
        """Rows of a CSV file, by its headers.

        Raises:
            UnreadableError: it is no CSV.
        """
        text_lines = _lines(self.file.chunks())
        first = next(text_lines, "")
        mark = max((",", ";", "\t"), key=first.count)
        reader = csv.reader(chain([first], text_lines), delimiter=mark)
        try:
            headers = [name.strip() for name in next(reader, [])]
            for row in _bounded(reader):
                if len(row) == len(headers):
                    yield dict(zip(headers, row, strict=True))
                elif row:
                    self.bad.note(Part((), reader.line_num, b""))
        except csv.Error:
            raise UnreadableError("malformed", f"it is no CSV from line {reader.line_num} on") from None

    def table(self, mapped: Table | None) -> tuple[Table | None, Iterator[Raw]]:
        """The table that a list of rows is, and its rows: as mapped, else by its headers."""
        found = self.rows() if self.form == "csv" else self.objects(("rows", "[]"), ("[]",))
        first = next(found, None)
        if first is None:
            return mapped, iter(())
        return mapped or known([str(name) for name in first]), chain([first], found)


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows of cells of some length; the csv module's own limit is one for the whole process, so others may have raised it."""
    for row in rows:
        if max(map(len, row), default=0) > _CELL:
            raise csv.Error
        yield row


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """Lines of text with their ends, as the csv module wants them."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).splitlines(keepends=True) or [b""]
        yield from (line.decode("utf-8", "replace").replace("\0", "\ufffd") for line in whole)
    yield from io.StringIO(rest.decode("utf-8", "replace").replace("\0", "\ufffd"), newline="")


def _runs(chunks: Iterator[bytes]) -> dict[int, sarif.Run]:
    """Runs of a SARIF log by number, from what each says of itself."""
    found: dict[int, dict[str, object]] = {}
    wanted: Callable[[Path], Want] = lambda at: "value" if at in _RUN else ""  # noqa: E731 - typed where it is passed on
    for about in split(chunks, wanted):
        value = decoded(about.raw) if about.raw is not None else None
        found.setdefault(about.numbers[1], {})[about.path[2]] = value
    return {number: _run(about) for number, about in found.items()}


def _run(about: Mapping[str, object]) -> sarif.Run:
    def listed(name: str) -> list[Raw]:
        value = about.get(name)
        return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []

    return sarif.run(part(about, "tool"), next(iter(listed("versionControlProvenance")), {}), listed("invocations"))
