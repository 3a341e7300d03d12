"""A registry of agents as records: who they are, who answers for them, what they call, what they sign in with. Pure and total.

The registry is a file that people keep (README, "Registry of agents"); it states, and proves nothing. A credential in it is a
name or a reference; a value written into it is a leak, and is reported as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from keyrack.providers.mcp.seen import Server, safe, server_uid, short
from keyrack.providers.mcp.targets import stated_environment
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Placement, Record, Trust, Usage
from keyrack.records.credential import CredentialKind, Expiry
from keyrack.records.grant import Privilege
from keyrack.records.placement import Exposure, PlacementSystem
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Context, Material, Place, Secret, gap, observe
from keyrack.sdk.agents import launch, permissions
from keyrack.sdk.agents.secrets import public_url
from keyrack.sdk.fields import Raw, rows, text, texts, when
from keyrack.sdk.placeholders import placeholder
from keyrack.sdk.placeholders import reference as reference_of
from keyrack.sdk.shapes import classify

CAPABILITY: Final = "mcp.agents"
_MOST: Final = 100_000
_KINDS: Final = frozenset(CredentialKind.__args__)  # type: ignore[attr-defined]
_LEVELS: Final = ("list", "read", "write", "permissions", "admin")
_SYSTEMS: Final[Mapping[str, tuple[PlacementSystem, Exposure]]] = {
    "vault": ("vault", "sanctioned"),
    "env": ("env", "config"),
    "file": ("file", "config"),
    "ci": ("ci_variable", "ci"),
}


@dataclass(frozen=True, slots=True)
class Book:
    """A registry file: the organisation it speaks for, and where it lies."""

    scope: str
    path: str
    ctx: Context

    def uid(self, name: str) -> str:
        """Uid of an agent."""
        return f"mcp:{self.scope}:agent/{safe(name)}"


def registry_records(document: Raw, book: Book) -> Iterator[Record]:
    """Records of every agent of a registry; an entry that is not understood is a Gap."""
    entries = document.get("agents")
    if not isinstance(entries, list):
        yield _broken(book, "agents", "it lists no agents")
        return
    for number, entry in enumerate(entries[:_MOST]):
        name = text(entry, "id") or text(entry, "name")
        if name is None:
            yield _broken(book, f"agents[{number}]", "an entry has neither id nor name")
            continue
        yield from _agent(cast("Raw", entry), name, book)
    if len(entries) > _MOST:
        yield gap(CAPABILITY, book.path, "too_large", f"It lists more than {_MOST} agents.", hint="split the registry")


def _agent(entry: Raw, name: str, book: Book) -> Iterator[Record]:
    uid = book.uid(name)
    off = (text(entry, "status") or "active").lower() in {"disabled", "retired", "off", "inactive"}
    vendor = text(entry, "vendor")
    yield Identity(
        uid=uid,
        kind="ai_agent",
        type="mcp:agent",
        name=short(text(entry, "name") or name),
        provider="mcp",
        scope=book.scope,
        status="disabled" if off else "active",
        created_at=when(entry, "created"),
        created_by=_lower(text(entry, "created_by")),
        environment=stated_environment(text(entry, "environment")),
        third_party=vendor is not None,
        vendor=short(vendor) if vendor else None,
        attrs=_attrs(entry, book),
    )
    yield from _owners(entry, uid)
    if used := when(entry, "last_used"):
        yield Usage(
            uid=row_uid("usage", uid, "mcp:registry"),
            identity_uid=uid,
            grade="reported",
            source="mcp:registry",
            used_at=used,
        )
    for number, server in enumerate(rows(entry, "servers")[:1000]):
        yield from _server(server, number, (uid, name), book)
    for number, held in enumerate(rows(entry, "credentials")[:1000]):
        yield from _credential(held, number, (uid, name), book)


def _attrs(entry: Raw, book: Book) -> dict[str, str]:
    """What the registry says; ``access`` is how much its purpose needs, in the classes of grants."""
    found = {
        name: short(text(entry, name) or "", 300)
        for name in ("framework", "model", "purpose", "client", "client_id", "package", "runs_as")
    }
    access = (text(entry, "access") or "").lower()
    urls = {name: public_url(text(entry, name) or "") for name in ("url", "card")}
    found |= {"path": short(book.path), "access": access if access in _LEVELS else "", **urls}
    return {name: value for name, value in found.items() if value}


def _owners(entry: Raw, uid: str) -> Iterator[Ownership]:
    stated = [("sponsor", value) for value in _several(entry, "sponsor")] + [
        ("owner", value) for value in _several(entry, "owner")
    ]
    stated += [("owner", f"team:{value}") for value in _several(entry, "team")]
    for evidence, owner in stated:
        yield Ownership(
            uid=row_uid("own", uid, owner, evidence),
            identity_uid=uid,
            owner=owner,
            evidence="sponsor" if evidence == "sponsor" else "owner",
            detail=f"{evidence} in the registry of agents",
            stated_at=when(entry, "reviewed"),
        )


def _server(entry: Raw, number: int, agent: tuple[str, str], book: Book) -> Iterator[Record]:
    """A server an agent calls, its launch, and the tools it may call. ``unasked``: without a person's consent."""
    agent_uid, agent_name = agent
    url, command = public_url(text(entry, "url") or ""), text(entry, "command") or ""
    name = text(entry, "name") or (f"{Server(url=url).host}{Server(url=url).path}".rstrip("/") if url else "")
    uid = server_uid(url) if url else f"mcp:{book.scope}:server/{safe(agent_name)}/{safe(name or str(number))}"
    attrs = {"url": url, "transport": "http"} if url else {"transport": "stdio", "path": short(book.path)}
    if command:
        attrs |= {key: short(value) for key, value in launch.read(command, texts(entry, "args")).attrs().items()}
    yield Identity(
        uid=uid,
        kind="ai_agent",
        type="mcp:server",
        name=short(name or str(number)),
        provider="mcp",
        scope=Server(url=url).host if url else book.scope,
        environment=stated_environment(text(entry, "environment")),
        attrs=attrs,
    )
    yield Trust(
        uid=row_uid("trust", uid, "mcp:launch", agent_uid),
        identity_uid=uid,
        subject=agent_uid,
        subject_kind="identity",
        mechanism="mcp:launch",
        attrs={"source_path": short(book.path)},
    )
    yield from _grants(entry, uid, agent_uid, book)


