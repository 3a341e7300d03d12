"""Nordholm's GitHub organisation: its labels, and how it is served."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keyrack_estate.fakes.github import Github, OrgState
from keyrack_estate.fakes.server import serve
from keyrack_estate.systems import Served
from keyrack_estate.systems.github.bulk import organization
from keyrack_estate.systems.github.labels import LABELS

if TYPE_CHECKING:
    from keyrack_estate.truth import Anchor
    from keyrack_estate.world import World

TOKEN_ENV = "NORDHOLM_GITHUB_TOKEN"
TOKEN = "nordholm-scanner"


@dataclass
class State:
    """The organisation; its secrets, places of others that it shows as well, and what is wrong in clouds because of it."""

    org: OrgState
    values: list[str] = field(default_factory=list, repr=False)
    borrowed: frozenset[Anchor] = frozenset()
    beyond: frozenset[Anchor] = frozenset()


@dataclass(frozen=True)
class System:
    """The system; stateless."""

    name: str = "github"
    order: int = 60
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def plant(self, world: World) -> State:
        """Make the organisation and write its truth."""
        from keyrack_estate.systems.github.delivery import Delivery
        from keyrack_estate.systems.github.ground import Ground
        from keyrack_estate.systems.github.keys import Keys
        from keyrack_estate.systems.github.stores import Stores

        ground = Ground(world)
        ground.populate()
        Delivery(ground).plant()
        Keys(ground).plant()
        Stores(ground).plant()
        ground.settle()
        return State(ground.org, ground.values, frozenset(ground.borrowed), frozenset(ground.beyond))

    def bulk(self, size: int, seed: int, now: datetime) -> State:
        """About ``size`` identities: pipelines and deploy keys of many repositories, accounts with tokens, Apps."""
        return State(organization(size, seed, now))

    @contextlib.contextmanager
    def serve(self, state: State, folder: Path) -> Iterator[Served]:
        """Serve it on loopback until the block ends."""
        del folder
        fake = Github(page=100, org=state.org, tokens={TOKEN: "app"})
        with serve(fake) as url:
            source: dict[str, str | bool] = {
                "target": "github", "organization": state.org.login, "endpoint": url, "token_env": TOKEN_ENV,
            }  # fmt: skip
            yield Served((source,), {TOKEN_ENV: TOKEN}, fake)


SYSTEM = System()
