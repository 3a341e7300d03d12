"""Policy variables: ``${aws:username}``, ``${key, 'default'}``, ``${*}``, ``${?}`` and ``${$}``.

Facts: IAM User Guide, "IAM policy elements: Variables and tags". Variables are replaced in the resource part of Resource and
NotResource and in condition values of string, ARN and Bool operators, in policies of Version 2012-10-17 only. A key that is
absent, has no value, or has several is "effectively null": "there is no equal or like value".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from keyrack.access.aws.match import literal

Lookup = Callable[[str], tuple[str, ...] | None]
"""Values of a condition key (lower case) in the request; ``None`` or empty when it has none."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"(.*?),\s*'(.*)'\s*", re.DOTALL)
_SPECIAL = frozenset("*?$")

_Part = str | tuple[str, str | None]
"""Text, or a variable: key in lower case and default."""


def has_variables(text: str) -> bool:
    """Whether anything in the text is replaced."""
    return "${" in text and _VARIABLE.search(text) is not None


def replaced(text: str, lookup: Lookup) -> str | None:
    """The text with variables replaced by values, whose wildcard characters stand for themselves; ``None``: one has no value."""
    out: list[str] = []
    for part in _parts(text):
        if isinstance(part, str):
            out.append(part)
            continue
        key, default = part
        values = lookup(key)
        value = values[0] if values and len(values) == 1 and values[0] else default
        if value is None:
            return None
        out.append(literal(value))
    return "".join(out)


def keys(text: str) -> tuple[str, ...]:
    """The condition keys a text needs, in lower case."""
    return tuple(part[0] for part in _parts(text) if not isinstance(part, str))


@lru_cache(maxsize=16384)
def _parts(text: str) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        inner = match.group(1)
        if inner in _SPECIAL:
            parts.append(literal(inner))
            continue
        with_default = _DEFAULT.fullmatch(inner)
        key, default = with_default.groups() if with_default else (inner, None)
        parts.append((key.strip().lower(), default))
    return (*parts, text[end:])
