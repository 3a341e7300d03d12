"""Load rules: walk the folder, split header and statement, and refuse what breaks the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import yaml

from keyrack.errors import UsageError
from keyrack.rules.model import OWASP, Header, Rule

ROOT = Path(__file__).parent
_HEADER = re.compile(r"\A/\*\n(?P<yaml>.*?)\n\*/\n(?P<sql>.+)\Z", re.DOTALL)


@cache
def builtin() -> tuple[Rule, ...]:
    """All rules that ship with Keyrack, by folder and id."""
    return tuple(_load(ROOT.glob("nhi*/*.sql"), "built-in"))


def from_folder(folder: Path) -> tuple[Rule, ...]:
    """A user's own rules.

    Raises:
        UsageError: the folder is missing or a rule in it is malformed.
    """
    if not folder.is_dir():
        raise UsageError("rules.folder", f"rules folder {folder} does not exist", hint="fix `[rules] folder` in keyrack.toml")
    return tuple(_load(folder.rglob("*.sql"), "user"))


def parse(text: str, file: str) -> Rule:
    """One rule from its text.

    Raises:
        UsageError: no header, unknown or missing header fields, or an id that is not the file's name.
    """
    match = _HEADER.match(text.replace("\r\n", "\n"))
    if match is None:
        raise UsageError("rules.header", f"{file}: a rule starts with a /* YAML */ comment, then one SELECT")
    try:
        header = msgspec.convert(yaml.load(match["yaml"], Loader=yaml.CSafeLoader), Header)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise UsageError("rules.header", f"{file}: {error}") from error
    if header.owasp not in OWASP:
        raise UsageError("rules.owasp", f"{file}: {header.owasp!r} is no OWASP NHI 2025 id")
    if header.id != Path(file).stem:
        raise UsageError("rules.id", f"{file}: its id is {header.id!r}; id and file name must agree")
    return Rule(header=header, sql=match["sql"].strip().rstrip(";"), file=file)


def _load(paths: Iterator[Path], origin: str) -> Iterator[Rule]:
    for path in sorted(paths):
        rule = parse(path.read_text("utf-8"), str(path))
        yield msgspec.structs.replace(rule, origin=origin)
