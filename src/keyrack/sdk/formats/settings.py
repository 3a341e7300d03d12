"""Settings files of tools and applications in any of the usual dialects: ``name = value``, ``name: value``, ``"name": "value"``.

Read line by line, without a parser of each dialect: which of the values are credentials, their names and shapes say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, parsed, text_of
from keyrack.sdk.formats.dotenv import value_material
from keyrack.sdk.formats.urls import logins
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_LINE = re.compile(
    r"""^[\s\-{,]{0,64}(?:export\s+|define\s*\(\s*)?["']?([A-Za-z_][\w.\-]{0,96})["']?\s{0,16}(?:=>|:=|=|:|,)\s{0,16}
        (?:"([^"\n]{1,8192})"|'([^'\n]{1,8192})'|([^\s"'#,;][^\s#;]{0,8191}))""",
    re.VERBOSE,
)
_ALWAYS = frozenset(("access-token", "access_token", "token", "oauth_token", "api_token", "secret_key", "gs_secret_access_key"))
_MOST_LINES = 50_000


def parse(data: bytes) -> Parsed:
    """Credentials among the settings, each with its line; samples, references and encrypted values drop out."""
    return parsed(_settings(text_of(data), sure=False))


def parse_client(data: bytes) -> Parsed:
    """The settings of a command-line client: a ``token`` in them is its sign-in, whatever it looks like."""
    return parsed(_settings(text_of(data), sure=True))


def _settings(text: str, *, sure: bool) -> Iterator[Material]:
    for number, line in enumerate(text.split("\n")[:_MOST_LINES], start=1):
        match = _LINE.match(line[:16_384])
        if match is None:
            continue
        name, value = match[1], next(part for part in match.groups()[1:] if part is not None)
        found = value_material(name, value, detector="settings", line=number) or next(_urls(name, value, number), None)
        if found is None and sure and name.lower() in _ALWAYS:
            found = described(
                value, kind="api_token", issuer="unknown", name=name, detector="settings", field=clean(name), line=number
            )
        if found:
            yield found


def _urls(name: str, value: str, line: int) -> Iterator[Material]:
    for login in logins(value):
        found = login.material(name, "settings", field=clean(name), line=line)
        if found:
            yield found


def parse_token(data: bytes) -> Parsed:
    """A file that is nothing but a token (a Kubernetes pod's, an age key), comments aside."""
    for number, line in enumerate(text_of(data).split("\n")[:_MOST_LINES], start=1):
        if line.strip() and not line.startswith("#"):
            found = described(
                line.strip(), kind="api_token", issuer="unknown", name="token file", detector="token_file", line=number
            )
            return parsed([found] if found else [])
    return Parsed()
