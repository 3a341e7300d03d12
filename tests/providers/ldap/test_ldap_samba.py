"""A real Active Directory (Samba): what is made there by its own rules is seen; what comes with a domain is no news."""

from __future__ import annotations

import secrets

import pytest
from samba import BASE, samba_domain
from windows_seed import FULL, RESET, ace, descriptor

from keyrack.providers.ldap import provider
from keyrack.providers.ldap.raw import sid
from keyrack.records import Credential, Gap, Grant, Identity, Resource, Trust, Usage
from keyrack.sdk import Target
from keyrack.sdk.testing import check_contract

DACL = ("1.2.840.113556.1.4.801", True, b"\x30\x03\x02\x01\x04")
USERS = f"CN=Users,{BASE}"


def make(link, name, uac=0x200, **more):
    """An account with a password; Samba wants it quoted and in UTF-16."""
    password = f"{secrets.token_urlsafe(12)}Aa1!"
    link.add(
        f"CN={name},{USERS}",
        ["user"],
        {"sAMAccountName": name, "unicodePwd": f'"{password}"'.encode("utf-16-le"), "userAccountControl": str(uac), **more},
    )
    return password


@pytest.fixture(scope="module")
def domain():
    with samba_domain() as server:
        link = server.connect()
        made = {
            "svc-sql": make(link, "svc-sql", servicePrincipalName=["MSSQLSvc/db.corp.test:1433"]),
            "svc-nfs": make(link, "svc-nfs", 0x400200),
            "svc-web": make(link, "svc-web", 0x80200),
            "svc-backup": make(link, "svc-backup", 0x10200),
            "svc-off": make(link, "svc-off", 0x202),
            "keyrack": make(link, "keyrack"),
            "ida": make(link, "ida", givenName="Ida", sn="Isaksson", mail="ida.isaksson@nordholm.example", employeeID="17"),
        }
        link.add(f"CN=Tier0,{USERS}", ["group"], {"sAMAccountName": "Tier0", "member": f"CN=svc-backup,{USERS}"})
        link.modify(f"CN=Domain Admins,{USERS}", {"member": [("MODIFY_ADD", [f"CN=Tier0,{USERS}"])]})
        link.add(f"CN=APP1,CN=Computers,{BASE}", ["computer"], {"sAMAccountName": "APP1$", "userAccountControl": "4096"})
        link.search(f"CN=svc-web,{USERS}", "(objectClass=*)", "BASE", attributes=["objectSid"])
        web = sid(link.response[0]["raw_attributes"]["objectSid"][0])
        mine = descriptor(ace("S-1-5-32-544", FULL), ace("S-1-5-11", 0x20094), ace(web, 0x100, RESET))
        link.modify(f"CN=svc-sql,{USERS}", {"nTSecurityDescriptor": [("MODIFY_REPLACE", [mine])]}, controls=[DACL])
        yield server, made
        link.unbind()


@pytest.fixture
def found(domain, ctx, monkeypatch):
    """A scan as an ordinary account of the domain, with no rank at all."""
    server, made = domain
    monkeypatch.setenv("KEYRACK_SAMBA", made["keyrack"])
    options = {"url": server.url, "ca_file": str(server.ca), "bind_dn": "keyrack@corp.test", "password_env": "KEYRACK_SAMBA"}
    return check_contract(provider, Target("ldap", options=options), ctx, planted=[*made.values(), server.password])


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


def named(records, name):
    return next(record for record in of(records, Identity) if record.name == name)


def test_an_ordinary_account_sees_the_domain(found):
    assert not of(found, Gap)
    directory = next(record for record in of(found, Resource) if record.type == "ldap:directory")
    assert directory.scope == "dc=corp,dc=test"
    assert directory.attrs["vendor"] == "Active Directory"
    assert directory.attrs["anonymous_read"] == "false"


def test_accounts_by_kind_and_flag(found):
    assert named(found, "ida").kind == "human"
    assert named(found, "DC1$").attrs["domain_controller"] == "true"
    assert named(found, "krbtgt").attrs["builtin"] == "true"
    assert named(found, "svc-sql").attrs["spns"] == "MSSQLSvc/db.corp.test:1433"
    assert named(found, "svc-nfs").attrs["preauth_not_required"] == "true"
    assert named(found, "svc-web").attrs["delegation"] == "unconstrained"
    assert named(found, "svc-off").status == "disabled"
    passwords = {c.identity_uid: c for c in of(found, Credential)}
    assert passwords[named(found, "svc-backup").uid].expiry == "never"
    assert passwords[named(found, "svc-sql").uid].rotated_at is not None
    assert passwords[named(found, "APP1$").uid].attrs["rotation_enabled"] == "true"


def test_a_bind_is_use_and_silence_is_absence(found):
    uses = {use.identity_uid: use for use in of(found, Usage)}
    assert uses[named(found, "keyrack").uid].grade == "reported"
    assert uses[named(found, "svc-sql").uid].grade == "absent"


def test_rank_by_nesting(found):
    rank = {g.actions[0]: g for g in of(found, Grant) if g.identity_uid == named(found, "svc-backup").uid}
    assert rank["group/Domain Admins"].attrs["through"] == "Tier0"
    assert "group/Administrators" in rank  # Domain Admins are in it
    assert not [g for g in of(found, Grant) if g.identity_uid == named(found, "svc-sql").uid]
    assert not [g for g in of(found, Grant) if g.actions == ["DS-Replication-Get-Changes-All"]]


def test_what_comes_with_a_domain_is_no_news(found):
    """The access lists a domain writes by itself make no edge; the one we wrote does."""
    edges = {(trust.mechanism, trust.identity_uid, trust.subject) for trust in of(found, Trust)}
    assert edges == {("ad:acl-reset-password", named(found, "svc-sql").uid, named(found, "svc-web").uid)}
