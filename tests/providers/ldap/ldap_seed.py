"""An OpenLDAP directory worth looking at, and a hostile one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

BASE = "dc=nordholm,dc=example"
READER = f"cn=keyrack,ou=services,{BASE}"
SECRETS = {name: secrets.token_urlsafe(12) for name in ("reader", "ssha", "plain")} | {"told": f"A1{secrets.token_urlsafe(12)}"}
Entries = Iterator[tuple[str, dict[str, list[str | bytes]]]]
HOSTILE = (
    'quote"and,comma',
    "new\nline",
    "\u202ertl\u202c",
    "../../etc/passwd",
    "🔑",
    "x" * 10_000,
    "\x01control",
    " lead",
    "#hash",
)


def stamp(days: int) -> str:
    """A moment before the tests' clock, as the directory writes it."""
    from datetime import UTC, datetime, timedelta

    return (datetime(2026, 11, 24, 12, tzinfo=UTC) - timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def service(name: str, *classes: str, **more: Any) -> tuple[str, dict[str, list[str | bytes]]]:
    values = {key: value if isinstance(value, list) else [value] for key, value in more.items()}
    return f"cn={name},ou=services,{BASE}", {
        "objectClass": ["organizationalRole", "simpleSecurityObject", *classes],
        "cn": [name],
        **values,
    }


def base() -> Entries:
    yield BASE, {"objectClass": ["dcObject", "organization"], "dc": ["nordholm"], "o": ["Nordholm"]}
    for unit in ("services", "people", "groups"):
        yield f"ou={unit},{BASE}", {"objectClass": ["organizationalUnit"], "ou": [unit]}
    yield service("keyrack", userPassword=SECRETS["reader"], description="owner: security team", pwdChangedTime=stamp(400))


def entries() -> Entries:
    yield from base()
    yield service(
        "backup",
        userPassword="{SSHA}" + SECRETS["ssha"],
        description="owner: ebba.ekstrom@nordholm.example; env: prod",
        pwdChangedTime=stamp(800),
        pwdLastSuccess=stamp(3),
    )
    yield service(
        "printer",
        userPassword=SECRETS["plain"],
        pwdChangedTime=stamp(10),
        pwdLastSuccess=stamp(200),
        description=f"vendor: Paperplane; note: initial password is {SECRETS['told']}, change it",
    )
    yield service("dead", userPassword="{SSHA}" + SECRETS["ssha"], pwdAccountLockedTime="000001010000Z")
    yield (
        f"uid=ida,ou=people,{BASE}",
        {
            "objectClass": ["inetOrgPerson"],
            "uid": ["ida"],
            "cn": ["Ida Isaksson"],
            "sn": ["Isaksson"],
            "givenName": ["Ida"],
            "mail": ["Ida.Isaksson@nordholm.example"],
            "employeeNumber": ["17"],
            "departmentNumber": ["platform"],
        },
    )
    yield (
        f"uid=svc-mail,ou=people,{BASE}",
        {
            "objectClass": ["inetOrgPerson"],
            "uid": ["svc-mail"],
            "cn": ["mail relay"],
            "sn": ["relay"],
            "employeeType": ["service"],
            "manager": [f"uid=ida, ou=people,{BASE}"],
            "userPassword": ["{CRYPT}x"],
        },
    )
    yield (
        f"cn=writers,ou=groups,{BASE}",
        {"objectClass": ["groupOfNames"], "cn": ["writers"], "member": [f"cn=backup,ou=services,{BASE}"]},
    )
    yield f"cn=all,ou=groups,{BASE}", {"objectClass": ["groupOfNames"], "cn": ["all"], "member": [f"cn=writers,ou=groups,{BASE}"]}


def hostile() -> Entries:
    from ldap3.utils.dn import escape_rdn

    yield from base()
    for word in HOSTILE:
        values: dict[str, list[str | bytes]] = {
            "objectClass": ["inetOrgPerson"],
            "cn": [word],
            "sn": [word],
            "description": [f"owner: {word}" * 3],
            "userPassword": [b"\xff\xfe"],
        }
        name = escape_rdn(word) if len(word) < 100 else "long"
        values["cn"] = [word, name] if name == "long" else [word]
        yield f"cn={name},ou=people,{BASE}", values


def many(count: int) -> Entries:
    yield from base()
    for number in range(count):
        yield service(f"app-{number}", userPassword="{SSHA}x", pwdChangedTime=stamp(number % 900))
