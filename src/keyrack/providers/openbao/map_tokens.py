"""Tokens and AppRole secret-ids to Credentials, and tokens that stand for nobody else to Identities. Pure and total.

Facts: openbao.org/api-docs/auth/token (lookup-accessor: creation_time and issue_time, expire_time null without end,
``last_renewal_time`` only when it was renewed), openbao.org/api-docs/auth/approle (an expiration in year 1 is none; 0 uses are
unlimited; there is no last use), openbao.org/docs/concepts/tokens (root, orphan, periodic).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.providers.openbao.map_policies import Held
from keyrack.providers.openbao.names import ISSUER, Home, clean, flag, moment, owners, seconds, stated_environment, words
from keyrack.records import Credential, Identity, Record, Usage
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, part, text

SOURCE = "openbao:token-lookup"
_NAMES = ("role_name", "role", "username", "cert_name")


@dataclass(slots=True)
class Actors:
    """Whom a token acts as: entity id to uid, mounts by path, and the newest login of each role (filled while mapping)."""

    entities: Mapping[str, str] = field(default_factory=dict)
    mounts: frozenset[str] = frozenset()
    logins: dict[str, datetime] = field(default_factory=dict)


def holder(home: Home, token: Raw, actors: Actors) -> tuple[str, bool]:
    """Uid a token acts as, and whether a login issued it. A token made by hand for nobody stands for itself."""
    path = text(token, "path") or ""
    if (role := text(token, "role")) and path.startswith("auth/token/"):
        return home.role("token", role), False
    login = _login(home, path, part(token, "meta"), actors)
    entity = actors.entities.get(text(token, "entity_id") or "")
    if login or entity:
        return login or entity or "", not path.startswith("auth/token/")
    return home.uid("token", text(token, "accessor") or "unknown"), False


def _login(home: Home, path: str, meta: Raw, actors: Actors) -> str | None:
    inner = path.removeprefix("auth/")
    mount = next((name for name in sorted(actors.mounts, key=len, reverse=True) if inner.startswith(f"{name}/")), None)
    name = next((found for key in _NAMES if (found := text(meta, key))), None)
    return home.role(mount, name) if mount and name and mount != "token" else None


def token_records(home: Home, token: Raw, actors: Actors) -> Iterator[Record | Held]:
    """One token by its accessor: a Credential, its renewal, and an Identity when it stands for itself."""
    accessor = text(token, "accessor")
    if not accessor:
        return
    who, login = holder(home, token, actors)
    if who == home.uid("token", accessor):
        yield from _itself(home, token, who)
    created, expires = moment(token, "issue_time") or moment(token, "creation_time"), moment(token, "expire_time")
    if login and created:
        actors.logins[who] = max(created, actors.logins.get(who, created))
    uid = credential_uid(ISSUER, public_id=accessor)
    yield Credential(
        uid=uid,
        kind="session_token" if login else "api_token",
        issuer=ISSUER,
        name=clean(text(token, "display_name") or "token"),
        identity_uid=who,
        public_id=accessor,
        status="active",
        created_at=created,
        expires_at=expires,
        expiry="set" if expires else "never" if "expire_time" in token else "unknown",
        attrs=_attrs(token),
    )
    if renewed := moment(token, "last_renewal") or moment(token, "last_renewal_time"):
        yield Usage(
            uid=row_uid("use", uid, SOURCE),
            identity_uid=who,
            credential_uid=uid,
            grade="reported",
            source=SOURCE,
            used_at=renewed,
            service="token",
            action="renew",
        )


def _itself(home: Home, token: Raw, uid: str) -> Iterator[Record | Held]:
    meta = part(token, "meta")
    name = clean(text(token, "display_name") or "token")
    root = "root" in words(token, "policies")
    yield Identity(
        uid=uid,
        kind="api_key",
        type="openbao:root-token" if root else "openbao:token",
        name=name,
        provider="openbao",
        scope=home.server,
        created_at=moment(token, "issue_time") or moment(token, "creation_time"),
        environment=stated_environment(meta),
        attrs=_attrs(token),
    )
    yield from owners(uid, meta, "metadata of the token,")
    for policy in dict.fromkeys([*words(token, "policies"), *words(token, "identity_policies")]):
        yield Held(uid, policy)


def _attrs(token: Raw) -> dict[str, str]:
    uses = seconds(token, "num_uses")
    attrs = {
        "policies": ",".join(words(token, "policies")),
        "orphan": flag(token, "orphan"),
        "period": str(seconds(token, "period")),
        "max_ttl": str(seconds(token, "explicit_max_ttl")),
        "uses_left": str(uses),
        "cidrs": ",".join(words(token, "bound_cidrs")),
        "origin_path": clean(text(token, "path") or ""),
    }
    return {key: value for key, value in attrs.items() if value not in {"", "0"}}


def login_usage(actors: Actors) -> Iterator[Usage]:
    """The newest login of each role, as its tokens that still live tell it. Silence proves nothing: they end."""
    for uid, at in sorted(actors.logins.items()):
        yield Usage(
            uid=row_uid("use", uid, SOURCE, "login"),
            identity_uid=uid,
            grade="reported",
            source=SOURCE,
            used_at=at,
            service="auth",
            action="login",
        )


def secret_id_records(role_uid: str, raw: Raw) -> Iterator[Record]:
    """One secret-id by its accessor. The server keeps no last use, so there is no Usage: unknown, never absent."""
    accessor = text(raw, "secret_id_accessor")
    if not accessor:
        return
    expires = moment(raw, "expiration_time")
    uses = seconds(raw, "secret_id_num_uses")
    metadata = part(raw, "metadata")
    attrs = {
        "uses_left": str(uses) if uses else "unlimited",
        "cidrs": ",".join(dict.fromkeys([*words(raw, "cidr_list"), *words(raw, "token_bound_cidrs")])),
        "of": "approle-secret-id",
    }
    yield Credential(
        uid=credential_uid(ISSUER, public_id=accessor),
        kind="secret",
        issuer=ISSUER,
        name=f"secret-id of {role_uid.rpartition('/')[2]}",
        identity_uid=role_uid,
        public_id=accessor,
        status="active",
        created_at=moment(raw, "creation_time"),
        expires_at=expires,
        expiry="set" if expires else "never" if "expiration_time" in raw else "unknown",
        attrs={key: value for key, value in attrs.items() if value},
    )
    yield from owners(role_uid, metadata, "metadata of a secret-id,")
