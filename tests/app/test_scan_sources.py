"""Many sources in one scan: side by side, each on its own, in order, resumed after a crash, stopped cleanly."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from toy import Toy, denied, identity, install, targets

from keyrack.app.config import Config
from keyrack.app.home import Home
from keyrack.app.scan import ScanRequest, ScanStoppedError, scan, unfinished
from keyrack.errors import NothingScannedError
from keyrack.lake.engines.duckdb import attach, connect

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def toy(monkeypatch):
    return install(monkeypatch, Toy())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def run(home: Home, *names: str, now: datetime = NOW, **more):
    return scan(home, Config(), ScanRequest(targets=targets(*names), now=now, **more))


def uids(home: Home) -> set[str]:
    head = home.lake.head()
    assert head is not None
    connection = connect()
    attach(connection, home.lake, head.sources.values())
    return {row[0] for row in connection.execute("SELECT uid FROM raw_identities").fetchall()}


def gaps(home: Home) -> list[tuple[str, str]]:
    head = home.lake.head()
    assert head is not None
    connection: duckdb.DuckDBPyConnection = connect()
    attach(connection, home.lake, head.sources.values())
    return connection.execute("SELECT source_id, reason FROM raw_gaps ORDER BY ALL").fetchall()


def test_sources_run_side_by_side(toy, home):
    meeting = threading.Barrier(3, timeout=20)

    def meet(name):
        def does(ctx):
            meeting.wait()
            yield identity(name, "a")

        return does

    toy.does = {name: meet(name) for name in "abc"}
    assert run(home, "a", "b", "c", jobs=3).commit.scanned == ["toy:a", "toy:b", "toy:c"]
    assert uids(home) == {"toy:a/a", "toy:b/a", "toy:c/a"}


def test_one_job_is_one_after_the_other(toy, home):
    run(home, "c", "a", "b", jobs=1)
    assert toy.asked == ["c", "a", "b"]


def test_many_sources_and_records_from_threads_are_all_there(toy, home):
    names = [f"s{n}" for n in range(40)]
    toy.does = {name: lambda ctx, name=name: (identity(name, str(n)) for n in range(137)) for name in names}
    run(home, *names, jobs=8)
    assert len(uids(home)) == 40 * 137


def test_a_failing_source_hides_nothing(toy, home):
    def breaks(ctx):
        yield identity("broken", "first")
        raise ValueError("secret words")

    toy.does = {"broken": breaks}
    result = run(home, "unknown", "broken", "good", "bug", "good")
    assert [item.error.code for item in result.failed] == ["toy.unknown", "provider.failed", "source.twice"]
    assert "secret" not in str(result.failed[1].error)
    assert result.interrupted == ["toy:broken"]
    assert uids(home) == {"toy:broken/first", "toy:good/a"}
    assert gaps(home) == [("toy:broken", "truncated")]


def test_nothing_named_is_nothing_scanned(toy, home):
    with pytest.raises(NothingScannedError, match="no such toy"):
        run(home, "unknown")
    assert home.lake.head() is None


def test_an_organisation_becomes_its_accounts_and_their_gaps(toy, home):
    toy.children = {"org": ["a1", denied("account 3"), "a2"]}
    result = run(home, "org")
    head = home.lake.head()
    assert result.commit.scanned == ["toy:a1", "toy:a2"]
    assert len({state.parent for state in head.sources.values()}) == 1
    assert head.sources["toy:a1"].parent
    assert gaps(home) == [("toy:a1", "denied")]


def test_an_organisation_without_a_source_is_an_error_that_says_why(toy, home):
    toy.children = {"org": [denied("accounts")]}
    result = run(home, "org", "good")
    assert [str(item.error) for item in result.failed] == ["not allowed"]


def test_a_closed_account_leaves_when_the_organisation_was_seen_whole(toy, home):
    toy.children = {"org": ["a1", "a2"], "other": ["b1", "b2"]}
    run(home, "org", "other", "alone")
    toy.children = {"org": ["a1", denied("accounts")], "other": ["b1"]}
    run(home, "org", "other", now=NOW + timedelta(1))
    assert uids(home) == {"toy:a1/a", "toy:a2/a", "toy:b1/a", "toy:alone/a"}
    toy.children = {"org": ["a1"]}
    run(home, "org", now=NOW + timedelta(2))
    assert uids(home) == {"toy:a1/a", "toy:b1/a", "toy:alone/a"}


def test_memory_lives_from_commit_to_commit(toy, home):
    seen: list[str | None] = []
    fail = False

    def remembers(ctx):
        seen.append(ctx.memory.get("cursor"))
        ctx.memory.put("cursor", str(len(seen)))
        yield identity("m", "a")
        if fail:
            raise ValueError

    toy.does = {"m": remembers}
    run(home, "m")
    run(home, "m", "other", now=NOW + timedelta(1))
    run(home, "other", now=NOW + timedelta(2))
    run(home, "m", now=NOW + timedelta(3))
    assert seen == [None, "1", "2"]
    fail = True
    run(home, "m", now=NOW + timedelta(4))
    run(home, "m", now=NOW + timedelta(5))
    assert seen == [None, "1", "2", "3", "4"]


def test_memory_of_a_run_that_was_never_committed_is_not_there(toy, home):
    stop = threading.Event()
    seen = []

    def remembers(ctx):
        seen.append(ctx.memory.get("cursor"))
        ctx.memory.put("cursor", "x")
        yield identity("m", "a")

    def stops(ctx):
        stop.set()
        yield identity("stops", "a")

    toy.does = {"m": remembers, "stops": stops}
    with pytest.raises(ScanStoppedError):
        scan(home, Config(), ScanRequest(targets=targets("m", "stops"), now=NOW, jobs=1), stop=stop)
    run(home, "m", now=NOW + timedelta(1))
    assert seen == [None, None]


def die(toy: Toy, home: Home, *names: str, now: datetime = NOW) -> None:
    """A scan that stops in its last source, when all before it are whole."""
    stop = threading.Event()

    def stops(ctx):
        stop.set()
        yield identity(names[-1], "half")

    before, toy.does = toy.does, {**toy.does, names[-1]: stops}
    with pytest.raises(ScanStoppedError) as told:
        scan(home, Config(), ScanRequest(targets=targets(*names), now=now, jobs=1), stop=stop)
    assert f"{len(names) - 1} sources" in told.value.hint
    toy.does = before


def test_resume_asks_only_for_what_was_not_whole(toy, home):
    run(home, "a", now=NOW - timedelta(days=3))
    die(toy, home, "a", "b", "c")
    assert unfinished(home, targets("a", "b", "c"), NOW) == ["toy:a", "toy:b"]
    toy.asked.clear()
    later = NOW + timedelta(hours=2)
    result = run(home, "a", "b", "c", now=later, resume=True)
    assert toy.asked == ["c"]
    assert result.resumed == ["toy:a", "toy:b"]
    assert uids(home) == {"toy:a/a", "toy:b/a", "toy:c/a"}
    head = home.lake.head()
    assert {source: state.at for source, state in head.sources.items()} == {"toy:a": NOW, "toy:b": NOW, "toy:c": later}
    assert len(list((home.root / "lake" / "runs").iterdir())) == 2


def test_without_resume_everything_is_asked_again_and_the_dead_run_goes(toy, home):
    die(toy, home, "a", "b")
    toy.asked.clear()
    run(home, "a", "b", now=NOW + timedelta(hours=1))
    assert sorted(toy.asked) == ["a", "b"]
    assert len(list((home.root / "lake" / "runs").iterdir())) == 1


def test_another_scan_between_leaves_what_can_be_resumed(toy, home):
    die(toy, home, "a", "b", "c")
    run(home, "z", "a", now=NOW + timedelta(hours=1))
    toy.asked.clear()
    result = run(home, "a", "b", "c", now=NOW + timedelta(hours=2), resume=True)
    assert sorted(toy.asked) == ["a", "c"]
    assert result.resumed == ["toy:b"]


def test_other_options_another_day_or_a_damaged_file_are_not_resumed(toy, home):
    die(toy, home, "a", "b")
    assert unfinished(home, targets("a"), NOW + timedelta(hours=25)) == []
    assert unfinished(home, targets("a"), NOW, verify=True) == []
    (folder,) = (home.root / "lake" / "runs").iterdir()
    next(folder.glob("source=0/identities/*.parquet")).unlink()
    assert unfinished(home, targets("a"), NOW) == []
    run(home, "a", "b", now=NOW + timedelta(hours=1), resume=True)
    assert uids(home) == {"toy:a/a", "toy:b/a"}


def test_a_resumed_scan_that_dies_again_keeps_both_harvests(toy, home):
    die(toy, home, "a", "b")
    stop = threading.Event()

    def stops(ctx):
        stop.set()
        yield identity("c", "half")

    toy.does = {"c": stops}
    with pytest.raises(ScanStoppedError):
        scan(
            home,
            Config(),
            ScanRequest(targets=targets("a", "b", "c"), now=NOW + timedelta(hours=1), jobs=1, resume=True),
            stop=stop,
        )
    toy.does = {}
    toy.asked.clear()
    result = run(home, "a", "b", "c", now=NOW + timedelta(hours=2), resume=True)
    assert result.resumed == ["toy:a", "toy:b"]
    assert toy.asked == ["c"]
    assert len(list((home.root / "lake" / "runs").iterdir())) == 1


def test_an_organisation_is_resumed_account_by_account(toy, home):
    stop = threading.Event()

    def stops(ctx):
        stop.set()
        yield identity("a3", "half")

    toy.children = {"org": ["a1", "a2", "a3"]}
    toy.does = {"a3": stops}
    with pytest.raises(ScanStoppedError):
        scan(home, Config(), ScanRequest(targets=targets("org"), now=NOW, jobs=1), stop=stop)
    assert unfinished(home, targets("org"), NOW) == ["toy:a1", "toy:a2"]
    toy.does = {}
    toy.asked.clear()
    result = run(home, "org", now=NOW + timedelta(hours=1), resume=True)
    assert toy.asked == ["a3"]
    assert result.commit.scanned == ["toy:a1", "toy:a2", "toy:a3"]


def test_stop_does_not_wait_for_a_source_that_hangs(toy, home):
    stop, release = threading.Event(), threading.Event()

    def hangs(ctx):
        stop.set()
        release.wait(60)
        yield identity("h", "a")

    toy.does = {"h": hangs}
    with pytest.raises(ScanStoppedError):
        scan(home, Config(), ScanRequest(targets=targets("h"), now=NOW), stop=stop)
    release.set()
    run(home, "x", now=NOW + timedelta(1))
    assert uids(home) == {"toy:x/a"}


def test_progress_tells_sources_apart(toy, home):
    told: list[str] = []

    class Seen:
        def update(self, stage, done, total=None):
            told.append(stage)

    def works(ctx):
        ctx.progress.update("things", 1, 2)
        yield identity("w", "a")

    toy.does = {"w": works, "v": works}
    scan(home, Config(), ScanRequest(targets=targets("w", "v"), now=NOW), Seen())
    assert {"Toy w: things", "Toy v: things"} <= set(told)
