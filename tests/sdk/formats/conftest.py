from __future__ import annotations

import pytest
from fakes import Fakes


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()
