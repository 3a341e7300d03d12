"""One row a thing: the same credential seen in ten files is one Credential with ten Placements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from keyrack.records import Credential, Record

_Key = tuple[str, ...]


def row_key(record: Record) -> _Key:
    """Table and key columns of a record: what must be unique within one run."""
    return (record.table, *(str(getattr(record, column)) for column in record.key))


def merge(first: Credential, second: Credential) -> Credential:
    """One credential from two sightings: known beats unknown, and the first sighting wins where both know."""
    changes: dict[str, object] = {}
    for name in first.__struct_fields__:
        ours, theirs = getattr(first, name), getattr(second, name)
        if ours in (None, "unknown") and theirs not in (None, "unknown"):
            changes[name] = theirs
    attrs = {**second.attrs, **first.attrs}
    if attrs != first.attrs:
        changes["attrs"] = attrs
    return msgspec.structs.replace(first, **changes) if changes else first


def unique(records: Iterable[Record]) -> Iterator[Record]:
    """Pass records on, the first of each key only; credentials are merged and come last.

    Memory grows with the number of distinct keys (as 20-odd bytes of text each) and distinct credentials.
    """
    seen: set[_Key] = set()
    credentials: dict[str, Credential] = {}
    for record in records:
        if isinstance(record, Credential):
            known = credentials.get(record.uid)
            credentials[record.uid] = record if known is None else merge(known, record)
            continue
        key = row_key(record)
        if key not in seen:
            seen.add(key)
            yield record
    yield from credentials.values()
