"""The contract suite's matrix, provider x weather: tests record what they saw; `docs/weather.md` is written from it.

Outcomes go to the folder named by KEYRACK_MATRIX (unset: nowhere), one file a provider, so parallel test workers never meet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from keyrack.sdk.testing import Outcome


def record_outcomes(provider: str, outcomes: Sequence[Outcome]) -> None:
    """Keep the row of one provider."""
    folder = os.environ.get("KEYRACK_MATRIX")
    if folder:
        path = Path(folder) / f"{provider}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
