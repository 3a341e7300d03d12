"""Secrets that a commit would add: staged content or the commits of a range, less what is allowed inline or in the baseline.

A value counts as added when the version of the file it comes from did not hold it: moving a file, or editing another line of
it, blocks nobody. Nothing is kept of a value; the answer names the place, the kind and the issuer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keyrack.app import baseline as baselines
from keyrack.app.baseline import Baseline
from keyrack.app.changes import LIMIT, Change, Work
from keyrack.errors import KeyrackError
from keyrack.records import SEVERITIES, Severity
from keyrack.sdk import Material, Secret, agents
from keyrack.sdk.detect import Detector, is_test_path, shared
from keyrack.sdk.formats import recognise

_ALLOW: Final = re.compile(r"keyrack:allow\b[ \t:=-]*(.*)")
_ENDS: Final = re.compile(r"-->|\*/|#\}|%>|\}\}")
_COMMENT: Final = re.compile(r"\s*(?:#|//|--|/\*|<!--|;|%|\{#|\{\{!|REM\b|\*|'|\"\")")
_KEYS: Final = frozenset({"private_key", "ssh_key", "signing_key", "access_key"})


@dataclass(frozen=True, slots=True)
class Leak:
    """One secret about to be added; no part of its value. ``commit`` is set for a range."""

    path: str
    line: int | None
    name: str
    issuer: str
    kind: str
    detector: str
    severity: Severity
    commit: str | None = None
    note: str = ""


@dataclass(slots=True)
class Verdict:
    """What was looked at and what came of it. ``skipped`` pairs path and reason: not looked at is not clean."""

    leaks: list[Leak] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    allowed: int = 0
    accepted: int = 0

    def worst(self, at_least: Severity) -> Severity | None:
        """Highest severity that reaches a threshold."""
        found = [SEVERITIES.index(leak.severity) for leak in self.leaks]
        top = max(found, default=-1)
        return SEVERITIES[top] if top >= SEVERITIES.index(at_least) else None


def check_staged(folder: Path, baseline: Path | None = None) -> Verdict:
    """Judge what ``git commit`` would add.

    Raises:
        KeyrackError: no work tree, git failed, or the baseline is damaged.
    """
    work = Work.at(folder)
    return _check(work, work.staged(), _baseline(work, baseline))


def check_range(folder: Path, span: str, baseline: Path | None = None) -> Verdict:
    """Judge what the commits of ``A..B`` added; the baseline is the one B holds, so that a review shows its changes.

    Raises:
        UsageError: the range is malformed.
        KeyrackError: a commit is missing, git failed, or the baseline is damaged.
    """
    work = Work.at(folder)
    changes = work.added(span)
    return _check(work, changes, _baseline(work, baseline, work.commit(re.split(r"\.\.\.?", span)[1])))


def update_baseline(folder: Path, target: Path | None = None) -> tuple[Path, int]:
    """Tolerate every secret the index holds now; reasons of entries that still hold are kept. Returns file and count.

    Raises:
        KeyrackError: no work tree, git failed, or the old baseline is damaged.
    """
    work = Work.at(folder)
    path = target or work.top / baselines.NAME
    old = _read(path) if path.exists() else Baseline()
    fresh = Baseline(old.salt)
    for change, data in _readable(work, work.tracked(), Verdict()):
        for material in secrets_of(data, change.shown):
            if material.secret is not None and not _allowed(data, material.line):
                fresh.add(change.shown, material.secret, material.detector, old)
    try:
        path.write_bytes(fresh.encode())
    except OSError as error:
        raise KeyrackError(
            "baseline.unwritable", f"cannot write {path}: {error.strerror}", hint="choose another --baseline"
        ) from error
    return path, len(fresh)


def secrets_of(data: bytes, path: str, detector: Detector | None = None) -> list[Material]:
    """Every secret in a file: by its format, as an agent's configuration, and by the detector; each value once."""
    found: dict[Secret, Material] = {}
    for material in (*_stated(data, path), *(detector or shared()).scan(data, path)):
        if material.secret is not None and len(material.secret) and material.kind != "certificate":
            found.setdefault(material.secret, material)
    return list(found.values())


def _stated(data: bytes, path: str) -> Iterator[Material]:
    form = recognise(path)
    if form is not None and len(data) <= form.limit:
        yield from form.parse(data).materials
    hit = agents.project_client(path)
    if hit is not None:
        config = agents.parse(hit[0], data, path)
        for item in (*config.secrets, *(secret for server in config.servers for secret in server.secrets)):
            yield item.shape.material(item.name, "agent-config", line=item.line)


