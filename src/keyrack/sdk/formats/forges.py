"""Command-line clients of forges: GitHub ``gh`` hosts.yml and GitLab ``glab`` config.yml.

Sources: cli/cli ``internal/config`` (a host has ``oauth_token`` and, since 2.40, ``users.<login>.oauth_token``; with a keyring
there is no token in the file) and gitlab-org/cli ``internal/config``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.sdk.formats.base import Parsed, clean, load_yaml, malformed, mapping, parsed, string
from keyrack.sdk.formats.urls import issuer_of
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material


def parse_gh(data: bytes) -> Parsed:
    """Tokens of ``~/.config/gh/hosts.yml``, one per host and user."""
    documents = load_yaml(data)
    if documents is None or len(documents) != 1 or not isinstance(documents[0], dict):
        return malformed("a hosts file of gh") if data.strip() else Parsed()
    return parsed(found for host, entry in mapping(documents[0]).items() for found in _gh_host(clean(host), mapping(entry)))


def _gh_host(host: str, entry: Mapping[str, object]) -> Iterator[Material]:
    active = string(entry.get("user"))
    tokens = {user: mapping(fields).get("oauth_token") for user, fields in mapping(entry.get("users")).items()}
    if not tokens.get(active):
        tokens[active] = entry.get("oauth_token")
    for user, token in tokens.items():
        yield from _token(token, "github", host, user, "gh.hosts", f"{host}.{user}.oauth_token")


def parse_glab(data: bytes) -> Parsed:
    """Tokens of ``~/.config/glab-cli/config.yml``, one per host."""
    documents = load_yaml(data)
    if not documents or not isinstance(documents[0], dict):
        return malformed("a config file of glab") if data.strip() else Parsed()
    hosts = mapping(mapping(documents[0]).get("hosts"))
    return parsed(found for host, entry in hosts.items() for found in _glab_host(clean(host), mapping(entry)))


def _glab_host(host: str, entry: Mapping[str, object]) -> Iterator[Material]:
    user = string(entry.get("user"))
    for key in ("token", "oauth2_refresh_token", "job_token"):
        yield from _token(entry.get(key), "gitlab", host, user, "glab.config", f"{host}.{key}")


def _token(value: object, issuer: str, host: str, user: str, detector: str, field: str) -> Iterator[Material]:
    found = described(
        value,
        kind="api_token",
        issuer=issuer_of(host, issuer),
        name=f"{issuer} token of {clean(user) or 'a user'} at {host}",
        detector=detector,
        field=clean(field),
        attrs={"login": user, "endpoint": host},
    )
    if found:
        yield found
