"""Agents and MCP servers of each home and of the whole machine; :mod:`keyrack.sdk.agents` knows the clients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.emit import Holder, Setting, place_of
from keyrack.providers.machine.root import File, Root, reason_of, shown
from keyrack.providers.machine.walk import Met
from keyrack.records import Gap, Record
from keyrack.sdk import Place, agents, gap
from keyrack.sdk.agents import Located

CAPABILITY = "machine.agents"
_LIMIT = 32 * 1024 * 1024  # Claude Code keeps its history in the file that lists the servers
_MOST_PROJECTS = 2_000


def discover(
    root: Root, setting: Setting, homes: Sequence[Account], met: Iterable[tuple[Met, Account | None]] = ()
) -> Iterator[Record]:
    """Records of every agent configuration.

    Args:
        root: the tree that is scanned.
        setting: host, clock and account names.
        homes: accounts whose homes are looked at.
        met: what a search came across, with the account whose home it lies in: files of any name (those that are an agent's
            are read) and git work trees (their project files are read).
    """
    elsewhere = list(met)
    for account in homes:
        search = _Search(root, setting, account)
        search.home(account.home.rstrip("/"))
        search.look(item for item, owner in elsewhere if owner is not None and owner.home == account.home)
        yield from search.records()
    shared = _Search(root, setting, None)
    for client, path in agents.system_candidates(shared.names("")):
        shared.read(client, f"/{path}")
    known = {account.home for account in homes}
    shared.look(item for item, owner in elsewhere if owner is None or owner.home not in known)
    yield from shared.records()


@dataclass(slots=True)
class _Search:
    """Configurations of one holder: an account, or the machine."""

    root: Root
    setting: Setting
    account: Account | None
    found: dict[str, Located] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    def home(self, home: str) -> None:
        """The files of a home, of WSL homes in it, and of the projects a client remembers."""
        for base in (home, *(f"{home}/{inner}" for inner in agents.wsl_homes(self.names(home)))):
            for client, path in agents.user_candidates(self.names(base)):
                self.read(client, f"{base}/{path}")
        remembered = dict.fromkeys(project for located in self.found.values() for project in located.config.projects)
        for project in list(remembered)[:_MOST_PROJECTS]:
            self.project(_native(project))

    def project(self, folder: str) -> None:
        """The configuration of a project folder, if it is there."""
        if folder and self.root.is_directory(folder):
            for client, path in agents.project_candidates(self.names(folder)):
                self.read(client, f"{folder}/{path}", folder)

    def look(self, met: Iterable[Met]) -> None:
        """Files and work trees a search came across."""
        for item in met:
            if item.kind == "repository":
                self.project(item.path)
            else:
                hit = agents.project_client(item.path)
                if hit is not None:
                    self.read(hit[0], item.path, hit[1])

    def read(self, client: str, path: str, folder: str = "") -> None:
        """One file, unless it is missing or was read under another name."""
        try:
            file = self.root.read(path, _LIMIT)
        except OSError as error:
            if reason_of(error) != "missing":
                detail = "an agent's configuration could not be read"
                self.gaps.append(gap(CAPABILITY, shown(path), reason_of(error), detail, permission=f"read {shown(path)}"))
            return
        if file.path not in self.found:
            config = agents.parse(client, file.data, shown(path))
            self.found[file.path] = Located(config, self._place(file), shown(folder))

    def names(self, base: str) -> agents.Names:
        """Lists folders below ``base``; one that may not be listed is a Gap."""

        def names(folder: str) -> list[str]:
            path = f"{base}/{folder}".rstrip("/") or "/"
            try:
                return self.root.names(path)
            except OSError as error:
                detail = "a folder of agent configurations could not be listed"
                self.gaps.append(gap(CAPABILITY, shown(path), reason_of(error), detail, permission=f"list {shown(path)}"))
                return []

        return names

    def records(self) -> Iterator[Record]:
        """Records and Gaps of all that was found."""
        yield from self.gaps
        holder = agents.Holder("machine", self.setting.host, CAPABILITY, self.account.name if self.account else None)
        yield from agents.records(self.found.values(), holder, self.setting.ctx.fingerprint, self.setting.ctx.now)

    def _place(self, file: File) -> Place:
        return place_of(file, self.setting, Holder(account=self.account, system="agent_config"))


def _native(project: str) -> str:
    r"""A remembered folder as a path below the root: ``C:\work`` lies at ``/work`` of that drive."""
    plain = project.replace("\\", "/") if project[1:2] == ":" else project
    return (plain[2:] if plain[1:2] == ":" else plain).rstrip("/")
