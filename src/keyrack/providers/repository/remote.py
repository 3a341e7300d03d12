"""What a repository is called: from its ``origin``, else from its directory. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from keyrack.sdk.git_remotes import name_from_url


def directory_name(path: Path) -> str:
    """Name of a repository without a usable remote: its directory's."""
    name = path.resolve().name.removesuffix(".git")
    return (name or "root").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def origin(settings: Mapping[str, str]) -> str | None:
    """URL of ``origin``, else of the only remote, exactly as configured (it may hold a password: never record it)."""
    urls = {key: url for key, url in settings.items() if key.startswith("remote.") and key.endswith(".url")}
    only = next(iter(urls.values())) if len(urls) == 1 else None
    return urls.get("remote.origin.url") or only


def repository_name(settings: Mapping[str, str], directory: Path) -> str:
    """``owner/name`` from the remote, else the directory's name."""
    url = origin(settings)
    return (name_from_url(url) if url else None) or directory_name(directory)
