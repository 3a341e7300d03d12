"""Nordholm's Google Cloud: an organisation of four projects, its labels, and how it is served."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from keyrack_estate.fakes.gcp import GcpFake
from keyrack_estate.fakes.gcp_state import GcpState
from keyrack_estate.fakes.server import serve
from keyrack_estate.systems import Served
from keyrack_estate.systems.gcp.bulk import bulk_state
from keyrack_estate.systems.gcp.labels import LABELS
from keyrack_estate.systems.gcp.plant import Planter
from keyrack_estate.world import World

TOKEN_ENV = "NORDHOLM_GCP_TOKEN"
TOKEN = "nordholm-scanner"
PAGE = 200


@dataclass(frozen=True)
class Gcp:
    """The system; stateless."""

    name: str = "gcp"
    order: int = 40
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def plant(self, world: World) -> GcpState:
        """Make the organisation and write its truth."""
        return Planter(world).plant()

    def bulk(self, size: int, seed: int, now: datetime) -> GcpState:
        """About ``size`` service accounts over a hundred projects or fewer, with keys and grants."""
        return bulk_state(size, seed, now)

    @contextlib.contextmanager
    def serve(self, state: GcpState, folder: Path) -> Iterator[Served]:
        """Serve it on loopback until the block ends."""
        del folder
        fake = GcpFake(page=1000 if len(state.things["account"]) > 1000 else PAGE, state=state, tokens={TOKEN: "keyrack"})
        with serve(fake) as url:
            source: dict[str, str | bool] = {
                "target": "gcp",
                "organization": state.organization,
                "endpoint": url,
                "token_env": TOKEN_ENV,
                "read_secrets": True,
            }
            yield Served((source,), {TOKEN_ENV: TOKEN}, fake)


SYSTEM = Gcp()
