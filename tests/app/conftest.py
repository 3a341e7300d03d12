from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from estate_scan import EstateScan, keyrack

from keyrack_estate import build, moto


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EstateScan]:
    """The demo estate, its account in a real moto server, scanned by the command through the real providers."""
    folder = tmp_path_factory.mktemp("scanned")
    world = build.make(7, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    with moto.serve(world.account) as endpoint:
        build.write(world, folder / "estate", port=int(endpoint.rpartition(":")[2]))
        report = folder / "report.json"
        config = str(folder / "estate" / "keyrack.toml")
        done = keyrack(folder / "home", "scan", "--config", config, "--format", "json", "-o", str(report))
        assert done.returncode == 0, done.stderr
        yield EstateScan(world, folder / "estate", folder / "home", report, done.stderr)
