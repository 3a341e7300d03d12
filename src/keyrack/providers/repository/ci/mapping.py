"""Pipelines as records: the identity, the secrets it names, the code it runs, the roles it becomes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.repository.ci.model import ISSUER_BY_TYPE, STORE_BY_TYPE, CodeUse, LiteralBlock, Pipeline, Scope, SecretUse
from keyrack.records import Credential, Grant, Identity, Placement, Record, Trust
from keyrack.records.grant import Privilege
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Place, observe, shapes
from keyrack.sdk.detection.paths import is_test

DETECTOR = "ci-parser"


def records(pipeline: Pipeline, scope: Scope) -> Iterator[Record]:
    """Everything one definition says, the pipeline's identity first. Credentials may repeat: the same secret, seen again."""
    uid = pipeline.uid(scope)
    yield _identity(pipeline, scope, uid)
    for use in pipeline.secrets:
        yield from _named(pipeline, use, scope, uid)
    for block in pipeline.literals:
        yield from _literals(pipeline, block, scope, uid)
    for code in pipeline.code:
        yield _trust_of_code(pipeline, code, uid)
    for role in pipeline.roles:
        path = role.path or pipeline.path
        yield Trust(
            uid=row_uid("trust", role.identity_uid, "ci:assumes-role", uid),
            identity_uid=role.identity_uid,
            subject=uid,
            subject_kind="identity",
            mechanism="ci:assumes-role",
            attrs={"source_path": path, "line": str(role.line)},
        )
    yield from _grants(pipeline, uid)


def _identity(pipeline: Pipeline, scope: Scope, uid: str) -> Identity:
    attrs = {
        "path": pipeline.path,
        "line": str(pipeline.line),
        "triggers": ",".join(pipeline.triggers),
        "jobs": str(pipeline.jobs or ""),
        "permissions": pipeline.permissions,
        "oidc": _text(pipeline.oidc),
        "untrusted_checkout": "gated"
        if pipeline.gated_checkout and not pipeline.untrusted_checkout
        else _text(pipeline.untrusted_checkout),
        "legacy_jwt": "true" if pipeline.legacy_jwt else "",
    }
    return Identity(
        uid=uid,
        kind="cicd",
        type=pipeline.type,
        name=pipeline.name,
        provider="repository",
        scope=scope.repository,
        attrs={name: value for name, value in attrs.items() if value},
    )


def _text(value: bool) -> str:
    return "true" if value else "false"


def _named(pipeline: Pipeline, use: SecretUse, scope: Scope, uid: str) -> tuple[Credential, Placement]:
    issuer, path = ISSUER_BY_TYPE[pipeline.type], use.path or pipeline.path
    store = use.store or STORE_BY_TYPE[pipeline.type]
    attrs = {"referenced": "true", "variable": use.name, "cloud": use.cloud}
    credential = Credential(
        uid=credential_uid(issuer, holder=f"repo:{scope.repository}", name=f"{store}/{use.name}"),
        kind="access_key" if use.cloud == "aws" else use.kind,
        issuer=issuer,
        name=use.name if use.name != "*" else "all secrets",
        attrs={name: value for name, value in attrs.items() if value},
    )
    placement = Placement(
        uid=row_uid("place", scope.repository, "ci_file", path, use.line, use.field, uid, credential.uid),
        credential_uid=credential.uid,
        system="ci_file",
        exposure="sanctioned",
        scope=scope.repository,
        path=path,
        line=use.line,
        consumer_uid=uid,
        environment=use.environment,
        detector=DETECTOR,
        attrs={"referenced": "true", "field": use.field},
    )
    return credential, placement


def _literals(pipeline: Pipeline, block: LiteralBlock, scope: Scope, uid: str) -> Iterator[Record]:
    path = block.path or pipeline.path
    for variable, shape in shapes.environment({name: value for name, (value, _) in block.values.items()}):
        if _throwaway(block, shape):
            continue
        place = Place(
            system="ci_file",
            exposure="committed",
            scope=scope.repository,
            path=path,
            line=block.values[variable][1],
            consumer_uid=uid,
            environment=block.environment,
            attrs={"test_path": "true"} if is_test(path) else {},
        )
        material = shape.material(variable, DETECTOR, field=f"{block.field}.{variable}", variable=variable)
        yield from observe(material, place, scope.fingerprint)


def _throwaway(block: LiteralBlock, shape: shapes.Shape) -> bool:
    """Login to a database that lives as long as the job: a service container, or anything on the runner itself."""
    if shape.kind not in {"password", "connection_string", "secret"}:
        return False
    local = shape.endpoint is not None and ("." not in shape.endpoint or shape.endpoint.startswith("127."))
    return block.throwaway or local


def _trust_of_code(pipeline: Pipeline, code: CodeUse, uid: str) -> Trust:
    attrs = {
        "ref": code.ref,
        "pin": code.pin,
        "publisher": code.publisher,
        "secrets": ",".join(code.secrets),
        "source_path": code.path or pipeline.path,
        "line": str(code.line),
    }
    return Trust(
        uid=row_uid("trust", uid, code.mechanism, code.subject, code.ref, attrs["source_path"], code.line),
        identity_uid=uid,
        subject=code.subject,
        subject_kind=code.relation,
        mechanism=code.mechanism,
        attrs={name: value for name, value in attrs.items() if value},
    )


def _grants(pipeline: Pipeline, uid: str) -> Iterator[Grant]:
    for grant in pipeline.grants:
        if not grant.actions:
            continue
        attrs = {"source_path": pipeline.path, "line": str(grant.line), "job": grant.job}
        yield Grant(
            uid=row_uid("grant", uid, "github", grant.job, ",".join(grant.actions)),
            identity_uid=uid,
            language="github",
            effect="allow",
            actions=list(grant.actions),
            resources=["*"],
            via="direct",
            policy=f"jobs.{grant.job}.permissions" if grant.job else "permissions",
            privilege=_privilege(grant.actions),
            attrs={name: value for name, value in attrs.items() if value},
        )


def _privilege(actions: tuple[str, ...]) -> Privilege:
    """Class of a job token's permissions; ``write-all`` reaches everything the token can, hence admin."""
    if "*:write" in actions:
        return "admin"
    writes = {action for action in actions if action.endswith(":write")} - {"id-token:write"}  # an OIDC token writes nothing here
    return "write" if writes else "read"
