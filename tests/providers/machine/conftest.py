from __future__ import annotations

from pathlib import Path

import pytest
from machine_tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """An empty host with accounts."""
    base = tmp_path / "root"
    base.mkdir()
    return Tree(base).host()
