"""Environment files: ``NAME=value`` lines, with or without ``export``, as dotenv, systemd and shells write them.

Which values are credentials is decided by :mod:`keyrack.sdk.shapes`, the same way as for an agent's ``env`` block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from keyrack.sdk.formats.base import Parsed, clean, parsed, text_of
from keyrack.sdk.formats.values import present
from keyrack.sdk.material import Material
from keyrack.sdk.shapes import environment, suspect

_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+|set[ \t]+-gx[ \t]+|setenv[ \t]+|setx?[ \t]+|declare[ \t]+-x[ \t]+)?
        ([A-Za-z_][A-Za-z0-9_.-]{0,127})(?:[ \t]*=[ \t]*|(?<=\w)[ \t]+(?=["'])|(?<=\w)[ \t]+(?=\S+[ \t]*$))
        ("(?:[^"\\]|\\.){0,60000}"|'[^']{0,60000}'|[^\n]{0,20000})""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\", "\\$": "$"}
_ESCAPE = re.compile(r"\\[nrt\"\\$]")


def parse(data: bytes) -> Parsed:
    """Credentials of an environment file; ``variable`` and ``field`` are the variable's name."""
    return parsed(file_materials(text_of(data), detector="dotenv"))


def assignments(text: str) -> Iterator[tuple[str, str, int]]:
    """``(name, value, line)`` of every assignment; quoted values may span lines, trailing comments are cut off."""
    line, last = 1, 0
    for match in _ASSIGNMENT.finditer(text):
        line += text.count("\n", last, match.start(1))
        last = match.start(1)
        yield match[1], _value(match[2]), line


def _value(raw: str) -> str:
    if raw[:1] == '"' and len(raw) > 1 and raw[-1] == '"':
        return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], raw[1:-1])
    if raw[:1] == "'" and len(raw) > 1 and raw[-1] == "'":
        return raw[1:-1]
    return re.split(r"(?:^|[ \t])#", raw, maxsplit=1)[0].strip().rstrip(";").strip()


def file_materials(text: str, *, detector: str) -> list[Material]:
    """Credentials among the assignments of a text, each with the line it stands on; a later assignment wins."""
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for name, value, line in assignments(text):
        values[name], lines[name] = value, line
    return [
        replace(material, line=lines.get(material.field or "")) for material in environment_materials(values, detector=detector)
    ]


def environment_materials(values: Mapping[str, str], *, detector: str) -> Iterator[Material]:
    """Credentials of an environment block; encrypted values and references drop out."""
    plain = {clean(name): value for name, value in values.items() if present(value.strip())}
    for name, shape in environment(plain):
        yield material_of(name, shape.material(name, detector, field=name, variable=name))


def value_material(name: str, value: str, *, detector: str, line: int | None = None) -> Material | None:
    """The credential a single named value holds, if any."""
    if not present(value.strip()):
        return None
    shape = suspect(name, value)
    if shape is None:
        return None
    return replace(material_of(name, shape.material(name, detector, field=clean(name), variable=clean(name))), line=line)


def material_of(name: str, material: Material) -> Material:
    """The material with texts fit for records, and the cloud of a long-lived AWS key."""
    attrs = {key: clean(text) for key, text in material.attrs.items()}
    if material.issuer == "aws" and material.kind == "access_key":
        attrs["cloud"] = "aws"
        if not material.secret:
            attrs["referenced"] = "true"
    return replace(material, name=clean(name), attrs=attrs)
