"""Nordholm's directories: OpenLDAP for its applications and a domain of Active Directory, both answered by a real slapd."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyrack_estate.systems import Served
from keyrack_estate.systems.ldap.plant import BASE, DOMAIN, Planter, State
from keyrack_estate.systems.ldap.server import Slapd, available, slapd_server

if TYPE_CHECKING:
    from keyrack_estate.world import World

PASSWORD: Final = "NORDHOLM_LDAP_PASSWORD"
LABELS: Final[dict[str, tuple[str, str]]] = {
    "ldap_idle": ("NHI1:2025", "program's account whose last sign-in is over 30 days ago, or that was never used"),
    "ldap_disabled_rank": ("NHI1:2025", "disabled account of a program that is still in a privileged group"),
    "ldap_owner_gone": ("NHI1:2025", "account whose description names an owner who has left"),
    "ldap_vendor_rules": ("NHI3:2025", "supplier's account that rules the domain"),
    "ldap_guessable": ("NHI4:2025", "account whose tickets or replies let its password be guessed elsewhere"),
    "ldap_storage": ("NHI4:2025", "program's password kept readable or under a broken hash, or not needed"),
    "ldap_rules": ("NHI5:2025", "program's account in a privileged group, or with such a right over the domain"),
    "ldap_delegation": ("NHI5:2025", "unconstrained delegation on anything but a domain controller"),
    "ldap_taken_over": ("NHI5:2025", "account that everybody, or somebody of lesser rank, controls"),
    "ldap_anonymous": ("NHI6:2025", "directory that shows accounts without a sign-in"),
    "ldap_old_password": ("NHI7:2025", "program's password older than 30 days"),
    "ldap_environments": ("NHI8:2025", "production account that one of another environment controls"),
    "ldap_person_as_service": ("NHI10:2025", "person's account that a service runs as"),
}


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
        """An OpenLDAP directory of ``size`` applications, and a domain of none."""
        del seed
        state = State.empty(now)
        for number in range(size):
            changed = (now - timedelta(days=number % 900)).strftime("%Y%m%d%H%M%SZ")
            state.application(f"bulk-{number}", userPassword="{SSHA}bulk", pwdChangedTime=changed)
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
                        state.entries[base],
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
