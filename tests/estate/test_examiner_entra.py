"""Entra and Azure as an examiner saw it who had read neither rules nor estate: docs/held-out-accuracy.md."""

from pathlib import Path

import examiner_scans
from examiner_kit import disagreements

STANDING: dict[str, str] = {}
"""Disagreements that stand, and why."""


def test_the_scan_agrees_with_the_examiner(tmp_path: Path) -> None:
    answers, _ = examiner_scans.entra(tmp_path)
    assert len(answers) >= 85
    assert disagreements(answers) == set(STANDING), [answer for answer in answers if not answer.agreed]
