"""Mapping is total: whatever bytes a directory answers, records come out or nothing does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from windows_seed import FULL, KEYS, ace, descriptor, rid

from keyrack.providers.ldap import control, people, provider
from keyrack.providers.ldap.accounts import Domain, account_of, records
from keyrack.providers.ldap.control import Control
from keyrack.providers.ldap.descriptor import parse
from keyrack.providers.ldap.discover import _ACCOUNT_AD, _ACCOUNT_OTHER
from keyrack.providers.ldap.groups import Groups
from keyrack.providers.ldap.raw import Entry, dn_key, filetime, generalized, interval_days, sid
from keyrack.sdk.testing import check_words

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NAMES = sorted({name.lower() for name in (*_ACCOUNT_AD, *_ACCOUNT_OTHER)})
values = st.lists(
    st.binary(max_size=60)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
    | st.integers().map(lambda n: str(n).encode()),
    max_size=3,
)
attributes = st.dictionaries(st.sampled_from(NAMES), values, max_size=25)


@pytest.mark.parametrize("kind", ["ad", "openldap"])
@given(many=st.lists(st.tuples(st.text(max_size=30), attributes), max_size=5))
def test_any_entries_map(kind, many):
    domain = Domain("dc=x", kind, NOW, sid=rid(0).rpartition("-")[0], max_age=timedelta(days=90), lastbind_since=NOW)
    groups, held, found = Groups(), Control(), []
    someone = people.People()
    for dn, raw in many:
        entry = Entry(dn.encode("utf-8", "replace").decode(), raw)
        groups.add(entry, backlinks=kind == "ad")
        account = account_of(entry, domain)
        held.add(account)
        someone.add(account)
        member = groups.of(entry, domain.sid, account.login)
        more = {**control.facts(account, groups, member), "managed_password_readers": control.managed_readers(account)}
        found += [
            *records(account, domain, more),
            *control.grants(account, groups, member, held, domain),
            *people.stated(account),
        ]
        person = people.person(account, NOW)
        found += [person] if person else []
    check_words(provider.manifest, [*found, *someone.ownership(), *held.trusts(groups, domain), *groups.records("dc=x")])


@given(st.binary(max_size=300))
def test_any_bytes_are_no_descriptor_or_one(data):
    found = parse(data)
    assert found is None or all(entry.trustee.startswith("S-") for entry in found.allowed)
    sid(data)


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_descriptor_is_read_as_far_as_it_goes(place, value):
    whole = bytearray(descriptor(ace("S-1-5-11", FULL), ace(rid(1), 0x20, KEYS)))
    whole[place % len(whole)] = value
    parse(bytes(whole[: max(1, place)]))
    parse(bytes(whole))


@pytest.mark.parametrize(
    ("mask", "kind", "gains"),
    [
        (FULL, None, "ad:acl-full-control"),
        (0x10000000, None, "ad:acl-full-control"),
        (0x40000, None, "ad:acl-write-dacl"),
        (0x80000, None, "ad:acl-write-owner"),
        (0x20, None, "ad:acl-write-all"),
        (0x20, KEYS, "ad:acl-write-keys"),
        (0x20, "bf967a7f-0de6-11d0-a285-00aa003049e2", None),  # one harmless property
        (0x100, "00299570-246d-11d0-a768-00aa006e0529", "ad:acl-reset-password"),
        (0x100, "ab721a53-1e2f-11d0-9819-00aa0040529b", None),  # change password: takes the old one
        (0x20094, None, None),  # generic read
    ],
)
def test_what_a_right_gains(mask, kind, gains):
    (only,) = parse(descriptor(ace(rid(1), mask, kind))).allowed
    assert only.gains() == gains


def test_entries_that_deny_or_only_inherit_give_nothing():
    assert parse(descriptor(ace(rid(1), FULL, deny=True), ace(rid(2), FULL, flags=0x08))).allowed == ()


@given(st.text(max_size=40), st.integers())
def test_any_time_or_name_reads(text, number):
    generalized(text)
    filetime(number)
    interval_days(number)
    dn_key(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20261124120000Z", "2026-11-24T12:00:00+00:00"),
        ("20261124120000.0Z", "2026-11-24T12:00:00+00:00"),
        ("202611241200+0100", "2026-11-24T11:00:00+00:00"),
        ("20261399000000Z", None),
        ("000001010000Z", None),
    ],
)
def test_generalized_times(text, moment):
    found = generalized(text)
    assert (found.isoformat() if found else None) == moment


def test_never_is_no_moment():
    assert filetime(0) is None
    assert filetime(0x7FFFFFFFFFFFFFFF) is None
    assert interval_days(-0x8000000000000000) == 0
