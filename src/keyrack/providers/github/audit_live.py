"""The audit log over its API, oldest first: 180 days of an organisation or enterprise of Enterprise Cloud, 100 entries a page.

Source: REST "Get the audit log for an organization" and "... for an enterprise" (``phrase``, ``order``, ``include``, the
cursor ``after`` in the Link header; 1,750 calls an hour) and "Searching the audit log for your organization" (``created:>=``
takes a day).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from keyrack.errors import KeyrackError
from keyrack.providers.github.session import connect, organization
from keyrack.sdk import Context, Fingerprinter
from keyrack.sdk.fields import rows, when
from keyrack.sdk.usage import Page
from keyrack.sdk.web import Call, Failed, by_link_header

KEPT = timedelta(days=180)
LATE = timedelta(minutes=10)
"""How far before the last entry the next look begins, for entries that arrive late; repeats are dropped by id."""
PERMISSION = "organization_administration:read"
OF_ENTERPRISE = "enterprise_administration:read"
"""Or the scope ``read:audit_log`` in a classic token of an administrator of the enterprise, which GitHub's page asks for."""


class Place(msgspec.Struct, frozen=True):
    """How far the log is read: everything before ``since``; of the look that began there, what comes after ``after``."""

    since: datetime
    after: str | None = None


def pages(cursor: str | None, now: datetime, options: Mapping[str, str]) -> Iterator[Page]:
    """Pages after a cursor; each begins where the last one that was kept ended.

    Raises:
        KeyrackError: there is no way to sign in, or GitHub refuses.
    """
    place = msgspec.json.decode(cursor, type=Place) if cursor else Place(now - KEPT)
    enterprise = options.get("enterprise", "")
    org = "" if enterprise else organization(options)
    web = connect(options, Context(now=now, fingerprint=Fingerprinter(b"")), org)
    permission = OF_ENTERPRISE if enterprise else PERMISSION
    call = Call(
        capability="github.audit_log",
        path=f"enterprises/{quote(enterprise, safe='')}/audit-log" if enterprise else f"orgs/{org}/audit-log",
        permission=permission,
        params={"phrase": f"created:>={place.since:%Y-%m-%d}", "order": "asc", "include": "all", "per_page": "100"},
        next=by_link_header,
        must=("",),
        what="the audit log",
    )
    newest = place.since
    for page in web.pages(call.of(after=place.after) if place.after else call):
        if isinstance(page, Failed):
            raise KeyrackError(
                "github.audit_log", f"the audit log: {page.weather.sentence}",
                hint=f"needs Enterprise Cloud and {permission}; {page.weather.hint}",
            )  # fmt: skip
        entries = rows(page.body, "")
        times = (when(entry, "@timestamp") or when(entry, "created_at") for entry in entries)
        newest = max([newest, *(time for time in times if time is not None)])
        following = by_link_header(call, page)
        after = following.params.get("after") if following else None
        ended = Place(max(place.since, min(newest, now) - LATE))
        yield Page(msgspec.json.encode(entries), msgspec.json.encode(Place(place.since, after) if after else ended).decode())
