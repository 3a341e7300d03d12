"""Active Directory in shape: a slapd that answers with its attributes and binary values, written from Microsoft's documents."""

from __future__ import annotations

import secrets

import pytest
from ldap_kit import contract
from slapd import slapd_server
from windows_seed import BASE, READER, entries

from keyrack.providers.ldap import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Person, Resource, Trust, Usage


@pytest.fixture(scope="module")
def domain():
    password = secrets.token_urlsafe(12)
    with slapd_server(BASE, entries(password), reader=READER, password=password, windows=True) as server:
        yield server


@pytest.fixture
def records(domain, target, ctx):
    return contract(provider, target(domain), ctx, planted=[domain.password])


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


def named(records, name):
    return next(record for record in of(records, Identity) if record.name == name)


def uid(name, unit="cn=users"):
    return f"ldap:{BASE}:account/cn={name.lower()},{unit},{BASE}"


def held(records, name):
    return {grant.actions[0]: grant for grant in of(records, Grant) if grant.identity_uid == uid(name)}


def test_the_domain_and_its_policy(records):
    found = next(record for record in of(records, Resource) if record.type == "ldap:directory")
    assert found.attrs["vendor"] == "Active Directory"
    assert (found.attrs["max_password_days"], found.attrs["machine_account_quota"]) == ("90", "10")
    assert not of(records, Gap)


def test_kinds_of_accounts(records):
    assert {record.type for record in of(records, Identity)} >= {"ldap:user", "ldap:computer", "ldap:managed-account"}
    assert named(records, "gmsa-web$").attrs["account_class"] == "gmsa"
    assert named(records, "ida").kind == "human"
    assert named(records, "krbtgt").attrs["builtin"] == "true"
    assert named(records, "DC1$").attrs["domain_controller"] == "true"
    assert (named(records, "svc-off").status, named(records, "svc-gone").status) == ("disabled", "disabled")
    assert named(records, "svc-test").environment == "nonprod"
    assert [person.team for person in of(records, Person)] == ["platform"]
    assert {(own.identity_uid, own.owner) for own in of(records, Ownership)} == {(uid("app1$"), "ida.isaksson@nordholm.example")}


def test_flags_and_tickets(records):
    assert named(records, "svc-sql").attrs["encryption"] == "rc4"
    assert named(records, "svc-sql").attrs["spns"] == "MSSQLSvc/db:1433"
    assert named(records, "svc-nfs").attrs["preauth_not_required"] == "true"
    assert {"password_not_required", "reversible_password"} <= named(records, "svc-open").attrs.keys()
    assert named(records, "svc-holder").attrs["not_delegated"] == "true"


def test_passwords_age_expire_and_rotate(records):
    found = {credential.identity_uid: credential for credential in of(records, Credential)}
    assert (found[uid("svc-backup")].expiry, found[uid("svc-sql")].expiry) == ("never", "set")
    assert (found[uid("svc-sql")].expires_at - found[uid("svc-sql")].rotated_at).days == 90
    assert found[uid("gmsa-web$")].attrs == {"rotation_enabled": "true", "rotation_days": "30"}
    assert found[uid("svc-off")].status == "inactive"


def test_use_is_reported_late_and_silence_counts_since_the_account_was_made(records):
    uses = {use.identity_uid: use for use in of(records, Usage)}
    assert (uses[uid("svc-sql")].grade, uses[uid("svc-sql")].attrs) == ("reported", {"lag_days": "7"})
    never = uses[uid("svc-never")]
    assert (never.grade, never.since) == ("absent", named(records, "svc-never").created_at)


def test_nested_groups_and_rights_over_the_domain(records):
    backup = held(records, "svc-backup")["group/Domain Admins"]
    assert (backup.privilege, backup.attrs["through"]) == ("admin", "Tier0")
    assert named(records, "svc-backup").attrs["privileged_via"] == "Tier0"
    assert held(records, "svc-sql")["DS-Replication-Get-Changes-All"].privilege == "admin"
    assert "DS-Replication-Get-Changes-All" not in held(records, "svc-half")  # one of the two rights copies nothing
    assert held(records, "svc-holder")["AdminSDHolder"].privilege == "admin"


def test_delegation(records):
    assert named(records, "svc-web").attrs["delegation"] == "unconstrained"
    assert held(records, "svc-web")["delegate:*"].privilege == "permissions"
    assert not held(records, "dc1$")
    assert named(records, "svc-proxy").attrs["delegation"] == "protocol-transition"
    assert held(records, "svc-proxy")["delegate:HTTP/app1"].resources == ["HTTP/app1"]


def test_who_controls_whom(records):
    edges = {(trust.identity_uid, trust.mechanism, trust.subject) for trust in of(records, Trust)}
    assert edges == {
        (uid("svc-open"), "ad:acl-reset-password", "*"),
        (uid("svc-open"), "ad:acl-write-keys", uid("svc-web")),
        (uid("svc-open"), "ad:acl-owner", uid("ida")),
        (uid("app1$"), "ad:rbcd", uid("svc-proxy")),
        (uid("gmsa-web$"), "ad:reads-managed-password", "*"),
        (uid("gmsa-web$"), "ad:reads-managed-password", uid("app1$")),
    }
    assert named(records, "gmsa-web$").attrs["managed_password_readers"] == "Domain Computers"


def test_hidden_access_lists_are_gaps(domain, target, ctx):
    rule = ("access to attrs=nTSecurityDescriptor by * none",)
    with slapd_server(
        BASE, entries(domain.password), reader=READER, password=domain.password, windows=True, options=rule
    ) as server:
        found = contract(provider, target(server), ctx)
    assert {gap.capability for gap in of(found, Gap)} == {"ldap.control"}
    assert not [trust for trust in of(found, Trust) if trust.mechanism.startswith("ad:acl")]
