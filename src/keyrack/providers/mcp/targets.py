"""What a person wants looked at: server URLs, agent cards, a registry of agents. Files are read here, nothing is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError
from keyrack.providers.mcp.seen import Server
from keyrack.records.identity import Environment
from keyrack.sdk.agents import documents
from keyrack.sdk.agents.model import Problem
from keyrack.sdk.agents.secrets import public_url
from keyrack.sdk.fields import Raw, rows, text

MOST: Final = 16 * 1024 * 1024
_DEEPEST: Final = 20
_STATED: Final[Mapping[str, Environment]] = {
    "prod": "prod",
    "production": "prod",
    "live": "prod",
    "nonprod": "nonprod",
    "dev": "nonprod",
    "development": "nonprod",
    "test": "nonprod",
    "staging": "nonprod",
    "stage": "nonprod",
    "qa": "nonprod",
    "sandbox": "nonprod",
}


def servers(options: Mapping[str, str]) -> list[Server]:
    """The servers of option ``servers``: a file (TOML or JSON with ``servers``, or one URL a line), or URLs with commas between.

    Raises:
        KeyrackError: the file cannot be read, or an entry is no http or https URL.
    """
    wish = options.get("servers", "").strip()
    entries = _entries(wish, "servers")
    defaults = {name: options.get(name, "") for name in ("token_env", "token_file", "other_token_env")}
    found: dict[str, Server] = {}
    for entry in entries:
        server = _server(entry, defaults)
        found.setdefault(server.uid, server)
    return list(found.values())


def cards(options: Mapping[str, str]) -> list[str]:
    """URLs of option ``cards``: agent cards, or hosts whose well-known card is meant (A2A specification, Agent Discovery).

    Raises:
        KeyrackError: as :func:`servers`.
    """
    urls = [_checked(text(entry, "url") or "") for entry in _entries(options.get("cards", "").strip(), "cards")]
    return list(
        dict.fromkeys(url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/.well-known/agent-card.json" for url in urls)
    )


def registry(path: str) -> Raw:
    """The registry of agents at a path, understood by its suffix: ``.toml``, ``.json``, ``.yaml``.

    Raises:
        KeyrackError: it cannot be read, or is none of these.
    """
    written = _written(_document(Path(path).expanduser()))
    return written if isinstance(written, dict) else {}


def _written(value: object, depth: int = 0) -> object:
    """Dates of TOML and YAML as ISO text, at any sensible depth: the rest of the provider reads JSON."""
    if isinstance(value, date):
        return value.isoformat()
    if depth < _DEEPEST and isinstance(value, dict):
        return {str(key): _written(item, depth + 1) for key, item in value.items()}
    if depth < _DEEPEST and isinstance(value, list):
        return [_written(item, depth + 1) for item in value]
    return value


def hosts(found: Iterable[Server]) -> dict[str, list[Server]]:
    """Servers by host, in a stable order."""
    grouped: dict[str, list[Server]] = {}
    for server in sorted(found, key=lambda item: item.uid):
        grouped.setdefault(server.host, []).append(server)
    return grouped


def stated_environment(value: str | None) -> Environment | None:
    """Prod or nonprod, by the usual words; anything else is nothing."""
    return _STATED.get((value or "").strip().lower())


def _entries(wish: str, key: str) -> Iterator[Raw]:
    if not wish:
        return
    if "://" in wish:
        yield from ({"url": url.strip()} for url in wish.split(",") if url.strip())
        return
    path = Path(wish).expanduser()
    if path.suffix.lower() in {".toml", ".json", ".yaml", ".yml"}:
        document = _document(path)
        yield from rows(document, key)
        listed = document.get(key)
        yield from ({"url": url} for url in (listed if isinstance(listed, list) else []) if isinstance(url, str))
        return
    for line in _read(path).decode("utf-8", "replace").splitlines():
        plain = line.partition(" #")[0].strip()
        if plain and not plain.startswith("#"):
            yield {"url": plain}


def _server(entry: Raw, defaults: Mapping[str, str]) -> Server:
    url = _checked(text(entry, "url") or "")
    given = text(entry, "url") or ""
    return Server(
        url=url,
        name=(text(entry, "name") or "")[:200],
        token_env=text(entry, "token_env") or defaults["token_env"],
        token_file=text(entry, "token_file") or defaults["token_file"],
        other_token_env=text(entry, "other_token_env") or defaults["other_token_env"],
        environment=stated_environment(text(entry, "environment")),
        vendor=(text(entry, "vendor") or "")[:200],
        owner=(text(entry, "owner") or "")[:200].lower(),
        query_dropped="?" in given,
    )


def _checked(url: str) -> str:
    """An address without query, user and fragment: those may carry a secret, and a probe of ours must not.

    Raises:
        KeyrackError: it is no http or https URL.
    """
    shown = public_url(url)
    parts = urlsplit(shown)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "***" in parts.path:
        raise KeyrackError(
            "mcp.address",
            f"an entry is no http or https address: {shown[:100] or 'empty'}",
            hint="write https://host[:port]/path, without user, token or query",
        )
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _document(path: Path) -> Raw:
    loaded = documents.load(_read(path).decode("utf-8", "replace"), path.suffix.lower())
    if isinstance(loaded, Problem):
        raise KeyrackError(
            "mcp.file", f"{path} is not understood: {loaded.detail}", hint="see the provider's README for its shape"
        )
    return loaded


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise KeyrackError(
            "mcp.file", f"{path} cannot be read ({type(error).__name__})", hint="check the path and its mode"
        ) from error
    if len(data) > MOST:
        raise KeyrackError("mcp.file", f"{path} is larger than {MOST >> 20} MiB", hint="split it")
    return data
