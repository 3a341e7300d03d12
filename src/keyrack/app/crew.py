"""Several pieces of work at a time, on threads that never hold up the end of the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_LOOK = 0.2
"""Seconds between two looks whether to stop."""


class StoppedError(Exception):
    """The crew was told to stop before all was done."""


@dataclass(slots=True)
class _Job(Generic[T, R]):
    do: Callable[[T], R]
    waiting: SimpleQueue[tuple[int, T]] = field(default_factory=SimpleQueue)
    done: SimpleQueue[tuple[int, R] | BaseException] = field(default_factory=SimpleQueue)


@dataclass(frozen=True, slots=True)
class Crew:
    """``jobs`` threads; ``stop`` ends the work early: what runs may look at it, and nobody waits for what does not."""

    jobs: int = 4
    stop: Event = field(default_factory=Event)

    def each(self, do: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """``do`` for every item, outcomes in the order of the items.

        Raises:
            StoppedError: told to stop; threads that are busy end by themselves, unheard.
            BaseException: the first that ``do`` raised; the others are told to stop.
        """
        job: _Job[T, R] = _Job(do)
        for numbered in enumerate(items):
            job.waiting.put(numbered)
        for _ in range(min(self.jobs, len(items))):
            Thread(target=self._work, args=(job,), daemon=True).start()
        outcomes: dict[int, R] = {}
        try:
            while len(outcomes) < len(items):
                self._hear(job, outcomes)
            self._look()
        except BaseException:
            self.stop.set()
            raise
        return [outcomes[number] for number in range(len(items))]

    def _hear(self, job: _Job[T, R], outcomes: dict[int, R]) -> None:
        self._look()
        try:
            heard = job.done.get(timeout=_LOOK)
        except Empty:
            return
        if isinstance(heard, BaseException):
            raise heard
        outcomes[heard[0]] = heard[1]

    def _look(self) -> None:
        """Whether to stop; also when all is done, for work that saw the stop ended early."""
        if self.stop.is_set():
            raise StoppedError

    def _work(self, job: _Job[T, R]) -> None:
        while not self.stop.is_set():
            try:
                number, item = job.waiting.get_nowait()
            except Empty:
                return
            try:
                job.done.put((number, job.do(item)))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
                job.done.put(error)
