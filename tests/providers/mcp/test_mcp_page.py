"""docs/mcp-conformance.md is the table of the code: nobody has to remember to change both."""

from __future__ import annotations

from pathlib import Path

from keyrack.providers.mcp.musts import table

PAGE = Path(__file__).parents[3] / "docs" / "mcp-conformance.md"


def rows() -> str:
    """The table as the page shows it."""
    lines = ["| id | binds | asks | section | seen from outside |", "|---|---|---|---|---|"]
    for must in table():
        seen = "no" if must.judge.__qualname__.startswith("never.") else "yes"
        lines.append(f"| `{must.id}` | {must.party} | {must.asks} | {must.section} | {seen} |")
    return "\n".join(lines) + "\n"


def test_the_page_lists_every_requirement() -> None:
    assert rows() in PAGE.read_text("utf-8")
