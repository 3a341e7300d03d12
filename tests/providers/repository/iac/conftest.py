"""A runner of the infrastructure-code discoverer over files a test writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from definitions_kit import Found, Values, run

from keyrack.providers.repository import iac


@pytest.fixture
def values() -> Values:
    return Values()


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Found]:
    def scan(files: dict[str, str | bytes], *planted: str) -> Found:
        return run(iac.discover, tmp_path, files, planted=planted)

    return scan
