"""Bytes to a plain document: JSON with comments, TOML or YAML, with limits that hold against hostile files."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Final

import yaml

from keyrack.sdk.agents.model import Problem

LIMIT: Final = 32 * 1024 * 1024  # ~/.claude.json keeps histories and grows to megabytes
YAML_LIMIT: Final = 1024 * 1024  # the pure-Python reader is slow, and no client writes more
ALIASES: Final = 20  # nested merges of aliases multiply; a person's file has a handful
_DEPTH: Final = 60
_LEAVES: Final = 200_000

Document = dict[str, object]


class _Loader(yaml.SafeLoader):
    """Safe loader that refuses documents with many aliases."""

    aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > ALIASES:
                raise yaml.YAMLError("too many aliases")
        return super().compose_node(parent, index)


def decode(data: bytes) -> str | Problem:
    """Text of a file: UTF-8 with or without BOM, or UTF-16 with BOM (PowerShell writes it)."""
    if len(data) > LIMIT:
        return Problem("too_large", f"the file is larger than {LIMIT // 1024 // 1024} MiB")
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return Problem("malformed", "the file is not UTF-8 text")


def load(text: str, suffix: str) -> Document | Problem:
    """The document's top-level table. An empty file is an empty table; the suffix (``.toml``, ``.yaml``) names the format."""
    if suffix in {".yaml", ".yml"} and len(text) > YAML_LIMIT:
        return Problem("too_large", f"the YAML file is larger than {YAML_LIMIT // 1024} KiB")
    try:
        parsed = _parse(text, suffix) if text.strip() else {}
    except (ValueError, OverflowError, yaml.YAMLError):
        return Problem("malformed", f"the file is not valid {_NAMES.get(suffix, 'JSON')}")
    except RecursionError:
        return Problem("malformed", "the file is nested too deeply")
    if parsed is None:  # a YAML file of comments only
        return {}
    return table(parsed) if isinstance(parsed, dict) else Problem("malformed", "the file holds no table at its top")


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text in a document as (path, name of its field, text); bounded in depth and number, so cycles end."""
    stack: list[tuple[object, str, str, int]] = [(value, path, path.rpartition(".")[2], 0)]
    seen = 0
    while stack and seen < _LEAVES:
        node, where, name, depth = stack.pop()
        seen += 1
        if isinstance(node, str):
            yield where, name, node
        elif depth < _DEPTH and isinstance(node, dict):
            stack.extend((child, f"{where}.{key}" if where else str(key), str(key), depth + 1) for key, child in node.items())
        elif depth < _DEPTH and isinstance(node, list):
            stack.extend((child, f"{where}.{index}", name, depth + 1) for index, child in enumerate(node))


def table(value: object) -> Document:
    """A value as a table with text keys; anything else is an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def texts(value: object) -> dict[str, str]:
    """The scalar fields of a table as text; anything else is left out."""
    if not isinstance(value, dict):
        return {}
    return {str(key): _text(item) for key, item in value.items() if isinstance(item, str | int | float | bool)}


def words(value: object) -> tuple[str, ...]:
    """A list of scalars as text; a bare text is a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(_text(item) for item in value if isinstance(item, str | int | float)) if isinstance(value, list) else ()


# Each alternative also accepts the end of the text, so that nothing unclosed is ever tried twice.
_COMMENT: Final = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\Z))|//[^\r\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\Z))|,(?=\s*[\]}])', re.DOTALL)
_NAMES: Final = {".toml": "TOML", ".yaml": "YAML", ".yml": "YAML"}


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _parse(text: str, suffix: str) -> object:
    if suffix == ".toml":
        return tomllib.loads(text)
    if suffix in {".yaml", ".yml"}:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return json.loads(_plain(text))


def _plain(text: str) -> str:
    """JSON with comments and trailing commas as plain JSON, in linear time.

    The jsonc package is quadratic in unclosed comments and strings: a hostile file of 60 KiB takes it nine seconds, one of
    a mebibyte most of an hour.
    """
    return _COMMA.sub(_keep, _COMMENT.sub(_keep, text))


def _keep(match: re.Match[str]) -> str:
    return match[1] or " "
