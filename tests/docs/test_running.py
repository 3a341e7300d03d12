"""docs/running.md and docs/configuration.md say what is so: files load, flags and metrics exist, events are logged under these names."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import msgspec
import pytest
import yaml
from typer.testing import CliRunner

from keyrack.app.config import Config
from keyrack.app.serve_state import State
from keyrack.app.sources_config import configured
from keyrack.cli.main import COMMANDS, build
from keyrack.sdk.spending import Spent

ROOT = Path(__file__).parents[2]
RUNNING, CONFIGURATION = ((ROOT / "docs" / name).read_text("utf-8") for name in ("running.md", "configuration.md"))


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", [*fenced(RUNNING, "toml"), *fenced(CONFIGURATION, "toml")])
def test_configurations_load(text, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "infra").mkdir()
    config = msgspec.convert({**tomllib.loads(text), "folder": str(tmp_path / "here")}, Config)
    found = configured(config)
    assert any(source.timetable for source in found)
    assert any(source.logs for source in found)


def commands() -> list[str]:
    lines = [line for block in fenced(RUNNING, "console") for line in block.splitlines()]
    spoken = re.findall(r"`(keyrack [a-z][^`\n]*)`", RUNNING + CONFIGURATION)
    return sorted({line.removeprefix("$ ").partition("#")[0].strip() for line in lines} | set(spoken))


@pytest.mark.parametrize("line", commands())
def test_commands_and_their_flags_exist(line):
    words = shlex.split(line)[1:]
    assert words[0] in COMMANDS
    group = [words[0], *(word for word in words[1:2] if words[0] == "sources" and word.islower() and "-" not in word)]
    helped = CliRunner().invoke(build(group), [*group, "--help"])
    assert helped.exit_code == 0, helped.output
    for flag in (word for word in words if word.startswith("--")):
        assert flag in helped.output, flag


def test_metrics_have_these_names():
    state = State()
    state.keep("a", spent=(Spent(system="s", left=1, limit=2),))
    real = set(re.findall(r"^# HELP (\w+)", state.metrics(), re.MULTILINE))
    told = set(re.findall(r"`(keyrack_\w+)`", RUNNING))
    for name in re.findall(r"`\.\.\.(_\w+)`", RUNNING):
        told |= {metric for metric in real if metric.endswith(name)}
    assert told == real


def test_events_are_logged_under_these_names():
    source = "".join((ROOT / "src" / "keyrack" / "app" / name).read_text("utf-8") for name in ("serve.py", "scan.py"))
    listed = re.search(r"^Log events: (.*?)\n\n", RUNNING, re.MULTILINE | re.DOTALL)
    assert listed
    for event in re.findall(r"`([a-z_.]+)`", listed[1]):
        if "." in event:
            assert f'"{event}"' in source, event


def test_the_cron_job_and_the_unit_run_what_exists():
    (job,) = (yaml.safe_load(text) for text in fenced(RUNNING, "yaml"))
    container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    (unit,) = fenced(RUNNING, "ini")
    start = re.search(r"^ExecStart=/usr/local/bin/(.*)$", unit, re.MULTILINE)
    assert start
    for words in (container["args"], shlex.split(start[1])):
        assert words[:2] == ["keyrack", "serve"]
        helped = CliRunner().invoke(build(["serve"]), ["serve", "--help"]).output
        assert all(word in helped for word in words if word.startswith("--"))
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"]
    }
