"""What a configuration of an agent says, still with the values it holds; :mod:`keyrack.sdk.agents.emit` turns it into records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from keyrack.records.gap import GapReason
from keyrack.records.grant import Effect
from keyrack.sdk.shapes import Shape

Level = Literal["user", "project", "system"]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file of a known client. ``blocked`` says why it must not be read (a link that leaves the tree...)."""

    client: str
    path: Path
    level: Level = "user"
    blocked: GapReason | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be understood; a sentence of ours, never the parser's."""

    reason: GapReason
    detail: str


@dataclass(frozen=True, slots=True)
class Found:
    """One secret in a configuration: its shape, and ``where``: the path of the field that holds it."""

    shape: Shape
    where: str
    name: str
    variable: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """One tool permission: ``server`` limits it to a server's tools; ``None`` speaks of the agent itself."""

    effect: Effect
    action: str
    server: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One MCP server entry, whatever dialect it was written in.

    ``command``, ``args``, ``env``, ``headers`` and ``url`` hold the raw text, secrets included, and stay out of the repr.
    ``oauth``: the entry states an OAuth sign-in; ``bearer``: a header's value is taken from a variable; ``project``: the
    folder it is limited to; ``tools``: what may be called without asking; ``rest``: fields of no dialect we know.
    """

    name: str
    where: str
    transport: Literal["stdio", "http", "sse"]
    command: str = field(default="", repr=False)
    args: tuple[str, ...] = field(default=(), repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = field(default="", repr=False)
    disabled: bool = False
    tools: tuple[str, ...] = ()
    oauth: bool = False
    bearer: bool = False
    project: str | None = None
    line: int | None = None
    rest: Mapping[str, object] = field(default_factory=dict, repr=False)
    secrets: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """One parsed file.

    ``projects`` are folders it knows of; ``account`` the e-mail address signed in; ``signed_in`` the servers it keeps OAuth
    tokens for; ``dedicated``: the file exists only because the agent does (an editor's settings file is not).
    """

    client: str
    path: str
    servers: tuple[Server, ...] = ()
    permissions: tuple[Permission, ...] = ()
    secrets: tuple[Found, ...] = ()
    projects: tuple[str, ...] = ()
    account: str | None = None
    signed_in: tuple[str, ...] = ()
    dedicated: bool = True
    problem: Problem | None = None
