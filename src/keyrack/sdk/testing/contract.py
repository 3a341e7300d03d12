"""The whole suite over one provider and one real target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from keyrack.records import Credential, Placement, Record
from keyrack.sdk.provider import Context, Provider, Target
from keyrack.sdk.testing.broken import ContractError, require
from keyrack.sdk.testing.leaks import as_text, captured, check_no_secret
from keyrack.sdk.testing.lightness import check_light_import
from keyrack.sdk.testing.words import check_manifest, check_words
from keyrack.sdk.unique import row_key

__all__ = ["ContractError", "check_contract"]


def check_contract(provider: Provider, target: Target, ctx: Context, *, planted: Iterable[str] = ()) -> list[Record]:
    """Run every check and return the records of the run for the caller's own assertions.

    ``planted`` are the secret values the test put into the target. The provider runs twice under the same clock and key.

    Raises:
        ContractError: a promise of ``keyrack.sdk.provider.Provider`` is broken; says which.
    """
    secrets = list(planted)
    check_manifest(provider.manifest)
    check_light_import(type(provider).__module__)
    _check_source(provider, target, ctx)
    with captured() as noise:
        records = list(provider.discover(target, ctx))
    check_no_secret(secrets, noise.getvalue(), "a log or stream")
    for record in records:
        check_no_secret(secrets, as_text(record), f"{type(record).__name__} {_short(record)}")
    check_words(provider.manifest, records)
    _check_keys(records)
    _check_references(records)
    _check_idempotent(records, list(provider.discover(target, ctx)))
    return records


def _short(record: Record) -> str:
    return str(getattr(record, record.key[0]))[:24]


def _check_source(provider: Provider, target: Target, ctx: Context) -> None:
    first, second = provider.source(target, ctx), provider.source(target, ctx)
    require(first == second, "source() does not name the same source twice")
    name = provider.manifest.name
    require(first.id.startswith(f"{name}:") and len(first.id) > len(name) + 1, f"source id {first.id!r} is not '{name}:<what>'")


def _check_keys(records: Sequence[Record]) -> None:
    twice = [key for key, count in Counter(map(row_key, records)).items() if count > 1]
    require(not twice, f"{len(twice)} keys appear more than once in one run, e.g. {twice[:3]}; see keyrack.sdk.unique")


def _check_references(records: Sequence[Record]) -> None:
    credentials = {record.uid for record in records if isinstance(record, Credential)}
    lost = [r.uid for r in records if isinstance(r, Placement) and r.credential_uid not in credentials]
    require(not lost, f"{len(lost)} placements name a credential the run did not yield, e.g. {lost[:3]}")


def _check_idempotent(first: Sequence[Record], second: Sequence[Record]) -> None:
    before = {row_key(record): record for record in first}
    after = {row_key(record): record for record in second}
    moved = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    require(not moved, f"a second run differs in {len(moved)} records, e.g. {moved[:3]}")
