"""Python packaging: ``.pypirc`` and ``pip.conf``.

Sources: packaging.python.org, "The .pypirc file"; pip docs, "Configuration".
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, parsed, text_of
from keyrack.sdk.formats.ini import Entry, entries
from keyrack.sdk.formats.urls import endpoint_of, issuer_of, logins
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_DEFAULT = {"pypi": "https://upload.pypi.org/legacy/", "testpypi": "https://test.pypi.org/legacy/"}


def parse(data: bytes) -> Parsed:
    """One upload credential per repository section of ``.pypirc``."""
    sections: dict[str, dict[str, Entry]] = {}
    for entry in entries(text_of(data), separators="=:"):
        sections.setdefault(entry.section, {})[entry.key.lower()] = entry
    return parsed(found for name, keys in sections.items() for found in _upload(name, keys))


def _upload(name: str, keys: dict[str, Entry]) -> Iterator[Material]:
    password = keys.get("password")
    if password is None:
        return
    url = keys["repository"].value if "repository" in keys else _DEFAULT.get(name, "")
    user = keys["username"].value if "username" in keys else ""
    found = described(
        password.value,
        kind="api_token" if user == "__token__" else "password",
        issuer=issuer_of(url, "pypi"),
        name=f"package upload credential of section {clean(name)}",
        detector="pypirc",
        field=f"{clean(name)}.password",
        line=password.line,
        attrs={"login": user, "endpoint": endpoint_of(url)},
    )
    if found:
        yield found


def parse_pip(data: bytes) -> Parsed:
    """Logins inside the index URLs and proxies of ``pip.conf``, ``uv.toml``, ``requirements.txt`` and the like."""
    return parsed(_urls(text_of(data)))


def _urls(text: str) -> Iterator[Material]:
    for login in logins(text):
        line = text.count("\n", 0, login.start) + 1
        found = login.material(f"package index login at {login.host}", "pip", field=f"{login.endpoint}", line=line)
        if found:
            yield found
