"""What a repository is called: from its ``origin``, else from its directory. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_URL: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?(?P<host>[^/:]+|\[[^\]]*\])(?::\d+)?/(?P<path>[^?#]*)")
_SCP: Final = re.compile(r"^(?:[^/@:]+@)?(?P<host>[^/:]{2,}):(?!/)(?P<path>[^?#]*)")
_USERINFO: Final = re.compile(r"(?<=://)[^/@]*@")


def public_url(url: str) -> str:
    """A remote's URL without userinfo, query and fragment (git-fetch(1) "GIT URLS")."""
    bare = url.partition("?")[0].partition("#")[0]
    if "://" in bare:
        return _USERINFO.sub("", bare)
    return re.sub(r"^[^/@:]+@(?=[^/:]+:)", "", bare)


def name_from_url(url: str) -> str | None:
    """``owner/name`` of a remote on a host, nested groups kept; ``None`` for a local path or an unreadable URL."""
    match = _URL.match(url) or (None if "://" in url else _SCP.match(url))
    if match is None:
        return None
    parts = [part for part in match["path"].split("/") if part not in {"", ".", "..", "~"}]
    if not parts:
        return None
    parts[-1] = parts[-1].removesuffix(".git")
    return "/".join(parts) if parts[-1] else None


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
