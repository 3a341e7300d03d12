"""What a scan would not be shown, tried on one account."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.ldap import capabilities
from keyrack.providers.ldap.connect import Directory, Failed
from keyrack.providers.ldap.discover import discover
from keyrack.records import Gap, Identity
from keyrack.sdk import Context
from keyrack.sdk.provider import Probe

_ENOUGH = 200


def probe(directory: Directory, ctx: Context) -> Iterator[Probe]:
    """The start of a scan, until accounts have come: what is refused shows there."""
    seen = 0
    refused: dict[str, Gap] = {}
    for record in discover(directory, {}, ctx):
        if isinstance(record, Gap):
            refused.setdefault(record.capability, record)
        seen += isinstance(record, Identity)
        if seen >= _ENOUGH:
            break
    if "ldap.accounts" in refused or not seen:
        found = refused.get("ldap.accounts")
        detail = found.detail if found else "no account is shown to us"
        hint = found.hint if found else "check the base and the access rules"
        yield Probe("ldap.accounts", ok=False, detail=detail, permission=capabilities.READ, hint=hint)
    else:
        yield Probe("ldap.accounts", ok=True, detail=f"{seen} accounts read")
    yield from _operational(directory) if directory.kind != "ad" else _control(directory)


def _operational(directory: Directory) -> Iterator[Probe]:
    for name in ("userPassword", "pwdChangedTime"):
        entry = next(iter(directory.search("(objectClass=simpleSecurityObject)", [name])), None)
        shown = entry is not None and not isinstance(entry, Failed) and bool(entry.values)
        detail = f"{name} is shown" if shown else f"{name} is not shown, or no account has it"
        yield Probe("ldap.operational", ok=shown, detail=detail, permission=None if shown else capabilities.OPERATIONAL)


def _control(directory: Directory) -> Iterator[Probe]:
    entry = directory.entry(directory.base, ["nTSecurityDescriptor"])
    shown = entry is not None and not isinstance(entry, Failed) and bool(entry.all("nTSecurityDescriptor"))
    detail = "access lists are shown" if shown else "access lists are not shown to us"
    yield Probe("ldap.control", ok=shown, detail=detail, permission=None if shown else capabilities.CONTROL)
