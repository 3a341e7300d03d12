"""Terraform and OpenTofu state, version 4: secrets that resources and outputs keep in it as plain text.

Sources: hashicorp/terraform ``internal/states/statefile/version4.go`` (resources → instances → attributes and
``sensitive_attributes``), each provider's documentation of the attribute. Which attribute of which resource is a secret
is data, in :data:`SECRETS`; attributes that Terraform itself marks as sensitive are taken for every other type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.sdk.formats.aws import key_pair
from keyrack.sdk.formats.base import Parsed, Trouble, clean, items, load_json, malformed, mapping, parsed, string, when
from keyrack.sdk.formats.tfstate_table import LOGINS, SECRETS, Rule
from keyrack.sdk.formats.values import dated, decode64, described
from keyrack.sdk.material import Material

_VERSION = "4"


def is_state(document: object) -> bool:
    """Whether a JSON document is a Terraform state."""
    fields = mapping(document)
    return "terraform_version" in fields or {"serial", "lineage"} <= set(fields)


def parse(data: bytes) -> Parsed:
    """Secrets of a state file; ``field`` is the resource's address and the attribute."""
    document = load_json(data)
    if not is_state(document):
        return malformed("a Terraform state")
    fields = mapping(document)
    if "encrypted_data" in fields:
        return Parsed(troubles=(Trouble("encrypted", "the state is encrypted"),))
    if string(fields.get("version")) != _VERSION:
        return Parsed(troubles=(Trouble("unsupported", "a state of another version than 4"),))
    return parsed([*_resources(fields), *_outputs(mapping(fields.get("outputs")))])


def _resources(fields: Mapping[str, object]) -> Iterator[Material]:
    for entry in items(fields.get("resources")):
        resource = mapping(entry)
        kind, name = string(resource.get("type")), string(resource.get("name"))
        module = string(resource.get("module"))
        data_mode = "data." if string(resource.get("mode")) == "data" else ""
        address = clean(".".join(part for part in (module, f"{data_mode}{kind}", name) if part))
        for instance in items(resource.get("instances")):
            yield from _instance(kind, address, mapping(instance))


def _instance(kind: str, address: str, instance: Mapping[str, object]) -> Iterator[Material]:
    index = instance.get("index_key")
    where = f"{address}[{clean(index)}]" if index is not None else address
    attributes = mapping(instance.get("attributes"))
    if kind == "aws_iam_access_key":
        yield from _aws_key(where, attributes)
        return
    if kind in SECRETS:
        for rule in SECRETS[kind]:
            yield from _attribute(where, rule, attributes)
        return
    for path in items(instance.get("sensitive_attributes")):
        yield from _sensitive(where, kind, path, attributes)


def _aws_key(where: str, attributes: Mapping[str, object]) -> Iterator[Material]:
    found = key_pair(
        string(attributes.get("id")),
        string(attributes.get("secret")),
        name=f"AWS access key of {string(attributes.get('user')) or 'a user'}",
        detector="tfstate.aws_iam_access_key",
        field=f"{where}.secret",
    )
    found = dated(found, created=when(attributes.get("create_date")))
    if found:
        yield found


def _attribute(where: str, rule: Rule, attributes: Mapping[str, object]) -> Iterator[Material]:
    value = string(attributes.get(rule.attribute))
    if rule.base64:
        value = decode64(value).decode("utf-8", "surrogateescape") or value
    login = next((clean(string(attributes.get(key))) for key in LOGINS if string(attributes.get(key))), "")
    found = described(
        value,
        kind=rule.kind,
        issuer=rule.issuer,
        name=f"{rule.attribute} of {where}",
        detector="tfstate.resource",
        field=f"{where}.{rule.attribute}",
        attrs={"login": login},
    )
    created = when(attributes.get("start_date")) or when(attributes.get("valid_after"))
    expires = when(attributes.get("end_date")) or when(attributes.get("expires_at")) or when(attributes.get("valid_before"))
    found = dated(found, created=created, expires=expires)
    if found:
        yield found


def _sensitive(where: str, kind: str, path: object, attributes: Mapping[str, object]) -> Iterator[Material]:
    """An attribute the provider's schema marks as sensitive; ``path`` is a list of steps (``get_attr``, ``index``)."""
    node: object = attributes
    steps: list[str] = []
    for step in items(path):
        value = mapping(step).get("value")
        name = string(mapping(value).get("value")) if isinstance(value, dict) else string(value)
        steps.append(clean(name))
        children = items(node)
        node = mapping(node).get(name) if not children else children[int(name)] if _index(name, len(children)) else None
    provider = kind.partition("_")[0]
    issuers = {"google": "gcp", "azurerm": "azure", "azuread": "azure", "github": "github", "gitlab": "gitlab", "vault": "vault"}
    found = described(
        node,
        kind="password" if steps and "pass" in steps[-1] else "secret",
        issuer=issuers.get(provider, "unknown"),
        name=f"{'.'.join(steps)} of {where}",
        detector="tfstate.sensitive",
        field=f"{where}.{'.'.join(steps)}",
    )
    if found:
        yield found


def _index(text: str, size: int) -> bool:
    return text.isdecimal() and len(text) < 10 and int(text) < size


def _outputs(outputs: Mapping[str, object]) -> Iterator[Material]:
    for name, entry in outputs.items():
        output = mapping(entry)
        value = output.get("value")
        if output.get("sensitive") is not True:
            continue
        leaves = {"": value} if isinstance(value, str) else {f".{key}": inner for key, inner in mapping(value).items()}
        for suffix, inner in leaves.items():
            found = described(
                inner,
                kind="password" if "pass" in f"{name}{suffix}".lower() else "secret",
                issuer="unknown",
                name=f"sensitive output {clean(name)}{clean(suffix)}",
                detector="tfstate.output",
                field=f"outputs.{clean(name)}{clean(suffix)}",
            )
            if found:
                yield found
