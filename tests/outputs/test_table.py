"""What a person reads first stays short enough to be read."""

from __future__ import annotations

import io

from sample import NOW, build_sample, records

from keyrack.outputs import writer
from keyrack.sdk import gap


def test_blind_spots_that_one_step_closes_are_one_line(tmp_path):
    rows = records()
    for number in range(19):
        rows.append(
            gap(f"aws.part{number}", "offline scan", "not_configured", f"Part {number} was not looked at.", hint="scan it")
        )
    out = io.BytesIO()
    writer("table")(build_sample(tmp_path, NOW, rows).report(), out)
    text = " ".join(out.getvalue().decode().split())
    assert text.count("offline scan") == text.count("fix: scan it") == 1
    assert "19 blind spots (aws.part0, aws.part1," in text
