"""Read what is known: a commit, now or at a moment in the past, as a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from keyrack.app.evaluation import open_commit
from keyrack.app.home import Home
from keyrack.errors import KeyrackError, UsageError
from keyrack.lake import Commit
from keyrack.outputs import Report
from keyrack.outputs.views import Cost, Run
from keyrack.posture import summarise
from keyrack.records import SEVERITIES


def commit_at(home: Home, as_of: str | None) -> Commit:
    """The commit in force: the latest, or as of an ISO moment, a date (its end) or a run id.

    Raises:
        KeyrackError: nothing was scanned by then.
        UsageError: ``as_of`` is neither a moment nor a run.
    """
    lake = home.lake
    moment = _moment(as_of) if as_of is not None else None
    if as_of is not None and moment is None:
        return lake.find(as_of)
    commit = lake.head(moment)
    if commit is None:
        raise KeyrackError(
            "lake.empty", "nothing has been scanned yet" + (" by then" if as_of else ""), hint="run `keyrack scan`"
        )
    return commit


def report(
    home: Home,
    commit: Commit,
    sources: Sequence[str] | None = None,
    min_severity: str | None = None,
    now: datetime | None = None,
) -> Report:
    """The report of a commit, limited to some sources and to findings of at least a severity; ``now`` as in open_commit."""
    connection = open_commit(home, commit, now)
    summary = summarise(connection, sources)
    run = Run(
        id=commit.run,
        at=commit.at,
        version=commit.version,
        sources=(covered := sorted(sources if sources is not None else commit.sources)),
        complete=summary.incomplete == 0 and not commit.unseen,
        unseen=list(commit.unseen),
        costs=_costs(commit, covered),
    )
    return Report(connection, run, summary, sources, _rank(min_severity))


def _costs(commit: Commit, sources: Sequence[str]) -> list[Cost]:
    known = ((source, commit.sources[source]) for source in sources if source in commit.sources)
    return [Cost(source=source, **msgspec.structs.asdict(one)) for source, state in known for one in state.spent]


def _rank(severity: str | None) -> int:
    if severity is None:
        return 0
    if severity not in SEVERITIES:
        raise UsageError("severity.unknown", f"{severity!r} is no severity", hint=f"one of {', '.join(SEVERITIES)}")
    return [*SEVERITIES].index(severity) + 1


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2026-11-24"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
