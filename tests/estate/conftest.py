from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyrack_estate import build, moto
from keyrack_estate.world import World

FIXED = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def world() -> World:
    return build.make(7, FIXED)


@pytest.fixture(scope="session")
def written(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate") / "nordholm"
    build.write(world, folder)
    return folder


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[World, str]]:
    """An estate of this very hour: moto refuses certificates that have expired by the real clock."""
    fresh = build.make(7, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    with moto.serve(fresh.account) as endpoint:
        yield fresh, endpoint
