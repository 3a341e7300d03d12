"""What another tool's check says, as records: the statement, and the IAM user or role it is about. Pure.

The identity carries nothing but its name: no status, no attributes, no tags, so that it never outvotes what its own system tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keyrack.providers.reports.secrets import Sheet
from keyrack.providers.reports.told import attrs
from keyrack.providers.reports.tools.prowler import Statement
from keyrack.records import Identity, Record, Resource
from keyrack.records.uids import row_uid
from keyrack.sdk.formats.base import clean

_IAM: Final = {"user/": "aws:iam-user", "role/": "aws:iam-role"}


def of_statement(said: Statement, sheet: Sheet) -> Iterator[Record]:
    """The statement, and its subject if it is an IAM user or role."""
    yield from _subject(said)
    made = said.made or sheet.made
    yield Resource(
        uid=row_uid("statement", said.tool.split(" ")[0], said.check, said.about),
        type="reports:statement",
        name=clean(f"{said.check}: {said.name}"),
        provider="reports",
        scope=clean(said.account),
        attrs=attrs({
            "about": said.about,
            "check": clean(said.check),
            "topic": said.topic,
            "tool": clean(said.tool),
            "says": clean(said.says),
            "rated": said.rated,
            "reported_at": made.isoformat() if made else None,
            "report": sheet.name,
            "stale": "true" if sheet.stale else None,
        }),
    )  # fmt: skip


def _subject(said: Statement) -> Iterator[Identity]:
    if not said.about.startswith("aws:iam::"):
        return
    account, _, rest = said.about.removeprefix("aws:iam::").partition(":")
    native = next((native for mark, native in _IAM.items() if rest.startswith(mark)), None)
    if native is None:
        return
    yield Identity(
        uid=said.about,
        kind="service_account",
        type=native,
        name=clean(rest.rpartition("/")[2]),
        provider="reports",
        scope=clean(account),
        status="unknown",
    )
