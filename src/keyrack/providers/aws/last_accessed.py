"""Service last accessed data (IAM's "access advisor"): one job per identity, so only on request.

AWS counts denied attempts too, lags by up to four hours and keeps 400 days ("Things to know about last accessed
information", IAM User Guide); the Usage records say so (``counts_denied``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from keyrack.providers.aws.api import Api, Call, Failed
from keyrack.providers.aws.principals import ROLE_TRACKING, Iam
from keyrack.providers.aws.raw import Raw, known, rows, text, when
from keyrack.providers.aws.scan import Scan, not_asked
from keyrack.providers.aws.weather import weather
from keyrack.records import Gap, Record, Usage
from keyrack.records.uids import aws_uid, row_uid

GENERATE = Call(
    "aws.service_last_accessed", "iam", "generate_service_last_accessed_details", "iam:GenerateServiceLastAccessedDetails",
    ("JobId",), params={"Granularity": "SERVICE_LEVEL"}, absent_ok=True,
)  # fmt: skip
DETAILS = Call(
    "aws.service_last_accessed", "iam", "get_service_last_accessed_details", "iam:GetServiceLastAccessedDetails", ("JobStatus",)
)
SOURCE = "iam:service-last-accessed"
_WAITS = (0.2, 0.4, 0.8, 1.5, 3.0, 5.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class _Job:
    """The whole conversation about one identity; runs inside a worker thread."""

    api: Api

    def run(self, call: Call) -> Raw | Failed:
        started = self.api.one(call)
        if isinstance(started, Failed):
            return started
        ask = DETAILS.of(JobId=text(started, "JobId"))
        for wait in _WAITS:
            reply = self.api.one(ask)
            if isinstance(reply, Failed):
                return reply
            status = text(reply, "JobStatus")
            if status == "COMPLETED":
                return self._rest(ask, reply)
            if status != "IN_PROGRESS":
                return Failed(call, weather("malformed"))
            self.api.sleep(wait)
        return Failed(call, weather("throttled"))

    def _rest(self, ask: Call, first: Raw) -> Raw | Failed:
        services = rows(first, "ServicesLastAccessed")
        page, seen = first, set[str]()
        while page.get("IsTruncated") is True:
            marker = text(page, "Marker")
            if marker is None or marker in seen:
                return Failed(ask, weather("cut"))
            seen.add(marker)
            reply = self.api.one(ask.of(Marker=marker))
            if isinstance(reply, Failed):
                return reply
            page = reply
            services += rows(page, "ServicesLastAccessed")
        return {"ServicesLastAccessed": services}


def service_last_accessed(scan: Scan, iam: Iam) -> Iterator[Record]:
    """Per identity and service: last authenticated use, or its reported absence."""
    if not scan.wants("service_last_accessed"):
        yield not_asked(
            "aws.service_last_accessed", "--aws-last-accessed", "Use by service was not asked for (one job per identity)."
        )
        return
    holders: Sequence[Raw] = [*iam.users, *iam.roles]
    created = {arn: when(holder, "CreateDate") for holder in holders if (arn := text(holder, "Arn"))}
    job, total = _Job(scan.api), len(created)

    def progress(done: int) -> None:
        scan.ctx.progress.update("aws: service last accessed", done, total)

    for item in scan.api.each([GENERATE.of(Arn=arn) for arn in created], progress, job.run):
        if isinstance(item, Gap):
            yield item
            continue
        arn = str(item[0].params["Arn"])
        for service in rows(item[1], "ServicesLastAccessed"):
            yield from _use(aws_uid(arn), service, created[arn], scan.ctx.now)


def _use(holder: str, raw: Raw, created: datetime | None, now: datetime) -> Iterator[Usage]:
    namespace, used = text(raw, "ServiceNamespace"), when(raw, "LastAuthenticated")
    if namespace is None:
        return
    start = now - ROLE_TRACKING
    yield Usage(
        uid=row_uid("use", holder, SOURCE, namespace),
        identity_uid=holder,
        grade="reported" if used else "absent",
        source=SOURCE,
        used_at=used,
        since=max(created, start) if created else start,
        service=namespace,
        attrs=known(region=text(raw, "LastAuthenticatedRegion"), counts_denied="true"),
    )
