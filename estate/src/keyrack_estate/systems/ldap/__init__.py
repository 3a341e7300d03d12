"""Nordholm's directories: OpenLDAP for its applications and a domain of Active Directory, both answered by a real slapd."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyrack_estate.systems import Served
from keyrack_estate.systems.ldap.bulk import entries
from keyrack_estate.systems.ldap.labels import LABELS
from keyrack_estate.systems.ldap.plant import Planter
from keyrack_estate.systems.ldap.server import Slapd, available, slapd_server
from keyrack_estate.systems.ldap.state import BASE, DOMAIN, State

if TYPE_CHECKING:
    from keyrack_estate.world import World

PASSWORD: Final = "NORDHOLM_LDAP_PASSWORD"


@dataclass(frozen=True)
class System:
    """The system; stateless."""

    name: str = "ldap"
    order: int = 55
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def missing(self) -> str:
        """Why it cannot be served here."""
        return "" if available() else "no slapd is installed (Debian: slapd)"

    def plant(self, world: World) -> State:
        """Make both directories, and write their truth."""
        return Planter(world).plant()

    def bulk(self, size: int, seed: int, now: datetime) -> State:
        """Half of ``size`` accounts in OpenLDAP, half in the domain; they are made when they are loaded."""
        del seed
        state = State.empty(now)
        state.crowd = size
        return state

    @contextlib.contextmanager
    def serve(self, state: State, folder: Path) -> Iterator[Served]:
        """Serve both on loopback until the block ends."""
        del folder
        readers = {base: f"cn=keyrack,{base}" for base in (BASE, DOMAIN)}
        with contextlib.ExitStack() as stack:
            servers: list[Slapd] = [
                stack.enter_context(
                    slapd_server(
                        base,
                        entries(state, base),
                        reader=readers[base],
                        password=state.values["reader"],
                        windows=base == DOMAIN,
                        options=state.options[base],
                    )
                )
                for base in (BASE, DOMAIN)
            ]
            sources = tuple(
                {"target": "ldap", "url": server.url, "bind_dn": server.reader, "password_env": PASSWORD} for server in servers
            )
            yield Served(sources, {PASSWORD: state.values["reader"]})


SYSTEM = System()
