"""A real slapd: everything that was made there is seen; nothing secret comes out; 100,000 accounts; hostile names; bad weather."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import ldap_seed
import pytest
import stamina
from ldap_kit import contract
from ldap_seed import BASE, READER, SECRETS
from matrix import record_outcomes
from slapd import slapd_server, tls_files
from tcpstorm import gales, row, tcp_storm

from keyrack.errors import KeyrackError, UsageError
from keyrack.providers.ldap import provider
from keyrack.providers.ldap.connect import open_directory
from keyrack.providers.ldap.discover import discover
from keyrack.records import Credential, Gap, Identity, Ownership, Person, Placement, Resource, Usage
from keyrack.sdk import Secret, Target
from keyrack.sdk.testing import Gale, Outcome, check_weather
from keyrack.sdk.testing.storm import CANARY


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


@pytest.fixture
def records(directory, target, ctx):
    return contract(provider, target(directory), ctx, planted=SECRETS.values())


def test_programs_and_people_are_told_apart(records):
    found = {record.name: record for record in of(records, Identity)}
    assert {name for name, record in found.items() if record.kind == "human"} == {"ida"}
    assert found["backup"].attrs["service_evidence"] == "place"
    assert found["svc-mail"].attrs["service_evidence"] == "attribute"
    assert (found["dead"].status, found["backup"].environment) == ("disabled", "prod")
    assert found["backup"].attrs["member_of"] == "writers"
    assert [person.uid for person in of(records, Person)] == ["ida.isaksson@nordholm.example"]


def test_passwords_by_scheme_and_age_never_by_value(records, ctx):
    found = {
        c.identity_uid.partition("account/cn=")[2].partition(",")[0]: c for c in of(records, Credential) if c.name == "password"
    }
    assert {name: c.attrs.get("method") for name, c in found.items() if name in {"backup", "printer", "dead"}} == {
        "backup": "ssha",
        "printer": "cleartext",
        "dead": "ssha",
    }
    assert found["backup"].rotated_at.strftime("%Y-%m-%d") == "2024-09-15"
    assert found["dead"].status == "inactive"
    assert found["printer"].fingerprint == ctx.fingerprint.of(Secret(SECRETS["plain"])), "kept as it is: its copies are known"
    assert found["backup"].fingerprint is None


def test_a_password_in_a_description_is_a_placement_and_no_tag(records):
    place = next(iter(of(records, Placement)))
    told = next(c for c in of(records, Credential) if c.uid == place.credential_uid)
    assert (place.path, place.detector) == (f"cn=printer,ou=services,{BASE}: description", "notes")
    assert (told.kind, told.issuer, told.identity_uid) == (
        "password",
        "ldap",
        f"ldap:{BASE}:account/cn=printer,ou=services,{BASE}",
    )
    assert next(r for r in of(records, Identity) if r.name == "printer").tags == {"vendor": "Paperplane"}


def test_last_sign_in_is_reported_and_silence_is_not_absence(records, directory, target, ctx):
    uses = {use.identity_uid.partition("cn=")[2].partition(",")[0]: use for use in of(records, Usage)}
    assert (uses["backup"].grade, uses["backup"].source) == ("reported", "ldap:pwdLastSuccess")
    assert "dead" not in uses
    since = list(provider.discover(target(directory, lastbind_since="2026-01-01"), ctx))
    dead = next(use for use in of(since, Usage) if "cn=dead" in use.identity_uid)
    assert (dead.grade, dead.used_at) == ("absent", None)


def test_owners_by_reference_and_by_description(records):
    owners = {
        (own.identity_uid.partition("account/")[2].partition(",")[0], own.owner, own.evidence) for own in of(records, Ownership)
    }
    assert owners == {
        ("cn=keyrack", "team:security", "annotation"),
        ("cn=backup", "ebba.ekstrom@nordholm.example", "annotation"),
        ("uid=svc-mail", "ida.isaksson@nordholm.example", "owner"),
    }


def test_the_directory_itself(records):
    found = next(record for record in of(records, Resource) if record.type == "ldap:directory")
    assert found.attrs == {"vendor": "OpenLDAP", "anonymous_read": "false"}
    assert {record.name for record in of(records, Resource) if record.type == "ldap:group"} == {"writers", "all"}


def test_anonymous_reading_is_seen_and_hidden_attributes_are_gaps(ctx, target):
    rules = ("access to attrs=userPassword,pwdChangedTime,pwdLastSuccess by anonymous auth by * none", "access to * by * read")
    with slapd_server(BASE, ldap_seed.entries(), reader=READER, password=SECRETS["reader"], options=rules) as server:
        found = contract(provider, target(server), ctx, planted=SECRETS.values())
        missing = [probe for probe in provider.probe(target(server), ctx) if not probe.ok]
    assert next(record for record in of(found, Resource) if record.type == "ldap:directory").attrs["anonymous_read"] == "true"
    assert {gap.capability for gap in of(found, Gap)} == {"ldap.operational"}
    assert all(gap.permission and not gap.incomplete for gap in of(found, Gap))
    assert [(probe.capability, bool(probe.permission)) for probe in missing] == [("ldap.operational", True)] * 2


def test_an_account_that_may_see_nothing_gets_gaps(ctx, target):
    rules = (
        "access to attrs=userPassword by anonymous auth by * none",
        'access to dn.base="" by * read',
        "access to * by * none",
    )
    with slapd_server(BASE, ldap_seed.entries(), reader=READER, password=SECRETS["reader"], options=rules) as server:
        found = contract(provider, target(server), ctx)
    assert not of(found, Identity)
    assert {gap.capability for gap in of(found, Gap)} >= {"ldap.directory"}


def test_a_size_limit_without_paging_rights_is_a_truncated_gap(ctx, target):
    limits = (f'limits dn.exact="{READER}" size.prtotal=2 size=2',)
    with slapd_server(BASE, ldap_seed.entries(), reader=READER, password=SECRETS["reader"], options=limits) as server:
        found = contract(provider, target(server), ctx)
    assert {gap.reason for gap in of(found, Gap)} >= {"truncated"}


def test_tls_is_required_and_checked(ctx, target, tmp_path):
    """LDAPS and StartTLS with a certificate of an authority we name; without it, nothing is sent."""
    tls = tls_files(tmp_path, "localhost", "127.1")
    with slapd_server(BASE, ldap_seed.entries(), reader=READER, password=SECRETS["reader"], tls=tls) as server:
        starttls = f"ldap://127.1:{server.port}"  # resolves to this computer, but is no loopback address to us
        for url in (server.secure_url, starttls):
            found = list(provider.discover(target(server, url=url, ca_file=str(tls["ca"])), ctx))
            assert len(of(found, Identity)) == 6
            with pytest.raises(KeyrackError) as refused:
                provider.source(target(server, url=url, timeout="2"), ctx)
            assert (refused.value.code, refused.value.hint) == ("ldap.unreachable", "give its CA by --ldap-ca-file")


def test_no_password_goes_over_a_plain_line(ctx, target, directory):
    """A server without TLS, under a name that is not this computer's: StartTLS fails, and so does everything."""
    with pytest.raises(KeyrackError) as refused:
        provider.source(target(directory, url=f"ldap://127.1:{directory.port}", timeout="2"), ctx)
    assert refused.value.code == "ldap.unreachable"


