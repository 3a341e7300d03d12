"""Records of a Terraform module: its IAM, the workloads that run as its roles, and the secrets written into it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from keyrack.providers.repository.iac import azure, google
from keyrack.providers.repository.iac.aws import Principal, workload_records
from keyrack.providers.repository.iac.azure import azure_records
from keyrack.providers.repository.iac.clouds import CONCERNS_IDENTITY, Clouds
from keyrack.providers.repository.iac.google import google_records
from keyrack.providers.repository.iac.hcl import Block
from keyrack.providers.repository.iac.literals import Setting, literal, literal_records, named_records, secret_records
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.iac.terraform import Module
from keyrack.providers.repository.iac.terraform_iam import declared, iam_records
from keyrack.providers.repository.marked import Node, plain_node
from keyrack.records import Record, Resource

_WORKLOADS = {
    "aws_lambda_function": ("aws:lambda-function", ("role",), "function_name"),
    "aws_ecs_task_definition": ("aws:ecs-task-definition", ("task_role_arn", "execution_role_arn"), "family"),
    "aws_codebuild_project": ("aws:codebuild-project", ("service_role",), "name"),
    "aws_instance": ("aws:ec2-instance", ("iam_instance_profile",), "id"),
}
"""Type, attributes that name the role (first wins), attribute that names the workload."""
_LAUNCHED = ("aws_launch_template", "aws_launch_configuration")

_SECRET_BY_PLACE = {
    "aws_secretsmanager_secret_version": ("secret_string",),
    "aws_ssm_parameter": ("value",),
    "github_actions_secret": ("plaintext_value",),
    "github_actions_environment_secret": ("plaintext_value",),
    "github_actions_organization_secret": ("plaintext_value",),
    "google_secret_manager_secret_version": ("secret_data",),
    "azurerm_key_vault_secret": ("value",),
    "vault_generic_secret": ("data_json",),
    "vault_kv_secret_v2": ("data_json",),
}
"""Resources whose attribute is a secret whatever it is called: what code puts into a vault lies in the code first."""


def module_records(module: Module, unread: Counter[str]) -> Iterator[Record]:
    """All records of a module; ``unread`` gains the Google and Azure resources that were not understood, by type."""
    yield from iam_records(module)
    yield from _clouds(Clouds(module, unread))
    roles = declared(module)
    for kind in _LAUNCHED:
        for origin, block in module.of_type(kind):
            yield from _launched(module, roles, origin, block)
    for kind in _WORKLOADS:
        for origin, block in module.of_type(kind):
            yield from _workload(module, roles, origin, block)
    for origin, block in module.blocks:
        yield from _literals(module, roles, origin, block)


def _clouds(clouds: Clouds) -> Iterator[Record]:
    yield from google_records(clouds)
    yield from azure_records(clouds)
    for _, block in clouds.module.blocks:
        kind = block.labels[0] if block.type == "resource" and block.labels else ""
        if CONCERNS_IDENTITY.fullmatch(kind) and not google.understood(kind) and not azure.understood(kind):
            clouds.miss(block)


def _launched(module: Module, roles: dict[str, Principal], origin: Origin, block: Block) -> Iterator[Record]:
    """What instances are launched from; of interest only where it says which metadata service they answer."""
    imds = _imds(module, block)
    if imds:
        name = module.text(block.body.get("name")) or block.address
        role = _role(module, roles, block)
        found = workload_records(
            "aws:ec2-instance", block.address, name, role.uid if role else None, origin, block.body.line, imds
        )
        yield from (record for record in found if isinstance(record, Resource))


def _imds(module: Module, block: Block) -> str:
    """``optional`` (version 1 answers) or ``required``, where the code states it; the default is the account's and image's."""
    tokens = module.text(block.body.get("metadata_options", "http_tokens"))
    return tokens if tokens in {"optional", "required"} else ""


def _role(module: Module, roles: dict[str, Principal], block: Block) -> Principal | None:
    attributes = _WORKLOADS[block.labels[0]][1] if block.labels[0] in _WORKLOADS else ("iam_instance_profile",)
    for attribute in attributes:
        node = block.body.get(attribute)
        node = (node.get("name") or node.get("arn")) if node.kind == "map" else node
        profile = module.target(node, "aws_iam_instance_profile")
        if profile:
            node = module.index[profile][1].body.get("role")
        role = roles.get(module.target(node, "aws_iam_role"))
        if role is not None:
            return role
    return None


def _workload(module: Module, roles: dict[str, Principal], origin: Origin, block: Block) -> Iterator[Record]:
    kind, _, named = _WORKLOADS[block.labels[0]]
    role = _role(module, roles, block)
    name = module.text(block.body.get(named)) or block.address
    yield from workload_records(
        kind, block.address, name, role.uid if role else None, origin, block.body.line, _imds(module, block)
    )


def _literals(module: Module, roles: dict[str, Principal], origin: Origin, block: Block) -> Iterator[Record]:
    consumer = (
        _role(module, roles, block) if block.type == "resource" and block.labels[:1] and block.labels[0] in _WORKLOADS else None
    )
    setting = Setting(origin, block.address, consumer_uid=consumer.uid if consumer else None)
    if block.type == "variable":
        default = block.body.get("default")
        if literal(default) and block.labels:
            yield from named_records({block.labels[0]: (default.text, default.line)}, setting, ("default",))
            return
    yield from literal_records(_readable(block.body), setting)
    if block.type == "resource" and len(block.labels) > 1:
        yield from _secrets_by_place(module, block, setting)


def _readable(body: Node) -> Node:
    """Container definitions given as JSON text count like those given by ``jsonencode``."""
    definitions = body.get("container_definitions")
    if not literal(definitions):
        return body
    try:
        parsed: object = json.loads(definitions.text)
    except (ValueError, RecursionError):
        return body
    entries = tuple(
        (key, plain_node(parsed, value.line) if key == "container_definitions" else value) for key, value in body.entries
    )
    return Node("map", body.line, entries=entries)


def _secrets_by_place(module: Module, block: Block, setting: Setting) -> Iterator[Record]:
    kind = block.labels[0]
    if kind == "aws_ssm_parameter" and module.text(block.body.get("type")) != "SecureString":
        return
    for attribute in _SECRET_BY_PLACE.get(kind, ()):
        node = block.body.get(attribute)
        if literal(node):
            yield from _one_or_many(node, attribute, setting)
    if kind in {"kubernetes_secret", "kubernetes_secret_v1"}:
        for key in ("data", "string_data"):
            for name, node in block.body.get(key).entries:
                if literal(node):
                    yield from secret_records(name, node.text, node.line, setting, (key,))


def _one_or_many(node: Node, attribute: str, setting: Setting) -> Iterator[Record]:
    """A secret's text, or the values of the JSON object it is."""
    try:
        parsed: object = json.loads(node.text)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        yield from literal_records(plain_node(parsed, node.line), setting)
    else:
        yield from secret_records(attribute, node.text, node.line, setting, ())
