"""`keyrack.toml`: the sources to scan and what the organisation knows about itself. Never a secret.

[[sources]]
name = "production"               # ours; default: the target
target = "aws"                    # machine, aws, or a path
every = "6h"                      # or schedule = "0 */6 * * *" (UTC): when `keyrack serve` scans it
logs = true                       # `keyrack serve` also takes in the provider's live logs
endpoint_url = "http://..."       # options of the provider, by name

[organisation]
accounts = ["111122223333"]       # our own cloud accounts

[people]
file = "people.csv"               # email,name,status,ended_at,manager,team

[vendors]
file = "vendors.csv"              # name,accounts (space-separated),status

[rules]
folder = "rules"                  # our own rules, beside the built-in ones
disabled = ["some_rule"]
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from keyrack.errors import UsageError
from keyrack.records import Person, Vendor

NAME = "keyrack.toml"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: str | None = None


class _Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accounts: tuple[str, ...] = ()


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder: str | None = None
    disabled: tuple[str, ...] = ()


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parsed file. ``folder`` is where relative paths start."""

    sources: tuple[dict[str, str | bool], ...] = ()
    organisation: _Organisation = _Organisation()
    people: _File = _File()
    vendors: _File = _File()
    rules: _Rules = _Rules()
    folder: str = "."

    def path(self, relative: str) -> Path:
        """A path written in the file."""
        return Path(self.folder, relative).expanduser()


def load(path: Path | None) -> Config:
    """The configuration: the file named, else ``keyrack.toml`` in the current folder, else defaults.

    Raises:
        UsageError: the file is missing, is no TOML, or has unknown keys (the message says which).
    """
    if path is None:
        path = Path(NAME)
        if not path.is_file():
            return Config()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert({**document, "folder": str(path.parent)}, Config)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("config.unreadable", f"cannot read {path}", hint="check --config") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError("config.invalid", f"{path}: {error}", hint="docs/configuration.md lists the keys") from error


def people(config: Config) -> tuple[Person, ...]:
    """People told by file.

    Raises:
        UsageError: the file is unreadable or a row is malformed (names the line).
    """
    return tuple(_person(line, row, where) for line, row, where in _rows(config, config.people))


def vendors(config: Config) -> tuple[Vendor, ...]:
    """Vendors told by file; same errors as :func:`people`."""
    return tuple(_vendor(line, row, where) for line, row, where in _rows(config, config.vendors))


def _rows(config: Config, entry: _File) -> Iterator[tuple[int, dict[str, str], Path]]:
    if entry.file is None:
        return
    path = config.path(entry.file)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                yield line, {str(k).strip(): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}, path
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError("config.file", f"cannot read {path}", hint=f"check {NAME}") from error


def _person(line: int, row: dict[str, str], where: Path) -> Person:
    email, status = row.get("email", "").lower(), row.get("status", "active") or "active"
    if not email or status not in {"active", "gone"}:
        raise UsageError("config.people", f"{where}:{line}: needs an email and a status of active or gone")
    return Person(
        uid=email,
        name=row.get("name") or email,
        status="gone" if status == "gone" else "active",
        ended_at=_moment(row.get("ended_at", ""), f"{where}:{line}"),
        manager=row.get("manager") or None,
        team=row.get("team") or None,
    )


def _vendor(line: int, row: dict[str, str], where: Path) -> Vendor:
    name = row.get("name", "")
    if not name:
        raise UsageError("config.vendors", f"{where}:{line}: needs a name")
    slug = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
    ended = row.get("status") == "ended"
    return Vendor(
        uid=f"vendor:{slug}", name=name, accounts=row.get("accounts", "").split(), status="ended" if ended else "active"
    )


def _moment(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("config.date", f"{where}: {text!r} is no ISO date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
