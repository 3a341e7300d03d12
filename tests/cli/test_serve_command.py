"""`keyrack serve` as an operator has it: two sources, a timetable, a signal midway, a broken file, its page and its exit code."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from estate_scan import KEYRACK, environment
from parley_kit import Fake, House, made, serve, site


class Served:
    """A running server whose log is read line by line as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: SimpleQueue[str] = SimpleQueue()
        self.seen: list[dict[str, object]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.lines.put(line)

    def until(self, event: str, **facts: object) -> dict[str, object]:
        """The next line of that event."""
        while True:
            try:
                line = json.loads(self.lines.get(timeout=120))
            except Empty:
                raise AssertionError(f"no {event} in {self.seen}") from None
            self.seen.append(line)
            if line["event"] == event and facts.items() <= line.items():
                return line

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def fake() -> Fake:
    return made()


@pytest.fixture
def house(tmp_path: Path, fake: Fake) -> Iterator[House]:
    with serve(fake) as url:
        made_house = House(tmp_path / "home", site(tmp_path), fake, url)
        code = tmp_path / "code"
        code.mkdir()
        (code / "README").write_text("nothing here\n")
        write(tmp_path, url)
        yield made_house


def write(folder: Path, url: str, more: str = "") -> None:
    (folder / "keyrack.toml").write_text(
        f"[[sources]]\nname='chat'\ntarget='parley'\nendpoint='{url}'\nevery='6h'\nlogs=true\n"
        f"[[sources]]\nname='code'\ntarget='code'\nschedule='0 3 * * *'\n{more}"
    )


@contextlib.contextmanager
def running(house: House, folder: Path, *words: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [KEYRACK, "serve", "--config", str(folder / "keyrack.toml"), *words],
        env=environment(house.home, **house.extra), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=folder,
    )  # fmt: skip
    try:
        yield Served(process)
    finally:
        process.kill()
        process.wait()


def page(port: object, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as reply:
        return reply.read().decode()


def names(house: House) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in json.loads(house("sources", "--format", "json").stdout):
        counts[row["name"]] = counts.get(row["name"], 0) + 1
    return counts


def test_scans_what_is_due_takes_logs_shows_its_page_and_ends_by_sigterm(house, fake, tmp_path):
    with running(house, tmp_path, "--listen", "127.0.0.1:0") as server:
        port = server.until("serve.listening")["port"]
        assert server.until("scan.started")["sources"] == ["chat", "code"]
        assert server.until("source.spent", source="chat")["calls"] == 7
        assert server.until("scan.finished")["scanned"] == 7
        assert server.until("logs.taken", source="chat")["new"] == 250
        server.until("serve.waiting")
        assert page(port, "/healthz") == "ok\n"
        metrics = page(port, "/metrics")
        assert 'keyrack_source_failures{source="chat"} 0' in metrics
        assert re.search(r'keyrack_source_calls\{source="chat",system="127\.0\.0\.1:\d+"\} 7\n', metrics)
        assert server.end() == 0
        server.until("serve.stopped")
    assert names(house) == {"chat": 6, "code": 1}
    assert fake.token not in json.dumps(server.seen)


def test_sigterm_midway_and_the_next_start_goes_on_from_there(house, fake, tmp_path):
    fake.hangs = {"w5"}
    with running(house, tmp_path, "--jobs", "2") as server:
        assert fake.arrived.wait(120)
        whole = house.home / "lake" / "runs"
        for _ in range(1200):
            if len(list(whole.glob("run=*/whole/*.json"))) >= 6:
                break
            threading.Event().wait(0.05)
        assert server.end() == 0
        server.until("scan.stopped")
        server.until("serve.stopped")
    assert names(house) == {}
    fake.release.set()
    fake.hangs = set()
    fake.calls.clear()
    with running(house, tmp_path) as server:
        finished = server.until("scan.finished")
        assert len(finished["resumed"]) == 6
        assert server.end(signal.SIGINT) == 0
    assert {path: count for path, count in fake.calls.items() if "bots" in path} == {"/v1/workspaces/w5/bots": 1}
    assert names(house) == {"chat": 6, "code": 1}


def test_once_ends_by_itself_and_a_failing_source_is_an_exit_code_that_hides_no_other(house, fake, tmp_path):
    write(
        tmp_path,
        house.url,
        "[[sources]]\nname='gone'\ntarget='parley'\nendpoint='http://127.0.0.1:9'\ntimeout='0.5'\nevery='1h'\n",
    )
    with running(house, tmp_path, "--once") as server:
        assert server.until("source.failed")["source"] == "gone"
        assert server.process.wait(120) == 1
    assert names(house) == {"chat": 6, "code": 1}
    assert json.loads((house.home / "serve.json").read_text())["gone"]["failures"] == 1
    assert house("serve", "--once", cwd=tmp_path).returncode == 0  # nothing is due yet, so nothing failed


def test_once_that_is_stopped_has_not_done_its_work(house, fake, tmp_path):
    fake.hangs = {"w5"}
    with running(house, tmp_path, "--once") as server:
        assert fake.arrived.wait(120)
        assert server.end() == 1


def test_a_broken_file_at_the_start_is_a_usage_error(house, tmp_path):
    (tmp_path / "keyrack.toml").write_text("[[sources")
    assert house("serve", "--once", cwd=tmp_path).returncode == 2
    (tmp_path / "keyrack.toml").write_text("[[sources]]\ntarget='code'\n")
    done = house("serve", "--once", cwd=tmp_path)
    assert (done.returncode, "every" in done.stderr) == (2, True)
