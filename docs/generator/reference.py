"""Reference pages: records, vocabulary, the report's JSON Schema, commands."""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import Meta

from generator.markdown import cell, mark, table
from keyrack.records import OBSERVED, Finding, Record, vocabulary
from keyrack.rules import OWASP
from keyrack.sdk import registry

_LISTS = (
    ("Types of identities", "IDENTITY_TYPES"),
    ("Attributes of identities", "IDENTITY_ATTRS"),
    ("Attributes of credentials", "CREDENTIAL_ATTRS"),
    ("Attributes of placements", "PLACEMENT_ATTRS"),
    ("Attributes of grants", "GRANT_ATTRS"),
    ("Attributes of policies", "POLICY_ATTRS"),
    ("Attributes of trusts", "TRUST_ATTRS"),
    ("Types of resources", "RESOURCE_TYPES"),
    ("Attributes of resources", "RESOURCE_ATTRS"),
    ("Attributes of usage", "USAGE_ATTRS"),
    ("Mechanisms of trusts", "MECHANISMS"),
)


_RECORDS = """# Records

Everything a provider yields, the lake stores and rules read. Columns of the Parquet files and SQL views are these fields,
in this order; a field that may be null says so. Times are UTC.
"""
_WORDS = """# Vocabulary

The native types, attributes and mechanisms that providers may emit and rules may read; the contract suite of the SDK holds
every provider to it. Values of attributes are text: booleans are `true` and `false`, lists are comma-separated, and what is
unknown is absent.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of every page."""
    yield "reference/records.md", _records()
    yield "reference/vocabulary.md", _vocabulary()
    yield "reference/report.schema.json", _schema()
    yield "commands.md", _commands()


def _records() -> str:
    listed: tuple[type[Record], ...] = (*OBSERVED, Finding)
    return "\n".join([mark("`src/keyrack/records/`"), _RECORDS, *(_record(record) for record in listed)])


def _record(record: type[Record]) -> str:
    hints = typing.get_type_hints(record, include_extras=True)
    rows = [(f"`{field.name}`", *_described(hints[field.name])) for field in msgspec.structs.fields(record)]
    doc = inspect.getdoc(record) or ""
    key = ", ".join(f"`{name}`" for name in record.key)
    head = f"## {record.__name__}\n\n{doc.splitlines()[0]} Table `{record.table}`; unique by {key}."
    return f"{head}\n\n{table(('Field', 'Type', 'Meaning'), rows)}"


def _described(hint: object) -> tuple[str, str]:
    """(type, description) of an annotated field."""
    description = ""
    while typing.get_origin(hint) is Annotated:
        inner, *extra = typing.get_args(hint)
        description = description or next((m.description or "" for m in extra if isinstance(m, Meta)), "")
        hint = inner
    return _type(hint), description


def _type(hint: object) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, types.UnionType):
        return ", ".join(_type(arm) for arm in arguments if arm is not type(None)) + " or null"
    if origin is Literal:
        return " · ".join(f"`{value}`" for value in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return "map of text to text"
    return (
        {str: "text", int: "integer", bool: "boolean", float: "number"}.get(hint, "time") if isinstance(hint, type) else str(hint)
    )


def _vocabulary() -> str:
    parts = [mark("`src/keyrack/records/vocabulary.py` and the providers' manifests"), _WORDS]
    for title, name in _LISTS:
        rows = [(f"`{word}`", meaning, by) for word, meaning, by in _words(name)]
        parts.append(f"## {title}\n\n{table(('Word', 'Meaning', 'Brought by'), rows)}")
    issuers = ", ".join(f"`{issuer}`" for issuer in vocabulary.ISSUERS)
    parts.append(f"## Issuers\n\n{issuers}. A detector may add others, in lower case, when its rule names the vendor.\n")
    parts.append("## Risks\n\n" + table(("OWASP id", "Name"), OWASP.items()))
    return "\n".join(parts)


def _words(name: str) -> Iterator[tuple[str, str, str]]:
    """Words of one list: the house's, then those that single providers bring."""
    yield from ((word, meaning, "") for word, meaning in getattr(vocabulary, name, {}).items())
    for provider, manifest in sorted(registry.manifests().items()):
        brought: Mapping[str, str] = getattr(manifest.words, name.lower(), {})
        yield from ((word, meaning, provider) for word, meaning in brought.items())


def _schema() -> str:
    from keyrack.outputs.views import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


@cache
def _commands() -> str:
    """Help of every command, from the command line's own definitions."""
    import typer.main

    from keyrack.cli.main import COMMANDS, build

    parts = [mark("`src/keyrack/cli/`"), "# Commands\n\nData goes to standard output, everything else to standard error.\n"]
    for name in COMMANDS:
        group = typer.main.get_command(build([name]))
        command = group.commands[name]  # type: ignore[attr-defined]  # a Typer of several commands is a group
        parts.append(_command(f"## keyrack {name}", command, COMMANDS[name][1]))
        parts += [_command(f"### keyrack {name} {sub}", one, "") for sub, one in getattr(command, "commands", {}).items()]
    parts.append("## Exit codes\n\n" + table(("Code", "Meaning"), _EXITS))
    return "\n".join(parts)


def _command(heading: str, command: Any, summary: str) -> str:
    rows = [_parameter(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    options = table(("Option", "Meaning"), rows) if rows else ""
    return f"{heading}\n\n{inspect.cleandoc(command.help or summary)}\n\n{options}"


_EXITS = (
    ("0", "clean"),
    ("1", "the tool failed"),
    ("2", "usage"),
    ("3", "nothing scanned, or incomplete with `--strict`"),
    ("11 to 15", "highest severity found, info to critical, when `--fail-on` is given"),
)


def _parameter(parameter: object) -> tuple[str, str]:
    names = [*getattr(parameter, "opts", ()), *getattr(parameter, "secondary_opts", ())]
    argument = getattr(parameter, "param_type_name", "") == "argument"
    shown = f"`{str(getattr(parameter, 'name', '')).upper()}`" if argument else ", ".join(f"`{name}`" for name in names)
    default = getattr(parameter, "default", None)
    stated = (
        f" Default: `{default}`." if isinstance(default, str | int) and not isinstance(default, bool) and default != "" else ""
    )
    return shown, cell(str(getattr(parameter, "help", "") or "")) + stated
