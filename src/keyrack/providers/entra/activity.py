"""Use of identities and credentials, from the two sign-in reports of Graph beta.

"servicePrincipalSignInActivity", "appCredentialSignInActivity" (beta; global service only; ``AuditLog.Read.All``). A row of
the first names an application id; absence is said only after a report was read to its end, and for the 30 days that it surely
covers.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.entra import calls
from keyrack.providers.entra.keys import KEY_REPORT, PRINCIPAL_REPORT, key_use, principal_use, unused
from keyrack.providers.entra.names import guid
from keyrack.providers.entra.scan import Scan
from keyrack.records import Credential, Gap, Identity, Record
from keyrack.sdk.fields import text


class Watch:
    """Passes a scan's records on and remembers what the reports have to account for: our identities and their credentials."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.identities: set[str] = set()

    def through(self, records: Iterator[Record]) -> Iterator[Record]:
        """The same records."""
        for record in records:
            if isinstance(record, Credential) and record.identity_uid and record.public_id and record.status == "active":
                self.keys.setdefault(record.public_id, record.identity_uid)
            elif isinstance(record, Identity) and record.type == "entra:service-principal" and not record.third_party:
                self.identities.add(record.uid)
            yield record


def activity(scan: Scan, watch: Watch) -> Iterator[Record]:
    """Reported use, then what the reports do not know. One use of a key is one of its identity too."""
    if scan.session.reports:
        yield from _of_keys(scan, watch)
        yield from _of_principals(scan, watch)


def _of_keys(scan: Scan, watch: Watch) -> Iterator[Record]:
    seen: set[str] = set()
    for item in scan.listing(scan.graph, calls.KEY_SIGN_INS, "sign-ins by credential"):
        if isinstance(item, Gap):
            yield item
            continue
        key = guid(text(item, "keyId"))
        holder = watch.keys.get(key or "") or scan.apps.get(guid(text(item, "appId")) or "")
        if key and (found := key_use(item, holder)):
            seen.add(key)
            yield found
    if scan.whole[calls.KEY_SIGN_INS.name]:
        yield from (
            unused(watch.keys[key], f"cred:azure:{key}", KEY_REPORT, scan.ctx.now) for key in watch.keys if key not in seen
        )


def _of_principals(scan: Scan, watch: Watch) -> Iterator[Record]:
    used: set[str] = set()
    for item in scan.listing(scan.graph, calls.SIGN_INS, "sign-ins"):
        if isinstance(item, Gap):
            yield item
            continue
        holder = scan.apps.get(guid(text(item, "appId")) or "")
        for use in principal_use(item, holder) if holder else ():
            used.add(use.identity_uid or "")
            yield use
    if scan.whole[calls.SIGN_INS.name]:
        yield from (unused(uid, None, PRINCIPAL_REPORT, scan.ctx.now) for uid in sorted(watch.identities - used))
