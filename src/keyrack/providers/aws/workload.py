"""What every kind of workload shares: the Resource, whom it runs as, and the secrets lying in its environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.providers.aws.labels import environment, ownership
from keyrack.providers.aws.raw import known
from keyrack.providers.aws.references import arns_among, referenced
from keyrack.providers.aws.scan import Scan
from keyrack.records import Record, Resource, Trust
from keyrack.records.uids import aws_arn, row_uid
from keyrack.sdk import Place, observe, shapes

DETECTOR = "aws.workload-environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A function, task definition, build project or instance.

    ``variables`` maps a place inside it (a container's name, or nothing) to its plain environment values. They live only as
    long as this object and end in :func:`keyrack.sdk.observe`. ``references`` maps places to the names of stored secrets.
    """

    uid: str
    type: str
    name: str
    role: str | None = None
    execution_role: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    attrs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    references: Mapping[str, str] = field(default_factory=dict)
    changed: datetime | None = None
    detector: str = DETECTOR


def workload_records(scan: Scan, workload: Workload) -> Iterator[Record]:
    """Records of one workload."""
    yield Resource(
        uid=workload.uid,
        type=workload.type,
        name=workload.name,
        provider="aws",
        scope=scan.account,
        environment=environment(workload.tags),
        tags=dict(workload.tags),
        attrs={**workload.attrs, **known(role=workload.role)},
    )
    for role, mechanism in ((workload.role, "aws:runs-as"), (workload.execution_role, "aws:execution-role")):
        if role:
            yield Trust(
                uid=row_uid("trust", role, mechanism, workload.uid),
                identity_uid=role,
                subject=workload.uid,
                subject_kind="workload",
                mechanism=mechanism,
                attrs={"account": scan.account},
            )
    if workload.role:
        yield from ownership(workload.role, workload.tags, f"{workload.uid}, which runs as it")
    yield from sightings(scan, workload)
    names = dict(workload.references)
    for where, values in workload.variables.items():
        names.update(arns_among(values, f"{where}." if where else ""))
    yield from referenced(scan, workload.uid, workload.role, names, environment(workload.tags))


def sightings(scan: Scan, workload: Workload) -> Iterator[Record]:
    """Credentials among the plain values of a workload, each with its placement."""
    for where, values in workload.variables.items():
        for name, shape in shapes.environment(values):
            place = f"{where}.{name}" if where else name
            material = shape.material(name, workload.detector, variable=name, field=place)
            yield from observe(
                material,
                Place(
                    system="workload_env",
                    exposure="config",
                    scope=scan.account,
                    path=aws_arn(workload.uid),
                    consumer_uid=workload.role,
                    seen_at=workload.changed,
                    environment=environment(workload.tags),
                    attrs={"workload": workload.uid},
                ),
                scan.ctx.fingerprint,
            )
