"""Nordholm's two Kubernetes clusters: ``prod-eu``, where a staging namespace lives too, and ``dev-eu``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from keyrack_estate.fakes.kubernetes import KubernetesFake, State
from keyrack_estate.fakes.server import serve
from keyrack_estate.systems import Served
from keyrack_estate.systems.kubernetes.bulk import bulk_state
from keyrack_estate.systems.kubernetes.ground import DEV, ISSUERS, PROD, Clusters, Ground
from keyrack_estate.systems.kubernetes.labels import LABELS
from keyrack_estate.systems.kubernetes.plant import plant
from keyrack_estate.world import World

TOKEN_ENV = "NORDHOLM_KUBE_TOKEN"
TOKEN = "nordholm-scanner"


@dataclass(frozen=True)
class Calls:
    """Calls that several fakes answered."""

    fakes: tuple[KubernetesFake, ...]

    def total(self) -> int:
        """All of them."""
        return sum(fake.total() for fake in self.fakes)


@dataclass(frozen=True)
class Kubernetes:
    """The system; stateless."""

    name: str = "kubernetes"
    order: int = 50
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def plant(self, world: World) -> Clusters:
        """Make both clusters and write their truth."""
        clusters = Clusters({name: State(name, issuer=ISSUERS[name], made=world.days_ago(900)) for name in (PROD, DEV)})
        plant(Ground(world, clusters, PROD), Ground(world, clusters, DEV))
        return clusters

    def bulk(self, size: int, seed: int, now: datetime) -> Clusters:
        """One cluster of about ``size`` service accounts, made as they are read."""
        return Clusters({"bulk-eu": bulk_state(size, seed, now)})

    @contextlib.contextmanager
    def serve(self, state: Clusters, folder: Path) -> Iterator[Served]:
        """Serve each cluster on loopback until the block ends."""
        del folder
        fakes = tuple(KubernetesFake(state=cluster, tokens={TOKEN: "keyrack"}) for cluster in state.states.values())
        with contextlib.ExitStack() as stack:
            sources: list[dict[str, str | bool]] = []
            for fake in fakes:
                url = stack.enter_context(serve(fake))
                sources.append({"target": "kubernetes", "endpoint": url, "cluster": fake.state.name, "token_env": TOKEN_ENV})
            yield Served(tuple(sources), {TOKEN_ENV: TOKEN}, Calls(fakes))


SYSTEM = Kubernetes()
