"""A crowd of accounts without truth, made while slapadd reads them: half in the domain, half applications of OpenLDAP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from keyrack_estate.systems.ldap.state import BASE, DOMAIN, SID, Entry, State
from keyrack_estate.systems.ldap.windows import ADMINISTRATORS, FULL, ace, descriptor, filetime, sid

GROUPS = 100
_SERVICES = ("HTTP", "MSSQLSvc", "host", "cifs")


def entries(state: State, base: str) -> Iterator[Entry]:
    """What was planted in a context, and its part of the crowd."""
    yield from state.entries[base]
    if not state.crowd:
        return
    half = state.crowd // 2
    yield from _applications(state, state.crowd - half) if base == BASE else _domain(state, half)


def _applications(state: State, count: int) -> Iterator[Entry]:
    for number in range(count):
        changed, used = (state.now - timedelta(days=days) for days in (number % 900, number % 200))
        yield (
            f"cn=bulk-{number},ou=services,{BASE}",
            {
                "objectClass": ["organizationalRole", "simpleSecurityObject"],
                "cn": [f"bulk-{number}"],
                "description": [f"owner: team-{number % 40}; env: {'prod' if number % 3 else 'test'}"],
                "userPassword": ["{SSHA}bulk"],
                "pwdChangedTime": [f"{changed:%Y%m%d%H%M%SZ}"],
                "pwdLastSuccess": [f"{used:%Y%m%d%H%M%SZ}"],
            },
        )


def _domain(state: State, count: int) -> Iterator[Entry]:
    """Groups in groups, then accounts: every third runs a service, every tenth is a computer, every fiftieth is switched off."""
    for number in range(GROUPS):
        parent: list[str | bytes] = [f"cn=bulk-group-{number // 2},ou=groups,{DOMAIN}"] if number > 1 else []
        values: dict[str, list[str | bytes]] = {
            "objectClass": ["group", "extensibleObject"],
            "cn": [f"bulk-group-{number}"],
            "sAMAccountName": [f"bulk-group-{number}"],
            "objectSid": [sid(f"{SID}-{100_000 + number}")],
            "memberOf": parent,
        }
        yield f"cn=bulk-group-{number},ou=groups,{DOMAIN}", {name: held for name, held in values.items() if held}
    access = descriptor(ace(ADMINISTRATORS, FULL))
    for number in range(count):
        computer, off = number % 10 == 0, number % 50 == 7
        name = f"bulk-{number}$" if computer else f"svc-bulk-{number}"
        flags = (0x1000 if computer else 0x200) | (0x2 if off else 0)
        values = {
            "objectClass": ["computer" if computer else "user", "extensibleObject"],
            "cn": [name],
            "sAMAccountName": [name],
            "objectSid": [sid(f"{SID}-{200_000 + number}")],
            "objectCategory": ["person"],
            "userAccountControl": [str(flags)],
            "primaryGroupID": ["513"],
            "memberOf": [f"cn=bulk-group-{number % GROUPS},ou=groups,{DOMAIN}"],
            "whenCreated": [f"{state.ago(1000):%Y%m%d%H%M%S}.0Z"],
            "pwdLastSet": [filetime(state.ago(number % 700))],
            "lastLogonTimestamp": [filetime(state.ago(number % 150))],
            "msDS-SupportedEncryptionTypes": ["24" if number % 4 else "28"],
            "servicePrincipalName": [f"{_SERVICES[number % 4]}/bulk-{number}.corp.nordholm.example"] if number % 3 == 0 else [],
            "nTSecurityDescriptor": [access],
        }
        yield f"cn={name},ou=services,{DOMAIN}", {key: held for key, held in values.items() if held}
