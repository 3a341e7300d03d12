"""One server: the root namespace, then those below it, each read the same way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from keyrack.errors import KeyrackError
from keyrack.providers.openbao.api import Api
from keyrack.providers.openbao.connection import open_web, server_name, sign_out, variable
from keyrack.providers.openbao.map_entities import Entities
from keyrack.providers.openbao.map_policies import Held
from keyrack.providers.openbao.map_policies import records as policy_records
from keyrack.providers.openbao.names import Home
from keyrack.providers.openbao.read_access import read_entities, read_policies, read_roles, read_tokens
from keyrack.providers.openbao.read_engines import read_engines
from keyrack.providers.openbao.read_kv import read_kv
from keyrack.providers.openbao.read_leases import read_leases
from keyrack.providers.openbao.read_server import read_mounts, read_namespaces, read_server
from keyrack.providers.openbao.scan import Found, Scan
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Target
from keyrack.sdk.unique import unique
from keyrack.sdk.web import Web

_MOST_NAMESPACES = 10_000


def discover(target: Target, ctx: Context) -> Iterator[Record]:
    """Records and Gaps of the server.

    Raises:
        KeyrackError: there is nothing to sign in with.
    """
    web = open_web(target, ctx)
    try:
        yield from unique(_namespaces(target, ctx, web))
        yield from web.remarks("openbao.server")
    finally:
        sign_out(web)


def start(target: Target) -> str:
    """Prefix of the namespace to start in."""
    name = (target.options.get("namespace") or variable("NAMESPACE")).strip("/")
    return f"{name}/" if name else ""


def limit_of(target: Target) -> int:
    """The option ``limit``; 0: no limit.

    Raises:
        KeyrackError: it is no number.
    """
    said = target.options.get("limit") or "0"
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise KeyrackError("openbao.limit", "`limit` is no whole number", hint="write it as 100000, or leave it out")
    return int(said)


def _namespaces(target: Target, ctx: Context, web: Web) -> Iterator[Record]:
    server, limit = server_name(target), limit_of(target)
    values, leases, thumbprints = (_on(target, name) for name in ("values", "leases", "thumbprints"))
    waiting = deque([start(target)])
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_NAMESPACES:
        prefix = waiting.popleft()
        if prefix in seen:
            continue
        home = Home(server, prefix)
        scan = Scan(Api(web, prefix), home, ctx, limit=limit, values=values, leases=leases, thumbprints=thumbprints)
        if not seen:
            yield from _plain(read_server(scan))
        seen.add(prefix)
        yield from _namespace(scan)
        below, troubles = read_namespaces(scan)
        yield from troubles
        waiting.extend(below)


def _on(target: Target, name: str) -> bool:
    return target.options.get(name, "").lower() in {"true", "1", "yes", "on"}


def _plain(found: Iterable[Found]) -> Iterator[Record]:
    return (item for item in found if not isinstance(item, Held))


def _namespace(scan: Scan) -> Iterator[Record]:
    """Everything of one namespace. Policies come last, when it is known who holds them."""
    held: list[Held] = []
    learnt = Entities()
    parts = (read_mounts(scan), read_roles(scan), read_entities(scan, learnt), read_tokens(scan, learnt))
    for part in parts:
        for item in part:
            if isinstance(item, Held):
                held.append(item)
            else:
                yield item
    policies: dict[str, str] = {}
    for found in read_policies(scan):
        if isinstance(found, Gap):
            yield found
        else:
            policies[found[0]] = found[1]
    yield from policy_records(scan.home, policies, held)
    yield from read_engines_and_secrets(scan)


def read_engines_and_secrets(scan: Scan) -> Iterator[Record]:
    """What lies in the engines."""
    yield from _plain(read_engines(scan))
    yield from read_kv(scan)
    if scan.leases:
        yield from read_leases(scan)
