"""Docker and Podman registry logins: ``config.json`` and ``auth.json``. Source: Docker CLI docs, "docker login".

Entries kept by ``credsStore`` / ``credHelpers`` are empty objects here and hold no secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.sdk.formats.base import Parsed, load_json, malformed, mapping, parsed, string
from keyrack.sdk.formats.urls import endpoint_of, issuer_of
from keyrack.sdk.formats.values import decode64, described
from keyrack.sdk.material import Material

_SHORT_LIVED = ("AWS", "oauth2accesstoken", "00000000-0000-0000-0000-000000000000")
"""User names under which ECR, Artifact Registry and ACR hand out tokens of some hours."""


def parse(data: bytes) -> Parsed:
    """One credential per registry whose login is stored in the file itself."""
    document = load_json(data)
    if not isinstance(document, dict):
        return malformed("a JSON object")
    fields = mapping(document)
    auths = mapping(fields.get("auths")) or _legacy(fields)
    return parsed(found for registry, entry in auths.items() for found in _registry(registry, mapping(entry)))


def _legacy(fields: Mapping[str, object]) -> Mapping[str, object]:
    """``.dockercfg`` has the registries at the top."""
    return {key: value for key, value in fields.items() if "auth" in mapping(value)}


def _registry(registry: str, entry: Mapping[str, object]) -> Iterator[Material]:
    endpoint = endpoint_of(registry)
    user, password = string(entry.get("username")), string(entry.get("password"))
    decoded = decode64(string(entry.get("auth"))).decode("utf-8", "surrogateescape")
    if ":" in decoded:
        user, _, password = decoded.partition(":")
    token = string(entry.get("identitytoken")) or string(entry.get("registrytoken"))
    issuer = issuer_of(endpoint, "docker")
    short = user in _SHORT_LIVED
    found = described(
        token or password.rstrip("\x00"),
        kind="refresh_token" if token else "session_token" if short else "password",
        issuer=issuer,
        name=f"registry login at {endpoint}",
        detector="docker.config",
        field=f"auths.{endpoint}",
        attrs={"login": user if user != "<token>" else "", "endpoint": endpoint},
    )
    if found:
        yield found
