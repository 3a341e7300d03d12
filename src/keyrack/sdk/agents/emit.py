"""Parsed configurations of one home or repository as records: agents, servers, launches, permissions, credentials, places."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from keyrack.records import Grant, Identity, Ownership, Record, Trust
from keyrack.records.grant import Effect, Privilege
from keyrack.records.identity import Environment
from keyrack.records.uids import machine_uid, repository_uid, row_uid
from keyrack.sdk.agents import launch, permissions, reach, secrets
from keyrack.sdk.agents.clients import BY_NAME
from keyrack.sdk.agents.model import AgentConfig, Found, Permission, Server
from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.gaps import gap
from keyrack.sdk.material import Material, Place, observe
from keyrack.sdk.shapes import hidden
from keyrack.sdk.unique import unique

_SHORTEST: Final = 6  # a shorter "secret" would blank out ordinary text
_LONGEST: Final = 2000
_STAGE: Final = re.compile(r"(?i)(?!NODE_)(?:[A-Z]+_)?(?:ENV|ENVIRONMENT|STAGE|DEPLOY_?ENV|TARGET)")
"""Variables that state an environment; ``NODE_ENV`` does not, it selects a build mode."""
_NONPROD: Final = frozenset({"dev", "development", "staging", "stage", "stg", "test", "testing", "qa", "uat", "sandbox"})


@dataclass(frozen=True, slots=True)
class Located:
    """One parsed file where it lies: the place its secrets get, and the project folder it is limited to (empty: all)."""

    config: AgentConfig
    place: Place
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose configurations these are: a user's home on a host, or a repository.

    ``capability`` is the declared capability that Gaps name; ``user`` the unix user, None for a repository.
    """

    provider: Literal["machine", "repository"]
    scope: str
    capability: str
    user: str | None = None

    def uid(self, kind: str, name: str) -> str:
        """Identity uid of something held here."""
        make: Callable[[str, str, str], str] = machine_uid if self.provider == "machine" else repository_uid
        return make(self.scope, kind, f"{self.user}/{name}" if self.user else name)


@dataclass(frozen=True, slots=True)
class _Pen:
    """What turns a sighting into records: the deployment's fingerprints and the clock of the scan."""

    fingerprinter: Fingerprinter
    now: datetime | None

    def write(self, material: Material, place: Place) -> Iterator[Record]:
        expired = self.now is not None and material.expires_at is not None and material.expires_at <= self.now
        yield from observe(dataclasses.replace(material, status="expired") if expired else material, place, self.fingerprinter)


def records(
    found: Iterable[Located], holder: Holder, fingerprinter: Fingerprinter, now: datetime | None = None
) -> Iterator[Record]:
    """Records of every configuration of one holder. Uids are unique over the whole call; a problem becomes a Gap.

    ``now`` is the scan's clock: a token whose own text says that it ended before is marked expired.
    """
    return unique(_records(list(found), holder, _Pen(fingerprinter, now)))


def _records(found: list[Located], holder: Holder, pen: _Pen) -> Iterator[Record]:
    for item in found:
        problem = item.config.problem
        if problem is not None:
            hint = "open the file and repair it, or remove it"
            yield gap(holder.capability, item.config.path, problem.reason, problem.detail, hint=hint)
    usable = [item for item in found if item.config.problem is None and _says_something(item.config)]
    for client in dict.fromkeys(item.config.client for item in usable):
        yield from _client(client, [item for item in usable if item.config.client == client], holder, pen)


def _says_something(config: AgentConfig) -> bool:
    return config.dedicated or bool(config.servers or config.permissions or config.secrets)


