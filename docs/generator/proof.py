"""One table of all providers: what each yields, what that costs, and on what it was tried.

Records and calls come from the manifests; the rest from the section "Proof" of each provider's README, three lines long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generator.markdown import mark, table
from keyrack.sdk import Manifest, registry
from keyrack.sdk.usage import LiveLog, logs

PAGE = "providers-table.md"
STATED = ("Back end in tests", "Measured", "Contract-tested only")
_LINE = re.compile(r"^- \*\*(?P<name>[\w -]+):\*\* (?P<text>.+?)(?=^- \*\*|^\s*$|^#|\Z)", re.MULTILINE | re.DOTALL)
_HEAD = """# Providers: what each yields, costs, and was tried on

Calls are stated capability by capability in each provider's manifest (its page has them), and counted on the wire by
tests; *measured* are totals those tests saw. *Contract-tested only* was never tried on the real thing: the test's server was
made from the published contract. What comes of bad weather is in [weather.md](weather.md).
"""
_INCREMENTAL = """## What is asked for incrementally

A scan is a whole state by design ([ADR 1](decisions/0001-one-commit-per-scan.md)): a listing of changes cannot show what
is gone, and would leave the inventory to the mercy of one lost answer. What only grows is asked for from where the last time
ended: logs ([ADR 14](decisions/0014-live-logs-are-pages-after-a-cursor.md)), and what a source keeps in its memory.
"""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """The page."""
    manifests = sorted(registry.manifests().items())
    rows = [_row(name, manifest, root) for name, manifest in manifests]
    calls = [
        (f"`{capability.name}`", ", ".join(record.__name__ for record in capability.yields), capability.calls)
        for _, manifest in manifests
        for capability in manifest.capabilities
    ]
    yield (
        PAGE,
        "\n".join(
            [
                mark("the providers' manifests and the section Proof of their READMEs"),
                _HEAD,
                table(("Provider", "Records", *STATED), rows),
                "## Calls as a function of size\n\nWhat comes with another capability's listing costs nothing of its own.\n",
                table(("Capability", "Records", "Calls"), calls),
                _INCREMENTAL,
                table(
                    ("Provider", "In a scan", "Its log over the API (`keyrack usage ingest`, or `logs = true`)"),
                    _incremental(root),
                ),
            ]
        ),
    )


def stated(name: str, root: Path) -> dict[str, str]:
    """What a provider's README says under "Proof"; a line that is missing is not in the result."""
    readme = (root / "src" / "keyrack" / "providers" / name / "README.md").read_text("utf-8")
    _, found, proof = readme.partition("\n## Proof\n")
    lines = {match["name"]: " ".join(match["text"].split()) for match in _LINE.finditer(proof)} if found else {}
    return {name: lines[name] for name in STATED if name in lines}


def _row(name: str, manifest: Manifest, root: Path) -> tuple[str, ...]:
    records = sorted({record.__name__ for capability in manifest.capabilities for record in capability.yields})
    said = stated(name, root)
    return (f"[{manifest.title}](providers/{name}.md)", ", ".join(records), *(said.get(key, "not stated") for key in STATED))


def _incremental(root: Path) -> Iterator[tuple[str, str, str]]:
    follows = [name for name, log in logs().items() if isinstance(log, LiveLog)]
    names = sorted({*registry.names(), *(log.partition(":")[0] for log in logs())})
    for name in names:
        folder = root / "src" / "keyrack" / "providers" / name
        texts = [path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))]
        remembers = any(re.search(r"\bmemory\.(get|put)\(", text) for text in texts)
        scan = "remembers from scan to scan" if remembers else "whole" if name in registry.names() else "no provider, only logs"
        files = [log for log in logs() if log.partition(":")[0] == name]
        live = [log for log in follows if log in files]
        yield f"`{name}`", scan, _log(live, files)


def _log(live: list[str], files: list[str]) -> str:
    if live:
        return f"after a cursor: {', '.join(f'`{log}`' for log in live)}"
    return f"files only: {', '.join(f'`{log}`' for log in files)}" if files else "-"
