from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from keyrack.lake import Lake
from keyrack.records import Credential, Grant, Identity, Record, Trust
from keyrack.records.arrow import schema
from keyrack_estate.bulk import sizes

FIXED = datetime(2026, 11, 24, 12, tzinfo=UTC)

SIZE = 3_000


def made(seed: int = 7, size: int = SIZE) -> list[tuple[type[Record], Any]]:
    return list(sizes.batches(size, seed, FIXED))


def digest(batches: list[tuple[type[Record], Any]]) -> str:
    total = hashlib.sha256()
    for record, batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        total.update(record.table.encode() + sink.getvalue().to_pybytes())
    return total.hexdigest()


def test_same_seed_same_columns() -> None:
    assert digest(made()) == digest(made())
    assert digest(made(8)) != digest(made())


def test_batches_have_the_records_schema_and_unique_uids() -> None:
    uids: Counter[tuple[str, str]] = Counter()
    for record, batch in made():
        assert batch.schema == schema(record)
        batch.validate(full=True)
        uids.update((record.table, uid) for uid in batch.column("uid").to_pylist())
    assert max(uids.values()) == 1


def test_uids_stay_unique_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "CHUNK", 1_000)
    uids = Counter((record.table, uid) for record, batch in made() for uid in batch.column("uid").to_pylist())
    assert max(uids.values()) == 1


def test_rows_are_valid_records() -> None:
    for record, batch in made():
        for row in batch.slice(0, 20).to_pylist():
            fixed = {k: dict(v) if k in {"attrs", "tags"} else v for k, v in row.items()}
            msgspec.convert(fixed, record)


def test_proportions_reach_the_banks() -> None:
    rows: Counter[type[Record]] = Counter()
    for record, batch in made(size=42_000):
        rows[record] += batch.num_rows
    scale = 4_200_000 / 42_000
    assert rows[Identity] * scale == 4_200_000
    assert rows[Credential] * scale >= 6_000_000
    assert rows[Grant] * scale >= 20_000_000
    assert rows[Trust] * scale >= 8_000_000


def test_a_lake_is_written_as_one_commit(tmp_path: Path) -> None:
    counts = sizes.write(tmp_path / "lake", 1_000, 7, FIXED)
    head = Lake(tmp_path / "lake").head()
    assert head is not None
    assert counts["identities"] == 1_000
    assert head.sources["estate:bank"].tables == counts


@pytest.mark.parametrize(("text", "size"), [("bank", 4_200_000), ("42k", 42_000), ("777", 777)])
def test_sizes_are_named_or_numbers(text: str, size: int) -> None:
    assert sizes.parse(text) == size
