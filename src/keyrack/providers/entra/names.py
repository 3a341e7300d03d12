"""Canonical names of a tenant's things, and small readings that every mapping shares. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keyrack.records.identity import Environment
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.formats.base import clean

GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""Application id of Microsoft Graph."""
MICROSOFT: Final = frozenset({"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
"""Tenants that own Microsoft's own applications ("Verify first-party Microsoft applications in sign-in reports")."""
_NAME, _LONG = 512, 2000
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)
_ENVIRONMENT_TAGS = ("environment", "env", "stage", "tier")
_OWNER_TAGS = ("owner", "owneremail", "owner-email", "contact", "maintainer", "team", "squad", "costowner", "application-owner")
_WORDS: Mapping[str, Environment] = {
    **dict.fromkeys(("prod", "production", "prd", "live"), "prod"),
    **dict.fromkeys(("dev", "development", "test", "testing", "staging", "stage", "stg", "qa", "uat", "sandbox"), "nonprod"),
    **dict.fromkeys(("nonprod", "non-prod", "nonproduction", "preprod"), "nonprod"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tenant:
    """One Entra tenant; ``id`` in lower case."""

    id: str

    def uid(self, kind: str, object_id: str) -> str:
        """``entra:<tenant>:<kind>/<object id>``; kinds: sp, app, user, managed-identity, agent, group."""
        return f"entra:{self.id}:{kind}/{object_id.lower()}"


def guid(value: str | None) -> str | None:
    """A GUID in lower case; ``None`` for anything else, so that no other text reaches a URL."""
    found = (value or "").strip().lower()
    return found if _GUID.fullmatch(found) else None


def named(raw: Raw, *path: str, fallback: str = "unnamed") -> str:
    """Display name fit for a record."""
    return clean(text(raw, *path) or "", _NAME) or fallback


def said(raw: Raw, *path: str) -> str | None:
    """Text fit for an attribute, bounded."""
    return clean(text(raw, *path) or "", _LONG) or None


def arm_uid(resource_id: str) -> str:
    """``azure:<lower-case ARM id>``: Azure compares ids without case."""
    return f"azure:{clean(resource_id, _LONG).lower()}"


def tags_of(raw: Raw) -> dict[str, str]:
    """Tags of an Azure resource, text to text."""
    return {clean(key, _NAME): clean(value, _NAME) for key, value in part(raw, "tags").items() if isinstance(value, str)}


def environment_of(tags: Mapping[str, str]) -> Environment | None:
    """Environment that a tag states in one known word."""
    lower = {key.lower(): value.strip().lower() for key, value in tags.items()}
    return next((_WORDS[lower[key]] for key in _ENVIRONMENT_TAGS if lower.get(key) in _WORDS), None)


def owners_in(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """(owner, tag) of the tags that name somebody: an e-mail, else ``team:<name>``."""
    found = []
    for key, value in tags.items():
        if key.lower() in _OWNER_TAGS and value:
            mail = _MAIL.search(value)
            found.append((mail[0].lower() if mail else f"team:{value.lower()}", key))
    return found


def mails(note: str | None) -> list[str]:
    """E-mail addresses in a free note, at most five."""
    return [found.lower() for found in _MAIL.findall(note or "")][:5]


def flag(value: object) -> str | None:
    """``true``/``false``, or nothing when unknown."""
    return ("true" if value else "false") if isinstance(value, bool) else None


def known(**values: str | None) -> dict[str, str]:
    """Attributes without those unknown."""
    return {key: value for key, value in values.items() if value}
