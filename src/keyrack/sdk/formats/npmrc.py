"""``.npmrc``: registry tokens and passwords. Source: npm docs, "npmrc" (auth related configuration)."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, parsed, text_of
from keyrack.sdk.formats.ini import Entry, entries, unquoted
from keyrack.sdk.formats.urls import endpoint_of, issuer_of
from keyrack.sdk.formats.values import decode64, described
from keyrack.sdk.material import Material

_AUTH = ("_authtoken", "_auth", "_password")


def parse(data: bytes) -> Parsed:
    """One credential per registry; ``${VAR}`` references drop out."""
    found = list(entries(text_of(data)))
    users = {entry.key.rpartition(":")[0]: entry.value for entry in found if entry.key.lower().endswith("username")}
    return parsed(_materials(found, users))


def _materials(found: list[Entry], users: dict[str, str]) -> Iterator[Material]:
    for entry in found:
        registry, _, key = entry.key.rpartition(":")
        if key.lower() not in _AUTH:
            continue
        login, value = _login(key.lower(), unquoted(entry.value), users.get(registry, ""))
        host = registry.removeprefix("//")
        endpoint = endpoint_of(host) or "registry.npmjs.org"
        material = described(
            value,
            kind="api_token" if key.lower() == "_authtoken" else "password",
            issuer=issuer_of(endpoint, "npm"),
            name=f"npm registry credential for {endpoint}",
            detector="npmrc",
            field=f"{endpoint}:{key}",
            line=entry.line,
            attrs={"login": login, "endpoint": endpoint},
        )
        if material:
            yield material


def _login(key: str, value: str, user: str) -> tuple[str, str]:
    """Account and password: ``_auth`` is base64 of ``user:password``, ``_password`` base64 of the password."""
    if key == "_authtoken":
        return user, value
    decoded = decode64(value).decode("utf-8", "surrogateescape")
    if key == "_password":
        return user, decoded or value
    name, sign, password = decoded.partition(":")
    return (name, password) if sign else (user, value)
