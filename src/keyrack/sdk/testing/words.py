"""A provider speaks only the house's words: vocabulary, manifest and record types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from keyrack.records import Credential, Gap, Grant, Identity, Placement, Policy, Record, Resource, Trust, Usage, vocabulary
from keyrack.sdk.manifest import RESERVED, Capability, Manifest
from keyrack.sdk.testing.broken import require

_KINDS = ("identity", "credential", "placement", "grant", "policy", "trust", "resource", "usage")
_LISTS = (*(f"{kind}_attrs" for kind in _KINDS), "identity_types", "resource_types", "mechanisms")
_ATTRS: dict[type[Record], str] = {
    Identity: "identity_attrs",
    Credential: "credential_attrs",
    Placement: "placement_attrs",
    Grant: "grant_attrs",
    Policy: "policy_attrs",
    Trust: "trust_attrs",
    Resource: "resource_attrs",
    Usage: "usage_attrs",
}


def check_manifest(manifest: Manifest) -> None:
    """Capabilities are named ``<provider>.<x>``, unique, yield records, and state permissions and blind spots."""
    names = [capability.name for capability in manifest.capabilities]
    require(bool(names), f"{manifest.name}: declares no capability")
    require(len(names) == len(set(names)), f"{manifest.name}: a capability is declared twice")
    for capability in manifest.capabilities:
        _check_capability(manifest.name, capability)
    flags = [option.flag for option in manifest.options]
    require(len(flags) == len(set(flags)), f"{manifest.name}: two options share a flag")
    taken = sorted({option.name for option in manifest.options} & RESERVED)
    require(not taken, f"{manifest.name}: names of options that are the house's: {taken}")
    for name in _LISTS:
        again = sorted(set(getattr(manifest.words, name)) & set(getattr(vocabulary, name.upper())))
        require(not again, f"{manifest.name}: words of the house brought again as {name}: {again}")


def known(manifest: Manifest, name: str) -> Mapping[str, str]:
    """Words of one list (``identity_types``, ``trust_attrs``...): the house's and the provider's own."""
    return {**getattr(vocabulary, name.upper()), **getattr(manifest.words, name)}


def _check_capability(provider: str, capability: Capability) -> None:
    name = capability.name
    require(name.startswith(f"{provider}."), f"{name}: capability names start with '{provider}.'")
    require(bool(capability.title.strip()), f"{name}: has no title")
    require(bool(capability.yields), f"{name}: yields nothing")
    require(bool(capability.permissions), f"{name}: states no permission; say what it must be able to read")
    require(bool(capability.blind_spots), f"{name}: states no blind spot; everything has one")


def check_words(manifest: Manifest, records: Iterable[Record]) -> None:
    """Every record validates, was announced, and uses only words of :mod:`keyrack.records.vocabulary`."""
    announced = {record for capability in manifest.capabilities for record in capability.yields} | {Gap}
    capabilities = manifest.names()
    words = {name: known(manifest, name) for name in _LISTS}
    for record in records:
        kind, name = type(record), _name(record)
        require(kind in announced, f"{kind.__name__} {name}: no capability says it yields {kind.__name__}")
        _check_types(record)
        _check_attrs(record, words)
        _check_native(record, name, words)
        if isinstance(record, Gap):
            require(record.capability in capabilities, f"Gap {name}: capability {record.capability!r} is not declared")
            require(bool(record.detail.strip()), f"Gap {name}: says nothing")


def _name(record: Record) -> str:
    return str(getattr(record, record.key[0]))


def _check_types(record: Record) -> None:
    try:
        again = msgspec.json.decode(msgspec.json.encode(record), type=type(record))
    except (msgspec.ValidationError, UnicodeError, TypeError):
        again = None
    require(again == record, f"{type(record).__name__} {_name(record)!a}: a field has the wrong type or is not encodable text")
    for field in record.__struct_fields__:
        offset = getattr(getattr(record, field), "utcoffset", None)
        require(offset is None or offset() is not None, f"{_name(record)}: {field} is a naive datetime")


def _check_attrs(record: Record, words: Mapping[str, Mapping[str, str]]) -> None:
    name = _ATTRS.get(type(record))
    attrs = getattr(record, "attrs", None)
    if name is None or not attrs:
        return
    unknown = sorted(set(attrs) - set(words[name]))
    require(not unknown, f"{type(record).__name__} {_name(record)}: attrs not in the vocabulary: {unknown}")


def _check_native(record: Record, name: str, words: Mapping[str, Mapping[str, str]]) -> None:
    if isinstance(record, Identity):
        require(record.type in words["identity_types"], f"Identity {name}: type {record.type!r} is not in the vocabulary")
    elif isinstance(record, Resource):
        require(record.type in words["resource_types"], f"Resource {name}: type {record.type!r} is not in the vocabulary")
    elif isinstance(record, Trust):
        require(record.mechanism in words["mechanisms"], f"Trust {name}: mechanism {record.mechanism!r} is unknown")
    elif isinstance(record, Credential):
        require(record.issuer == record.issuer.lower(), f"Credential {name}: issuer {record.issuer!r} is not lower case")