def _grants(entry: Raw, server: str, agent: str, book: Book) -> Iterator[Grant]:
    """Tools by weight; all tools of one server count as writing, for nobody knows which it adds."""
    unasked = entry.get("unasked") is True
    groups: dict[Privilege, list[str]] = {}
    for tool in texts(entry, "tools")[:10_000]:
        weight: Privilege = "write" if tool == "*" else permissions.privilege(tool)
        groups.setdefault(weight, []).append(short(tool))
    for weight, tools in groups.items():
        yield Grant(
            uid=row_uid("grant", agent, book.path, weight, server),
            identity_uid=agent,
            language="mcp",
            effect="allow",
            actions=tools,
            resources=[server],
            privilege=weight,
            attrs={"source_path": short(book.path), "unasked": "true" if unasked else "false"},
        )


def _credential(entry: Raw, number: int, agent: tuple[str, str], book: Book) -> Iterator[Record]:
    uid, agent_name = agent
    value = text(entry, "value")
    if value and not reference_of(value) and not placeholder(value):
        yield from _leaked(entry, value, (uid, f"{agent_name}.credentials[{number}]"), book)
        return
    reference, public_id = _reference(entry), text(entry, "public_id")
    issuer = (text(entry, "issuer") or "unknown").lower()
    name = short(text(entry, "name") or reference or public_id or str(number))
    cred = credential_uid(
        issuer,
        public_id=public_id and safe(public_id),
        holder=safe(reference) if reference else uid,
        name="" if reference else safe(name),
    )
    kind = text(entry, "kind")
    expires, never = when(entry, "expires"), (text(entry, "expires") or "").lower() == "never"
    expiry: Expiry = "never" if never else "set" if expires else "unknown"
    known = public_id or expires or never
    attrs = {"scopes": short(" ".join(_several(entry, "scopes")), 300), "person": _lower(text(entry, "person")) or ""}
    yield Credential(
        uid=cred,
        kind=cast("CredentialKind", kind) if kind in _KINDS else "secret",
        issuer=issuer,
        name=name,
        public_id=public_id,
        created_at=when(entry, "created"),
        rotated_at=when(entry, "rotated"),
        expires_at=expires,
        expiry=expiry,
        attrs={key: item for key, item in {**attrs, "referenced": "" if known else "true"}.items() if item},
    )
    yield _held(entry, number, uid, cred, book)
    if used := when(entry, "last_used"):
        yield Usage(
            uid=row_uid("usage", cred, "mcp:registry"), credential_uid=cred, grade="reported", source="mcp:registry", used_at=used
        )


def _reference(entry: Raw) -> str | None:
    """The reference an entry states; a value that is only one (``${ORDERS_TOKEN}``) counts."""
    value = text(entry, "value")
    return text(entry, "reference") or (f"env:{value.strip('${}')}" if value and reference_of(value) else None)


def _held(entry: Raw, number: int, uid: str, cred: str, book: Book) -> Placement:
    """Where the registry says the credential lies."""
    reference = _reference(entry)
    system, exposure = _SYSTEMS.get((reference or "").partition(":")[0].lower(), ("agent_config", "config"))
    return Placement(
        uid=row_uid("place", uid, cred, number),
        credential_uid=cred,
        system=system,
        exposure=exposure,
        scope=book.scope,
        path=short(reference or book.path),
        consumer_uid=uid,
        environment=stated_environment(text(entry, "environment")),
        detector="agent-registry",
        attrs={"referenced": "true"},
    )


def _leaked(entry: Raw, value: str, where: tuple[str, str], book: Book) -> Iterator[Record]:
    """A value in the registry itself: fingerprinted, and placed where it lies."""
    uid, at = where
    shape = classify(value.encode("utf-8", "replace"))
    material = Material(
        kind=shape.kind,
        issuer=shape.issuer,
        name=short(text(entry, "name") or at),
        detector="agent-registry",
        secret=Secret(value),
        field=short(f"{at}.value"),
        attrs={"person": person} if (person := _lower(text(entry, "person"))) else {},
    )
    place = Place(system="agent_config", exposure="config", scope=book.scope, path=book.path, consumer_uid=uid)
    yield from observe(material, place, book.ctx.fingerprint)


def _several(entry: Raw, name: str) -> list[str]:
    """A text or a list of texts, in lower case."""
    listed = texts(entry, name) or [value for value in (text(entry, name),) if value]
    return list(dict.fromkeys(short(value).lower() for value in listed[:50] if value.strip()))


def _lower(value: str | None) -> str | None:
    return short(value).lower() if value else None


def _broken(book: Book, subject: str, what: str) -> Gap:
    return gap(
        CAPABILITY,
        f"{short(book.path)}: {subject}",
        "malformed",
        f"The registry is not as it should be: {what}.",
        hint="see the provider's README for its shape",
    )
