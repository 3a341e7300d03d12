"""Nordholm's OpenBao server: planted with its truth, served by a real server with the planted past.

A real server cannot be given ages, nor accessors known beforehand, which truth needs: ``front.py`` adds those to its answers.
Great numbers, and machines without the ``bao`` program, are served by the fake alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from keyrack_estate.fakes.openbao import BaoState, Crowd, OpenBaoFake, crowd
from keyrack_estate.fakes.server import Fake, serve
from keyrack_estate.systems import Served
from keyrack_estate.systems.openbao.front import Front
from keyrack_estate.systems.openbao.labels import LABELS
from keyrack_estate.systems.openbao.plant import SERVER, Planter
from keyrack_estate.systems.openbao.replica import replicate
from keyrack_estate.systems.openbao.server import available, openbao_server
from keyrack_estate.systems.openbao.things import SCANNER
from keyrack_estate.world import World

TOKEN_FILE, TOKEN = "agent-sink", "scanner-of-the-fake"


@dataclass(frozen=True)
class System:
    """The system; stateless."""

    name: str = "openbao"
    order: int = 45
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def plant(self, world: World) -> BaoState:
        """Make the server's state and write its truth."""
        return Planter(world).plant()

    def bulk(self, size: int, seed: int, now: datetime) -> BaoState:
        """AppRoles with a secret-id each and tokens made by hand, half and half, beside as many secrets."""
        del seed, now
        return crowd(approles=size - size // 2, tokens=size // 2, secrets=size)

    @contextlib.contextmanager
    def serve(self, state: BaoState, folder: Path) -> Iterator[Served]:
        """Serve it on loopback until the block ends; the scanner's token lies in a file, as an agent would keep it."""
        with _server(state, folder) as (fake, token), serve(fake) as url:
            sink = folder / TOKEN_FILE
            sink.write_text(token)
            sink.chmod(0o600)
            source: dict[str, str | bool] = {
                "target": "openbao",
                "endpoint": url,
                "server": SERVER,
                "token_file": str(sink),
                "values": not state.crowd.secrets,
            }
            yield Served((source,), {}, fake)


@contextlib.contextmanager
def _server(state: BaoState, folder: Path) -> Iterator[tuple[Fake, str]]:
    """What answers, and the scanner's token there."""
    if state.crowd != Crowd() or not available():
        yield OpenBaoFake(tokens={TOKEN: "keyrack"}, state=state), TOKEN
        return
    with openbao_server(folder / "bao.log") as bao:
        names, tokens = replicate(state, bao)
        yield Front(bao=bao, state=state, names=names), tokens[SCANNER]


SYSTEM = System()
