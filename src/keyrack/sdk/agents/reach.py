"""How far an MCP server's command line lets it reach into the host: whole file systems, the container engine. Pure.

Only words of ours leave this module (``filesystem:/``, ``docker:socket``...); arguments may hold secrets.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final

from keyrack.sdk.agents import launch

_FILE_SERVER: Final = re.compile(
    r"(?:^|[/@\\])(?:(?:mcp-)?server-filesystem|(?:rust-)?mcp-filesystem(?:-server)?|filesystem-mcp(?:-server)?)\b"
)
_BIND: Final = re.compile(r"([A-Za-z]:[\\/][^:]*|(?:\$\{[^}]*\}|[^:])+):.+", re.DOTALL)
_HOME: Final = re.compile(
    r"(?i)~|\$HOME|\$\{(?:env:)?HOME\}|\$\{userHome\}|%USERPROFILE%|\$\{env:USERPROFILE\}"
    r"|/root|/home(?:/[^/]+)?|/Users(?:/[^/]+)?|[a-z]:/Users(?:/[^/]+)?"
)
_SOCKET: Final = re.compile(r"(?:/var)?/run(?:/user/[^/]+)?/(?:docker|podman/podman|containerd/containerd)\.sock")


def of(command: str, args: Sequence[str]) -> tuple[str, ...]:
    """What the command line opens: ``docker:privileged``, ``docker:socket``, ``filesystem:/``, ``filesystem:home``, sorted.

    ``docker run`` is read up to the image: what follows belongs to the program inside, which sees only what is mounted.
    Source: docker run reference (``--privileged``, ``--volume``, ``--mount``); the filesystem server of
    github.com/modelcontextprotocol/servers takes its allowed folders as arguments.
    """
    line = launch.words(command, args)
    if not line:
        return ()
    if launch.program(line[0]) in launch.CONTAINER:
        return tuple(sorted(set(_container(line[1:]))))
    start = next((index for index, word in enumerate(line) if _FILE_SERVER.search(word)), None)
    if start is None:
        return ()
    return tuple(sorted({found for word in line[start + 1 :] for found in _folder(word)}))


def _container(args: Sequence[str]) -> Iterator[str]:
    if "run" not in args or args[0] in {"mcp", "compose"}:
        return
    options, _image = launch.container_options(args[list(args).index("run") + 1 :])
    for name, value in options:
        if name == "--privileged" and value != "false":
            yield "docker:privileged"
        elif name in {"-v", "--volume"} and (bind := _BIND.fullmatch(value)):
            yield from _mounted(bind[1])
        elif name == "--mount":
            stated = dict(part.partition("=")[::2] for part in value.split(","))
            yield from _mounted(stated.get("source") or stated.get("src") or "")


def _mounted(source: str) -> Iterator[str]:
    if _SOCKET.fullmatch(source):
        yield "docker:socket"
    else:
        yield from _folder(source)


def _folder(path: str) -> Iterator[str]:
    """The whole disk or a whole home; a folder below is a choice, and not reported."""
    plain = path.replace("\\", "/")
    plain = posixpath.normpath(plain) if plain else ""
    if plain in {"/", "//"} or re.fullmatch(r"[A-Za-z]:[/.]?", plain):
        yield "filesystem:/"
    elif _HOME.fullmatch(plain):
        yield "filesystem:home"
