"""Names of stored secrets in a workload's configuration: who uses which secret, without any value.

Forms: ``valueFrom`` of ECS ("Secret" in the ECS API reference), CodeBuild's PARAMETER_STORE and SECRETS_MANAGER variables, and
plain variables that hold the ARN of a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.providers.aws.raw import Raw, rows, text
from keyrack.providers.aws.scan import Scan
from keyrack.records import Placement
from keyrack.records.identity import Environment
from keyrack.records.uids import aws_arn, aws_uid, credential_uid, row_uid


def referenced(
    scan: Scan, workload: str, role: str | None, names: Mapping[str, str], environment: Environment | None
) -> Iterator[Placement]:
    """One placement for each reference to a secret that this scan has seen in its store; others are left out."""
    for place, name in names.items():
        uid = _stored_uid(scan, workload, name)
        if uid is None:
            continue
        credential = credential_uid("aws", holder=uid, name="value")
        yield Placement(
            uid=row_uid("place", scan.account, "workload_env", workload, place, credential),
            credential_uid=credential,
            system="workload_env",
            exposure="sanctioned",
            scope=scan.account,
            path=aws_arn(workload),
            consumer_uid=role,
            environment=environment,
            detector="aws.secret-reference",
            attrs={"workload": workload, "field": place, "referenced": "true"},
        )


def arns_among(values: Mapping[str, str], prefix: str = "") -> dict[str, str]:
    """Variables whose value is the ARN of a stored secret."""
    return {f"{prefix}{name}": value for name, value in values.items() if value.startswith("arn:") and _is_store(value)}


def value_from(container: Raw) -> dict[str, str]:
    """References of an ECS container definition, by ``container.VARIABLE``."""
    box = text(container, "name") or ""
    return {
        f"{box}.{name}": source
        for row in rows(container, "secrets")
        if (name := text(row, "name")) and (source := text(row, "valueFrom"))
    }


def build_references(variables: list[Raw]) -> dict[str, str]:
    """References of a CodeBuild environment; a secret's name may be followed by ``:key:stage:version``."""
    found: dict[str, str] = {}
    for row in variables:
        name, value, kind = text(row, "name"), text(row, "value"), text(row, "type")
        if name and value and kind in {"PARAMETER_STORE", "SECRETS_MANAGER"}:
            found[name] = value if kind == "PARAMETER_STORE" or value.startswith("arn:") else f"secret:{value.partition(':')[0]}"
    return found


def _is_store(arn: str) -> bool:
    return arn.split(":")[2:3] in (["secretsmanager"], ["ssm"])


def _stored_uid(scan: Scan, workload: str, name: str) -> str | None:
    """The uid of the stored secret a reference means, if the scan has seen it."""
    region = workload.split(":")[2]
    if name.startswith("secret:"):
        return scan.stored.get(f"{scan.partition}:secretsmanager:{region}:{scan.account}:{name}")
    if not name.startswith("arn:"):
        return scan.stored.get(f"{scan.partition}:ssm:{region}:{scan.account}:parameter/{name.lstrip('/')}")
    parts = name.split(":")
    return scan.stored.get(aws_uid(":".join(parts[:7] if parts[2:3] == ["secretsmanager"] else parts)))
