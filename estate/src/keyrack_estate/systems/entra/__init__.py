"""Nordholm's Entra tenant and its Azure subscriptions, served by the fakes of Graph and Resource Manager."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyrack_estate.chance import Chance
from keyrack_estate.fakes.microsoft.arm import Arm
from keyrack_estate.fakes.microsoft.both import Microsoft
from keyrack_estate.fakes.microsoft.graph import Graph
from keyrack_estate.fakes.microsoft.maker import Maker
from keyrack_estate.fakes.server import serve
from keyrack_estate.systems import Served
from keyrack_estate.systems.entra import bulk
from keyrack_estate.systems.entra.labels import LABELS

if TYPE_CHECKING:
    from keyrack_estate.world import World


@dataclass(frozen=True, slots=True)
class State:
    """The tenant and the two tokens that open it."""

    maker: Maker
    graph_token: str
    arm_token: str
    page: int = 100


class Entra:
    """The system."""

    name = "entra"
    order = 40
    labels: Mapping[str, tuple[str, str]] = LABELS

    def plant(self, world: World) -> State:
        """People, applications, agents, managed identities, vaults and settings, with their truth."""
        from keyrack_estate.systems.entra.applications import Applications
        from keyrack_estate.systems.entra.cloud import AzureCloud
        from keyrack_estate.systems.entra.ground import Ground

        ground = Ground(world)
        Applications(ground).plant()
        AzureCloud(ground).plant()
        return _state(ground.maker, ground.chance.child("tokens"))

    def bulk(self, size: int, seed: int, now: datetime) -> State:
        """A state of about that many identities, without truth."""
        chance = Chance(seed, "entra-bulk")
        return _state(bulk.tenant(size, chance, now), chance.child("tokens"), page=1000)

    @contextlib.contextmanager
    def serve(self, state: Any, folder: Path) -> Iterator[Served]:
        """Serve both APIs behind one address."""
        del folder
        directory, cloud = state.maker.directory, state.maker.cloud
        fakes = Microsoft(
            graph=Graph(directory=directory, tokens={state.graph_token: "keyrack"}, page=state.page),
            arm=Arm(cloud=cloud, tokens={state.arm_token: "keyrack"}, page=state.page),
        )
        with serve(fakes) as url:
            source: dict[str, str | bool] = {
                "target": "entra", "tenant": directory.tenant, "endpoint": url, "arm_endpoint": url, "app_settings": True,
                "token_env": "NORDHOLM_GRAPH_TOKEN", "arm_token_env": "NORDHOLM_ARM_TOKEN",
            }  # fmt: skip
            yield Served((source,), {"NORDHOLM_GRAPH_TOKEN": state.graph_token, "NORDHOLM_ARM_TOKEN": state.arm_token}, fakes)


def _state(maker: Maker, chance: Chance, page: int = 100) -> State:
    return State(maker, chance.dense(60), chance.dense(60), page)


SYSTEM = Entra()
