"""Active Directory in bytes: identifiers, access lists and a domain, for a slapd that answers in its shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from keyrack_estate.systems.ldap import windows
from keyrack_estate.systems.ldap.windows import FULL, KEYS, REPLICATE, RESET, ace, descriptor, sid

__all__ = [
    "BASE",
    "DOMAIN",
    "FULL",
    "KEYS",
    "NOW",
    "READER",
    "RESET",
    "account",
    "ace",
    "descriptor",
    "entries",
    "filetime",
    "group",
    "rid",
    "sid",
]
BASE = "dc=corp,dc=nordholm,dc=example"
READER = f"cn=keyrack,cn=users,{BASE}"
DOMAIN = "S-1-5-21-1111-2222-3333"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rid(number: int) -> str:
    return f"{DOMAIN}-{number}"


def filetime(days: float) -> str:
    return windows.filetime(NOW - timedelta(days=days))


def account(
    name: str, number: int, *, kind: str = "user", uac: int = 0x200, unit: str = "cn=users", **more: object
) -> tuple[str, dict[str, list[str | bytes]]]:
    """An account with sensible values; ``more`` by attribute, underscores for hyphens."""
    values: dict[str, list[str | bytes]] = {
        "objectClass": [kind, "extensibleObject"],
        "cn": [name],
        "sAMAccountName": [name],
        "objectSid": [sid(rid(number))],
        "userAccountControl": [str(uac)],
        "objectCategory": ["person"],
        "primaryGroupID": ["513"],
        "whenCreated": [(NOW - timedelta(days=900)).strftime("%Y%m%d%H%M%S.0Z")],
        "pwdLastSet": [filetime(40)],
        "lastLogonTimestamp": [filetime(5)],
        "nTSecurityDescriptor": [descriptor(ace("S-1-5-18", FULL))],
    }
    for key, value in more.items():
        held = value if isinstance(value, list) else [value]
        values[key.replace("_", "-")] = [item for item in held if isinstance(item, str | bytes)]
    return f"cn={name},{unit},{BASE}", {key: held for key, held in values.items() if held}


def group(name: str, identifier: str, *parents: str) -> tuple[str, dict[str, list[str | bytes]]]:
    return f"cn={name},cn=users,{BASE}", {
        "objectClass": ["group", "extensibleObject"], "cn": [name], "sAMAccountName": [name], "objectSid": [sid(identifier)],
        "memberOf": [f"cn={parent},cn=users,{BASE}" for parent in parents],
    }  # fmt: skip


def entries(password: str):
    replicate = [ace(rid(1200), 0x100, kind) for kind in REPLICATE]
    yield BASE, {
        "objectClass": ["domainDNS", "extensibleObject"], "dc": ["corp"], "objectSid": [sid(DOMAIN)], "maxPwdAge": [str(-90 * 864_000_000_000)],
        "minPwdLength": ["12"], "msDS-LogonTimeSyncInterval": ["7"], "ms-DS-MachineAccountQuota": ["10"],
        "nTSecurityDescriptor": [descriptor(ace("S-1-5-32-544", FULL), *replicate, ace(rid(1201), 0x100, REPLICATE[0]))],
    }  # fmt: skip
    for unit in ("users", "system"):
        yield f"cn={unit},{BASE}", {"objectClass": ["organizationalRole"], "cn": [unit]}
    yield f"ou=test,{BASE}", {"objectClass": ["organizationalUnit"], "ou": ["test"]}
    yield f"cn=AdminSDHolder,cn=system,{BASE}", {
        "objectClass": ["organizationalRole", "extensibleObject"], "cn": ["AdminSDHolder"],
        "nTSecurityDescriptor": [descriptor(ace("S-1-5-32-544", FULL), ace(rid(1202), FULL))],
    }  # fmt: skip
    yield READER, {"objectClass": ["applicationProcess", "simpleSecurityObject"], "cn": ["keyrack"], "userPassword": [password]}
    yield group("Domain Admins", rid(512))
    yield group("Tier0", rid(1100), "Tier1")
    yield group("Tier1", rid(1101), "Domain Admins", "Tier0")  # a circle
    yield group("Protected Users", rid(525))
    yield account(
        "svc-sql", 1200, servicePrincipalName=["MSSQLSvc/db:1433"], pwdLastSet=filetime(800), msDS_SupportedEncryptionTypes="4"
    )
    yield account("svc-half", 1201)
    yield account("svc-holder", 1202, memberOf=[f"cn=Protected Users,cn=users,{BASE}"])
    yield account("svc-backup", 1203, memberOf=[f"cn=Tier0,cn=users,{BASE}"], uac=0x10200)
    yield account("svc-nfs", 1204, uac=0x400200)
    yield account("svc-web", 1205, uac=0x80200)
    yield account("svc-proxy", 1206, uac=0x1000200, msDS_AllowedToDelegateTo=["HTTP/app1", "cifs/files"])
    yield account("svc-off", 1207, uac=0x202, memberOf=[f"cn=Domain Admins,cn=users,{BASE}"])
    yield account("svc-gone", 1208, accountExpires=filetime(10))
    yield account("svc-never", 1209, lastLogonTimestamp=[], accountExpires="9223372036854775807")
    yield account(
        "svc-open", 1210, uac=0x200 | 0x20 | 0x80,
        nTSecurityDescriptor=descriptor(
            ace("S-1-5-11", 0x100, RESET), ace(rid(1205), 0x20, KEYS), ace(rid(1206), 0x20, RESET), ace(rid(1204), FULL, flags=8),
            ace(rid(1203), 0x40000, deny=True), owner=rid(1300),
        ),
    )  # fmt: skip
    yield account("APP1$", 1211, kind="computer", uac=0x1000, operatingSystem="Windows Server 2022",
                  msDS_AllowedToActOnBehalfOfOtherIdentity=descriptor(ace(rid(1206), FULL)), managedBy=f"cn=ida,cn=users,{BASE}")  # fmt: skip
    yield account("DC1$", 1212, kind="computer", uac=0x82000, primaryGroupID="516")
    yield account("gmsa-web$", 1213, kind="msDS-GroupManagedServiceAccount", uac=0x1000, msDS_GroupMSAMembership=descriptor(ace(rid(515), FULL), ace(rid(1211), FULL)),
                  msDS_ManagedPasswordInterval="30", pwdLastSet=filetime(20))  # fmt: skip
    yield account("krbtgt", 502, uac=0x202, servicePrincipalName=["kadmin/changepw"])
    yield account(
        "ida", 1300, givenName="Ida", sn="Isaksson", mail="Ida.Isaksson@nordholm.example", employeeID="17", department="platform"
    )
    yield account("svc-test", 1301, unit="ou=test")
