"""Progress bars on a terminal's stderr; silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from keyrack.sdk import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import TaskID


MOST_SHOWN = 8
"""Stages up to which finished ones stay on screen."""


class _Bars:
    """One line per stage: a bar when the total is known, a count when not. Sources report from their own threads."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self.bars = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = Lock()

    def update(self, stage: str, done: int, total: int | None = None) -> None:
        """Show ``done`` of ``total`` for a stage."""
        from rich.markup import escape

        with self._lock:
            if stage not in self._tasks:
                self._tasks[stage] = self.bars.add_task(escape(stage), total=total)
            full = len(self._tasks) > MOST_SHOWN and total is not None and done >= total
            self.bars.update(self._tasks[stage], completed=done, total=total, visible=not full)


@contextmanager
def shown(*, wanted: bool) -> Iterator[Progress]:
    """Progress for a block of work: bars when wanted and stderr is a terminal."""
    if not (wanted and sys.stderr.isatty()):
        yield Silent()
        return
    bars = _Bars()
    with bars.bars:
        yield bars