def _check(work: Work, changes: Sequence[Change], baseline: Baseline) -> Verdict:
    verdict = Verdict()
    for change, data in _readable(work, changes, verdict):
        verdict.files += 1
        found = secrets_of(data, change.shown)
        known = _known(work, change) if found else frozenset()
        for material in found:
            if material.secret is None or material.secret in known:
                continue
            _judge(change, data, material, baseline, verdict)
    verdict.leaks.sort(key=lambda leak: (-SEVERITIES.index(leak.severity), leak.path, leak.line or 0))
    return verdict


def _judge(change: Change, data: bytes, material: Material, baseline: Baseline, verdict: Verdict) -> None:
    reason = _allowed(data, material.line)
    if reason:
        verdict.allowed += 1
    elif material.secret is not None and baseline.holds(change.shown, material.secret):
        verdict.accepted += 1
    else:
        note = "keyrack:allow needs a reason" if reason == "" else ""
        verdict.leaks.append(
            Leak(
                change.shown, material.line, material.name, material.issuer, material.kind, material.detector,
                _severity(material, change.shown), change.commit, note,
            )
        )  # fmt: skip


def _readable(work: Work, changes: Sequence[Change], verdict: Verdict) -> Iterator[tuple[Change, bytes]]:
    """Changes with their content. What is too large or missing is noted; a valid baseline holds ids only and is passed over."""
    sizes = work.sizes(change.oid for change in changes)
    fitting = []
    for change in changes:
        size = sizes.get(change.oid)
        if size is None:
            verdict.skipped.append((change.shown, "its content is missing from this clone"))
        elif size > LIMIT:
            verdict.skipped.append((change.shown, f"larger than {LIMIT // 1024 // 1024} MiB"))
        else:
            fitting.append(change)
    for change, (_, data) in zip(fitting, work.contents([change.oid for change in fitting]), strict=True):
        if not (change.path.endswith(".json") and baselines.valid(data)):
            yield change, data


def _known(work: Work, change: Change) -> frozenset[Secret]:
    """Secrets of the versions a file comes from."""
    sizes = work.sizes(oid for oid, _ in change.before)
    wanted = {oid: path for oid, path in change.before if sizes.get(oid, LIMIT + 1) <= LIMIT}
    found = (secrets_of(data, wanted[oid]) for oid, data in work.contents(list(wanted)))
    return frozenset(material.secret for materials in found for material in materials if material.secret is not None)


def _allowed(data: bytes, line: int | None) -> str | None:
    """Reason of the comment that allows a line: on it, or alone on the one above; empty text when it gives none."""
    if line is None or b"keyrack:allow" not in data:
        return None
    lines = data.split(b"\n")
    for number in (line - 1, line - 2):
        text = lines[number].decode("utf-8", "replace") if 0 <= number < len(lines) else ""
        match = _ALLOW.search(text)
        if match is not None and (number == line - 1 or _COMMENT.match(text)):
            reason = _ENDS.split(match[1])[0].strip()
            return reason if re.search(r"\w", reason) else ""
    return None


def _severity(material: Material, path: str) -> Severity:
    """Keys that act on their own are critical; guesses in tests and documents, and encrypted keys, only warn."""
    if material.protected or (is_test_path(path) and "entropy" in material.attrs):
        return "low"
    if material.kind in _KEYS and not is_test_path(path):
        return "critical"
    return "high"


def _baseline(work: Work, chosen: Path | None, revision: str = "") -> Baseline:
    """The baseline in force: the file named, else the one that is (being) committed, else the one in the work tree."""
    if chosen is not None:
        return _read(chosen)
    data = work.file(baselines.NAME, revision)
    if data is not None:
        return baselines.decode(data)
    path = work.top / baselines.NAME
    return _read(path) if not revision and path.is_file() else Baseline()


def _read(path: Path) -> Baseline:
    try:
        return baselines.decode(path.read_bytes(), str(path))
    except OSError as error:
        raise KeyrackError("baseline.unreadable", f"cannot read {path}", hint="write it with --update-baseline") from error


def advice(leaks: Iterable[Leak]) -> str:
    """What to do next, in the order that helps."""
    live = "A value that was ever pushed must be replaced at its issuer first. " if any(leak.commit for leak in leaks) else ""
    return (
        f"{live}Take the value out of the file and hand it over by environment or secret store. If it is none: write "
        "`keyrack:allow <reason>` in a comment on its line, or run `keyrack hook --update-baseline`."
    )