def _client(client: str, found: list[Located], holder: Holder, pen: _Pen) -> Iterator[Record]:
    agent = _agent(client, found, holder)
    scrubs = {id(item): _Scrub.of_file(item.config) for item in found}
    yield agent
    for item in found:
        if item.config.account:
            yield _owner(agent.uid, item.config.account, client)
    names = _Names(holder, client)
    launched = [
        (item, server, scrub, names.of(item, server, scrub))
        for item in found
        for server in item.config.servers
        for scrub in (_Scrub((*server.secrets, *item.config.secrets)),)
    ]
    allowed = _allowed(found)
    signed_in = frozenset(name for item in found for name in item.config.signed_in)
    for item, server, scrub, uid in launched:
        yield _server(server, uid, item, holder, scrub, allowed.get(server.name, ()), server.name in signed_in)
        yield _launch(agent.uid, uid, item)
        yield from _sightings(server.secrets, item, uid, (server.name, scrub), pen)
    uids = {server.name: uid for _, server, _, uid in launched}
    for item in found:
        yield from _grants(agent.uid, item, uids, scrubs[id(item)])
        yield from _sightings(item.config.secrets, item, agent.uid, (agent.name, scrubs[id(item)]), pen)


class _Names:
    """Uids of servers: by client and name; two that differ under one name are told apart by their file."""

    def __init__(self, holder: Holder, client: str) -> None:
        self._holder = holder
        self._client = client
        self._taken: dict[str, tuple[str, tuple[str, ...], str]] = {}

    def of(self, item: Located, server: Server, scrub: _Scrub) -> str:
        folder = server.project or item.folder
        base = f"{self._client}/{scrub(server.name)}" + (f"@{folder}" if folder else "")
        signature = (server.command, server.args, server.url)
        for name in (base, f"{base}#{item.config.path}", f"{base}#{item.config.path}:{server.where}"):
            if self._taken.setdefault(name, signature) == signature:
                return self._holder.uid("mcp-server", name)
        return self._holder.uid("mcp-server", f"{base}#{item.config.path}:{server.where}")


class _Scrub:
    """Replaces secrets by ``***``, wherever else in a record they would surface."""

    def __init__(self, found: Iterable[Found]) -> None:
        values = {item.shape.secret.reveal().decode("utf-8", "replace") for item in found}
        self._values = sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)

    @classmethod
    def of_file(cls, config: AgentConfig) -> _Scrub:
        """For every secret the file holds."""
        return cls((*config.secrets, *(item for server in config.servers for item in server.secrets)))

    def __call__(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, "***")
        return hidden(text[:_LONGEST])


def _agent(client: str, found: list[Located], holder: Holder) -> Identity:
    known = BY_NAME.get(client)
    attrs = {"client": client, "path": found[0].config.path}
    if holder.user:
        attrs["user"] = holder.user
    return Identity(
        uid=holder.uid("agent", client), kind="ai_agent", type="mcp:agent", name=known.title if known else client,
        provider=holder.provider, scope=holder.scope, attrs=attrs,
    )  # fmt: skip


def _owner(agent: str, account: str, client: str) -> Ownership:
    """The person signed in to the client is evidence of who answers for the agent."""
    return Ownership(
        uid=row_uid("own", agent, account, "file_owner"), identity_uid=agent, owner=account, evidence="file_owner",
        detail=f"account signed in to {client}",
    )  # fmt: skip


def _server(
    server: Server, uid: str, item: Located, holder: Holder, scrub: _Scrub, allowed: Iterable[str], signed_in: bool
) -> Identity:
    remote = _remote(server)
    attrs = {"client": item.config.client, "transport": server.transport, "path": item.config.path}
    if server.transport == "stdio" and server.command:
        attrs |= launch.read(server.command, server.args).attrs()
        attrs["reach"] = ",".join(reach.of(server.command, server.args))
    if remote:
        attrs["url"] = secrets.public_url(remote)
    attrs["auth"] = _auth(server, remote, signed_in)
    tools = dict.fromkeys((*server.tools, *allowed))
    attrs["tools"] = "*" if "*" in tools else ",".join(tools)
    attrs |= {"disabled": "true"} if server.disabled else {}
    attrs |= {"line": str(server.line)} if server.line else {}
    attrs |= {"user": holder.user} if holder.user else {}
    return Identity(
        uid=uid, kind="ai_agent", type="mcp:server", name=scrub(server.name), provider=holder.provider, scope=holder.scope,
        status="disabled" if server.disabled else "active", environment=_environment(server),
        attrs={name: scrub(text) for name, text in attrs.items() if text},
    )  # fmt: skip


