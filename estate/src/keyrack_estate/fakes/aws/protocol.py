"""Requests and replies in AWS's protocols, by botocore's service models: rest-json, json 1.x and query.

Source of the facts: the ``service-2.json`` models inside botocore; replies are serialised by ``moto.core.serialize``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_SERVICES = {
    "rolesanywhere": "rolesanywhere",
    "access-analyzer": "accessanalyzer",
    "eks": "eks",
    "iam": "iam",
    "sso": "sso-admin",
    "cognito-identity": "cognito-identity",
}
"""Signing name of a request to botocore's name of the service."""
_XML = "query"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: who signed it, and what it asks for (``operation`` is ``service.Operation``)."""

    key: str
    region: str
    operation: str
    params: Mapping[str, Any]


def asked(method: str, target: str, headers: Mapping[str, str], body: bytes, known: frozenset[str]) -> Asked | None:
    """The call, when it is one of ``known``; header names are lower case."""
    signed = _SCOPE.search(headers.get("authorization", ""))
    service = _SERVICES.get(signed[3]) if signed else None
    if signed is None or service is None:
        return None
    protocol = model(service).metadata["protocol"]
    found = _rest(service, method, target, body, known) if protocol == "rest-json" else _rpc(service, headers, body)
    if found is None or f"{service}.{found[0]}" not in known:
        return None
    return Asked(signed[1], signed[2], f"{service}.{found[0]}", found[1])


@cache
def model(service: str) -> Any:
    """The botocore service model, in the classes of moto's serialisers."""
    from moto.core.utils import get_service_model

    return get_service_model(service)


def reply(operation: str, value: Mapping[str, Any]) -> tuple[int, str, bytes]:
    """Status, content type and body of a good reply.

    Raises:
        botocore.exceptions.ParamValidationError: the value is not of the operation's output shape: the fake is wrong.
    """
    from botocore.exceptions import ParamValidationError
    from botocore.validate import ParamValidator
    from moto.core.serialize import JSONSerializer, QuerySerializer, RestJSONSerializer

    service, _, name = operation.partition(".")
    described = model(service).operation_model(name)
    problems = ParamValidator().validate(value, described.output_shape)
    if problems.has_errors():
        raise ParamValidationError(report=f"{operation}: {problems.generate_report()}")
    by_protocol = {"rest-json": RestJSONSerializer, "json": JSONSerializer, "query": QuerySerializer}
    made = by_protocol[model(service).metadata["protocol"]](described).serialize(dict(value))
    text = made["body"]
    return made["status_code"], made["headers"]["Content-Type"], text.encode() if isinstance(text, str) else text


def refusal(operation: str, code: str, status: int) -> tuple[int, str, bytes]:
    """An error reply in the protocol of the operation's service."""
    if model(operation.partition(".")[0]).metadata["protocol"] == _XML:
        body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        return status, "text/xml", body.encode()
    return status, "application/json", json.dumps({"__type": code, "code": code, "message": "no"}).encode()


def _rest(service: str, method: str, target: str, body: bytes, known: frozenset[str]) -> tuple[str, dict[str, Any]] | None:
    parts = urlsplit(target)
    for operation in sorted(known):
        owner, _, name = operation.partition(".")
        if owner != service:
            continue
        described = model(service).operation_model(name)
        match = _template(described.http["requestUri"].split("?")[0]).fullmatch(parts.path)
        if match is None or described.http["method"] != method:
            continue
        given = {**dict(parse_qsl(parts.query)), **(json.loads(body) if body else {})}
        shape = described.input_shape
        places = {(m.serialization.get("name") or member): member for member, m in shape.members.items()}
        found = {places[name]: value for name, value in given.items() if name in places}
        return name, {**found, **{places[n]: unquote(v) for n, v in match.groupdict().items() if n in places}}
    return None


@cache
def _template(uri: str) -> re.Pattern[str]:
    escaped = re.escape(uri.rstrip("/")).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"\{(\w+)\\?\+?\}", r"(?P<\1>[^/]+)", escaped) + "/?")


def _rpc(service: str, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]] | None:
    if model(service).metadata["protocol"] == _XML:
        fields = dict(parse_qsl(body.decode("utf-8", "replace")))
        return fields.pop("Action", ""), fields
    name = headers.get("x-amz-target", "").rpartition(".")[2]
    return (name, json.loads(body or b"{}")) if name else None
