"""Canonical names and the small readings every mapping needs. Pure and total."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from keyrack.records import Ownership
from keyrack.records.identity import Environment
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, text, when

ISSUER = "vault"
_SERVICE = re.compile(
    r"(?i)(?:^|[-_.@])(svc|service|srv|bot|robot|ci|cicd|deploy(?:er)?|pipeline|build|jenkins|automation|batch|cron|job|agent"
    r"|terraform|ansible|backup|monitor(?:ing)?|exporter|api|app|worker|runner|system|daemon)(?:$|[-_.@\d])"
)
_OWNER_KEYS: tuple[tuple[str, OwnerEvidence], ...] = (
    ("owner", "owner"),
    ("owner_email", "owner"),
    ("contact", "annotation"),
    ("team", "annotation"),
    ("responsible", "owner"),
    ("maintainer", "annotation"),
    ("created_by", "creator"),
)
_ENVIRONMENT_KEYS = ("environment", "env", "stage")
_STATED: dict[str, Environment] = {
    **dict.fromkeys(("prod", "production", "prd", "live"), "prod"),
    **dict.fromkeys(("dev", "development", "test", "testing", "staging", "stage", "qa", "sandbox", "nonprod"), "nonprod"),
}


@dataclass(frozen=True, slots=True)
class Home:
    """One namespace of one server: where names live. ``prefix`` is empty or ends in a slash."""

    server: str
    prefix: str = ""

    def uid(self, kind: str, name: str) -> str:
        """``openbao:<server>:<kind>/<namespace/><name>``."""
        return clean(f"openbao:{self.server}:{kind}/{self.prefix}{name}")

    def role(self, mount: str, name: str) -> str:
        """A role, user or certificate entry of an auth mount; ``mount`` without slash at the end."""
        return self.uid("role", f"{mount}/{name}")


def service_name(name: str) -> bool:
    """Whether a login name is a program's: whole words such as ``svc``, ``ci``, ``deploy``."""
    return bool(_SERVICE.search(name))


def seconds(raw: Raw, name: str) -> int:
    """A duration: a number of seconds, or text such as ``768h``, ``90s``, ``1h30m0s``; 0 when unset or unreadable."""
    value = raw.get(name)
    if isinstance(value, bool):
        return 0
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 1e12 else 0
    if not isinstance(value, str) or len(value) > 40:
        return 0
    if value.isascii() and value.isdigit():
        return int(value[:12])
    parts = re.findall(r"(\d{1,12})(d|h|m(?!s)|s)", value)
    return min(sum(int(number) * {"d": 86_400, "h": 3600, "m": 60, "s": 1}[unit] for number, unit in parts), 10**12)


def moment(raw: Raw, *path: str) -> datetime | None:
    """ISO time, or whole seconds since 1970; the server's zero (year 1) and 0 mean unset."""
    value = raw
    for name in path[:-1]:
        inner = value.get(name)
        value = inner if isinstance(inner, dict) else {}
    last = value.get(path[-1])
    if isinstance(last, int | float) and not isinstance(last, bool):
        try:
            return datetime.fromtimestamp(last, UTC) if 0 < last < 253_402_300_800 else None
        except (ValueError, OverflowError, OSError):
            return None
    found = when(raw, *path)
    return found if found and found.year > 1 else None


def flag(raw: Raw, name: str) -> str:
    """A switch as ``true`` or ``false``."""
    return "true" if raw.get(name) is True else "false"


def words(raw: object, *path: str) -> list[str]:
    """A list of texts, which some versions write as one comma-separated text."""
    value: object = raw
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        value = value.split(",")
    items = value if isinstance(value, list) else []
    return [clean(item.strip()) for item in items if isinstance(item, str) and item.strip()]


def clean(value: str) -> str:
    """Text any UTF-8 writer takes."""
    return value.encode("utf-8", "replace").decode()


def owners(identity_uid: str, metadata: Raw, where: str) -> list[Ownership]:
    """What metadata says about owners: e-mail addresses in lower case, teams as ``team:<name>``."""
    found = []
    for key, evidence in _OWNER_KEYS:
        value = (text(metadata, key) or "").strip().lower()
        if value and len(value) < 200:
            owner = value if "@" in value or key != "team" else f"team:{value.removeprefix('team:')}"
            uid = row_uid("own", identity_uid, owner, evidence)
            found.append(Ownership(uid=uid, identity_uid=identity_uid, owner=owner, evidence=evidence, detail=f"{where} `{key}`"))
    return found


def stated_environment(metadata: Raw) -> Environment | None:
    """Environment that metadata states outright."""
    for key in _ENVIRONMENT_KEYS:
        if found := _STATED.get((text(metadata, key) or "").lower()):
            return found
    return None