def _environment(server: Server) -> Environment | None:
    """The environment that the server's own variables state (``ENVIRONMENT=production``)."""
    stated = {value.strip().lower() for name, value in server.env.items() if _STAGE.fullmatch(name)}
    if stated & {"prod", "production", "prd", "live"}:
        return "prod"
    return (
        "nonprod"
        if stated & {"dev", "development", "staging", "stage", "stg", "test", "testing", "qa", "uat", "sandbox"}
        else None
    )


def _remote(server: Server) -> str:
    """URL the server answers at; ``mcp-remote`` and its kin are stdio bridges to one."""
    if server.url or launch.program(server.command) not in {
        "npx",
        "bunx",
        "pnpx",
        "uvx",
        "npm",
        "pnpm",
        "node",
        "cmd",
        "mcp-remote",
    }:
        return server.url
    bridged = any("mcp-remote" in arg or "mcp-proxy" in arg or "supergateway" in arg for arg in (server.command, *server.args))
    return next((arg for arg in server.args if arg.startswith(("https://", "http://"))), "") if bridged else ""


def _auth(server: Server, remote: str, signed_in: bool) -> str:
    """How the server knows its caller, as far as the file says.

    A remote HTTPS server without a header may ask for OAuth when called (MCP authorization, RFC 9728), so that is unknown;
    over plain HTTP clients send none.
    """
    way = secrets.handed(server)
    if any(item.where.startswith(f"{server.where}.url") for item in server.secrets):
        way = way or "query"
    if way is None and server.secrets:
        way = "env"
    if way is None and any(arg.lower() in {"--header", "-h"} for arg in server.args) and remote:
        way = "header"
    if way is not None:
        return way
    if server.oauth or signed_in or (remote and server.transport == "stdio" and remote.startswith("https:")):
        return "oauth"
    if not remote:
        return "none"
    return "none" if remote.startswith(("http:", "ws:")) else "unknown"


def _launch(agent: str, server: str, item: Located) -> Trust:
    return Trust(
        uid=row_uid("trust", server, "mcp:launch", agent), identity_uid=server, subject=agent, subject_kind="identity",
        mechanism="mcp:launch", attrs={"source_path": item.config.path},
    )  # fmt: skip


def _allowed(found: list[Located]) -> dict[str, list[str]]:
    """Tools of each server that the client's permission lists let run unasked."""
    names = permissions.index(server.name for item in found for server in item.config.servers)
    allowed: dict[str, list[str]] = {}
    for item in found:
        for permission in item.config.permissions:
            named = permissions.covers(permission.action, names) if permission.effect == "allow" else None
            if named is not None:
                allowed.setdefault(named[0], []).append(named[1])
    return allowed


def _grants(agent: str, item: Located, uids: dict[str, str], scrub: _Scrub) -> Iterator[Grant]:
    """Permission entries as grants of the agent, one for each effect, weight and server."""
    config, names = item.config, permissions.index(uids)
    listed = [
        *config.permissions,
        *(Permission("allow", tool, server.name) for server in config.servers for tool in server.tools),
    ]
    groups: dict[tuple[Effect, Privilege, str], list[str]] = {}
    for entry in listed:
        named = permissions.covers(entry.action, names)
        server = entry.server or (named[0] if named else None)
        weight = "write" if entry.server and entry.action == "*" else permissions.privilege(entry.action)
        groups.setdefault((entry.effect, weight, uids.get(server, "*") if server else "*"), []).append(scrub(entry.action))
    for (effect, weight, resource), actions in groups.items():
        yield Grant(
            uid=row_uid("grant", agent, config.path, effect, weight, resource), identity_uid=agent, language="mcp", effect=effect,
            actions=list(dict.fromkeys(actions)), resources=[resource], privilege=weight, attrs={"source_path": config.path},
        )  # fmt: skip


def _sightings(found: Iterable[Found], item: Located, consumer: str, label: tuple[str, _Scrub], pen: _Pen) -> Iterator[Record]:
    name, scrub = label
    for secret in found:
        more = {"variable": scrub(secret.variable)} if secret.variable else {}
        title = scrub(f"{secret.name} of {name}")
        material = secret.shape.material(title, "agent-config", line=secret.line, field=scrub(secret.where), **more)
        place = dataclasses.replace(item.place, consumer_uid=consumer, line=secret.line)
        yield from pen.write(material, place)
