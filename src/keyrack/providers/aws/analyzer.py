"""IAM Access Analyzer's open findings, read as evidence beside ours: who comes in from outside, and what nobody uses.

Shapes: Access Analyzer API Reference, ListAnalyzers, ListFindingsV2, GetFindingV2. What "unused" means there: IAM User Guide,
"Findings for unused access" (nothing within the analyzer's tracking period).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.raw import Raw, account_of, flag, known, number, part, rows, text, when, yes
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap, Record, Resource, Usage
from keyrack.records.uids import aws_uid, credential_uid, row_uid
from keyrack.sdk import gap


def _call(operation: str, action: str, member: str, *, absent_ok: bool = False) -> Call:
    name = f"access-analyzer:{action}"
    return Call("aws.access_analyzer", "accessanalyzer", operation, name, (member,), optional=True, absent_ok=absent_ok)


ANALYZERS = _call("list_analyzers", "ListAnalyzers", "analyzers")
FINDINGS = _call("list_findings_v2", "ListFindings", "findings").of(filter={"status": {"eq": ["ACTIVE"]}})
DETAILS = _call("get_finding_v2", "GetFinding", "findingDetails", absent_ok=True)
SOURCE = "access-analyzer:unused-access"
_DEFAULT_AGE = 90
_TRACKED = timedelta(days=400)
"""How far back IAM itself remembers: no ``lastAccessed`` means no use in that time ("Viewing last accessed information")."""


def access_analyzer(scan: Scan, region: str) -> Iterator[Record]:
    """1 call, pages of findings for each analyzer, and 1 call for each open finding (there is no bulk call for details)."""
    analyzers = yield from scan.collected(ANALYZERS.at(region))
    if not analyzers and region == scan.api.region:
        yield gap(
            "aws.access_analyzer", f"analyzers in {region}", "not_configured",
            "No analyzer of IAM Access Analyzer runs here, so there is no second opinion.",
            hint="an analyzer of access from outside is free: `aws accessanalyzer create-analyzer`", incomplete=False,
        )  # fmt: skip
    for raw in analyzers:
        yield from _analyzer(scan, region, raw)


def _analyzer(scan: Scan, region: str, raw: Raw) -> Iterator[Record]:
    arn = text(raw, "arn")
    if not arn:
        return
    age = _age(raw)
    yield Resource(
        uid=aws_uid(arn), type="aws:analyzer", name=text(raw, "name") or arn, provider="aws", scope=scan.account,
        attrs=known(status=text(raw, "status"), age_limit=str(age) if "UNUSED" in (text(raw, "type") or "") else None),
    )  # fmt: skip
    if text(raw, "status") not in {"ACTIVE", None}:
        return
    found: dict[str, Raw] = {}
    for item in scan.listing(FINDINGS.at(region).of(analyzerArn=arn)):
        if isinstance(item, Gap):
            yield item
        elif identifier := text(item, "id"):
            found[identifier] = item
    calls = [DETAILS.at(region).of(analyzerArn=arn, id=identifier) for identifier in found]
    for reply in scan.each("aws: Access Analyzer", calls):
        if isinstance(reply, Gap):
            yield reply
        else:
            raw_finding = found.pop(str(reply[0].params["id"]))
            yield from evidence(aws_uid(arn), raw_finding, rows(reply[1], "findingDetails"))
    for raw_finding in found.values():  # its details were refused: what the listing says is still true
        yield from evidence(aws_uid(arn), raw_finding, ())


def evidence(analyzer: str, raw: Raw, details: Sequence[Raw]) -> Iterator[Record]:
    """The finding, and what it says of use. Pure."""
    identifier, kind, on = text(raw, "id"), text(raw, "findingType") or "unknown", text(raw, "resource")
    if not identifier or not on:
        return
    external = [
        part(row, name) for row in details for name in ("externalAccessDetails", "internalAccessDetails") if part(row, name)
    ]
    yield Resource(
        uid=f"{analyzer}/finding/{identifier}", type="aws:analyzer-finding", name=f"{kind} on {aws_uid(on)}", provider="aws",
        scope=text(raw, "resourceOwnerAccount") or account_of(on) or "unknown",
        attrs=known(
            finding_type=kind, about=aws_uid(on), about_type=text(raw, "resourceType"), status=text(raw, "status"),
            public=yes(any(flag(row, "isPublic") for row in external)) if external else None,
            principals=",".join(sorted({value for row in external for value in _principals(row)})) or None,
        ),
    )  # fmt: skip
    said_at = when(raw, "analyzedAt") or when(raw, "updatedAt")
    if said_at is None or not kind.startswith("Unused"):
        return
    for row in details:
        yield from _details(analyzer, aws_uid(on), row, said_at - _TRACKED)


def _details(analyzer: str, uid: str, row: Raw, since: datetime) -> Iterator[Usage]:
    if "unusedIamRoleDetails" in row:
        yield _unused(analyzer, since, identity=uid, used=when(part(row, "unusedIamRoleDetails"), "lastAccessed"))
    key = part(row, "unusedIamUserAccessKeyDetails")
    if key_id := text(key, "accessKeyId"):
        yield _unused(
            analyzer, since, identity=uid, credential=credential_uid("aws", public_id=key_id), used=when(key, "lastAccessed")
        )
    service = part(row, "unusedPermissionDetails")
    if namespace := text(service, "serviceNamespace"):
        actions = rows(service, "actions")
        if not actions:
            yield _unused(analyzer, since, identity=uid, service=namespace, used=when(service, "lastAccessed"))
        for action in actions:
            if name := text(action, "action"):
                short = name.rpartition(":")[2]
                yield _unused(analyzer, since, identity=uid, service=namespace, action=short, used=when(action, "lastAccessed"))


def _unused(analyzer: str, since: datetime, *, used: datetime | None = None, **of: str) -> Usage:
    """The last use, where AWS knows one; else no use since ``since``."""
    return Usage(
        uid=row_uid("use", SOURCE, *(f"{name}={value}" for name, value in sorted(of.items()))),
        identity_uid=of.get("identity"),
        credential_uid=of.get("credential"),
        grade="reported" if used else "absent",
        source=SOURCE,
        used_at=used,
        since=since,
        service=of.get("service"),
        action=of.get("action"),
        attrs={"analyzer": analyzer},
    )


def _age(raw: Raw) -> int:
    unused = part(part(raw, "configuration"), "unusedAccess")
    found = number(unused, "unusedAccessAge")
    return found if found is not None and 0 < found < 3650 else _DEFAULT_AGE


def _principals(row: Raw) -> list[str]:
    value = row.get("principal")
    return [f"{kind}:{name}" for kind, name in value.items()] if isinstance(value, Mapping) else []
