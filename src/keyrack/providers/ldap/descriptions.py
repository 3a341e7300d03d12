"""Passwords and tokens that somebody wrote into an account's description, which every account of the directory may read. Pure.

Microsoft tells to look for them ("Account security posture assessments", Microsoft Defender for Identity); the value ends
here, a keyed fingerprint goes on, so that it is recognised wherever else it lies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.providers.ldap.accounts import Account, Domain
from keyrack.records import Credential, Placement
from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.material import Place, observe
from keyrack.sdk.notes import secrets

_FIELDS = ("description", "info")


def written(account: Account, domain: Domain, fingerprinter: Fingerprinter) -> Iterator[Credential | Placement]:
    """Each secret in free text as a credential of the account, and the attribute as its place."""
    for field in _FIELDS:
        for material in secrets("\n".join(account.entry.texts(field)), "ldap", field):
            place = Place(
                system="app_setting",
                exposure="config",
                scope=domain.base,
                path=f"{account.entry.dn}: {field}",
                consumer_uid=account.uid,
            )
            known = replace(material, status="inactive") if account.status == "disabled" else material
            yield from observe(known, place, fingerprinter, identity_uid=account.uid)
