"""What systemd starts: units an administrator wrote, or that run as somebody, with the secrets of their environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.emit import Holder, Setting, sightings
from keyrack.providers.machine.root import File, Root, reason_of, shown
from keyrack.records import Gap, Identity, Record, Trust
from keyrack.records.uids import machine_uid, row_uid
from keyrack.sdk import gap
from keyrack.sdk.formats import dotenv
from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.systemd import Unit, parse

_OWN = ("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system")
_VENDOR = ("/usr/lib/systemd/system", "/lib/systemd/system")
_LIMIT = 1024 * 1024
_MOST_UNITS = 5_000


@dataclass(frozen=True, slots=True)
class _Read:
    file: File
    unit: Unit


def discover(root: Root, setting: Setting, homes: Sequence[Account]) -> Iterator[Record]:
    """Units of the system and of each home; the first folder that has a name wins, as for systemd itself."""
    yield from _folders(root, setting, (*_OWN, *_VENDOR), None, _enabled(root))
    for account in homes:
        yield from _folders(root, setting, (f"{account.home.rstrip('/')}/.config/systemd/user",), account, frozenset())


def _folders(
    root: Root, setting: Setting, folders: Sequence[str], account: Account | None, enabled: frozenset[str]
) -> Iterator[Record]:
    seen: set[str] = set()
    for folder in folders:
        try:
            names = root.names(folder)
        except OSError as error:
            yield _gap(folder, error)
            continue
        for name in names[:_MOST_UNITS]:
            if name.endswith(".service") and name not in seen and not _only_enables(root, f"{folder}/{name}"):
                seen.add(name)
                yield from _unit(root, setting, f"{folder}/{name}", account, enabled=name in enabled)


def _enabled(root: Root) -> frozenset[str]:
    """Units that something wants: links in ``*.wants`` and ``*.requires``; an instance enables its template."""
    found = set()
    for folder in _OWN:
        try:
            groups = [name for name in root.names(folder) if name.endswith((".wants", ".requires"))]
            names = [name for group in groups for name in root.names(f"{folder}/{group}")]
        except OSError:
            continue  # the search of the same folder says why
        found.update(names)
        found.update(f"{name.partition('@')[0]}@.service" for name in names if "@" in name)
    return frozenset(found)


def _only_enables(root: Root, path: str) -> bool:
    """A link from /etc into the vendor's folder enables a unit that is looked at in its own place."""
    try:
        return path.startswith(_OWN) and root.resolve(path).startswith(_VENDOR)
    except OSError:
        return False


def _unit(root: Root, setting: Setting, path: str, account: Account | None, *, enabled: bool) -> Iterator[Record]:
    if _masked(root, path):
        return
    parts: list[_Read] = []
    folder, _, name = path.rpartition("/")
    places = (folder,) if account else (*_VENDOR, *_OWN)
    for candidate in [path, *_files(root, [f"{place}/{name}.d" for place in places])]:
        try:
            file = root.read(candidate, _LIMIT)
        except OSError as error:
            if reason_of(error) != "missing":
                yield _gap(candidate, error)
            continue
        parts.append(_Read(file, parse(file.data)))
    own = any(not part.file.path.startswith(_VENDOR) for part in parts)
    named = any(part.unit.user not in ("", "root") or part.unit.dynamic_user for part in parts)
    interesting = own or (named and enabled) or any(part.unit.materials or part.unit.environment_files for part in parts)
    if interesting and any(part.unit.service for part in parts):
        yield from _records(root, setting, clean(shown(name)), parts, account)


def _masked(root: Root, path: str) -> bool:
    """A unit linked to /dev/null is switched off."""
    try:
        return root.resolve(path) == "/dev/null"
    except OSError:
        return False


def _files(root: Root, folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        try:
            yield from (f"{folder}/{name}" for name in root.names(folder) if name.endswith(".conf"))
        except OSError:
            yield f"{folder}/*"  # the read that follows fails likewise and says why


def _records(root: Root, setting: Setting, name: str, parts: list[_Read], account: Account | None) -> Iterator[Record]:
    user = next((part.unit.user for part in reversed(parts) if part.unit.user), "")
    dynamic = any(part.unit.dynamic_user for part in parts)
    run_as = account.name if account else user or ("" if dynamic else "root")
    command = next((part.unit.command for part in reversed(parts) if part.unit.command), "")
    identity = Identity(
        uid=machine_uid(setting.host, "systemd-unit", f"{account.name}/{name}" if account else name),
        kind="service_account",
        type="systemd:unit",
        name=name,
        provider="machine",
        scope=setting.host,
        attrs={
            key: value
            for key, value in {
                "path": shown(parts[0].file.path),
                "run_as": run_as or "dynamic",
                "command": command,
                "user": account.name if account else "",
            }.items()
            if value
        },
    )
    yield identity
    if run_as and "%" not in run_as:
        yield runs_as(identity.uid, run_as, setting)
    for part in parts:
        holder = Holder(consumer_uid=identity.uid, system="env")
        yield from sightings(part.unit.materials, part.file, setting, holder)
        for pattern in dict.fromkeys(part.unit.environment_files):
            yield from _environment_file(root, setting, pattern, identity.uid)


def runs_as(subject: str, user: str, setting: Setting) -> Trust:
    """A unit or job becomes the account it runs as."""
    account = machine_uid(setting.host, "unix-user", user)
    return Trust(
        uid=row_uid("trust", account, "os:runs-as", subject),
        identity_uid=account,
        subject=subject,
        subject_kind="workload",
        mechanism="os:runs-as",
    )


def _environment_file(root: Root, setting: Setting, pattern: str, consumer: str) -> Iterator[Record]:
    if not pattern.startswith("/") or "%" in pattern:
        return
    for path in _expand(root, pattern):
        try:
            file = root.read(path, _LIMIT)
        except OSError as error:
            if reason_of(error) != "missing":
                yield _gap(path, error)
            continue
        yield from sightings(dotenv.parse(file.data).materials, file, setting, Holder(consumer_uid=consumer))


def _expand(root: Root, pattern: str) -> Iterator[str]:
    folder, _, name = pattern.rpartition("/")
    if not any(sign in name for sign in "*?["):
        yield pattern
        return
    try:
        yield from (f"{folder}/{found}" for found in root.names(folder) if fnmatchcase(found, name))
    except OSError:
        yield pattern


def _gap(path: str, error: OSError) -> Gap:
    reason = reason_of(error)
    return gap(
        "machine.services",
        shown(path),
        reason,
        "the unit's configuration could not be read",
        permission=f"read permission on {shown(path)}" if reason == "denied" else None,
        hint="run as root",
    )
