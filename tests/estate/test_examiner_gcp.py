"""Google Cloud as an examiner saw it who had read neither rules nor estate: docs/held-out-accuracy.md."""

from pathlib import Path

import examiner_scans
from examiner_kit import disagreements

STANDING = {
    "G11": "a person is no non-human identity: accounts of strangers are for the directory's own review; Keyrack shows them in the inventory",
}
"""Disagreements that stand, and why."""


def test_the_scan_agrees_with_the_examiner(tmp_path: Path) -> None:
    answers, _ = examiner_scans.gcp(tmp_path)
    assert len(answers) >= 80
    assert disagreements(answers) == set(STANDING), [answer for answer in answers if not answer.agreed]
