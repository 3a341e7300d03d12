"""Credentials written into infrastructure code: named values, environment lists, scripts, secret manifests."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from keyrack.providers.repository.iac.hcl import COMPUTED, TEMPLATE
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.marked import Node, Path, dotted
from keyrack.records import Record
from keyrack.records.identity import Environment
from keyrack.sdk import Place, observe, shapes
from keyrack.sdk.detection.paths import is_test
from keyrack.sdk.placeholders import placeholder, reference

DETECTOR = "iac-parser"
_ASSIGNED = re.compile(
    r"(?:^|[\s;&])(?:export\s+|setx?\s+|\$env:)?([A-Za-z_][A-Za-z0-9_]{2,80})\s?=\s?(\"[^\"\n]*\"|'[^'\n]*'|[^\s;&\"']+)",
    re.ASCII | re.MULTILINE,
)
_SCRIPT_KEYS = frozenset(
    {
        "user_data",
        "user_data_base64",
        "userdata",
        "inline",
        "command",
        "script",
        "startup_script",
        "metadata_startup_script",
        "custom_data",
    }
)
_MAX_SCRIPT = 256 * 1024

_NOT_SECRET = re.compile(
    r"key|(?:[a-z0-9]+_)*(?:parameter|s3|object|tag|hash|range|partition|sort|routing|storage|state|label|metric|map|row|index|kms|master|public"
    r"|primary|foreign|unique|cache|lookup|group|bucket|code|lambda_code|ssh|pair|dns|host|config|config_map|secret)_?key"
    r"|(?:\w+_)?(?:account|user|login|admin|ca|client|server|tls|ssl)_?(?:name|names|id|cert|crt)",
    re.IGNORECASE,
)
"""Names that end like a secret's but address things in infrastructure code: an object's key, a tag's key, a selector."""

Values = dict[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about the block that literals are looked for in."""

    origin: Origin
    field: str = ""
    consumer_uid: str | None = None
    environment: Environment | None = None


def literal_records(root: Node, setting: Setting) -> Iterator[Record]:
    """Credentials anywhere below ``root``: in mappings, in lists of ``{name, value}``, and in scripts."""
    for path, node in root.mappings():
        yield from named_records(_values(node), setting, path)
        for key, value in node.entries:
            if key.lower() in _SCRIPT_KEYS and value.kind == "scalar":
                yield from script_records(value, setting, (*path, key))
    yield from _environment_lists(root, setting)


def named_records(values: Values, setting: Setting, path: Path) -> Iterator[Record]:
    """Credentials among values that stand side by side under their names."""
    for variable, shape in shapes.environment({name: value for name, (value, _) in values.items()}):
        if not shape.known and (":" in variable or _NOT_SECRET.fullmatch(snake(variable))):  # host:sub is a condition key
            continue
        field = dotted([part for part in (setting.field, *path, variable) if part])
        yield from observe(
            shape.material(variable, DETECTOR, field=field, variable=variable),
            _place(setting, values[variable][1]),
            setting.origin.fingerprint,
        )


def snake(name: str) -> str:
    """``LambdaCodeS3Key`` and ``lambda-code-s3-key`` as ``lambda_code_s3_key``."""
    return re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


def secret_records(name: str, value: str, line: int, setting: Setting, path: Path) -> Iterator[Record]:
    """A value that is a secret by its place (a Secret manifest, a SecureString), whatever its name looks like."""
    if not value.strip() or reference(value) or placeholder(value):
        return
    shape = shapes.classify(value.encode("utf-8", "replace"), name)
    field = dotted([part for part in (setting.field, *path, name) if part])
    yield from observe(
        shape.material(name, DETECTOR, field=field, variable=name), _place(setting, line), setting.origin.fingerprint
    )


def _place(setting: Setting, line: int) -> Place:
    origin = setting.origin
    return Place(
        system="iac",
        exposure="committed",
        scope=origin.repository,
        path=origin.path,
        line=line,
        consumer_uid=setting.consumer_uid,
        environment=setting.environment,
        attrs={"test_path": "true"} if is_test(origin.path) else {},
    )


def _values(node: Node) -> Values:
    return {key: (value.text, value.line) for key, value in node.entries if literal(value)}


def literal(node: Node) -> bool:
    """Whether a node is a string the file states itself: no reference, no template, no intrinsic function."""
    return node.kind == "scalar" and bool(node) and node.tag not in {COMPUTED, TEMPLATE} and not node.tag.startswith("!")


def _environment_lists(root: Node, setting: Setting) -> Iterator[Record]:
    """``[{name: KEY, value: secret}, ...]`` as ECS, Kubernetes and Terraform's container definitions write environments."""
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        if node.kind == "list":
            yield from named_records(_pairs(node), setting, path)
        stack.extend(((*path, str(index)), item) for index, item in enumerate(node.elements))
        stack.extend(((*path, key), item) for key, item in node.entries)


def _pairs(node: Node) -> Values:
    found: Values = {}
    for item in node.elements:
        name = item.get("name") or item.get("Name") or item.get("ParameterKey")
        value = item.get("value") or item.get("Value") or item.get("ParameterValue")
        if name.kind == "scalar" and literal(value):
            found[name.text] = (value.text, value.line)
    return found


def script_records(node: Node, setting: Setting, path: Path) -> Iterator[Record]:
    """Assignments in a script (``export KEY=value``); base64 is undone first, as user data often is."""
    hidden = decoded(node.text)
    text = hidden or node.text
    if node.tag == COMPUTED or len(text) > _MAX_SCRIPT:
        return
    block = (
        "\n" in text and hidden is None and not setting.origin.path.endswith(".json")
    )  # written over several lines of the file
    values: Values = {}
    counted, line = 0, node.line + 1
    for match in _ASSIGNED.finditer(text):
        line += text.count("\n", counted, match.start(1))
        counted = match.start(1)
        values[match[1]] = (match[2].strip("\"'"), line if block else node.line)
    yield from named_records(values, setting, path)


def decoded(text: str) -> str | None:
    """Text behind standard base64 (RFC 4648); ``None`` when it is none, or hides bytes that are no text."""
    compact = "".join(text.split())
    if len(compact) % 4 or not compact:
        return None
    try:
        return base64.b64decode(compact, validate=True).decode("utf-8")
    except (ValueError, binascii.Error):
        return None
