"""Look into one file: read it within bounds, parse it, turn it into records, and say so when any of this fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from keyrack.providers.machine import typed
from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.checkouts import Checkouts
from keyrack.providers.machine.emit import CAPABILITIES, Holder, Setting, sightings, troubles
from keyrack.providers.machine.places import ANCHORS
from keyrack.providers.machine.root import File, Root, reason_of, shown
from keyrack.providers.machine.walk import Budget
from keyrack.records import Gap, Record
from keyrack.sdk import Material, gap
from keyrack.sdk.formats import Format, Parsed, recognise
from keyrack.sdk.formats.aws import AwsFile
from keyrack.sdk.formats.catalogue import sniffed
from keyrack.sdk.formats.kubeconfig import KubeConfig


def with_detected(known: tuple[Material, ...], file: File, setting: Setting) -> tuple[Material, ...]:
    """What a parser found, and what the secret detector finds besides: tokens in aliases, commands and comments."""
    from keyrack.sdk.detect import shared

    values = {material.secret for material in known}
    names = {material.public_id for material in known if material.public_id}
    try:
        detected = shared(setting.ctx.cache).scan(file.data, shown(file.path))
    except (RuntimeError, ValueError):  # the engine refuses the input; what the parser found stands
        return known
    more = [m for m in detected if m.secret not in values and (m.public_id is None or m.public_id not in names)]
    return (*known, *more)


@dataclass(slots=True)
class Reader:
    """Reads files once each, under one byte budget; certificates wait until all keys of the machine are known."""

    root: Root
    setting: Setting
    budget: Budget
    host_uid: str
    accounts: dict[str, Account]
    checkouts: Checkouts
    waiting: list[tuple[Material, File, Holder]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    _seen: dict[str, set[str]] = field(default_factory=dict)
    _used: int = 0
    _full: bool = False

    def look(self, path: str, account: Account | None) -> Iterator[Record]:
        """Records of one file, or nothing when no format fits its name or it was seen before."""
        known = recognise(shown(path))
        form = known or sniffed(shown(path))
        if form is None or self.checkouts.holds(path):
            return
        try:
            real = self.root.resolve(path)
        except OSError as error:
            if reason_of(error) != "missing":
                yield self._gap(path, form, error)
            return
        holders = self._seen.setdefault(real, set())
        name = account.name if account else ""
        if name in holders or (holders and not name):  # two homes may share a file; the file itself is not a third place
            return
        holders.add(name)
        try:
            file = self.root.read(path, form.limit)
        except OSError as error:
            if known and reason_of(error) != "missing":
                yield self._gap(path, form, error)
            return
        if self._spent(len(file.data)):
            yield from self._exhausted()
            return
        # the name under which a file is known is where its users find it; a link's target says less
        yield from self._parsed(form, replace(file, path=path), account)

    def _spent(self, size: int) -> bool:
        self._used += size
        return self._used > self.budget.total

    def _exhausted(self) -> Iterator[Gap]:
        if not self._full:
            self._full = True
            yield gap(
                "machine.env_files",
                "machine",
                "truncated",
                f"more than {self.budget.total} bytes of candidate files; the rest were not read",
            )

    def _parsed(self, form: Format, file: File, account: Account | None) -> Iterator[Record]:
        if not file.data.strip():
            return
        found = form.parse(file.data)
        if form.family == "env":
            found = replace(found, materials=with_detected(found.materials, file, self.setting))
        holder = Holder(account=account, system="state_file" if form.family == "state" else "file")
        yield from troubles(found.troubles, file.path, form)
        if isinstance(found, KubeConfig):
            yield from typed.kube_users(found, file, self.setting, holder)
            return
        if isinstance(found, AwsFile):
            yield from typed.aws_profiles(found, file, self.setting, holder)
        yield from self._materials(form, found, file, holder)

    def _materials(self, form: Format, found: Parsed, file: File, holder: Holder) -> Iterator[Record]:
        ready = []
        for material in found.materials:
            if material.kind == "certificate" and material.issuer == "x509":
                self.waiting.append((material, file, holder))
                continue
            if material.attrs.get("spki"):
                self.keys.add(material.attrs["spki"])
            ready.append(material)
        identity = self._identity(form, file, holder)
        if form.name == "ssh.authorized_keys":
            holder = replace(holder, consumer_uid=identity)
        yield from sightings(tuple(ready), file, self.setting, holder, identity_uid=identity)

    def _identity(self, form: Format, file: File, holder: Holder) -> str | None:
        """Whom an SSH key authenticates as: the account it opens, or the host itself."""
        if form.name == "ssh.authorized_keys":
            owner = holder.account or self.accounts.get(shown(file.path).rpartition("/")[2])
            return owner.uid(self.setting.host) if owner else None
        host_key = file.path.rpartition("/")[2].startswith("ssh_host_")
        return self.host_uid if host_key else None

    def certificates(self) -> Iterator[Record]:
        """Certificates that are somebody's: not trust anchors, unless their private key is on this machine."""
        for material, file, holder in self.waiting:
            owned = material.attrs.get("spki", "") in self.keys
            anchor = material.attrs.get("ca") == "true" or ANCHORS.search(shown(file.path)) is not None
            if owned or not anchor:
                yield from sightings((material,), file, self.setting, holder)

    def _gap(self, path: str, form: Format, error: OSError) -> Gap:
        reason = reason_of(error)
        details = {"denied": "may not be read", "too_large": f"is larger than {form.limit} bytes"}
        return gap(
            CAPABILITIES[form.family],
            shown(path),
            reason,
            f"{form.name}: the file {details.get(reason, 'cannot be read')}",
            permission=f"read permission on {shown(path)}" if reason == "denied" else None,
            hint="run as root or as the file's owner" if reason == "denied" else "",
        )
