"""The main job of this part, by the command line alone: a small trail, right-sized, rehearsed, and held against the truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyrack_estate.cli import main


def test_keyrack_right_sizes_without_breaking_anything_and_never_calls_a_dangerous_change_safe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC).isoformat()
    assert main(["logs", str(tmp_path), "--now", now, "--events", "3000", "--torn"]) == 0
    capsys.readouterr()
    code = main(["usage-score", str(tmp_path), "--sample", "1", "--rounds", "1", "--format", "json"])
    marks = json.loads(capsys.readouterr().out)
    assert (code, marks["ok"]) == (0, True), marks
    sized = marks["rightsizing"]
    assert (sized["denied"], sized["unrecorded_denied"], sized["newly_given"]) == ([], [], [])
    assert sized["identities"] > 450
    assert sized["over_grant"]["removed"] > 0.9
    assert "breaks" not in sized["replayed"]
    for answers in (marks["rehearsals"], marks["granted_against_used"]):
        assert (answers["dangerous"], answers["unanswered"]) == ([], [])
        assert answers["accuracy"] > 0.95
