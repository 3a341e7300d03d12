"""CloudTrail records to coded rows: the hot path, column by column.

What makes it fast: everything that repeats is resolved once and then looked up by the bytes it came as. A session's
``userIdentity`` is the same text in all its events, a call is known by service and name, its resources by its parameters.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import cast

import msgspec

from keyrack.providers.aws import api_map
from keyrack.providers.aws.cloudtrail_identity import NOBODY, Who, resolve
from keyrack.providers.aws.cloudtrail_read import Trail, issued_key
from keyrack.providers.aws.cloudtrail_resources import Where, effects, needs_parameters
from keyrack.records.uids import credential_uid
from keyrack.sdk.usage import Rows, microseconds

SOURCE = "aws:cloudtrail"

REPEATING = 400
"""Bytes of parameters up to which a call's resources are remembered; longer ones hardly ever come twice."""

REFUSED = re.compile(
    r"AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden|InvalidClientTokenId|ExpiredToken|"
    r"SignatureDoesNotMatch|UnrecognizedClient|InvalidAccessKeyId|AuthFailure|TokenRefreshRequired"
)
"""Error codes of calls that were not let through: no permission, or no valid credential (IAM User Guide and each service's
"Common errors"); all other codes are of calls that were let through and then went wrong."""

ISSUES = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken", "GetFederationToken"}
)
"""STS calls whose reply carries a session credential."""

BY_ITSELF = frozenset({"AwsServiceEvent", "AwsConsoleSignIn"})
"""Event types that are no API call of the identity (CloudTrail User Guide, "eventType")."""

_ADDRESS = re.compile(r"[0-9.]+$|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$")


class _Call:
    """A call with its columns' numbers. ``fixed``: its (actions, resources), where parameters do not matter."""

    __slots__ = ("api", "call", "fixed", "issues", "service", "sign_in", "skip", "special", "unmapped")

    def __init__(self, reader: Reader, source: str, name: str, kind: str | None) -> None:
        codes = reader.codes
        own = kind not in BY_ITSELF
        self.call = api_map.lookup(source, name) if own else api_map.without_permission(source, name)
        self.api = codes["api"][self.call.api]
        self.service = codes["service"][self.call.service]
        self.unmapped = self.call.unmapped
        self.skip = kind == "AwsCloudTrailInsight"
        self.issues = source == "sts.amazonaws.com" and name in ISSUES
        self.sign_in = kind == "AwsConsoleSignIn"
        self.special = self.issues or self.sign_in
        plain = not needs_parameters(self.call) and self.call.service != "ec2"
        self.fixed = reader.numbered(self.call, b"null", b"null", Where("", "")) if plain else None


class _Person:
    """A resolved ``userIdentity`` with its columns' numbers."""

    __slots__ = ("caller", "credential", "identity", "session", "who")

    def __init__(self, reader: Reader, who: Who) -> None:
        codes = reader.codes
        self.who = who
        self.identity = codes["identity_uid"][who.identity_uid]
        self.credential = codes["credential_uid"][who.credential_uid]
        self.caller = codes["caller"][who.caller]
        self.session = codes["session"][who.session]


