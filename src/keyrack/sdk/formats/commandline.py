"""Credentials written into a command: options, environment prefixes, headers and URLs of cron jobs and unit files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.dotenv import value_material
from keyrack.sdk.formats.ini import unquoted
from keyrack.sdk.formats.urls import logins
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material

_VALUE = r"""("[^"\n]{1,4096}"|'[^'\n]{1,4096}'|[^\s"';|&]{1,4096})"""
_PREFIX = re.compile(r"(?:^|[\s;&|(])([A-Za-z_][A-Za-z0-9_]{1,64})=" + _VALUE)
_OPTION = re.compile(
    r"--((?:[a-z]+-){0,3}(?:password|passwd|passphrase|token|apikey|api-key|secret|secret-key|access-key|client-secret))(?:=|\s+)"
    + _VALUE
)
_TOOLS = (
    (
        "password of a MySQL client",
        "password",
        re.compile(r"\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b[^|;\n]{0,500}?\s-p" + _VALUE),
    ),
    ("password given to sshpass", "password", re.compile(r"\bsshpass\s+-p\s*" + _VALUE)),
    ("password of redis-cli", "password", re.compile(r"\bredis-cli\b[^|;\n]{0,500}?\s-a\s+" + _VALUE)),
    (
        "authorization header",
        "token",
        re.compile(r"(?i)[\"']?\b(?:authorization|x-api-key|private-token|x-vault-token)\s*:\s*([^\"'\n]{4,4096})"),
    ),
)
_BASIC = re.compile(
    r"\b(?:curl|http|https|xh)\b[^|;\n]{0,500}?\s(?:-u|--user|-a|--auth)[\s=]+[\"']?([^\s:\"']{1,256}):([^\s\"']{1,1024})"
)
_LONGEST = 16_384


def inline(command: str, *, detector: str, line: int | None = None) -> Iterator[Material]:
    """Credentials in one command line. References to variables and files drop out."""
    text = command[:_LONGEST]
    for match in _PREFIX.finditer(text):
        found = value_material(match[1], unquoted(match[2]), detector=detector, line=line)
        if found:
            yield found
    yield from _options(text, detector, line)
    for login in logins(text):
        found = login.material(f"login at {login.host}", detector, field=login.endpoint, line=line)
        if found:
            yield found


def _options(text: str, detector: str, line: int | None) -> Iterator[Material]:
    for match in _OPTION.finditer(text):
        name = f"--{match[1]}"
        yield from _one(unquoted(match[2]), f"value of {name}", name, match[1].endswith("word"), detector, line)
    for label, kind, pattern in _TOOLS:
        for match in pattern.finditer(text):
            yield from _one(unquoted(match[1]), label, label, kind == "password", detector, line)
    for match in _BASIC.finditer(text):
        found = described(
            match[2],
            kind="password",
            issuer="http",
            name=f"password of {clean(match[1])}",
            detector=detector,
            field="--user",
            line=line,
            attrs={"login": match[1]},
        )
        if found:
            yield found


def _one(value: str, name: str, field: str, password: bool, detector: str, line: int | None) -> Iterator[Material]:
    found = described(
        value,
        kind="password" if password else "api_token",
        issuer="unknown",
        name=name,
        detector=detector,
        field=field,
        line=line,
    )
    if found:
        yield found
