"""The lake's law: what was committed last is what is seen, whole, whatever happens in between."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keyrack.errors import KeyrackError
from keyrack.lake import Lake, RunWriter
from keyrack.lake.engines.duckdb import attach, connect
from keyrack.records import Identity

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def identity(name: str) -> Identity:
    return Identity(uid=f"t:{name}", kind="service_account", type="aws:iam-role", name=name, provider="aws", scope="1")


def write(lake: Lake, names: list[str], now: datetime = NOW, source: str = "aws:1") -> str:
    with lake.lock():
        run = RunWriter(lake, now)
        with run.source(source) as writer:
            for name in names:
                writer.add(identity(name))
        run.finish(source, writer, title=source, provider="aws", location="")
        run.evaluated.mkdir()
        return run.commit().run


def names_in_force(lake: Lake) -> list[str]:
    head = lake.head()
    assert head is not None
    connection = connect()
    attach(connection, lake, head.sources.values())
    return [row[0] for row in connection.execute("SELECT name FROM raw_identities ORDER BY name").fetchall()]


def test_newer_run_replaces_its_source_and_keeps_the_others(tmp_path):
    lake = Lake(tmp_path)
    write(lake, ["a", "b"])
    write(lake, ["x"], NOW + timedelta(1), source="aws:2")
    write(lake, ["c"], NOW + timedelta(2))
    assert names_in_force(lake) == ["c", "x"]


def test_uncommitted_runs_are_invisible_and_swept(tmp_path):
    lake = Lake(tmp_path)
    write(lake, ["a"])
    run = RunWriter(lake, NOW + timedelta(1))
    with run.source("aws:1") as writer:
        writer.add(identity("lost"))
    assert names_in_force(lake) == ["a"]
    assert lake.sweep() == 1
    assert not run.folder.exists()
    assert names_in_force(lake) == ["a"]


def test_as_of_sees_the_past(tmp_path):
    lake = Lake(tmp_path)
    first = write(lake, ["a"])
    second = write(lake, ["b"], NOW + timedelta(10))
    assert lake.head(NOW - timedelta(1)) is None
    for moment, expected in ((NOW + timedelta(5), first), (NOW + timedelta(10), second), (None, second)):
        head = lake.head(moment)
        assert head is not None
        assert head.run == expected
    assert lake.find(first[:20]).run == first


def test_second_writer_is_refused(tmp_path):
    lake = Lake(tmp_path)
    with lake.lock(), pytest.raises(KeyrackError, match="another keyrack scan"), Lake(tmp_path).lock():
        pass


def test_damaged_commit_is_named(tmp_path):
    lake = Lake(tmp_path)
    run = write(lake, ["a"])
    (tmp_path / "commits" / f"{run}.json").write_text("{")
    with pytest.raises(KeyrackError, match=run):
        lake.head()


def test_many_batches_stay_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("keyrack.lake.writer.BATCH_ROWS", 7)
    lake = Lake(tmp_path)
    expected = sorted(f"n{i:03d}" for i in range(100))
    write(lake, expected)
    assert names_in_force(lake) == expected


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_commits import write
from keyrack.lake import Lake
for generation in range(1, 10_000):
    write(Lake(Path({root!r})), [f"g{{generation}}-{{i}}" for i in range(200)], datetime(2026, 1, 1, tzinfo=UTC) + timedelta(generation))
"""


def test_sigkill_at_random_moments_leaves_a_whole_run(tmp_path):
    lake = Lake(tmp_path / "lake")
    code = WRITER.format(tests=str(Path(__file__).parent), root=str(lake.root))
    rng = random.Random(11)
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", code])
        time.sleep(0.6 + rng.random())  # a random moment is the point of the test, not a wait for work
        process.send_signal(signal.SIGKILL)
        process.wait()
        if lake.head() is not None:
            names = names_in_force(lake)
            assert len(names) == 200
            assert len({name.split("-")[0] for name in names}) == 1
    assert lake.head() is not None
