from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.cli.main import COMMANDS
from keyrack.records import OBSERVED
from keyrack.rules import OWASP, builtin
from keyrack.sdk import registry

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import generate


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return generate.generated()


def test_committed_pages_are_up_to_date():
    result = subprocess.run([sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_generation_is_deterministic(pages):
    code = "import sys; sys.path.insert(0, sys.argv[1]); import generate, hashlib, json; print(hashlib.sha256(json.dumps(generate.generated()).encode()).hexdigest())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, str(DOCS)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert generate.generated() == pages


def test_check_names_missing_changed_and_stale_pages(tmp_path, pages):
    generate.write(pages, tmp_path)
    assert generate.differing(pages, tmp_path) == []
    rule = builtin()[0].id
    (tmp_path / "rules" / f"{rule}.md").write_text("edited by hand")
    (tmp_path / "rules" / "gone_rule.md").write_text("left behind")
    (tmp_path / "reference" / "records.md").unlink()
    assert set(generate.differing(pages, tmp_path)) == {"reference/records.md", "rules/gone_rule.md", f"rules/{rule}.md"}
    generate.write(pages, tmp_path)
    assert generate.differing(pages, tmp_path) == []


def test_every_rule_provider_record_and_command_has_its_page(pages):
    for rule in builtin():
        page = pages[f"rules/{rule.id}.md"]
        for heading in (
            "What it detects",
            "Why it matters",
            "Remediation",
            "Blind spots",
            "False positives",
            "Evidence",
            "The check",
        ):
            assert f"## {heading}" in page, rule.id
        assert f"({rule.id}.md)" in pages["rules/index.md"]
        assert rule.id in pages["blind-spots.md"]
    for owasp in OWASP:
        assert f"## {owasp} " in pages["rules/index.md"]
    for name, manifest in registry.manifests().items():
        for capability in manifest.capabilities:
            assert f"`{capability.name}`" in pages[f"providers/{name}.md"]
    for record in OBSERVED:
        assert f"## {record.__name__}" in pages["reference/records.md"]
    for command in COMMANDS:
        assert f"## keyrack {command}" in pages["commands.md"]


def test_every_field_of_a_record_is_described(pages):
    empty = [line for line in pages["reference/records.md"].splitlines() if re.fullmatch(r"\| `\w+` \| [^|]+ \|  \|", line)]
    assert empty == []


def test_report_schema_is_a_valid_schema(pages):
    import jsonschema

    schema = json.loads(pages["reference/report.schema.json"])
    jsonschema.validators.validator_for(schema).check_schema(schema)


def test_relative_links_lead_somewhere(pages):
    written = {DOCS / name for name in pages}
    handmade = [path for path in DOCS.glob("*.md") if path not in written]
    texts = {**{DOCS / name: text for name, text in pages.items()}, **{path: path.read_text("utf-8") for path in handmade}}
    broken = []
    for path, text in texts.items():
        # a README's links are relative to its own folder, and SQL is full of brackets
        ours = re.sub(r"```.*?```|`[^`\n]*`", "", text.split("## From the provider's README", maxsplit=1)[0], flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", ours):
            if "://" not in target and not (goal := (path.parent / target).resolve()).exists() and goal not in written:
                broken.append(f"{path.relative_to(DOCS)}: {target}")
    assert broken == []


def test_nothing_in_a_page_looks_like_a_live_secret(pages):
    forms = re.compile(r"AKIA[A-Z2-7]{16}|ghp_[A-Za-z0-9]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
    assert [name for name, text in pages.items() if forms.search(text)] == []
