"""URLs of git remotes: what may be recorded of one, and which repository it names. Pure."""

from __future__ import annotations

import re
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
