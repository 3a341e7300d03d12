"""Getting the credential report: ask for it, wait for it, read it; and explain when that fails."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.aws.api import Call, Failed
from keyrack.providers.aws.report import Report, parse_report
from keyrack.providers.aws.scan import Scan
from keyrack.providers.aws.weather import weather
from keyrack.records import Gap
from keyrack.sdk import gap

GENERATE = Call("aws.credential_report", "iam", "generate_credential_report", "iam:GenerateCredentialReport", ("State",))
GET = Call("aws.credential_report", "iam", "get_credential_report", "iam:GetCredentialReport", ("Content",))
_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)


def credential_report(scan: Scan) -> Iterator[Gap | Report]:
    """At most nine GenerateCredentialReport and one GetCredentialReport; a report not older than four hours is reused by AWS.

    When generating is refused, a report that somebody else made may still be readable, so it is asked for anyway.
    """
    failed = _generated(scan)
    reply = scan.api.one(GET)
    if isinstance(reply, Failed):
        bad = failed or reply
        yield bad.call.gap(bad.weather)
        return
    content = reply.get("Content")
    report = parse_report(content if isinstance(content, bytes) else str(content).encode("utf-8", "replace"))
    yield from report_gaps(report)
    yield report


def report_gaps(report: Report) -> Iterator[Gap]:
    """What of a report could not be read."""
    for problem in report.problems[:20]:
        yield gap(
            "aws.credential_report", problem.partition(" of the")[0], "malformed", f"{problem[0].upper()}{problem[1:]}.",
            hint="generate the report again",
        )  # fmt: skip


def _generated(scan: Scan) -> Failed | None:
    for wait in _WAITS:
        reply = scan.api.one(GENERATE)
        if isinstance(reply, Failed):
            return reply
        if reply.get("State") == "COMPLETE":
            return None
        scan.api.sleep(wait)
    return Failed(GENERATE, weather("throttled"))
