"""Ground truth: what is wrong, what only looks wrong, and what is open to debate, each tied to anchors that any tool can name.

An anchor is an AWS ARN, an access key id or another public id, or a place ``(scope, path)`` with an optional item name
inside the file. It never depends on how Keyrack names a rule or an identity, and never holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from keyrack_estate.risks import DEBATABLE, DECOYS, RISKS, risk_of


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """One name of the thing: ``arn``, ``native``, ``public_id``, or ``scope`` + ``path`` (+ ``name`` of the item in the file).

    ``native`` is ``<system>|<id>``: the name its own administrators use, e.g. ``gcp|deploy@p.iam.gserviceaccount.com``,
    ``kubernetes|payments/api``, ``entra|<object id>``, ``ldap|cn=svc-backup,ou=...``.
    """

    native: str | None = None
    arn: str | None = None
    public_id: str | None = None
    scope: str | None = None
    path: str | None = None
    name: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``truth.jsonl``. ``present``: true planted, false decoy, null counts neither way."""

    owasp: str
    label: str
    present: bool | None
    anchor: Anchor
    also: list[Anchor] = []
    identity: str | None = None
    credential: str | None = None
    note: str = ""
    system: str = ""
    """Which of the company's other systems it belongs to (:mod:`keyrack_estate.systems`); empty: AWS, the host, the code."""


def arn(value: str) -> Anchor:
    """Anchor of an AWS principal or resource."""
    return Anchor(arn=value)


def key(public_id: str) -> Anchor:
    """Anchor of a credential with a public id: AKIA..., SHA256:..., or a certificate's thumbprint."""
    return Anchor(public_id=public_id)


def native(system: str, identifier: str) -> Anchor:
    """Anchor of a thing of another system, by the name its administrators use."""
    return Anchor(native=f"{system}|{identifier}")


def place(scope: str, path: str, name: str | None = None) -> Anchor:
    """Anchor of a file, or of one named item in it."""
    return Anchor(scope=scope, path=path.lstrip("/"), name=name)


class Book:
    """Collects entries; the same (risk, anchor) is entered once, and a planted problem outranks the rest."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, Anchor], Entry] = {}
        self._excused: set[Anchor] = set()
        self.system = ""
        """System whose entries are being written."""

    def planted(self, label: str, anchor: Anchor, *also: Anchor, note: str = "") -> None:
        """This is wrong."""
        self._add(risk_of(label), label, True, anchor, also, note)

    def decoy(self, owasp: str, anchor: Anchor, note: str) -> None:
        """This looks wrong and is right: a finding here is false."""
        self._add(owasp, DECOYS, False, anchor, (), note)

    def debatable(self, owasp: str, anchor: Anchor, note: str) -> None:
        """Neither a hit nor a false alarm."""
        self._add(owasp, DEBATABLE, None, anchor, (), note)

    def fine(self, anchor: Anchor, note: str) -> None:
        """Nothing else is wrong with this: of any risk nobody spoke of, a finding is false. What is planted later outranks it."""
        for owasp in RISKS:
            if (owasp, anchor) not in self._entries:
                self.decoy(owasp, anchor, note)

    def excuse(self, anchor: Anchor) -> None:
        """Leave a decoy alone when general labels (owners, use) are written: it is right by its kind."""
        self._excused.add(anchor)

    def excused(self, anchor: Anchor) -> bool:
        """Whether general labels skip it."""
        return anchor in self._excused

    def entries(self) -> list[Entry]:
        """All entries, in a stable order."""
        return sorted(self._entries.values(), key=lambda e: (e.owasp, e.label, msgspec.json.encode(e.anchor)))

    def _add(self, owasp: str, label: str, present: bool | None, anchor: Anchor, also: Iterable[Anchor], note: str) -> None:
        held = self._entries.get((owasp, anchor))
        rank = {None: 0, False: 1, True: 2}
        if held is not None and rank[held.present] >= rank[present]:
            if held.present and present and note and note not in held.note:
                merged = f"{held.note}; {note}" if held.note else note
                self._entries[owasp, anchor] = msgspec.structs.replace(held, note=merged, also=[*held.also, *also])
            return
        identity = anchor.arn.removeprefix("arn:") if anchor.arn else None
        issuer = "aws" if (anchor.public_id or "").startswith("AKIA") else None
        self._entries[owasp, anchor] = Entry(
            owasp=owasp,
            label=label,
            present=present,
            anchor=anchor,
            also=list(also),
            identity=identity,
            credential=f"cred:{issuer}:{anchor.public_id}" if issuer else None,
            note=note,
            system=self.system,
        )


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write JSON Lines."""
    path.write_bytes(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))


def read(path: Path) -> list[Entry]:
    """Read JSON Lines.

    Raises:
        msgspec.DecodeError: a line is not an entry.
    """
    return [msgspec.json.decode(line, type=Entry) for line in path.read_bytes().splitlines() if line.strip()]
