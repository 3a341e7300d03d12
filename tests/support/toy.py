"""A provider for tests of the house: its sources, what they do and how long they take are told by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from keyrack.errors import KeyrackError
from keyrack.records import Gap, Identity, Record
from keyrack.sdk import Capability, Context, Manifest, Option, Permission, Probe, Source, Target, Words, gap, registry

CAPABILITY = Capability(
    name="toy.things", title="Things", yields=(Identity,), permissions=(Permission("things.read", "to list things"),),
    blind_spots=("everything else",), calls="1",
)  # fmt: skip


def identity(source: str, name: str) -> Identity:
    return Identity(
        uid=f"toy:{source}/{name}", kind="service_account", type="toy:account", name=name, provider="toy", scope=source
    )


MANIFEST = Manifest(
    name="toy", title="Toy", summary="a toy", capabilities=(CAPABILITY,), words=Words(identity_types={"toy:account": "an account"}),
    options=(Option("which", "--toy-which", "which"), Option("file", "--toy-file", "a file", "path"), Option("fast", "--toy-fast", "quick", "switch")),
)  # fmt: skip


@dataclass
class Toy:
    """``does``: what a source yields, by name; ``children``: what a name stands for."""

    does: dict[str, Callable[[Context], Iterator[Record]]] = field(default_factory=dict)
    children: dict[str, list[str | Gap]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    manifest: Manifest = MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        name = target.options.get("which", "one")
        if name == "unknown":
            raise KeyrackError("toy.unknown", "no such toy", hint="buy one")
        if name == "bug":
            raise ValueError("secret words")
        return Source(f"toy:{name}", f"Toy {name}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        name = target.options.get("which", "one")
        self.asked.append(name)
        if name in self.does:
            yield from self.does[name](ctx)
        else:
            yield identity(name, "a")

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        name = target.options.get("which", "one")
        for child in self.children.get(name, [name]):
            yield child if isinstance(child, Gap) else Target("toy", "", {**target.options, "which": child})

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        self.source(target, ctx)
        yield from self.probes


def denied(subject: str) -> Gap:
    return gap("toy.things", subject, "denied", "not allowed", permission="things.read")


def install(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> Toy:
    """Make the toy the installed provider ``toy``, beside the others."""
    load, names = registry.load, registry.names()
    monkeypatch.setattr(registry, "load", lambda name: toy if name == "toy" else load(name))
    monkeypatch.setattr(registry, "names", lambda: tuple(sorted({*names, "toy"})))
    return toy


def targets(*names: str) -> list[Target]:
    return [Target("toy", "", {"which": name}) for name in names]
