"""OpenBao, a real server, as an examiner saw it who had read neither rules nor estate: docs/held-out-accuracy.md."""

from pathlib import Path

import examiner_scans
from examiner_kit import disagreements

STANDING = {
    "B04": "a role of OpenBao has no place for an owner but a secret-id's metadata; most would be reported, and nobody would read it",
    "B26": "a periodic token is given 90 days first, so that one made for a migration is not reported while it runs",
}
"""Disagreements that stand, and why."""


def test_the_scan_agrees_with_the_examiner(tmp_path: Path) -> None:
    answers, _ = examiner_scans.openbao(tmp_path)
    assert len(answers) >= 80
    assert disagreements(answers) == set(STANDING), [answer for answer in answers if not answer.agreed]
