"""The order of a machine scan: host, accounts, known files, search, services, then what needs all of it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from keyrack.errors import KeyrackError
from keyrack.providers.machine import accounts as people
from keyrack.providers.machine import agents, cron, passwords, services, stores
from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.checkouts import Checkouts
from keyrack.providers.machine.emit import CAPABILITIES, Setting
from keyrack.providers.machine.files import Reader
from keyrack.providers.machine.places import HOME_FILES, HOME_FOLDERS, SEARCHED, SYSTEM_FILES
from keyrack.providers.machine.root import Root, reason_of, shown
from keyrack.providers.machine.walk import Budget, Met, Walk
from keyrack.records import Credential, Gap, Identity, Placement, Record, Resource, Trust
from keyrack.records.uids import machine_uid
from keyrack.sdk import Context, gap
from keyrack.sdk.agents import project_client
from keyrack.sdk.formats.base import clean, text_of

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
_LIMIT = 8 * 1024 * 1024
_NO_HOME = re.compile(
    r"/|/(?:bin|sbin|boot|dev|etc|home|lib|nonexistent|opt|proc|run|srv|sys|tmp|usr|var)|/(?:usr|run|proc|dev|sys)/.*"
)
"""Homes in /etc/passwd that are folders of the system, not of an account."""


def open_root(location: str) -> Root:
    """The tree to scan.

    Raises:
        KeyrackError: it is no directory, or may not be entered.
    """
    try:
        mode = Path(location).stat().st_mode
    except (OSError, ValueError) as error:
        raise KeyrackError(
            "machine.root", f"cannot look into {shown(location)}", hint="give an existing directory to --root"
        ) from error
    if not stat.S_ISDIR(mode) or not os.access(location, os.X_OK):
        raise KeyrackError("machine.root", f"{shown(location)} is not a directory that can be entered", hint="see --root")
    return Root(location)


def hostname(root: Root) -> str:
    """Name of the host: its /etc/hostname, else (for the running machine) what the system says, else the folder's name."""
    try:
        words = text_of(root.read("/etc/hostname", 4096).data).split()
    except OSError:
        words = []
    named = next((word for word in words if _HOST.fullmatch(word)), "")
    fallback = os.uname().nodename if root.base == "/" else root.base.rpartition("/")[2]
    return named or clean(shown(fallback)) or "host"


