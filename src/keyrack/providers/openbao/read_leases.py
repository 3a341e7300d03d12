"""Leases: credentials that engines issued and that still live. A walk of prefixes, and one lookup a lease.

Facts: openbao.org/api-docs/system/leases (lookup: issue_time, expire_time, last_renewal). Leases of logins are tokens, which
are read by their accessors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from keyrack.providers.openbao.names import ISSUER, Home, clean, flag, moment
from keyrack.providers.openbao.scan import Scan
from keyrack.records import Credential, Gap, Record
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, text

CAPABILITY = "openbao.leases"


def read_leases(scan: Scan) -> Iterator[Record]:
    """Every live lease that is no token, at most ``limit``."""
    folders: deque[str] = deque([""])
    found: list[str] = []
    while folders:
        folder = folders.popleft()
        listing = scan.api.listing(CAPABILITY, f"sys/leases/lookup/{folder}", needs="list, sudo", what="sys/leases/lookup/*")
        if isinstance(listing, Gap):
            yield listing
            break
        keys = [key for key in listing.keys if not (folder == "" and key == "auth/")]
        folders.extend(f"{folder}{key}" for key in keys if key.endswith("/"))
        found += [f"{folder}{key}" for key in keys if not key.endswith("/")]
    taken, said = scan.within(CAPABILITY, "sys/leases/lookup", tuple(found))
    yield from said
    bodies: list[tuple[str, object]] = [("sys/leases/lookup", {"lease_id": lease}) for lease in taken]
    for item in scan.api.many(CAPABILITY, bodies, needs="update", what="sys/leases/lookup", stage="leases"):
        if isinstance(item, Gap):
            yield item
        else:
            yield lease_record(scan.home, taken[item[0]], item[1])


def lease_record(home: Home, lease: str, raw: Raw) -> Credential:
    """One lease: an issued credential of the role it was read from; what it is worth only its reader was told."""
    path = clean(lease.rpartition("/")[0])
    expires: datetime | None = moment(raw, "expire_time")
    attrs = {
        "of": "lease",
        "path": f"{home.prefix}{path}",
        "renewable": flag(raw, "renewable"),
        "renewed": text(raw, "last_renewal") or "",
    }
    return Credential(
        uid=credential_uid(ISSUER, holder=home.uid("lease", path), name=clean(lease.rpartition("/")[2])),
        kind="session_token",
        issuer=ISSUER,
        name=f"lease of {home.prefix}{path}",
        status="active",
        created_at=moment(raw, "issue_time"),
        expires_at=expires,
        expiry="set" if expires else "unknown",
        attrs={key: clean(value) for key, value in attrs.items() if value},
    )
