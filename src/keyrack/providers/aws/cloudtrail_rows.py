"""CloudTrail records to coded rows: the hot path, column by column.

What makes it fast: everything that repeats is resolved once and then looked up by the bytes it came as. A session's
``userIdentity`` is the same text in all its events, a call is known by service and name, its resources by its parameters.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from keyrack.providers.aws import api_map
from keyrack.providers.aws.cloudtrail_identity import NOBODY, Who, resolve
from keyrack.providers.aws.cloudtrail_plans import Plan
from keyrack.providers.aws.cloudtrail_read import NULL, Trail, issued_key
from keyrack.providers.aws.cloudtrail_resources import Effects, Where, needs_parameters
from keyrack.providers.aws.cloudtrail_shapes import lessons
from keyrack.records.uids import credential_uid
from keyrack.sdk.usage import Coded, Group, Rows, microseconds

SOURCE = "aws:cloudtrail"

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

_CallKey = tuple[str, str, str | None, str | None, bool | None]
_SituationKey = tuple[bytes, str | None, str | None, str | None, str | None, bool]
_ADDRESS = re.compile(r"[0-9.]+$|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$")


class _Call:
    """A call with the plan of its resources; ``fixed``: the number of its effects, where parameters do not matter."""

    __slots__ = ("find", "fixed", "issues", "number", "sign_in", "skip", "special")

    def __init__(self, reader: Reader, key: _CallKey) -> None:
        source, name, kind, category, management = key
        codes = reader.coded.codes
        own = kind not in BY_ITSELF
        call = api_map.lookup(source, name) if own else api_map.without_permission(source, name)
        optional = management is False or category in {"Data", "NetworkActivity"}
        self.number = reader.by_call.member((codes["api"][call.api], codes["service"][call.service]), (call.unmapped, optional))
        self.skip = kind == "AwsCloudTrailInsight"
        self.issues = source == "sts.amazonaws.com" and name in ISSUES
        self.sign_in = kind == "AwsConsoleSignIn"
        self.special = self.issues or self.sign_in
        self.find = Plan(lessons(call), reader.effect).find
        self.fixed = None if needs_parameters(call) else self.find(b"null", None, Where("", ""))


class _Found(dict[Any, Any]):
    """What was resolved before; a new key is resolved by ``make``. Lookups of known keys never enter Python."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make

    def __missing__(self, key: Any) -> Any:
        self[key] = value = self.make(key)
        return value


