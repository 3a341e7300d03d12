"""Mapping: one bot as the API writes it -> records. Pure, and total: nothing in the API's reply can make it fail."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.records import Credential, Identity, Record, Usage
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, rows, text, when


def records_of(bot: Raw, scope: str) -> Iterator[Record]:
    """The bot, its tokens, and when each was last used; nothing for a bot without an id."""
    key = text(bot, "id")
    if key is None:
        return
    uid = f"parley:{scope}:bot/{key}"
    yield Identity(
        uid=uid,
        kind="service_account",
        type="parley:bot",
        name=text(bot, "name") or key,
        provider="parley",
        scope=scope,
        created_at=when(bot, "created_at"),
    )
    for token in rows(bot, "tokens"):
        yield from _token(token, uid)


def _token(token: Raw, owner: str) -> Iterator[Record]:
    key = text(token, "id")
    if key is None:
        return
    uid = credential_uid("parley", public_id=key)
    yield Credential(
        uid=uid,
        kind="api_token",
        issuer="parley",
        name=text(token, "name") or key,
        identity_uid=owner,
        public_id=key,
        status="active",
        created_at=when(token, "created_at"),
        expires_at=when(token, "expires_at"),
        # "never" only where the API says so; a field that is missing is no promise
        expiry="set" if when(token, "expires_at") else "never" if token.get("expires_at", 0) is None else "unknown",
    )
    if used := when(token, "last_used_at"):
        yield Usage(uid=row_uid("use", uid), credential_uid=uid, grade="reported", source="parley:last-used", used_at=used)
