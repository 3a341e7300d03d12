"""The estate at any size up to a bank's 4.2 million identities, batch by batch, straight into the lake's tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from keyrack.records import Identity, Person, Record, Vendor
from keyrack_estate.bulk import kinds, rows
from keyrack_estate.bulk.columns import digits, join, moments, pick, record_batch

SIZES = {"small": 42_000, "medium": 420_000, "bank": 4_200_000}
"""Named sizes, in identities. Per identity: 1.6 credentials, 5.0 grants, 2.3 trusts, 1 owner, 1 placement, 0.6 usages."""
CHUNK = 70_000
"""Identities made at a time: under 1 GB of columns in flight."""


def parse(size: str) -> int:
    """A named size, or a number of identities (``42k`` works too).

    Raises:
        ValueError: neither.
    """
    if size in SIZES:
        return SIZES[size]
    return int(size.lower().removesuffix("k")) * (1_000 if size.lower().endswith("k") else 1)


def batches(size: int, seed: int, now: datetime) -> Iterator[tuple[type[Record], Any]]:
    """Record type and :class:`pyarrow.RecordBatch`, deterministic per size, seed and moment; memory does not grow with size."""
    yield from _everybody(now)
    for first in range(0, size, CHUNK):
        held: dict[type[Record], list[Any]] = defaultdict(list)
        for record, batch in _chunk(first, min(CHUNK, size - first), seed, now):
            held[record].append(batch)
        for record, parts in held.items():
            table = pa.Table.from_batches(parts).combine_chunks()
            for batch in table.to_batches():
                yield record, batch


def write(root: Path, size: int, seed: int, now: datetime) -> dict[str, int]:
    """Write the estate as one committed run of the lake at ``root``; returns rows by table.

    Raises:
        KeyrackError: the lake cannot be written.
    """
    from keyrack.lake import Lake, RunWriter

    lake = Lake(root)
    with lake.lock():
        run = RunWriter(lake, now)
        with run.source("estate:bank") as writer:
            for record, batch in batches(size, seed, now):
                writer.append(record, batch)
        run.finish("estate:bank", writer, title=f"made-up bank of {size:,} identities", provider="estate", location="")
        run.commit()
    return writer.counts()


def _chunk(first: int, size: int, seed: int, now: datetime) -> Iterator[tuple[type[Record], Any]]:
    rng = np.random.default_rng([seed, first])
    start, shares = first, [shape.share for shape in kinds.SHAPES]
    counts = [int(size * share) for share in shares]
    counts[0] += size - sum(counts)
    for shape, count in zip(kinds.SHAPES, counts, strict=True):
        if count == 0:
            continue
        block = kinds.make(rng, shape, start, count)
        start += count
        yield Identity, kinds.identities(rng, block, now)
        yield rows.ownership(rng, block, seed)
        if shape.grants:
            yield rows.grants(rng, block, seed)
        if shape.trusts:
            yield rows.trusts(rng, block, seed)
        yield from rows.held_credentials(rng, block, seed, now)
        if shape.type == "aws:iam-role":
            yield rows.role_usage(rng, block, seed, now)
    yield from rows.loose_credentials(rng, first, size, seed, now)


def _everybody(now: datetime) -> Iterator[tuple[type[Record], Any]]:
    number = np.arange(kinds.PEOPLE, dtype=np.int64)
    gone = number >= int(kinds.PEOPLE * (1 - kinds.DEPARTED))
    yield (
        Person,
        record_batch(
            Person,
            len(number),
            {
                "uid": kinds.person(number),
                "name": join("Person ", digits(number)),
                "status": pick(["active", "gone"], gone.astype(np.int64)),
                "ended_at": moments(now, 30.0 + (number % 700).astype(np.float64), gone),
                "manager": kinds.person(number // 12),
                "team": join("team-", digits(number % 900)),
            },
        ),
    )
    vendors = np.arange(kinds.VENDORS, dtype=np.int64)
    accounts = kinds.account_number(kinds.ACCOUNTS + vendors)
    lists = pa.ListArray.from_arrays(pa.array(np.arange(len(vendors) + 1, dtype=np.int32)), accounts)
    columns = {
        "uid": join("vendor:v", digits(vendors)),
        "name": join("Vendor ", digits(vendors)),
        "accounts": lists,
        "status": "active",
    }
    yield Vendor, record_batch(Vendor, len(vendors), columns)
