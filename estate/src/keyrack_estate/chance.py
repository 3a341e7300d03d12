"""Seeded chance: one independent stream per purpose, so that adding a thing here does not change a thing there."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HEX = "0123456789abcdef"
URLSAFE = BASE62 + "-_"


class Chance:
    """A random stream named by its path below the seed; :meth:`child` streams do not disturb one another."""

    def __init__(self, seed: int, path: str = "") -> None:
        self.seed = seed
        self.path = path
        digest = hashlib.sha256(f"{seed}/{path}".encode()).digest()
        self._random = random.Random(int.from_bytes(digest, "big"))

    def child(self, name: str) -> Chance:
        """The stream of one named purpose."""
        return Chance(self.seed, f"{self.path}/{name}")

    def text(self, length: int, alphabet: str = BASE62) -> str:
        """Random characters of an alphabet."""
        return "".join(self._random.choices(alphabet, k=length))

    def dense(self, length: int, alphabet: str = BASE62) -> str:
        """Random characters with what detectors ask of a real secret: upper, lower, digits, and no run of three."""
        while True:
            value = self.text(length, alphabet)
            classes = (str.isupper, str.islower, str.isdigit)
            runs = any(value[i] == value[i + 1] == value[i + 2] for i in range(length - 2))
            if not runs and all(any(map(test, value)) for test in classes if any(map(test, alphabet))):
                return value

    def bytes(self, length: int) -> bytes:
        """Random bytes."""
        return self._random.randbytes(length)

    def integer(self, low: int, high: int) -> int:
        """An integer between two bounds, both included."""
        return self._random.randint(low, high)

    def bits(self, count: int) -> int:
        """A random integer of that many bits at most."""
        return self._random.getrandbits(count)

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return self._random.choice(items)

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """That many different ones."""
        return self._random.sample(items, count)

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self._random.random() < probability

    def ago(self, now: datetime, low: int, high: int) -> datetime:
        """A moment between ``low`` and ``high`` days before ``now``, on a whole second of a working hour."""
        return now - timedelta(days=self.integer(low, high), seconds=self.integer(0, 28_800))
