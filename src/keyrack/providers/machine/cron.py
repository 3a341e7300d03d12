"""Scheduled jobs: system crontabs, packages' cron.d files and users' own crontabs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from keyrack.providers.machine.emit import Holder, Setting, sightings
from keyrack.providers.machine.root import File, Root, reason_of, shown
from keyrack.providers.machine.services import runs_as
from keyrack.records import Identity, Record
from keyrack.records.uids import machine_uid
from keyrack.sdk import gap
from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.crontab import CronJob, Crontab, parse_system, parse_user

_LIMIT = 1024 * 1024
_SPOOLS = ("/var/spool/cron/crontabs", "/var/spool/cron", "/var/spool/cron/tabs", "/usr/lib/cron/tabs")


def discover(root: Root, setting: Setting) -> Iterator[Record]:
    """Jobs as identities that run as an account, with the credentials of their environment and commands."""
    names: Counter[str] = Counter()
    for path, owner in [("/etc/crontab", ""), *_files(root, "/etc/cron.d")]:
        yield from _table(root, setting, path, owner, names)
    for spool in _SPOOLS:
        try:
            users = root.names(spool)
        except OSError as error:
            yield _gap(spool, error)
            continue
        for user in users:
            if not root.is_directory(f"{spool}/{user}") and not user.startswith("."):
                yield from _table(root, setting, f"{spool}/{user}", clean(shown(user)), names)


def _files(root: Root, folder: str) -> Iterator[tuple[str, str]]:
    try:
        found = root.names(folder)
    except OSError:
        found = ["*"]  # the read that follows fails likewise and says why
    yield from ((f"{folder}/{name}", "") for name in found if not name.startswith(".") and name != "README")


def _table(root: Root, setting: Setting, path: str, owner: str, names: Counter[str]) -> Iterator[Record]:
    try:
        file = root.read(path, _LIMIT)
    except OSError as error:
        if reason_of(error) != "missing":
            yield _gap(path, error)
        return
    table = parse_user(file.data) if owner else parse_system(file.data)
    jobs = []
    for job in table.jobs:
        user = owner or job.user
        name = f"{user}/{job.command.rpartition('/')[2] or job.command}"
        names[name] += 1
        number = f"#{names[name]}" if names[name] > 1 else ""
        jobs.append((_identity(job, f"{name}{number}", user, file, setting, owned=bool(owner)), job))
    yield from _records(jobs, table, file, setting)


def _identity(job: CronJob, name: str, user: str, file: File, setting: Setting, *, owned: bool) -> Identity:
    attrs = {"path": shown(file.path), "line": str(job.line), "run_as": user, "command": job.command}
    return Identity(
        uid=machine_uid(setting.host, "cron-job", name),
        kind="service_account",
        type="cron:job",
        name=name,
        provider="machine",
        scope=setting.host,
        attrs={**attrs, "user": user} if owned else attrs,
    )


def _records(jobs: list[tuple[Identity, CronJob]], table: Crontab, file: File, setting: Setting) -> Iterator[Record]:
    for identity, job in jobs:
        yield identity
        yield runs_as(identity.uid, identity.attrs["run_as"], setting)
        yield from sightings(job.materials, file, setting, Holder(consumer_uid=identity.uid, system="env"))
    consumer = jobs[0][0].uid if len(jobs) == 1 else None
    yield from sightings(table.materials, file, setting, Holder(consumer_uid=consumer, system="env"))


def _gap(path: str, error: OSError) -> Record:
    reason = reason_of(error)
    return gap(
        "machine.services",
        shown(path),
        reason,
        "scheduled jobs could not be read",
        permission=f"read permission on {shown(path)}" if reason == "denied" else None,
        hint="run as root",
    )