class Reader:
    """Fills one :class:`~keyrack.sdk.usage.Rows`; lives as long as it does, so that what repeats between files is known.

    Rows repeat in four groups: the call; what it did to what; the situation (who, from where, in which account and region);
    and the rest, value by value.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.by_call = Group(("api", "service"), ("unmapped", "data_event"))
        self.by_effect = Group(("actions", "resources"))
        self.by_situation = Group(
            ("source", "scope", "region", "identity_uid", "credential_uid", "caller", "session", "source_ip", "context")
        )
        self.agents, self.outcomes = Group(("user_agent",)), Group(("outcome",))
        rows.coded = self.coded = Coded(self.by_call, self.by_effect, self.by_situation, self.agents, self.outcomes)
        self._actions, self._resources = self.by_effect.columns.values()
        self._action_codes, self._resource_codes = self.coded.codes["actions"], self.coded.codes["resources"]
        self.people = _Found(self._person)
        self.places = _Found(lambda key: Where(key[0] or "", key[1] or ""))
        self.call = _Found(lambda key: _Call(self, key))
        self.situation = _Found(self._situation)
        self.agent = _Found(lambda text: self.agents.member((self.coded.codes["user_agent"][text],)))
        self.outcome = _Found(self._outcome)

    def extend(self, records: list[Trail]) -> None:
        """Append records; those without a readable time are problems, insights are no calls."""
        times = _times([record.event_time for record in records]) or [self._moment(record.event_time) for record in records]
        keys = [
            (record.event_source, record.event_name, record.event_type, record.event_category, record.management_event)
            for record in records
        ]
        calls: list[_Call] = list(map(self.call.__getitem__, keys))
        if None in times or any(call.skip for call in calls):
            kept = [place for place, call in enumerate(calls) if times[place] is not None and not call.skip]
            for _ in range(times.count(None)):
                self.rows.problem("eventTime is no time")
            records, calls, times = [records[i] for i in kept], [calls[i] for i in kept], [times[i] for i in kept]
        self.coded.id += [record.event_id or _hash(record) for record in records]
        self.coded.at += [moment for moment in times if moment is not None]
        self.by_call.numbers += [call.number for call in calls]
        self.agents.numbers += map(self.agent.__getitem__, [record.user_agent for record in records])
        self.outcomes.numbers += map(self.outcome.__getitem__, [record.error_code for record in records])
        self._situations(records)
        self._effects(records, calls)
        self._special(records, calls)

    def effect(self, effects: Effects) -> int:
        """Number of a call's actions and resources; without :meth:`Group.member`, for it is called for every other event."""
        resources = self._resource_codes
        self._resources.append(resources.setdefault(effects[1], len(resources)))
        self._actions.append(self._action_codes[effects[0]])
        return len(self._actions) - 1

    def _situations(self, records: list[Trail]) -> None:
        keys = [
            (
                bytes(record.user_identity),
                record.source_ip,
                record.aws_region,
                record.recipient_account_id,
                record.vpc_endpoint_id,
                record.tls_details != NULL,
            )
            for record in records
        ]
        self.by_situation.numbers += map(self.situation.__getitem__, keys)

    def _effects(self, records: list[Trail], calls: list[_Call]) -> None:
        region: str | None = None
        account: str | None = None
        where, add = self.places[region, account], self.by_effect.numbers.append
        for record, call in zip(records, calls, strict=True):
            if call.fixed is not None:
                add(call.fixed)
                continue
            if record.aws_region != region or record.recipient_account_id != account:  # hardly ever: a file is of one place
                region, account = record.aws_region, record.recipient_account_id
                where = self.places[region, account]
            told = None if record.resources == NULL else bytes(record.resources)
            add(call.find(bytes(record.request_parameters), told, where))

    def _special(self, records: list[Trail], calls: list[_Call]) -> None:
        """Sessions issued, and sign-ins that failed without an error code."""
        base = len(self.outcomes.numbers) - len(records)
        for place in [place for place, call in enumerate(calls) if call.special]:
            call, record = calls[place], records[place]
            who: Who = self.people[bytes(record.user_identity)]
            if call.sign_in and b'"Failure"' in bytes(record.response_elements):
                self.outcomes.numbers[base + place] = self.outcome["AccessDenied"]
            key = issued_key(record.response_elements) if call.issues else None
            if key and who.known_as:
                self.rows.session(credential_uid("aws", public_id=key), who.known_as, rank=who.rank)

    def _moment(self, text: str) -> int | None:
        """Microseconds since 1970; ``None`` for what is no time."""
        try:
            moment = datetime.fromisoformat(text)
            return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return None

    def _person(self, raw: bytes) -> Who:
        try:
            return resolve(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.rows.problem("userIdentity is of another shape")
            return NOBODY

    def _outcome(self, code: str | None) -> int:
        word = "allowed" if code is None else "denied" if REFUSED.search(code) else "failed"
        return self.outcomes.member((self.coded.codes["outcome"][word],))

    def _situation(self, key: _SituationKey) -> int:
        raw, ip, region, account, _, _ = key
        who: Who = self.people[raw]
        codes = self.coded.codes
        return self.by_situation.member(
            (
                codes["source"][SOURCE],
                codes["scope"][account or who.account],
                codes["region"][region],
                codes["identity_uid"][who.identity_uid],
                codes["credential_uid"][who.credential_uid],
                codes["caller"][who.caller],
                codes["session"][who.session],
                codes["source_ip"][ip],
                codes["context"][_context(who, key)],
            )
        )


def _context(who: Who, key: _SituationKey) -> tuple[tuple[str, str], ...]:
    """Condition keys of an event, by their lower-case names (IAM User Guide, "AWS global condition context keys")."""
    _, ip, region, _, endpoint, tls = key
    facts = dict(who.facts)
    if ip and _ADDRESS.match(ip):
        facts["aws:vpcsourceip" if endpoint else "aws:sourceip"] = ip
    if endpoint:
        facts["aws:sourcevpce"] = endpoint
    if region:
        facts["aws:requestedregion"] = region
    if tls:
        facts["aws:securetransport"] = "true"
    return tuple(sorted(facts.items()))


def _times(texts: list[str]) -> Sequence[int | None] | None:
    """Microseconds since 1970 of a document's times at once; ``None`` when one is not as CloudTrail writes them."""
    import pyarrow as pa

    if not texts or set(map(len, texts)) - {20}:
        return None
    found = _of_one_day(texts)
    if found is not None:
        return found
    try:
        moments = pa.array(texts, pa.string()).cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:
        return None
    several: list[int | None] = moments.cast(pa.int64()).to_numpy().tolist()
    return several


def _of_one_day(texts: list[str]) -> list[int] | None:
    """Times like ``2026-11-20T10:00:00Z``, all of the day of the first, as nearly every file has them; else ``None``."""
    import numpy as np

    try:
        start = microseconds(datetime.fromisoformat(texts[0][:11] + "00:00:00Z"))
        letters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).reshape(-1, 20)
    except (ValueError, OverflowError):
        return None
    clock = letters[:, [11, 12, 14, 15, 17, 18]] - np.uint8(ord("0"))  # what is no digit becomes more than 9
    hours = clock[:, 0] * np.uint8(10) + clock[:, 1]
    alike = (letters[:, [*range(11), 13, 16, 19]] == letters[0, [*range(11), 13, 16, 19]]).all()
    if not alike or texts[0][13::3] != "::Z" or (clock > np.array([2, 9, 5, 9, 5, 9])).any() or (hours > 23).any():
        return None
    found: list[int] = (start + clock @ np.array([36000, 3600, 600, 60, 10, 1]) * 1_000_000).tolist()
    return found


def _hash(record: Trail) -> str:
    """Stable id of a record without one."""
    return f"sha256:{hashlib.sha256(msgspec.json.encode(record)).hexdigest()}"
