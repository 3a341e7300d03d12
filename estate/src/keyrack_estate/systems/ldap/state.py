"""The entries of both directories, as the estate makes them and slapd loads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from keyrack_estate.systems.ldap.windows import ADMINISTRATORS, FULL, ace, descriptor, sid

BASE: Final = "dc=nordholm,dc=example"
DOMAIN: Final = "dc=corp,dc=nordholm,dc=example"
SID: Final = "S-1-5-21-4210-5310-6410"
MADE, CHANGED, USED = 400, 12, 3
"""Days: a sane account was made over a year ago, changed its password this month and was used this week."""
Entry = tuple[str, dict[str, list[str | bytes]]]


@dataclass
class State:
    """Entries and slapd options by naming context."""

    now: datetime
    entries: dict[str, list[Entry]] = field(default_factory=lambda: {BASE: [], DOMAIN: []})
    options: dict[str, list[str]] = field(default_factory=lambda: {BASE: [], DOMAIN: []})
    values: dict[str, str] = field(default_factory=dict, repr=False)
    crowd: int = 0
    """Accounts to make beside the entries, when they are loaded (:mod:`keyrack_estate.systems.ldap.bulk`)."""

    @classmethod
    def empty(cls, now: datetime, reader: str = "only-on-loopback") -> State:
        """Both contexts, their units and the account that reads them."""
        state = cls(now, values={"reader": reader})
        state.entries[BASE].append((BASE, {"objectClass": ["dcObject", "organization"], "dc": ["nordholm"], "o": ["Nordholm"]}))
        head: dict[str, list[str | bytes]] = {
            "objectClass": ["domainDNS", "extensibleObject"],
            "dc": ["corp"],
            "objectSid": [sid(SID)],
        }
        head |= {"maxPwdAge": [str(-365 * 864_000_000_000)], "nTSecurityDescriptor": [descriptor(ace(ADMINISTRATORS, FULL))]}
        state.entries[DOMAIN].append((DOMAIN, head))
        for base in (BASE, DOMAIN):
            state.entries[base].append(
                (
                    f"cn=keyrack,{base}",
                    {
                        "objectClass": ["organizationalRole", "simpleSecurityObject"],
                        "cn": ["keyrack"],
                        "userPassword": [reader],
                    },
                )
            )
        for unit in ("services", "people"):
            state.entries[BASE].append((f"ou={unit},{BASE}", {"objectClass": ["organizationalUnit"], "ou": [unit]}))
        for unit in ("services", "people", "servers", "prod", "test", "groups"):
            state.entries[DOMAIN].append((f"ou={unit},{DOMAIN}", {"objectClass": ["organizationalUnit"], "ou": [unit]}))
        return state

    def ago(self, days: float) -> datetime:
        """That many days before now."""
        return self.now - timedelta(days=days)

    def application(self, name: str, **more: str) -> str:
        """An application of OpenLDAP; returns its DN."""
        dn = f"cn={name},ou=services,{BASE}"
        values = {
            "pwdChangedTime": f"{self.ago(CHANGED):%Y%m%d%H%M%SZ}",
            "pwdLastSuccess": f"{self.ago(USED):%Y%m%d%H%M%SZ}",
            **more,
        }
        classes: list[str | bytes] = ["organizationalRole", "simpleSecurityObject"]
        self.entries[BASE].append(
            (dn, {"objectClass": classes, "cn": [name], **{key: [value] for key, value in values.items() if value}})
        )
        return dn
