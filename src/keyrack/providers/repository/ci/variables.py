"""Variables of a CI system's store, as shell scripts and YAML values name them. Pure.

GitLab, CircleCI, Bitbucket and Azure hand every stored variable to the job's environment, so a reference is a plain
``$NAME``. Which of them are secrets is told by the name; those the file itself sets, or the system predefines, are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from keyrack.providers.repository.ci.model import LiteralBlock, SecretUse
from keyrack.providers.repository.ci.naming import cloud_of
from keyrack.providers.repository.marked import Node, Path, dotted
from keyrack.records.identity import Environment
from keyrack.sdk.placeholders import secret_name

SHELL = re.compile(r"\$(?:\{|env:)?([A-Za-z_][A-Za-z0-9_]*)", re.ASCII)
"""``$NAME``, ``${NAME``, ``$env:NAME``."""
MACRO = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)|\$\{\{\s*variables\.([\w.-]+)\s*\}\}|\$\[\s*variables\.([\w.-]+)\s*\]", re.ASCII)
"""Azure's ``$(NAME)``, ``${{ variables.NAME }}`` and ``$[ variables.NAME ]``."""

_ASSIGNED = re.compile(r"(?:^|[\s;&\"'(])([A-Za-z_][A-Za-z0-9_]*)=(?![\"']?\$\{?\1\b)", re.ASCII | re.MULTILINE)
_SERVICE_LOGIN = re.compile(
    r"(?:POSTGRES|PG|MYSQL|MARIADB|MONGO|RABBITMQ|REDIS|MSSQL|SA|ELASTIC|MINIO|DB|DATABASE|TEST)_?\w*PASS\w*"
)


def named(pattern: re.Pattern[str], text: str) -> list[str]:
    """Names that ``pattern`` finds in a text, each once."""
    if "$" not in text:
        return []
    found = (next((group for group in match.groups() if group), "") for match in pattern.finditer(text))
    return list(dict.fromkeys(name for name in found if name))


def assigned(scripts: Iterable[str]) -> set[str]:
    """Variables that scripts set themselves (``export NAME=...``)."""
    return {name for script in scripts if "=" in script for name in _ASSIGNED.findall(script)}


def stored_secrets(
    root: Node,
    *,
    pattern: re.Pattern[str],
    own: AbstractSet[str],
    environment: Callable[[Path], Environment | None],
) -> Iterator[SecretUse]:
    """References to secrets of the store: names that look secret and are not in ``own`` (set by the file or predefined)."""
    for path, node in root.scalars():
        for name in named(pattern, node.text):
            cloud = cloud_of(name) or (
                cloud_of(path[-1]) if path and node.text.strip().lstrip("${(").rstrip("})") == name else ""
            )
            handed_on = bool(path) and path[-1] == name  # NAME: $NAME gives the stored value its own name
            if (name not in own or handed_on) and (cloud or secret_name(name)):
                yield SecretUse(
                    name=name, line=node.line, field=dotted(path), variable=name, cloud=cloud, environment=environment(path)
                )


def literal_blocks(
    block: Node, path: Path, environment: Environment | None, *, services: bool = False, file: str = ""
) -> Iterator[LiteralBlock]:
    """Values of a variables mapping (GitLab's ``{value, description}`` form too).

    ``services``: the file starts database containers, so passwords named after one are theirs and protect nothing.
    """
    values: dict[str, tuple[str, int]] = {}
    throwaway: dict[str, tuple[str, int]] = {}
    for key, entry in block.entries:
        node = entry.get("value") if entry.kind == "map" else entry
        if node.kind == "scalar" and node:
            service = services and _SERVICE_LOGIN.match(key.upper())
            (throwaway if service else values)[key] = (node.text, node.line)
    for found, short_lived in ((values, False), (throwaway, True)):
        if found:
            yield LiteralBlock(values=found, field=dotted(path), environment=environment, throwaway=short_lived, path=file)