class Reader:
    """Fills one :class:`~keyrack.sdk.usage.Rows`; lives as long as it does, so that what repeats between files is known."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.codes = rows.coded.codes
        self.people: dict[bytes, _Person] = {}
        self.calls: dict[tuple[str, str, str | None], _Call] = {}
        self.done: dict[tuple[object, ...], tuple[int, int]] = {}
        self.contexts: dict[tuple[object, ...], int] = {}
        self.moments: dict[str, int] = {}
        self.outcomes: dict[str | None, int] = {None: self.codes["outcome"]["allowed"]}
        self.skipping = False

    def extend(self, records: list[Trail]) -> None:
        """Append records; those without a readable time are problems, insights are no calls."""
        moment, known = self.moments.get, self.calls.get
        times = [moment(record.event_time) or self._moment(record.event_time) for record in records]
        keys = [(record.event_source, record.event_name, record.event_type) for record in records]
        calls = [known(key) or self._call(key) for key in keys]
        if self.skipping or 0 in times:
            kept = [place for place, call in enumerate(calls) if times[place] and not call.skip]
            for _ in range(times.count(0)):
                self.rows.problem("eventTime is no time")
            records, calls, times = ([group[place] for place in kept] for group in (records, calls, times))  # type: ignore[assignment]
        person = self.people.get
        raws = [bytes(record.user_identity) for record in records]
        people = [person(raw) or self._person(raw) for raw in raws]
        self._plain(records, calls, times)
        self._people(records, people)
        self._effects(records, calls)
        self._special(records, calls, people)

    def numbered(self, call: api_map.Call, parameters: bytes, resources: bytes, where: Where) -> tuple[int, int]:
        """Numbers of a call's actions and resources."""
        actions, places = effects(call, parameters, resources, where)
        return self.codes["actions"][actions], self.codes["resources"][places]

    def _plain(self, records: list[Trail], calls: list[_Call], times: list[int]) -> None:
        plain, numbers, codes = self.rows.coded.plain, self.rows.coded.numbers, self.codes
        plain["id"] += [record.event_id or _hash(record) for record in records]
        plain["at"] += times
        plain["unmapped"] += [call.unmapped for call in calls]
        plain["data_event"] += [
            record.management_event is False or record.event_category in {"Data", "NetworkActivity"} for record in records
        ]
        numbers["source"] += [codes["source"][SOURCE]] * len(records)
        numbers["api"] += [call.api for call in calls]
        numbers["service"] += [call.service for call in calls]
        numbers["region"] += map(codes["region"].__getitem__, [record.aws_region for record in records])
        numbers["source_ip"] += map(codes["source_ip"].__getitem__, [record.source_ip for record in records])
        numbers["user_agent"] += map(codes["user_agent"].__getitem__, [record.user_agent for record in records])
        outcome = self.outcomes.get
        numbers["outcome"] += [
            self.outcomes[None] if record.error_code is None else outcome(record.error_code) or self._outcome(record.error_code)
            for record in records
        ]

    def _people(self, records: list[Trail], people: list[_Person]) -> None:
        numbers, codes = self.rows.coded.numbers, self.codes
        numbers["identity_uid"] += [person.identity for person in people]
        numbers["credential_uid"] += [person.credential for person in people]
        numbers["caller"] += [person.caller for person in people]
        numbers["session"] += [person.session for person in people]
        numbers["scope"] += map(
            codes["scope"].__getitem__,
            [record.recipient_account_id or person.who.account for record, person in zip(records, people, strict=True)],
        )
        context = self.contexts.get
        keys = [
            (person, record.source_ip, record.aws_region, record.vpc_endpoint_id, len(bytes(record.tls_details)) > 4)
            for record, person in zip(records, people, strict=True)
        ]
        found = [context(key) for key in keys]
        numbers["context"] += [self._context(key) if code is None else code for key, code in zip(keys, found, strict=True)]

    def _effects(self, records: list[Trail], calls: list[_Call]) -> None:
        actions, resources = self.rows.coded.numbers["actions"], self.rows.coded.numbers["resources"]
        pairs = [call.fixed or self._effect(call, record) for record, call in zip(records, calls, strict=True)]
        actions += [pair[0] for pair in pairs]
        resources += [pair[1] for pair in pairs]

    def _effect(self, call: _Call, record: Trail) -> tuple[int, int]:
        parameters, told = bytes(record.request_parameters), bytes(record.resources)
        region, account = record.aws_region or "", record.recipient_account_id or ""
        if len(parameters) > REPEATING:
            return self.numbered(call.call, parameters, told, Where(region, account))
        key = (call, parameters, told, region, account)
        pair = self.done.get(key)
        if pair is None:
            self.done[key] = pair = self.numbered(call.call, parameters, told, Where(region, account))
        return pair

    def _special(self, records: list[Trail], calls: list[_Call], people: list[_Person]) -> None:
        """Sessions issued, and sign-ins that failed without an error code."""
        base = len(self.rows.coded.numbers["outcome"]) - len(records)
        for place, call in enumerate(calls):
            if not call.special:
                continue
            record, who = records[place], people[place].who
            if call.sign_in and b'"Failure"' in bytes(record.response_elements):
                self.rows.coded.numbers["outcome"][base + place] = self.codes["outcome"]["denied"]
            key = issued_key(record.response_elements) if call.issues else None
            if key and who.known_as:
                self.rows.session(credential_uid("aws", public_id=key), who.known_as, rank=who.rank)

    def _moment(self, text: str) -> int:
        """Microseconds since 1970; 0 for what is no time (nothing was logged in that microsecond)."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return 0
        value = microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        self.moments[text] = value
        return value

    def _call(self, key: tuple[str, str, str | None]) -> _Call:
        call = self.calls[key] = _Call(self, *key)
        self.skipping = self.skipping or call.skip
        return call

    def _person(self, raw: bytes) -> _Person:
        try:
            who = resolve(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.rows.problem("userIdentity is of another shape")
            who = NOBODY
        person = self.people[raw] = _Person(self, who)
        return person

    def _outcome(self, code: str) -> int:
        number = self.outcomes[code] = self.codes["outcome"]["denied" if REFUSED.search(code) else "failed"]
        return number

    def _context(self, key: tuple[object, ...]) -> int:
        """Condition keys of an event, by their lower-case names (IAM User Guide, "AWS global condition context keys")."""
        person, ip, region, endpoint, tls = key
        facts = dict(cast("_Person", person).who.facts)
        if isinstance(ip, str) and _ADDRESS.match(ip):
            facts["aws:vpcsourceip" if endpoint else "aws:sourceip"] = ip
        if endpoint:
            facts["aws:sourcevpce"] = str(endpoint)
        if region:
            facts["aws:requestedregion"] = str(region)
        if tls:
            facts["aws:securetransport"] = "true"
        number = self.contexts[key] = self.codes["context"][tuple(sorted(facts.items()))]
        return number


def _hash(record: Trail) -> str:
    """Stable id of a record without one."""
    return f"sha256:{hashlib.sha256(msgspec.json.encode(record)).hexdigest()}"
