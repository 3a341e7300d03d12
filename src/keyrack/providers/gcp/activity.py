"""Last authentication of service accounts and keys, as Policy Analyzer's Activity Analyzer reports it. Pure and total.

"View recent usage for service accounts and keys" (cloud.google.com/iam/docs/service-account-recent-usage): dates only, in Pacific
time; failed calls count; for a key even listing it counts; HMAC keys, API keys bound to an account and domain-wide delegation do
not. So a date is ``reported`` and carries ``counts_denied``; no date is ``absent`` since the period began.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.gcp.names import account_uid, last
from keyrack.records import Usage
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, text, when

ACCOUNTS, KEYS = "serviceAccountLastAuthentication", "serviceAccountKeyLastAuthentication"
SOURCE = "gcp:activity-analyzer"


def usage(raw: Raw, activity: str, emails: dict[str, str], keys: set[str]) -> Iterator[Usage]:
    """One statement on one account or key. ``emails`` leads from unique ids to addresses.

    Keys that Google manages are passed over: ``keys`` are the ids of the others.
    """
    name = text(raw, "fullResourceName") or ""
    used = when(raw, "activity", "lastAuthenticatedTime")
    since = when(raw, "observationPeriod", "startTime")
    holder, marker, key = name.partition("/keys/")
    email = emails.get(last(holder), last(holder)).lower()
    if "@" not in email or (used is None and since is None) or (activity == KEYS) != bool(marker) or (marker and key not in keys):
        return
    yield Usage(
        uid=row_uid("use", SOURCE, email, key),
        identity_uid=account_uid(email),
        credential_uid=credential_uid("gcp", public_id=key) if key else None,
        grade="reported" if used else "absent",
        source=f"{SOURCE}-{'key' if key else 'account'}",
        used_at=used,
        since=since if used is None else None,
        attrs={"counts_denied": "true", **({"counts_listing": "true"} if key else {})},
    )
