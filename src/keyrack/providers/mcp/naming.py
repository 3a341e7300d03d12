"""What one target stands for: sources by host, so that each is scanned, retried and remembered on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from keyrack.errors import KeyrackError
from keyrack.providers.mcp import targets
from keyrack.providers.mcp.seen import Server
from keyrack.sdk import Source, Target

_EVERY = ("servers", "cards", "agents")


def source(target: Target) -> Source:
    """``mcp:<host>`` for one host, ``mcp:registry/<name>``, ``mcp:cards``; several together by a hash of their names.

    Raises:
        KeyrackError: nothing is named, or a file cannot be read.
    """
    hosts = sorted(targets.hosts(chosen(target.options)))
    cards, registry = targets.cards(target.options), target.options.get("agents", "")
    names = [f"mcp:{host}" for host in hosts]
    names += [f"mcp:cards/{sha256(' '.join(sorted(cards)).encode()).hexdigest()[:8]}"] if cards else []
    names += [f"mcp:registry/{Path(registry).stem}"] if registry else []
    if not names:
        raise KeyrackError(
            "mcp.nothing", "no MCP server, agent card or registry of agents is named", hint="see `keyrack scan mcp --help`"
        )
    if len(names) == 1:
        return Source(names[0], _title(names[0]))
    return Source(
        f"mcp:several/{sha256(' '.join(names).encode()).hexdigest()[:12]}", f"{len(names)} MCP hosts, cards and registries"
    )


def parts(target: Target) -> Iterator[dict[str, str]]:
    """Options of each source that a target stands for, hosts first, in a stable order. Servers of one host keep their file.

    Raises:
        KeyrackError: as :func:`source`.
    """
    source(target)
    rest = {name: value for name, value in target.options.items() if name not in _EVERY}
    for host in targets.hosts(chosen(target.options)):
        yield {**rest, "servers": target.options["servers"], "host": host}
    for name in ("cards", "agents"):
        if value := target.options.get(name, ""):
            yield {**rest, name: value}


def chosen(options: Mapping[str, str]) -> list[Server]:
    """The servers of a source: all that are named, or those of its host.

    Raises:
        KeyrackError: as :func:`keyrack.providers.mcp.targets.servers`.
    """
    found, host = targets.servers(options), options.get("host", "")
    return [server for server in found if server.host == host] if host else found


def _title(name: str) -> str:
    kind, _, rest = name.removeprefix("mcp:").partition("/")
    return {"registry": f"registry of agents {rest}", "cards": "agent cards"}.get(
        kind, f"MCP servers at {name.removeprefix('mcp:')}"
    )
