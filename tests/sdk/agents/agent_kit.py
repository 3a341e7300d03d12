"""Fake tokens, built at run time, and the way from files to records."""

from __future__ import annotations

import random
import string
from pathlib import Path

from tokens import checked

from keyrack.records import Record
from keyrack.sdk import Fingerprinter, Place
from keyrack.sdk.agents import Holder, Located, known_configs, parse, records

ALNUM = string.ascii_letters + string.digits
FINGERPRINTER = Fingerprinter(b"k" * 32)
HOLDER = Holder("machine", "build-7", "machine.agents", "ann")


class Tokens:
    """Tokens of known form; every one made is remembered in ``made``."""

    def __init__(self) -> None:
        self.random = random.Random(7)
        self.made: list[str] = []

    def text(self, length: int, alphabet: str = ALNUM) -> str:
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def make(self, prefix: str, length: int, alphabet: str = ALNUM) -> str:
        text = self.text(length, alphabet)
        token = checked(prefix, text) if prefix in ("ghp_", "gho_", "ghs_") else prefix + text
        self.made.append(token)
        return token

    def github(self) -> str:
        return self.make("ghp_", 36)

    def bearer(self) -> str:
        return self.make("", 40)

    def aws(self) -> tuple[str, str]:
        return "AKIA" + self.text(16, string.ascii_uppercase + "234567"), self.make("", 40)


def scan(home: Path, holder: Holder = HOLDER) -> list[Record]:
    located = []
    for file in known_configs(home):
        assert file.blocked is None
        config = parse(file.client, file.path.read_bytes(), str(file.path))
        located.append(Located(config, Place(system="agent_config", exposure="config", scope=holder.scope, path=str(file.path))))
    return list(records(located, holder, FINGERPRINTER))


def one(client: str, data: bytes | str, path: str = "x.json", folder: str = "") -> list[Record]:
    raw = data.encode() if isinstance(data, str) else data
    place = Place(system="agent_config", exposure="config", scope=HOLDER.scope, path=path)
    return list(records([Located(parse(client, raw, path), place, folder)], HOLDER, FINGERPRINTER))
