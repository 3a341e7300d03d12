"""The IAM credential report: CSV to typed rows. Pure.

Columns and their odd values (``N/A``, ``no_information``, ``not_supported``) are those of "Getting credential reports for
your AWS account" in the IAM User Guide.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from keyrack.providers.aws.raw import moment

ROOT = "<root_account>"
_NEEDED = ("user", "arn", "password_enabled", "access_key_1_active", "access_key_1_last_rotated")


@dataclass(frozen=True, slots=True)
class Slot:
    """An access key or signing certificate of the report. ``silent``: the report says that it was never used."""

    number: int
    active: bool
    rotated: datetime | None
    used: datetime | None = None
    silent: bool = False
    region: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One user, or the root user. ``None`` means that the report does not say."""

    user: str
    arn: str
    created: datetime | None
    console: bool | None
    password_changed: datetime | None
    password_expires: datetime | None
    password_never_expires: bool
    password_used: datetime | None
    password_silent: bool
    mfa: bool | None
    keys: tuple[Slot, ...]
    certificates: tuple[Slot, ...]

    @property
    def root(self) -> bool:
        """Whether this is the root user."""
        return self.user == ROOT or self.arn.endswith(":root")


@dataclass(frozen=True, slots=True)
class Report:
    """Rows by ARN, and one sentence for everything that could not be read."""

    rows: Mapping[str, Row]
    problems: tuple[str, ...] = ()


def parse_report(content: bytes) -> Report:
    """Parse a credential report; total on arbitrary bytes."""
    lines = content.decode("utf-8-sig", "replace").replace("\0", "")
    reader = csv.DictReader(io.StringIO(lines, newline=""))
    found: dict[str, Row] = {}
    problems: list[str] = []
    try:
        missing = [name for name in _NEEDED if name not in (reader.fieldnames or [])]
        if missing:
            return Report({}, (f"the credential report lacks the columns {', '.join(missing)}",))
        for number, cells in enumerate(reader, 2):
            row = _row(cells)
            if row is None:
                problems.append(f"line {number} of the credential report is cut or has no ARN")
            else:
                found.setdefault(row.arn, row)
    except csv.Error:
        problems.append(f"the credential report is not valid CSV after line {reader.line_num}")
    return Report(found, tuple(problems))


def _row(raw: Mapping[str | None, object]) -> Row | None:
    cells = {name: value for name, value in raw.items() if name and isinstance(value, str)}
    arn = cells.get("arn", "")
    if not arn.startswith("arn:") or any(name not in cells for name in _NEEDED):
        return None
    next_rotation = cells.get("password_next_rotation", "")
    return Row(
        user=cells["user"],
        arn=arn,
        created=moment(cells.get("user_creation_time")),
        console=_flag(cells["password_enabled"]),
        password_changed=moment(cells.get("password_last_changed")),
        password_expires=moment(next_rotation),
        password_never_expires=next_rotation.lower() in {"n/a", "not_supported"},
        password_used=moment(cells.get("password_last_used")),
        password_silent=cells.get("password_last_used", "").lower() == "no_information",
        mfa=_flag(cells.get("mfa_active", "")),
        keys=_slots(cells, "access_key"),
        certificates=_slots(cells, "cert"),
    )


def _slots(cells: Mapping[str, str], prefix: str) -> tuple[Slot, ...]:
    """The slots in use: active ones, and inactive ones that still have a rotation date."""
    slots: list[Slot] = []
    for number in (1, 2):
        name = f"{prefix}_{number}"
        active, rotated = _flag(cells.get(f"{name}_active", "")), moment(cells.get(f"{name}_last_rotated"))
        if not active and rotated is None:
            continue
        used = cells.get(f"{name}_last_used_date", "")
        slots.append(
            Slot(
                number=number,
                active=bool(active),
                rotated=rotated,
                used=moment(used),
                silent=used.lower() in {"n/a", "no_information"},
                region=_word(cells.get(f"{name}_last_used_region")),
                service=_word(cells.get(f"{name}_last_used_service")),
            )
        )
    return tuple(slots)


def _flag(cell: str) -> bool | None:
    return {"true": True, "false": False}.get(cell.lower())


def _word(cell: str | None) -> str | None:
    return None if cell is None or cell.lower() in {"", "n/a", "not_supported", "no_information"} else cell
