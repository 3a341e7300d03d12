"""All reports of a target, one after the other: a report that cannot be read is a Gap, and the rest is still read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from keyrack.providers.reports import secrets, tables
from keyrack.providers.reports.capabilities import FILES, SECRETS, STATEMENTS, TABLES
from keyrack.providers.reports.mapping import Mappings, mappings
from keyrack.providers.reports.opening import File, UnreadableError, files
from keyrack.providers.reports.reading import Reading
from keyrack.providers.reports.recognising import Form, recognise
from keyrack.providers.reports.secrets import Sheet
from keyrack.providers.reports.settings import Settings, settings
from keyrack.providers.reports.statements import of_statement
from keyrack.providers.reports.told import Facts, attrs
from keyrack.providers.reports.tools import prowler
from keyrack.records import Gap, Record, Resource
from keyrack.records.gap import GapReason
from keyrack.sdk import Context, Target, gap

_CAPABILITY: Final[dict[Form, str]] = {"ocsf": STATEMENTS, "rows": TABLES, "csv": TABLES}
_FUTURE: Final = timedelta(days=1)


def discover(target: Target, ctx: Context) -> Iterator[Record]:
    """Records of every report; keys may repeat. Baselines come last: their hashes are looked up among the values of the others.

    Raises:
        KeyrackError: nothing is named or there, or the mapping file is wrong.
    """
    chosen = settings(target.options)
    scan = _Scan(chosen, mappings(chosen.mapping), ctx)
    later: list[tuple[File, Reading]] = []
    for number, item in enumerate(files(chosen.path, chosen.mapping)):
        ctx.progress.update("reports", number)
        if isinstance(item, UnreadableError):
            yield gap(FILES, f"{chosen.label} (listing)", item.reason, str(item), hint=item.hint)
            continue
        found = scan.opened(item)
        if isinstance(found, Gap):
            yield found
        elif found is not None and found.form == "detect-secrets":
            later.append((item, found))
        elif found is not None:
            yield from scan.read(item, found)
    for file, reading in later:
        yield from scan.read(file, reading)


@dataclass(slots=True)
class _Scan:
    settings: Settings
    mappings: Mappings
    ctx: Context
    digests: dict[bytes, str] = field(default_factory=dict, repr=False)

    def opened(self, file: File) -> Reading | Gap | None:
        """A report recognised by how it begins; ``None``: a file that a folder happens to hold."""
        try:
            form, layout = recognise(file.beginning())
        except UnreadableError as error:
            return self._gap(FILES, file, error)
        if form == "empty":
            detail = f"{file.name} is empty: its tool found nothing, or died"
            return gap(FILES, file.name, "missing", detail, hint="look at the tool's exit code", incomplete=file.named)
        if form is None:
            detail = f"{file.name} is no report we read"
            hint = "see the list of formats in the provider's README"
            return gap(FILES, file.name, "unsupported", detail, hint=hint, incomplete=file.named)
        return Reading(file, form, layout)

    def read(self, file: File, reading: Reading) -> Iterator[Record]:
        """Records of one report, then what of it could not be read."""
        sheet = Sheet(file.name, None, False, self.settings, self.mappings.about(file.name), digests=self.digests)
        capability, count = _CAPABILITY.get(reading.form, SECRETS), 0
        try:
            for found in self._found(reading, sheet):
                count += 1
                yield from found
        except UnreadableError as error:
            yield self._gap(capability, file, error)
        self._date(sheet, reading)
        yield _report(reading, sheet, count)
        yield from self._gaps(capability, reading, sheet)

    def _found(self, reading: Reading, sheet: Sheet) -> Iterator[Iterable[Record]]:
        if reading.form == "ocsf":
            for raw in reading.objects(("[]",), ()):
                for statement in prowler.stated(raw, reading.facts):
                    self._date(sheet, reading)
                    yield of_statement(statement, sheet)
        elif reading.form in ("rows", "csv"):
            yield from self._rows(reading, sheet)
        else:
            for told in reading.told():
                self._date(sheet, reading)
                yield secrets.records(told, sheet, self.ctx)

    def _rows(self, reading: Reading, sheet: Sheet) -> Iterator[Iterable[Record]]:
        table, rows = reading.table(self.mappings.table(sheet.name))
        self._date(sheet, reading)
        if table is None:
            hint = "name its columns under [[tables]] of a mapping file (--reports-mapping)"
            yield [gap(TABLES, sheet.name, "not_configured", f"{sheet.name} is a table that no mapping names", hint=hint)]
            return
        reading.facts.tool = table.tool
        for raw in rows:
            found = list(tables.records(tables.Row(raw, table, sheet.name, sheet.made), self.ctx.fingerprint))
            if not found:
                reading.facts.leave("rows without an id")
            yield found

    def _date(self, sheet: Sheet, reading: Reading) -> None:
        """When the report was made, as it says or as its file says; what claims to come from the future counts as new."""
        made = reading.facts.made or reading.file.modified or (self.ctx.now if reading.file.path is None else None)
        if made is not None and made > self.ctx.now + _FUTURE:
            made = self.ctx.now
        sheet.made, sheet.stale = made, _stale(made, self.ctx.now, self.settings.stale_days)

    def _gap(self, capability: str, file: File, error: UnreadableError) -> Gap:
        at = f" (at byte {error.offset})" if error.offset is not None else ""
        return gap(
            capability, file.name, error.reason, f"{file.name}: {error}{at}", hint=error.hint or "let its tool write it again"
        )

    def _gaps(self, capability: str, reading: Reading, sheet: Sheet) -> Iterator[Gap]:
        name, bad = sheet.name, reading.bad
        if bad.count:
            reason: GapReason = "too_large" if bad.large == bad.count else "malformed"
            place = "line" if reading.form in ("csv", "gitleaks-csv") else "byte"
            detail = f"{name}: {bad.count} entries could not be read, the first at {place} {bad.first}"
            yield gap(capability, f"{name} (entries)", reason, detail, hint="let its tool write it again")
        for why, count in sorted(reading.facts.left.items()):
            yield gap(capability, f"{name} ({why})", "unsupported", f"{name}: {count} {why} were left out", incomplete=False)
        if sheet.unplaced:
            detail = f"{name} does not say which repository or host {sheet.unplaced} of its findings are from"
            hint = "say so: --reports-repository, --reports-host, or [[reports]] of a mapping file"
            yield gap(capability, f"{name} (place)", "not_configured", detail, hint=hint, incomplete=False)
        if sheet.stale and sheet.made is not None:
            days = (self.ctx.now - sheet.made).days
            detail = f"{name} is {days} days old: nothing newer is in it, and its live checks no longer count"
            yield gap(capability, f"{name} (age)", "missing", detail, hint="run its tool again", incomplete=False)


def _stale(made: datetime | None, now: datetime, days: int) -> bool:
    return made is not None and now - made > timedelta(days=days)


def _report(reading: Reading, sheet: Sheet, count: int) -> Resource:
    facts: Facts = reading.facts
    tool = facts.tool or reading.form
    return Resource(
        uid=f"reports:{sheet.settings.label}:file/{sheet.name}",
        type="reports:file",
        name=sheet.name,
        provider="reports",
        scope=sheet.settings.label,
        attrs=attrs({
            "tool": f"{tool} {facts.version}" if facts.version else tool,
            "reported_at": sheet.made.isoformat() if sheet.made else None,
            "findings": str(count),
            "stale": "true" if sheet.stale else None,
        }),
    )  # fmt: skip
