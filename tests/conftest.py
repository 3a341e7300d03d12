"""What all tests share: helper modules in tests/support, and a home with one committed run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Tests are never timed: the machine may be busy.
settings.register_profile("keyrack", deadline=None)
settings.load_profile("keyrack")
sys.path.insert(0, str(Path(__file__).parent / "support"))

from sample import Sample, build_sample


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A committed run about a small, partly hostile account."""
    return build_sample(tmp_path / "home")
