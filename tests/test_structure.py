"""The house's promises, proved by walking the code: nobody has to remember them."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.cli.main import COMMANDS, build
from keyrack.records import OBSERVED, Event
from keyrack.rules import OWASP, builtin
from keyrack.rules.inputs import ANY_INPUTS
from keyrack.rules.load import ROOT as RULES
from keyrack.rules.model import HOUSE
from keyrack.sdk import registry

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py")) + sorted((ROOT / "estate" / "src").rglob("*.py"))
HEAVY = (
    "duckdb",
    "pyarrow",
    "sqlalchemy",
    "boto3",
    "botocore",
    "kingfisher_sdk",
    "sqlglot",
    "cryptography",
    "jinja2",
    "hcl2",
    "policy_sentry",
)


def test_rule_files_are_all_loaded_and_ids_are_unique():
    files = sorted(path.stem for path in RULES.glob("nhi*/*.sql"))
    assert files == sorted(rule.id for rule in builtin())
    assert len(set(files)) == len(files)


def test_rules_live_in_the_folder_of_their_risk():
    for rule in builtin():
        number = int(rule.header.owasp.removeprefix("NHI").split(":")[0])
        assert f"/nhi{number:02d}_" in rule.file, rule.id


def test_forty_rules_and_three_for_each_risk():
    assert len(builtin()) >= 40
    for owasp in OWASP:
        assert sum(rule.header.owasp == owasp for rule in builtin()) >= 3, owasp


@pytest.mark.parametrize("rule", builtin(), ids=lambda rule: rule.id)
def test_rule_is_whole(rule):
    header = rule.header
    assert header.bad
    assert header.good
    for name in ("title", "detects", "why", "remediation", "blind_spots", "false_positives"):
        assert getattr(header, name).strip(), name
    declared = {c.name for m in registry.manifests().values() for c in m.capabilities} | set(HOUSE) | set(ANY_INPUTS)
    assert set(header.inputs) <= declared, set(header.inputs) - declared
    assert Path(rule.file).read_text("utf-8").count("\n") <= 150


def test_every_installed_provider_loads():
    assert set(registry.manifests()) == set(registry.names()) >= {"machine", "repository", "aws"}


@pytest.mark.parametrize("name", registry.names())
def test_provider_declares_permissions_and_gaps(name):
    manifest = registry.load(name).manifest
    readme = ROOT / "src" / "keyrack" / "providers" / name / "README.md"
    assert "blind spots" in readme.read_text("utf-8").lower()
    for capability in manifest.capabilities:
        assert capability.name.startswith(f"{name}.")
        assert capability.permissions, capability.name
        assert capability.blind_spots, capability.name
        assert set(capability.yields) <= {*OBSERVED, Event}
        assert capability.calls


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_a_docs_page(command):
    app = build([command])
    groups = {g.name: g.typer_instance for g in app.registered_groups}
    registered = groups[command].registered_commands if command in groups else app.registered_commands
    callbacks = [c.callback for c in registered if command in groups or c.name == command]
    assert callbacks
    for callback in callbacks:
        assert callback is not None
        assert inspect.getdoc(callback)
        assert callback.__module__ == f"keyrack.cli.{COMMANDS[command][0]}"
    assert f"## keyrack {command}" in (ROOT / "docs" / "commands.md").read_text("utf-8")


def test_help_imports_nothing_heavy():
    code = f"import sys, keyrack.cli; sys.modules['keyrack.cli.main'].build(['--help']); print(','.join(x for x in {HEAVY!r} if x in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert loaded == ""


def test_budgets_of_files_and_functions():
    long_files = [str(p) for p in SOURCES if p.read_text("utf-8").count("\n") > 400]
    assert long_files == []
    long_functions = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and node.end_lineno - body[0].lineno + 1 > 40:
                    long_functions.append(f"{path}:{node.lineno} {node.name}")
    assert long_functions == []


def test_blind_excepts_only_in_app():
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            ):
                assert "/app/" in str(path), f"{path}:{node.lineno}"


def test_no_naive_clock_in_rooms():
    """Only the command line reads the clock; everything below is told the time."""
    allowed = {ROOT / "src" / "keyrack" / "cli" / "options.py"}
    for path in (ROOT / "src").rglob("*.py"):
        if path not in allowed:
            assert not re.search(r"datetime\.(now|utcnow|today)\(|\btime\.time\(", path.read_text("utf-8")), path


def test_revealed_values_stay_in_the_sdk_and_the_providers():
    """And in the hook's baseline, which salts and hashes them."""
    for path in (ROOT / "src" / "keyrack").rglob("*.py"):
        if ".reveal()" in path.read_text("utf-8"):
            room = path.relative_to(ROOT / "src" / "keyrack").parts[0]
            assert room in {"sdk", "providers"} or path.name == "baseline.py", path


def test_rooms_say_what_they_are():
    for init in (ROOT / "src" / "keyrack").glob("*/__init__.py"):
        assert ast.get_docstring(ast.parse(init.read_text("utf-8"))), init


def test_adding_a_provider_or_a_rule_needs_no_shared_code():
    """No room above the SDK names a provider, except to declare its entry point in pyproject.toml."""
    for room in ("app", "cli", "lake", "inventory", "posture", "outputs", "records", "ledger"):
        for path in (ROOT / "src" / "keyrack" / room).rglob("*.py"):
            assert "keyrack.providers." not in path.read_text("utf-8").replace('GROUP = "keyrack.providers"', ""), path


def test_commands_run_from_any_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "keyrack", "version"], cwd=tmp_path, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.startswith("keyrack ")
