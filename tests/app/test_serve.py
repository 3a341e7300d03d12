"""The server on a clock of its own: what is due is scanned, what fails backs off, what is stopped goes on later."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from toy import Toy, identity, install

from keyrack.app.home import Home
from keyrack.app.serve import FIRST_BACKOFF, LONGEST_BACKOFF, Server
from keyrack.app.serve_health import address, listening
from keyrack.errors import UsageError

START = datetime(2026, 11, 1, 12, 0, 30, tzinfo=UTC)


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.time = START
        self.until = START

    def now(self) -> datetime:
        return self.time

    def wait(self, seconds: float, stop: Event) -> None:
        self.time += timedelta(seconds=seconds)
        if self.time >= self.until:
            stop.set()


@pytest.fixture
def toy(monkeypatch):
    return install(monkeypatch, Toy())


@pytest.fixture
def made(toy, tmp_path):
    clock = Clock()
    path = tmp_path / "keyrack.toml"

    def make(*tables: str) -> Server:
        path.write_text("".join(f"[[sources]]\ntarget='toy'\n{table}\n" for table in tables))
        return Server(Home(tmp_path / "home"), path, clock, chance=lambda: 0.0)

    return make, clock, path


def run(server: Server, clock: Clock, hours: float) -> None:
    clock.until = clock.time + timedelta(hours=hours)
    server.stop.clear()
    server.run()


def test_each_source_at_its_own_time(made, toy):
    make, clock, _ = made
    server = make(
        "name='often'\nevery='1h'\nwhich='a'", "name='nightly'\nschedule='0 0 * * *'\nwhich='b'", "name='never'\nwhich='c'"
    )
    run(server, clock, 24.1)
    assert 24 <= toy.asked.count("a") <= 25
    assert toy.asked.count("b") == 2  # at once, for it was never scanned, and at midnight
    assert "c" not in toy.asked


def test_what_is_due_together_is_one_scan(made, toy):
    make, _, _ = made
    server = make("name='a'\nevery='1h'\nwhich='a'", "name='b'\nevery='1h'\nwhich='b'")
    server.run(once=True)
    commit = server.home.lake.head()
    assert commit is not None
    assert commit.scanned == ["toy:a", "toy:b"]
    assert len(server.home.lake.commits()) == 1


def test_a_failing_source_backs_off_and_hides_no_other(made, toy):
    make, clock, _ = made
    server = make("name='bad'\nevery='5m'\nwhich='unknown'", "name='good'\nevery='5m'\nwhich='g'")
    waits = []
    for _ in range(12):
        clock.time = server.state.of("bad").next_at or clock.time
        begun = clock.time
        server.scan(server.due())
        waits.append(server.state.of("bad").next_at - begun)
    assert waits[:3] == [FIRST_BACKOFF, 2 * FIRST_BACKOFF, 4 * FIRST_BACKOFF]
    assert waits[-1] == LONGEST_BACKOFF
    assert server.state.of("bad").failures == 12
    assert server.state.of("bad").error == "toy.unknown"
    assert toy.asked.count("g") >= 10
    assert server.state.of("good").failures == 0


def test_the_past_outlives_the_server(made, toy):
    make, clock, _ = made
    table = "name='a'\nevery='6h'\nwhich='a'"
    make(table).run(once=True)
    clock.time += timedelta(hours=1)
    make(table).run(once=True)
    assert toy.asked == ["a"]
    clock.time += timedelta(hours=5, minutes=1)
    make(table).run(once=True)
    assert toy.asked == ["a", "a"]


def test_a_damaged_state_means_everything_is_due(made, toy):
    make, _, _ = made
    server = make("name='a'\nevery='6h'\nwhich='a'")
    server.run(once=True)
    (server.home.root / "serve.json").write_text("{")
    make("name='a'\nevery='6h'\nwhich='a'").run(once=True)
    assert toy.asked == ["a", "a"]


def test_stopped_midway_the_next_start_goes_on(made, toy):
    make, clock, _ = made
    tables = ("name='a'\nevery='6h'\nwhich='a'", "name='b'\nevery='6h'\nwhich='b'")
    server = make(*tables)
    server.jobs = 1

    def stops(ctx):
        server.stop.set()
        yield identity("b", "half")

    toy.does = {"b": stops}
    server.run()
    assert server.home.lake.head() is None
    toy.does = {}
    toy.asked.clear()
    clock.time += timedelta(minutes=10)
    make(*tables).run(once=True)
    assert toy.asked == ["b"]
    assert server.home.lake.head().scanned == ["toy:a", "toy:b"]


def test_another_scan_at_work_is_no_failure(made, toy):
    make, _, _ = made
    server = make("name='a'\nevery='6h'\nwhich='a'")
    with server.home.lake.lock():
        server.run(once=True)
    past = server.state.of("a")
    assert (past.failures, past.next_at) == (0, START + timedelta(minutes=1))


def test_the_configuration_is_read_again_and_a_broken_one_is_not_taken(made, toy):
    make, clock, path = made
    server = make("name='a'\nevery='1h'\nwhich='a'")
    server.run(once=True)
    path.write_text("[[sources")
    clock.time += timedelta(hours=1, minutes=1)
    server.run(once=True)
    assert toy.asked == ["a", "a"]
    path.write_text("[[sources]]\ntarget='toy'\nname='z'\nwhich='z'\nevery='1h'\n")
    server.run(once=True)
    assert toy.asked == ["a", "a", "z"]
    assert set(server.state.sources) == {"z"}


def test_nothing_to_serve_is_a_usage_error(made):
    make, _, _ = made
    with pytest.raises(UsageError, match="every"):
        make("name='a'").run()


def test_jitter_comes_later_and_never_sooner(made):
    make, _, _ = made
    server = make("name='a'\nevery='6h'\nwhich='a'")
    server.chance = lambda: 1.0
    server.run(once=True)
    assert server.state.of("a").next_at == START + timedelta(hours=6, minutes=5)


def test_health_and_metrics(made):
    make, clock, _ = made
    server = make("name='a \"x\"'\nevery='6h'\nwhich='a'")
    healthy = lambda: server.state.healthy(clock.now(), timedelta(hours=1))  # noqa: E731 - a callable, as the page takes
    with listening(("127.0.0.1", 0), healthy, server.state.metrics) as port:
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")
        server.run(once=True)
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read() == b"ok\n"
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        assert 'keyrack_source_failures{source="a \\"x\\""} 0' in text
        assert json.loads((server.home.root / "serve.json").read_text())


@pytest.mark.parametrize("text", ["0.0.0.0:80", "example.com:80", "127.0.0.1", "127.0.0.1:x", ":80", "127.0.0.1:99999"])
def test_only_this_machine_is_listened_on(text):
    with pytest.raises(UsageError):
        address(text)
    assert address("[::1]:80") == ("::1", 80)


def test_a_source_of_which_every_part_fails_has_failed(made, toy):
    make, _, _ = made
    toy.children = {"org": ["unknown", "bug"], "half": ["unknown", "c"]}
    server = make("name='org'\nevery='6h'\nwhich='org'", "name='half'\nevery='6h'\nwhich='half'")
    server.run(once=True)
    assert (server.state.of("org").failures, server.state.of("org").error) == (1, "toy.unknown")
    assert server.state.of("half").failures == 0


def test_a_shorter_timetable_counts_at_once_and_a_failing_source_keeps_its_distance(made, toy):
    make, clock, path = made
    server = make("name='a'\nevery='1d'\nwhich='a'", "name='bad'\nevery='1d'\nwhich='unknown'")
    server.run(once=True)
    clock.time += timedelta(minutes=11)
    assert [source.name for source in server.due()] == ["bad"]
    path.write_text(path.read_text().replace("1d", "5m"))
    assert [source.name for source in server.due()] == ["a", "bad"]
    server.run(once=True)
    clock.time += timedelta(minutes=6)
    assert [source.name for source in server.due()] == ["a"]


def test_a_broken_rule_is_tried_again_soon_and_asks_nobody(made, toy, tmp_path):
    make, clock, path = made
    server = make("name='a'\nevery='6h'\nwhich='a'")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "r.sql").write_text("SELECT 1")
    path.write_text(path.read_text() + "[rules]\nfolder='rules'\n")
    for _ in range(5):
        server.run(once=True)
        assert server.state.of("a").next_at - clock.time == FIRST_BACKOFF
        clock.time += FIRST_BACKOFF
    assert toy.asked == []
    (tmp_path / "rules" / "r.sql").unlink()
    server.run(once=True)
    assert (toy.asked, server.state.of("a").failures) == (["a"], 0)


def test_what_is_known_is_kept_before_logs_are_asked_for(made, toy, monkeypatch):
    make, _, _ = made
    server = make("name='a'\nevery='6h'\nwhich='a'\nlogs=true")
    monkeypatch.setattr(Server, "_logs", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    with pytest.raises(RuntimeError):
        server.run(once=True)
    assert json.loads((server.home.root / "serve.json").read_text())["a"]["good_at"]
