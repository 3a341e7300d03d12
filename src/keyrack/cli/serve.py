"""`keyrack serve`: scan configured sources when they are due."""

from __future__ import annotations

import contextlib
import signal
import sys
from datetime import datetime, timedelta
from threading import Event
from typing import Annotated

import typer

from keyrack.cli.options import ConfigOption, HomeOption, home_of, now

STALLED = timedelta(hours=12)
"""A scan may take hours; a loop that did not turn for longer hangs."""


class _RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time."""
        return now()

    def wait(self, seconds: float, stop: Event) -> None:
        """Sleep until then, or until told to stop."""
        stop.wait(seconds)


def serve(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Scan what is due now, then end; exit 1 when a source failed, or a signal came.")
    ] = False,
    listen: Annotated[
        str | None, typer.Option("--listen", help="Loopback host:port for /healthz and /metrics.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Sources scanned at a time.")] = 4,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Scan the sources of keyrack.toml when they are due (`every`, `schedule`), in the foreground; logs are JSON on stderr.

    SIGTERM and Ctrl-C end it at once; sources that are whole are kept and the next start goes on from there.
    """
    from keyrack.app.serve import Server
    from keyrack.app.serve_health import address, listening

    _configure_logging()
    clock = _RealClock()
    place = address(listen) if listen else None
    server = Server(home_of(home), config, clock, jobs=jobs)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop.set())
    with contextlib.ExitStack() as stack:
        if place:
            port = stack.enter_context(listening(place, lambda: server.state.healthy(now(), STALLED), server.state.metrics))
            sys.stderr.write(f'{{"event": "serve.listening", "port": {port}}}\n')
        server.run(once=once)
    if once and (server.failed or server.stop.is_set()):
        raise typer.Exit(1)


def _configure_logging() -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="serve")(serve)
