"""Users of the directory: persons, their human identities, and who is still there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.entra.names import Tenant, flag, guid, known, named, said
from keyrack.records import Identity, Person, Record
from keyrack.sdk.fields import Raw, part, text, when


def address(raw: Raw) -> str | None:
    """How ownership names a directory object: mail, else the sign-in name, in lower case; nothing for what has neither."""
    found = text(raw, "mail") or text(raw, "userPrincipalName")
    return found.strip().lower() if found and "@" in found else None


def user_records(tenant: Tenant, raw: Raw) -> Iterator[Record]:
    """A user as an Identity, and members (no guests, no agents' users) as a Person.

    A disabled account counts as gone: nobody can act through it, whatever the reason ("accountEnabled", user resource).
    """
    object_id = guid(text(raw, "id"))
    if object_id is None:
        return
    enabled = raw.get("accountEnabled")
    agent = "agentuser" in (text(raw, "@odata.type") or "").lower()
    guest = text(raw, "userType") == "Guest"
    mail = address(raw)
    yield Identity(
        uid=tenant.uid("user", object_id),
        kind="ai_agent" if agent else "human",
        type="entra:agent-user" if agent else "entra:user",
        name=named(raw, "userPrincipalName", fallback=object_id),
        provider="entra",
        scope=tenant.id,
        status="disabled" if enabled is False else "active",
        created_at=when(raw, "createdDateTime"),
        third_party=guest,
        attrs=known(guest=flag(guest) if guest else None, email=mail),
    )
    if mail and not guest and not agent:
        yield Person(
            uid=mail,
            name=named(raw, "displayName", fallback=mail),
            status="gone" if enabled is False else "active",
            manager=address(part(raw, "manager")),
            team=said(raw, "department"),
        )
