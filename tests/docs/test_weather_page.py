"""The committed matrix: every provider that asks a network has a row, every row every gale, and no cell is empty."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from keyrack.sdk import registry
from keyrack.sdk.testing import Outcome

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from generator import weather

OFFLINE = {"machine", "repository", "reports"}
"""Providers that read files of this computer and ask nobody."""


def matrix() -> dict[str, list[str]]:
    """The first table of the page: row to cells."""
    lines = (ROOT / "docs" / "weather.md").read_text("utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| Provider |"))
    head = [cell.strip() for cell in lines[start].strip("|").split("|")]
    assert tuple(head[1:-1]) == weather.NAMES, "a gale came or went: run `make weather`"
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        found[name.strip("`")] = cells
    return found


@pytest.mark.parametrize("name", sorted(set(registry.names()) - OFFLINE))
def test_every_provider_that_asks_a_network_has_been_through_every_gale(name):
    rows = {row: cells for row, cells in matrix().items() if row.partition("-")[0] == name}
    assert rows, f"{name} records no outcomes: `record_outcomes` in its weather test, then `make weather`"
    for cells in rows.values():
        *outcomes, calls = cells
        assert len(outcomes) == len(weather.NAMES)
        for gale, cell in zip(weather.GALES, outcomes, strict=True):
            assert re.fullmatch(r"all|-|stops: [a-z_.]+|(some \+ )?[a-z_]+(, [a-z_]+)*", cell), (name, gale.name, cell)
            assert cell == "all" or not gale.transient or cell == "-", (name, gale.name, cell)
        assert re.fullmatch(r"[\d,]+", calls)


def test_no_row_is_of_a_provider_that_is_gone():
    assert {row.partition("-")[0] for row in matrix()} <= set(registry.names())


def test_weather_that_a_proxy_cannot_make_is_proved_or_excused():
    text = (ROOT / "docs" / "weather.md").read_text("utf-8")
    assert "**none**" not in text


def test_cells_say_what_happened():
    gale = weather.NAMES[0]
    cells = {
        "all": Outcome(gale, 5, (), 3), "some + denied": Outcome(gale, 2, ("denied",), 3), "denied": Outcome(gale, 0, ("denied",), 3),
        "stops: x.denied": Outcome(gale, 0, (), 1, "x.denied"), "-": Outcome(gale, 0, (), 0, "not applicable: no such thing"),
    }  # fmt: skip
    for text, outcome in cells.items():
        row = [outcome, *(Outcome(name, 1, (), 1) for name in weather.NAMES[1:])]
        page = weather.page({"toy": row}, ROOT / "tests" / "nowhere")
        assert f"| `toy` | {text} | all |" in page


def test_a_row_with_a_hole_is_refused(tmp_path):
    (tmp_path / "toy.json").write_text('[{"gale": "401", "records": 0, "gaps": [], "calls": 1, "refused": ""}]')
    with pytest.raises(ValueError, match="one place only"):
        weather.rows(tmp_path)
