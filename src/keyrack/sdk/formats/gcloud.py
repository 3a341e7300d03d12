"""Google Cloud credential files: service-account keys, application default credentials, and gcloud's databases.

Sources: google-auth's ``service_account``, ``_default`` and ``external_account`` modules; Cloud SDK's
``credentials.db`` (table ``credentials(account_id, value)``) and ``access_tokens.db``. The client secret of an
``authorized_user`` file is gcloud's own public one and is not reported.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, load_json, malformed, mapping, parsed, string, when
from keyrack.sdk.formats.sqlite import rows
from keyrack.sdk.formats.values import dated, described, secret_of
from keyrack.sdk.material import Material

_KINDS = (
    "service_account",
    "authorized_user",
    "external_account",
    "impersonated_service_account",
    "external_account_authorized_user",
)

_KEY_ID = re.compile(r"[0-9a-f]{40}|[0-9a-zA-Z]{16,64}")


def is_credential(document: object) -> bool:
    """Whether a JSON document is one of Google's credential files."""
    fields = mapping(document)
    return string(fields.get("type")) in _KINDS and bool(
        {"private_key", "refresh_token", "audience", "source_credentials"} & set(fields)
    )


def parse(data: bytes) -> Parsed:
    """A credential JSON: ``public_id`` is the key id and ``login`` the account's e-mail. Federation files hold no secret."""
    document = load_json(data)
    if document is None:
        return malformed("a JSON document")
    return parsed(material for material in _document(document, "") if material is not None)


def _document(document: object, prefix: str, account: str = "") -> Iterator[Material | None]:
    fields = mapping(document)
    kind = string(fields.get("type"))
    if kind == "service_account":
        yield _service_account(fields, prefix)
    elif kind in ("authorized_user", "external_account_authorized_user"):
        yield _user(fields, prefix, account)
    elif kind == "impersonated_service_account" and not prefix:
        yield from _document(fields.get("source_credentials"), "source_credentials.", account)


def _service_account(fields: object, prefix: str) -> Material | None:
    document = mapping(fields)
    secret = secret_of(document.get("private_key"))
    if secret is None:
        return None
    email, key_id = clean(string(document.get("client_email"))), string(document.get("private_key_id"))
    attrs = {"login": email, "cloud": "gcp"}
    return Material(
        kind="private_key",
        issuer="gcp",
        name=f"service account key of {email or 'an unnamed account'}",
        detector="gcloud.service_account",
        secret=secret,
        public_id=key_id if _KEY_ID.fullmatch(key_id) else None,
        field=f"{prefix}private_key",
        expiry="never",
        algorithm="RSA",
        attrs={key: value for key, value in attrs.items() if value},
    )


def _user(fields: object, prefix: str, account: str) -> Material | None:
    document = mapping(fields)
    person = string(document.get("account")) or account
    return described(
        document.get("refresh_token"),
        kind="refresh_token",
        issuer="google",
        name=f"Google user credentials of {clean(person) or 'a signed-in user'}",
        detector="gcloud.authorized_user",
        field=f"{prefix}refresh_token",
        attrs={"login": person, "person": person or "type authorized_user"},
    )


def parse_database(data: bytes) -> Parsed:
    """The gcloud databases ``credentials.db`` or ``access_tokens.db``."""
    found: list[Material] = []
    try:
        for account, value in rows(data, "credentials", ("account_id", "value")):
            document = load_json(value.encode("utf-8", "surrogateescape"))
            found += [m for m in _document(document, f"{clean(account)}.", clean(account)) if m is not None]
        for account, token, expiry in rows(data, "access_tokens", ("account_id", "access_token", "token_expiry")):
            found += _access_token(clean(account), token, expiry)
    except sqlite3.Error:
        return malformed("a readable SQLite database")
    return parsed(found)


def _access_token(account: str, token: str, expiry: str) -> Iterator[Material]:
    person = account if account and not account.endswith("gserviceaccount.com") else None
    found = dated(
        described(
            token,
            kind="session_token",
            issuer="google",
            name=f"Google access token of {account}",
            detector="gcloud.access_token",
            field=f"{account}.access_token",
            attrs={"login": account, "person": person},
        ),
        expires=when(expiry),
    )
    if found:
        yield found
