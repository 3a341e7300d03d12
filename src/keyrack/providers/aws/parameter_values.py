"""Secrets in plain SSM parameters: read only on request, and only those whose name promises a secret."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.labels import environment
from keyrack.providers.aws.raw import Raw, rows, text, when
from keyrack.providers.aws.scan import Scan, not_asked
from keyrack.providers.aws.stores import LIST_PARAMETERS, parameter_uid
from keyrack.records import Gap, Record, Resource
from keyrack.records.uids import aws_arn
from keyrack.sdk import Place, observe, shapes
from keyrack.sdk.placeholders import secret_name

READ = Call("aws.parameter_values", "ssm", "get_parameters", "ssm:GetParameters", ("Parameters",))
_BATCH = 10


def plain_parameters(scan: Scan, region: str) -> Iterator[Record]:
    """One more pass over the listing, and one call per ten parameters of type String with a secret-looking name."""
    if not scan.wants("read_plain_parameters"):
        yield not_asked("aws.parameter_values", "--aws-read-plain-parameters", "Values of plain-text parameters were not read.")
        return
    found: dict[str, Raw] = {}
    for item in scan.listing(LIST_PARAMETERS.at(region)):
        name = None if isinstance(item, Gap) else text(item, "Name")
        if name and not isinstance(item, Gap) and text(item, "Type") != "SecureString" and secret_name(name.rpartition("/")[2]):
            found[name] = item
    names = list(found)
    batches = [READ.at(region).of(Names=names[start : start + _BATCH]) for start in range(0, len(names), _BATCH)]
    for reply in scan.each("aws: parameters", batches):
        if isinstance(reply, Gap):
            yield reply
            continue
        for parameter in rows(reply[1], "Parameters"):
            yield from _parameter(scan, region, parameter)


def _parameter(scan: Scan, region: str, raw: Raw) -> Iterator[Record]:
    name, value = text(raw, "Name") or "", text(raw, "Value") or ""
    shape = shapes.suspect(name.rpartition("/")[2], value)
    if shape is None:
        return
    uid = parameter_uid(scan, region, raw)
    yield Resource(
        uid=uid, type="aws:ssm-parameter", name=name, provider="aws", scope=scan.account, environment=environment({}, name)
    )
    place = Place(
        system="workload_env",
        exposure="config",
        scope=scan.account,
        path=aws_arn(uid),
        seen_at=when(raw, "LastModifiedDate"),
        environment=environment({}, name),
    )
    yield from observe(shape.material(name, "aws.plain-parameter", field=name), place, scan.ctx.fingerprint)
