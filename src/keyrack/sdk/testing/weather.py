"""A provider in every kind of weather: records or Gaps, bounded calls, never a crash, never silence, no foreign words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from keyrack.errors import KeyrackError
from keyrack.records import Gap, Record
from keyrack.sdk.provider import Context, Provider, Target
from keyrack.sdk.testing.broken import require
from keyrack.sdk.testing.leaks import as_text, captured, check_no_secret
from keyrack.sdk.testing.storm import CANARY, GALES, Gale, Storm
from keyrack.sdk.unique import row_key


@dataclass(frozen=True, slots=True)
class Outcome:
    """One cell of the matrix: ``gaps`` by reason, or the error that ended it before it began."""

    gale: str
    records: int
    gaps: tuple[str, ...]
    calls: int
    refused: str = ""


def check_weather(
    provider: Provider,
    sky: Storm,
    target: Callable[[str], Target],
    ctx: Context,
    *,
    gales: Sequence[Gale] = GALES,
    planted: Iterable[str] = (),
) -> list[Outcome]:
    """Run ``discover`` under each gale and hold it to its promises. ``target`` makes the target for the storm's URL.

    The caller keeps time-outs short (the provider's own option) and retries fast (``stamina.set_testing``).

    Raises:
        ContractError: a promise is broken; says which, under which weather.
    """
    secrets = [*planted, CANARY]
    sky.gale = None
    before = sky.calls
    calm = {row_key(record): record for record in provider.discover(target(sky.url), ctx)}
    usual = sky.calls - before
    return [_under(provider, sky, target(sky.url), ctx, gale, calm, usual, secrets) for gale in gales]


def _under(
    provider: Provider,
    sky: Storm,
    target: Target,
    ctx: Context,
    gale: Gale,
    calm: dict[tuple[str, ...], Record],
    usual: int,
    secrets: list[str],
) -> Outcome:
    name = f"{provider.manifest.name} under {gale.name}"
    sky.gale, before = gale, sky.calls
    sky.fell.clear()
    refused, records = "", list[Record]()
    with captured() as noise:
        try:
            records += provider.discover(target, ctx)
        except KeyrackError as error:
            refused = error.code
            check_no_secret(secrets, f"{error} {error.hint}", f"{name}: the error")
    calls = sky.calls - before
    sky.gale = None
    check_no_secret(secrets, noise.getvalue(), f"{name}: a log or stream")
    check_no_secret(secrets, "\n".join(map(as_text, records)), f"{name}: a record")
    gaps = tuple(sorted({record.reason for record in records if isinstance(record, Gap)}))
    require(calls <= 8 * usual + 64, f"{name}: {calls} calls where {usual} do in good weather")
    if gale.transient:
        require(not refused, f"{name}: gave up with {refused}, though a retry gets through")
        found = {row_key(record): record for record in records}
        lost = sorted(key for key in calm if key not in found)
        require(not lost, f"{name}: {len(lost)} records lost, though a retry gets through, e.g. {lost[:3]}")
    else:
        require(bool(refused or set(gaps) & gale.reasons), f"{name}: no Gap says so; reasons were {gaps}")
    return Outcome(gale.name, sum(not isinstance(record, Gap) for record in records), gaps, calls, refused)
