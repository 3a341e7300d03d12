"""Compose files: literal values in the environment of their services.

Source: the Compose specification, "Services top-level element", ``environment`` (a mapping, or a list of ``NAME=value``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.sdk.formats.base import Parsed, clean, items, load_yaml, malformed, mapping, parsed, string, text_of
from keyrack.sdk.formats.dotenv import environment_materials
from keyrack.sdk.formats.values import line_of
from keyrack.sdk.material import Material

_DEFAULTS = frozenset(("postgres", "root", "admin", "guest", "mysql", "redis", "mongo", "password", "example", "secret"))
"""Passwords of a developer's own containers: hidden from nobody."""


def parse(data: bytes) -> Parsed:
    """Credentials of all services, each with its line; ``field`` is ``services.<name>.environment.<variable>``."""
    documents = load_yaml(data)
    if documents is None:
        return malformed("a YAML document")
    text = text_of(data)
    services = [pair for document in documents for pair in mapping(mapping(document).get("services")).items()]
    return parsed(found for name, service in services for found in _service(name, service, text))


def _service(name: str, service: object, text: str) -> Iterator[Material]:
    stated = mapping(service).get("environment")
    values = {key: string(value) for key, value in mapping(stated).items()}
    for entry in items(stated):
        variable, sign, value = string(entry).partition("=")
        if sign:
            values[variable] = value
    literal = {key: value for key, value in values.items() if value.lower() not in _DEFAULTS}
    for found in environment_materials(literal, detector="compose.environment"):
        line = line_of(text, literal.get(found.field or "", ""))
        yield replace(found, line=line, field=f"services.{clean(name)}.environment.{found.field}")