def test_options_that_make_no_sense_are_sentences(ctx, directory, target):
    with pytest.raises(UsageError, match="no address"):
        provider.source(Target("ldap", options={"url": "https://dc1"}), ctx)
    with pytest.raises(UsageError, match="not set"):
        provider.source(Target("ldap", options={"url": "ldaps://dc1", "password_env": "NO_SUCH_VARIABLE"}), ctx)
    with pytest.raises(KeyrackError) as refused:
        provider.source(target(directory, password="wrong-password-here"), ctx)
    assert refused.value.code == "ldap.denied"
    assert "wrong-password-here" not in f"{refused.value} {refused.value.hint}"


def test_hostile_names_are_only_names(ctx, target):
    with slapd_server(BASE, ldap_seed.hostile(), reader=READER, password=SECRETS["reader"]) as server:
        found = contract(provider, target(server), ctx)
    assert len(of(found, Identity)) == len(ldap_seed.HOSTILE) + 1
    assert not [gap for gap in of(found, Gap) if gap.incomplete]


def resident(field: str) -> int:
    """Memory of this process in MiB: VmRSS now, VmHWM at most since the mark was cleared (proc(5))."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) // 1024


def test_a_hundred_thousand_accounts_in_bounded_memory(ctx, target):
    with slapd_server(BASE, ldap_seed.many(100_000), reader=READER, password=SECRETS["reader"]) as server:
        Path("/proc/self/clear_refs").write_text("5")
        before = resident("VmRSS")
        with open_directory(target(server)) as opened:
            identities = sum(isinstance(record, Identity) for record in discover(opened, {}, ctx))
    assert identities == 100_001
    assert opened.searches == 3 + 1 + 101  # rootDSE, context, an anonymous look; a page of groups; pages of accounts
    assert resident("VmHWM") - before < 200


_RESULTS = {"403": 50, "404": 32, "409": 71, "429 without Retry-After": 51, "429 once": 51, "500": 80, "500 once": 80}
_WHY = {"429 with Retry-After": "LDAP names no time to wait", "clock skew": "nothing in a simple bind depends on our clock"}


@dataclass
class LdapDialect:
    """LDAPMessage ::= SEQUENCE { messageID, protocolOp } (RFC 4511 section 4.1.1); definite lengths."""

    def frames(self, data: bytes) -> tuple[list[bytes], bytes]:
        found = []
        while len(data) >= 2:
            extra = data[1] & 0x7F if data[1] & 0x80 else 0
            size = 2 + extra + (int.from_bytes(data[2 : 2 + extra], "big") if extra else data[1])
            if len(data) < 2 + extra or len(data) < size:
                break
            found.append(data[:size])
            data = data[size:]
        return found, data

    def question(self, frame: bytes, gale: Gale) -> str | None:
        operation = self.operation(frame)
        if operation[:1] == b"\x60":
            return "bind" if gale.name == "401" else None
        return None if gale.name == "401" or operation[:1] != b"\x63" else operation[:80].hex()

    def operation(self, frame: bytes) -> bytes:
        start = 2 + (frame[1] & 0x7F if frame[1] & 0x80 else 0)
        return frame[start + 2 + frame[start + 1] :]

    def error(self, frame: bytes, gale: Gale) -> bytes:
        start = 2 + (frame[1] & 0x7F if frame[1] & 0x80 else 0)
        number = frame[start : start + 2 + frame[start + 1]]
        tag, code = (b"\x61", 49) if gale.name == "401" else (b"\x65", _RESULTS[gale.name])
        said = CANARY.encode()
        result = b"\x0a\x01" + bytes([code]) + b"\x04\x00" + b"\x04" + bytes([len(said)]) + said
        body = number + tag + bytes([len(result)]) + result
        return b"\x30" + bytes([len(body)]) + body


class LateDialect(LdapDialect):
    """The weather falls on searches of the whole tree alone: groups and accounts, when the directory is known already."""

    def question(self, frame: bytes, gale: Gale) -> str | None:
        operation = self.operation(frame)
        start = 2 + (operation[1] & 0x7F if operation[1] & 0x80 else 0) if len(operation) > 2 else 0
        base = operation[start + 1] if len(operation) > start + 1 else 0
        scope = operation[start + 2 + base + 2 : start + 2 + base + 3]
        return super().question(frame, gale) if scope == b"\x02" else None


@pytest.fixture
def fast():
    stamina.set_testing(True, attempts=4, cap=True)
    yield
    stamina.set_testing(False)


def test_every_gale_ends_in_records_or_gaps(directory, ctx, target, fast):
    with tcp_storm(("127.0.0.1", directory.port), LdapDialect) as sky:
        outcomes = check_weather(
            provider,
            sky,
            lambda url: target(directory, url=f"ldap://{url}", timeout="1"),
            ctx,
            gales=gales(),
            planted=SECRETS.values(),
        )
    record_outcomes("ldap", row(outcomes, _WHY))


def test_a_gale_in_the_middle_leaves_what_was_read_and_a_gap(directory, ctx, target, fast):
    with tcp_storm(("127.0.0.1", directory.port), LateDialect) as sky:
        late = [gale for gale in gales() if gale.name not in {"refused", "401"}]
        outcomes = check_weather(
            provider,
            sky,
            lambda url: target(directory, url=f"ldap://{url}", timeout="1"),
            ctx,
            gales=late,
            planted=SECRETS.values(),
        )
    begun = Outcome("401", 0, (), 0, "not applicable: the bind is over by then")
    record_outcomes("ldap-later", [*row(outcomes, _WHY), begun])
    assert not [outcome.gale for outcome in outcomes if outcome.refused]
    assert all(outcome.records for outcome in outcomes)
