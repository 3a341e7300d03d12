"""Personal access tokens and SSH keys of people, as far as the organisation can see them. Pure.

Sources: REST "List fine-grained personal access tokens with access to organization resources" (GitHub Apps only), "List requests
to access organization resources...", "List SAML SSO authorizations for an organization" (``credential_accessed_at`` may be null
if it was never accessed; ``authorized_credential_expires_at`` is the expiry for the token). A token acts as the person who
made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from msgspec import structs

from keyrack.providers.github.accounts import account
from keyrack.providers.github.apps import SELECTED, grant
from keyrack.records import Credential, Record, Usage
from keyrack.records.credential import CredentialStatus
from keyrack.records.uids import account_uid, credential_uid, row_uid
from keyrack.sdk.fields import Raw, part, text, texts, when

_FINGERPRINT = re.compile(r"(?:SHA256:)?([A-Za-z0-9+/]{43})=?")
_KINDS = {"personal access token": "classic", "oauth app token": "oauth", "github app token": "app"}


def fine_grained(raw: Raw, org: str, now: datetime, *, left: bool | None, pending: bool = False) -> Iterator[Record]:
    """A fine-grained token that reaches the organisation, or (``pending``) asks to. ``left``: its person is no longer in it."""
    login, number = text(raw, "owner", "login"), text(raw, "token_id")
    if not login or not number:
        return
    holder, name = account_uid("github", login), text(raw, "token_name") or "token"
    public_id = f"token/{number}"
    uid = credential_uid("github", public_id=public_id)
    expires = when(raw, "token_expires_at")
    made = when(raw, "created_at" if pending else "access_granted_at")
    dead = raw.get("token_expired") is True or (expires is not None and expires <= now)
    where = text(raw, "repository_selection") or ""
    attrs = {
        "login": login.lower(),
        "token_type": "fine-grained",
        "repositories": where,
        "granted_at": made.isoformat() if made and not pending else "",
        "pending": "true" if pending else "",
        "holder_left": _yes(left),
        "reason": "stated" if pending and text(raw, "reason") else "",
    }
    yield account(login, org)
    yield Credential(
        uid=uid,
        kind="api_token",
        issuer="github",
        name=name,
        identity_uid=holder,
        public_id=public_id,
        status="expired" if dead else "inactive" if pending else "active",
        created_at=made,
        expires_at=expires,
        expiry="set" if expires else "never" if "token_expires_at" in raw else "unknown",
        attrs={key: value for key, value in attrs.items() if value},
    )
    if pending:
        return
    yield from used(raw, "token_last_used_at", uid, holder, "github:personal-access-tokens", since=made)
    yield from _token_grants(raw, org, holder, f"token {name} ({number})", where)


def _token_grants(raw: Raw, org: str, holder: str, policy: str, where: str) -> Iterator[Record]:
    """What the token may do, held by its person. A token never has more than the person, and may have less."""
    for group in ("organization", "repository", "other"):
        levels = part(raw, "permissions", group)
        actions = [f"{name}:{level}" for name, level in sorted(levels.items()) if isinstance(level, str)]
        scope = "*" if group == "organization" or where == "all" else SELECTED
        if actions:
            yield grant(holder, org, actions, scope, policy)


def authorization(raw: Raw, org: str, now: datetime, *, left: bool | None) -> Iterator[Record]:
    """A classic token, an OAuth token or an SSH key that somebody authorised for the organisation's single sign-on.

    ``left``: that somebody is no longer in the organisation.
    """
    login, kind = text(raw, "login"), (text(raw, "credential_type") or "").lower()
    number = text(raw, "credential_id")
    if not login or not number:
        return
    yield account(login, org)
    holder, made = account_uid("github", login), when(raw, "credential_authorized_at")
    credential = _ssh(raw, holder, login) if kind == "ssh key" else _classic(raw, holder, login, number, kind, now)
    gone = _yes(left)
    yield structs.replace(credential, attrs={**credential.attrs, "holder_left": gone}) if gone else credential
    yield from used(raw, "credential_accessed_at", credential.uid, holder, "github:sso-authorizations", since=made)


def _ssh(raw: Raw, holder: str, login: str) -> Credential:
    match = _FINGERPRINT.fullmatch(text(raw, "fingerprint") or "")
    public_id = f"SHA256:{match[1]}" if match else None
    title = text(raw, "authorized_credential_title") or "SSH key"
    place = text(raw, "credential_id")
    return Credential(
        uid=credential_uid("ssh", public_id=public_id, holder=holder, name=f"ssh-key/{place}"),
        kind="ssh_key",
        issuer="ssh",
        name=title,
        identity_uid=holder,
        public_id=public_id,
        status="active",
        created_at=when(raw, "credential_authorized_at"),
        expiry="never",
        attrs={"login": login.lower(), "title": title, "endpoint": "github.com"},
    )


def _classic(raw: Raw, holder: str, login: str, number: str, kind: str, now: datetime) -> Credential:
    public_id = f"credential/{number}"
    expires = when(raw, "authorized_credential_expires_at")
    told = "authorized_credential_expires_at" in raw and kind == "personal access token"
    status: CredentialStatus = "expired" if expires is not None and expires <= now else "active"
    attrs = {
        "login": login.lower(),
        "token_type": _KINDS.get(kind, "other"),
        "scopes": ",".join(sorted(texts(raw, "scopes"))),
    }
    return Credential(
        uid=credential_uid("github", public_id=public_id),
        kind="api_token",
        issuer="github",
        name=text(raw, "authorized_credential_note") or kind or "token",
        identity_uid=holder,
        public_id=public_id,
        status=status,
        created_at=when(raw, "credential_authorized_at"),
        expires_at=expires,
        expiry="set" if expires else "never" if told else "unknown",
        attrs={key: value for key, value in attrs.items() if value},
    )


def used(raw: Raw, name: str, credential: str, identity: str, source: str, *, since: datetime | None) -> Iterator[Usage]:
    """Last use as GitHub reports it. Null means never, since the credential came to be; a field that is not there, nothing."""
    at = when(raw, name)
    if at is None and (name not in raw or since is None):
        return
    yield Usage(
        uid=row_uid("usage", credential, source),
        identity_uid=identity,
        credential_uid=credential,
        grade="reported" if at else "absent",
        source=source,
        used_at=at,
        since=None if at else since,
    )


def _yes(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"