@dataclass(slots=True)
class Scan:
    """One run over one root."""

    root: Root
    ctx: Context
    budget: Budget
    host: str
    found: list[Account] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        """Everything, with repetitions; see :func:`keyrack.sdk.unique.unique`."""
        yield from self._accounts()
        setting = Setting(self.host, self.ctx, {a.number: a.name for a in reversed(self.found) if a.number is not None})
        host_uid = machine_uid(self.host, "host", self.host)
        reader = Reader(
            self.root, setting, self.budget, host_uid, {account.name: account for account in self.found}, Checkouts(self.root)
        )
        used: set[str] = set()
        for record in self._everything(reader, setting):
            used.update(_mentioned(record))
            yield record
        yield from self._identities(used)
        yield Resource(uid=f"machine:{self.host}", type="host", name=self.host, provider="machine", scope=self.host)
        if host_uid in used:
            yield Identity(
                uid=host_uid, kind="service_account", type="machine:host", name=self.host, provider="machine", scope=self.host
            )

    def _accounts(self) -> Iterator[Gap]:
        try:
            passwd = self.root.read("/etc/passwd", _LIMIT).data
        except OSError as error:
            passwd = b""
            if reason_of(error) != "missing":
                yield gap(
                    "machine.accounts", "/etc/passwd", reason_of(error), "accounts could not be read", permission="/etc/passwd"
                )
        listed = list({account.name: account for account in people.from_passwd(passwd)}.values())
        try:
            extra = list(people.from_homes(self.root, frozenset(account.home.rstrip("/") for account in listed)))
        except OSError as error:
            extra = []
            yield gap("machine.accounts", "/home", reason_of(error), "homes could not be listed", permission="list /home")
        names = {account.name for account in listed}
        self.found = [people.judged(self.root, account) for account in (*listed, *(a for a in extra if a.name not in names))]
        if not self.found and not self.root.is_directory("/etc"):
            self.found = [Account(clean(shown(self.root.base.rpartition("/")[2])) or "user", "/", human="home directory")]

    def _homes(self) -> list[Account]:
        """Accounts with a home of their own: not ``/``, a folder of the system, or another's."""
        if not self.root.is_directory("/etc") and len(self.found) == 1:
            return self.found
        homes: dict[str, Account] = {}
        for account in self.found:
            home = account.home.rstrip("/") or "/"
            if _NO_HOME.fullmatch(home) is None and self.root.is_directory(home):
                homes.setdefault(home, account)
        return list(homes.values())

    def _open(self, homes: list[Account], closed: list[Gap]) -> Iterator[Account]:
        """Homes that can be looked into; the others become one Gap for each thing that may lie in them."""
        for account in homes:
            error = self.root.closed(account.home)
            if error is None:
                yield account
                continue
            home = shown(account.home)
            closed += [
                gap(
                    capability,
                    home,
                    reason_of(error),
                    f"the home of {account.name} cannot be entered",
                    permission=f"search permission on {home}",
                    hint="run as root or as this user",
                )
                for capability in (*CAPABILITIES.values(), "machine.agents")
            ]

    def _everything(self, reader: Reader, setting: Setting) -> Iterator[Record]:
        closed: list[Gap] = []
        homes = list(self._open(self._homes(), closed))
        yield from closed
        walk = Walk(self.root, self.budget, self.ctx.progress)
        met: list[tuple[Met, Account | None]] = []
        for account in homes:
            for name in HOME_FILES:
                yield from reader.look(f"{account.home.rstrip('/')}/{name}", account)
        for path in SYSTEM_FILES:
            yield from reader.look(path, None)
        starts = [(f"{account.home.rstrip('/')}/{name}", account) for account in homes for name in HOME_FOLDERS]
        starts += [(account.home, account) for account in homes]
        for number, (start, account) in enumerate(starts, start=1):
            self.ctx.progress.update("machine: homes", number, len(starts))
            yield from _search(walk, reader, start, account, met)
        for number, start in enumerate(SEARCHED, start=1):
            self.ctx.progress.update("machine: system folders", number, len(SEARCHED))
            yield from _search(walk, reader, start, None, met)
        yield from agents.discover(self.root, setting, homes, met)
        yield from passwords.discover(self.root, setting, reader.accounts)
        yield from stores.discover(self.root, homes)
        yield from services.discover(self.root, setting, homes)
        yield from cron.discover(self.root, setting)
        yield from reader.certificates()

    def _identities(self, used: set[str]) -> Iterator[Identity]:
        """Accounts that can be logged in to, that people or services have, or that something here speaks of."""
        for account in self.found:
            ordinary = account.number is None or account.number == 0 or account.number >= 1000
            locked_away = account.interactive is False or account.name == "nobody"
            if account.uid(self.host) in used or account.interactive or (ordinary and not locked_away):
                yield people.identity(account, self.host)


def _search(
    walk: Walk, reader: Reader, start: str, account: Account | None, for_agents: list[tuple[Met, Account | None]]
) -> Iterator[Record]:
    for met in walk.below(start):
        if isinstance(met, Gap):
            yield met
            continue
        if met.kind == "repository":
            yield from reader.checkouts.add(met.path)
            for config in reader.checkouts.configurations(met.path):
                yield from reader.look(config, account)
        if met.kind == "repository" or project_client(met.path) is not None:
            for_agents.append((met, account))
        if met.kind == "file":
            yield from reader.look(met.path, account)


def _mentioned(record: Record) -> tuple[str, ...]:
    if isinstance(record, Credential):
        return (record.identity_uid or "",)
    if isinstance(record, Placement):
        return (record.consumer_uid or "",)
    if isinstance(record, Trust):
        return (record.identity_uid, record.subject)
    return ()
