"""The mapping file (TOML): which report is of which repository, and which column of which table means what.

.. code-block:: toml

    [[reports]]
    match = "gitleaks-web*.json"
    repository = "acme/web"            # host, root, tool as well

    [[tables]]
    match = "helpdesk-tokens*.csv"
    record = "credential"              # or account
    system = "helpdesk"
    [tables.columns]
    id = "Token ID"
    holder = "Service user"
    created = "Created at"
    [tables.values.status]
    Enabled = "active"
    [tables.empty]
    last_used = "never"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal

from keyrack.errors import KeyrackError
from keyrack.sdk.fields import Raw, part, rows, text

RECORDS: Final = ("account", "credential")
COLUMNS: Final = frozenset(
    """
    id uid name kind holder created created_by rotated expires last_used owner status privilege role environment vendor
    email title scopes value
    """.split()  # noqa: SIM905 - a list of twenty quoted words is harder to read
)
_EMPTY: Final = {"last_used": ("never",), "expires": ("never",)}
_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How a table is read. ``columns``: our word to its header; ``values``: for a word, what its texts mean (lower case)."""

    record: Literal["account", "credential"]
    system: str
    columns: Mapping[str, str]
    match: str = "*"
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    empty: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    scope: str = ""
    holder_uid: str = ""
    """Uid of the holder with {headers} in it, where the holder is an identity of a known system."""
    vendor: str = ""
    tool: str = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a report does not say of itself."""

    match: str
    repository: str | None = None
    host: str | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Mappings:
    """The whole file."""

    tables: Sequence[Table] = ()
    reports: Sequence[About] = ()

    def table(self, name: str) -> Table | None:
        """The first table whose pattern fits a report's name (or its last part)."""
        return next((table for table in self.tables if _fits(name, table.match)), None)

    def about(self, name: str) -> About | None:
        """What is said of a report of that name."""
        return next((about for about in self.reports if _fits(name, about.match)), None)


STEAMPIPE: Final = (
    Table(
        record="credential", system="aws", tool="steampipe", kind="access_key",
        columns={
            "id": "access_key_id", "name": "user_name", "holder": "user_name", "created": "create_date", "status": "status",
            "last_used": "access_key_last_used_date",
        },
        values={"status": {"active": "active", "inactive": "inactive"}},
        holder_uid="aws:iam::{account_id}:user/{user_name}",
    ),
)  # fmt: skip
"""Tables known by their headers. aws_iam_access_key: hub.steampipe.io/plugins/turbot/aws/tables/aws_iam_access_key."""


def known(headers: Sequence[str]) -> Table | None:
    """The Steampipe table whose columns these are."""
    have = frozenset(headers)
    return next((table for table in STEAMPIPE if have >= {"access_key_id", "user_name", "create_date"}), None)


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name.rsplit("/", 1)[-1], pattern)


def mappings(path: Path | None) -> Mappings:
    """Read the file; without one, nothing is mapped.

    Raises:
        KeyrackError: it cannot be read, is no TOML, or says something we do not know.
    """
    if path is None:
        return Mappings()
    try:
        with path.open("rb") as stream:
            document: Raw = tomllib.loads(stream.read(_LARGEST + 1).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise KeyrackError(
            "reports.mapping", "the mapping file cannot be read as TOML", hint="see the provider's README"
        ) from None
    return Mappings(
        tables=[_table(raw) for raw in rows(document, "tables")],
        reports=[_about(raw) for raw in rows(document, "reports")],
    )


def _about(raw: Raw) -> About:
    match = text(raw, "match")
    if match is None:
        raise _wrong("[[reports]] needs `match`")
    return About(match=match, repository=text(raw, "repository"), host=text(raw, "host"), root=text(raw, "root"))


def _table(raw: Raw) -> Table:
    record, system = text(raw, "record") or "account", text(raw, "system")
    columns = _texts(part(raw, "columns"))
    if record not in RECORDS:
        raise _wrong(f"`record` is one of {', '.join(RECORDS)}")
    if system is None or not ({"id", "uid"} & columns.keys()):
        raise _wrong("[[tables]] needs `system`, and a column for `id` or `uid`")
    if unknown := sorted(columns.keys() - COLUMNS):
        raise _wrong(f"unknown columns {', '.join(unknown)[:200]}; known: {', '.join(sorted(COLUMNS))}")
    empty = _texts(part(raw, "empty"))
    if any(value not in _EMPTY.get(name, ()) for name, value in empty.items()):
        raise _wrong('[tables.empty] takes last_used = "never" and expires = "never"')
    values = {name: {k.lower(): v for k, v in _texts(part(raw, "values", name)).items()} for name in part(raw, "values")}
    return Table(
        record="account" if record == "account" else "credential",
        system=system.lower(),
        columns=columns,
        match=text(raw, "match") or "*",
        values=values,
        empty=empty,
        kind=text(raw, "kind") or "",
        scope=text(raw, "scope") or "",
        holder_uid=text(raw, "holder_uid") or "",
        vendor=text(raw, "vendor") or "",
        tool=text(raw, "tool") or "table",
    )


def _texts(raw: Raw) -> dict[str, str]:
    return {str(name): value for name in raw if (value := text(raw, str(name))) is not None}


def _wrong(detail: str) -> KeyrackError:
    return KeyrackError("reports.mapping", f"the mapping file is wrong: {detail}", hint="see the provider's README")
