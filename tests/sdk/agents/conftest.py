"""The token maker of this folder's tests."""

from __future__ import annotations

import pytest
from agent_kit import Tokens


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()
