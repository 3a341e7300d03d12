"""Fuzz the trusts that are known, or one document: who gets in, why, and the smallest fix."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyrack.access.trust import read
from keyrack.access.trust.fuzz import fuzz
from keyrack.access.trust.model import BREACHES, Entry, Hints, Probe, Result
from keyrack.app.explain import resolve
from keyrack.errors import KeyrackError

if TYPE_CHECKING:
    import duckdb

    from keyrack.outputs import Report

Row = dict[str, Any]


def fuzz_known(report: Report, uid: str | None = None, progress: Callable[[int], None] | None = None) -> Row:
    """Every trust of the inventory, or those of one identity (a uid, or a part of it that only one has).

    ``progress`` is told how many trusts are done.

    Returns:
        ``trusts`` (as :func:`told`, those let in by strangers first), ``unread`` (``name`` and ``problem`` of documents that
        cannot be read) and ``probes`` run in all.

    Raises:
        KeyrackError: the uid is not known, or ambiguous.
    """
    connection = report.connection
    subject = resolve(connection, uid) if uid is not None else None
    hints = known_hints(connection)
    told_, unread, probes = [], [], 0
    for identity, name, language, document in _documents(connection):
        if subject is not None and identity != subject:
            continue
        try:
            result = fuzz(read.trusting(language, name, document, hints))
        except KeyrackError as error:
            unread.append({"name": name, "problem": str(error)})
            continue
        probes += result.probes
        told_.append(told(identity, name, result))
        if progress is not None and len(told_) % 100 == 0:
            progress(len(told_))
    told_.sort(key=lambda row: (-sum(entry["level"] in BREACHES for entry in row["entered"]), -len(row["entered"]), row["name"]))
    return {"trusts": told_, "unread": unread, "probes": probes}


def fuzz_file(path: Path, language: str, name: str) -> Row:
    """One document of a file, by itself: what the inventory knows plays no part.

    Raises:
        KeyrackError: it cannot be read or is not of its language's shape.
    """
    try:
        document = path.read_bytes()
    except OSError as error:
        raise KeyrackError("trust.file", f"cannot read {path}: {error.strerror}", hint="name a readable JSON file") from error
    result = fuzz(read.trusting(language, name, document, Hints()))
    return {"trusts": [told(name, name, result)], "unread": [], "probes": result.probes}


def told(identity: str, name: str, result: Result) -> Row:
    """A result as plain data."""
    fix = result.fix
    return {
        "identity": identity,
        "name": name,
        "platform": result.platform,
        "probes": result.probes,
        "meant": [_probe(probe) for probe in result.meant],
        "refused": [_probe(probe) for probe in result.refused],
        "entered": [_entry(entry) for entry in result.entered],
        "fix": {
            "changes": list(fix.changes),
            "document": fix.document,
            "fill_in": list(fix.fill_in),
            "meant_get_in": fix.meant_admitted,
            "left": [_entry(entry) for entry in fix.left],
        }
        if fix
        else None,
    }


def _probe(probe: Probe) -> Row:
    base: Row = {"token": probe.name, "level": probe.level, "how": probe.how}
    if probe.principal is not None:
        return base | {"principal": probe.principal, "context": {key: list(value) for key, value in probe.context.items()}}
    return base | {"claims": dict(probe.claims)}


def _entry(entry: Entry) -> Row:
    return _probe(entry.probe) | {"why": entry.why, "assumed": list(entry.assumed)}


def known_hints(connection: duckdb.DuckDBPyConnection) -> Hints:
    """Own projects, accounts and organisation, and the client ids of AWS identity providers, from the inventory."""
    projects = connection.execute(
        "SELECT DISTINCT scope FROM raw_identities WHERE provider = 'repository' AND contains(scope, '/') ORDER BY scope"
    ).fetchall()
    accounts = connection.execute("SELECT DISTINCT account FROM known_accounts ORDER BY account").fetchall()
    providers = connection.execute(
        "SELECT name, attrs['audiences'] FROM raw_resources WHERE type = 'aws:oidc-provider' ORDER BY name"
    ).fetchall()
    return Hints(
        projects=tuple(str(row[0]) for row in projects),
        accounts=tuple(str(row[0]) for row in accounts),
        audiences={str(name): tuple(str(text).split(",")) for name, text in providers if text},
    )


def _documents(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str, str]]:
    """(identity, name, language, document) of every trust that has one."""
    rows = connection.execute(
        "SELECT targets, name, language, document FROM raw_policies WHERE kind = 'trust' ORDER BY name, uid"
    ).fetchall()
    for targets, name, language, document in rows:
        identity = targets[0] if targets else name
        yield identity, f"arn:{identity}" if language == read.AWS else name, language, document
    for uid, attrs in connection.execute(
        "SELECT uid, attrs FROM raw_resources WHERE type = 'gcp:workload-identity-provider' ORDER BY uid"
    ).fetchall():
        if attrs.get("url"):
            yield uid, uid, read.GCP, json.dumps(_provider(attrs))


def _provider(attrs: dict[str, str]) -> Row:
    """A provider as code declares it; its bindings are not known."""
    oidc: Row = {"issuerUri": attrs["url"]}
    if attrs.get("audiences"):
        oidc["allowedAudiences"] = attrs["audiences"].split(",")
    provider: Row = {"oidc": oidc}
    if attrs.get("condition"):
        provider["attributeCondition"] = attrs["condition"]
    if attrs.get("mapping"):
        provider["attributeMapping"] = json.loads(attrs["mapping"])
    return {"provider": provider}
