"""CloudTrail's event history over LookupEvents: 90 days of management events, one region at a time, 50 a page.

Source of the facts: CloudTrail API Reference, LookupEvents (newest first; two requests a second per region; a token goes with
the parameters it was given for); CloudTrail User Guide, "Working with CloudTrail Event history".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from keyrack.errors import KeyrackError
from keyrack.sdk.usage import Page

KEPT = timedelta(days=90)
WINDOW = timedelta(days=1)
LATE = timedelta(minutes=30)
"""How far before the last look the next one begins, for events that arrived late; repeats are dropped by id."""

PERMISSION = "cloudtrail:LookupEvents"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far one region is: everything before ``since`` is taken; of the window up to ``until``, what comes after ``token``."""

    since: datetime
    until: datetime | None = None
    token: str | None = None


def pages(cursor: str | None, *, now: datetime, options: dict[str, str]) -> Iterator[Page]:
    """Pages of every region asked for, a day at a time, oldest day first.

    Args:
        cursor: where the last look ended; ``None``: begin 90 days ago.
        now: end of the last window.
        options: ``region`` (several with commas; default: the profile's), ``profile``, and ``trail_bucket``: follow a trail's
            bucket instead, all its accounts and regions.

    Raises:
        KeyrackError: boto3 is missing, or AWS refuses.
    """
    session = _session(options.get("profile"))
    if where := options.get("trail_bucket"):
        from keyrack.providers.aws.cloudtrail_bucket import pages as of_bucket

        yield from of_bucket(cursor, now=now, where=where, client=session.client("s3"))
        return
    regions = [name for name in options.get("region", session.region_name or "us-east-1").split(",") if name]
    places = msgspec.json.decode(cursor, type=dict[str, Place]) if cursor else {}
    for region in regions:
        client = _client(session, region)
        place = places.get(region) or Place(since=now - KEPT)
        for raw, reached in _region(client, place, now):
            places[region] = reached
            yield Page(raw, msgspec.json.encode(places).decode())


def _region(client: Any, place: Place, now: datetime) -> Iterator[tuple[bytes, Place]]:
    since = max(place.since if place.until else place.since - LATE, now - KEPT)
    token = place.token
    until = place.until or min(since + WINDOW, now)
    while True:
        reply = _ask(client, since, until, token)
        token = reply.get("NextToken")
        whole = until >= now
        reached = Place(since=since, until=until, token=token) if token else Place(since=until)
        yield _text(reply), reached
        if not token:
            if whole:
                return
            since, until = until, min(until + WINDOW, now)


def _ask(client: Any, since: datetime, until: datetime, token: str | None) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    wanted = {"StartTime": since, "EndTime": until, "MaxResults": 50}
    try:
        reply: dict[str, Any] = client.lookup_events(**wanted, **({"NextToken": token} if token else {}))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "error")
        if token and code == "InvalidNextTokenException":  # tokens expire; the window is asked for again, repeats are dropped
            return _ask(client, since, until, None)
        raise KeyrackError("usage.refused", f"CloudTrail answered {code}", hint=f"needs {PERMISSION}", retry="later") from error
    except BotoCoreError as error:
        raise KeyrackError(
            "usage.unreachable",
            f"CloudTrail cannot be asked ({type(error).__name__})",
            hint="check credentials, region and network",
        ) from error
    return reply


def _text(reply: dict[str, Any]) -> bytes:
    """The page in the shape the CLI prints, which is what the reader knows."""
    found = [{"CloudTrailEvent": event["CloudTrailEvent"]} for event in reply.get("Events", []) if "CloudTrailEvent" in event]
    return msgspec.json.encode({"Events": found})


def _session(profile: str | None) -> Any:
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise KeyrackError("usage.boto3", "asking AWS needs boto3", hint="pip install 'keyrack[aws]'") from error
    try:
        return boto3.Session(profile_name=profile)
    except BotoCoreError as error:
        raise KeyrackError("usage.profile", f"no AWS profile {profile!r}", hint="see ~/.aws/config") from error


def _client(session: Any, region: str) -> Any:
    from botocore.config import Config

    return session.client("cloudtrail", region_name=region, config=Config(retries={"mode": "adaptive", "max_attempts": 10}))
