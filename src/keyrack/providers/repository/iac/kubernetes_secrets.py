"""Secrets that lie readable in Kubernetes manifests: Secret objects, generator literals, configuration maps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from keyrack.providers.repository.iac.literals import Setting, decoded, literal, named_records, secret_records, snake
from keyrack.providers.repository.marked import Node, plain_node
from keyrack.records import Record
from keyrack.sdk import shapes

_PUBLIC = re.compile(
    r"(?:.*[._-]|\w*(?=account_?name))?(?:tls\.crt|.*\.(?:crt|cer|pub)|username|user|login|account_?name|namespace|known_hosts|type|url|uri|hosts?|hostname|address|port|"
    r"region|bucket|email|endpoint|database|dbname|db_name|issuer|client_?id|tenant_?id|subscription_?id|project(?:_?id)?|name|realm|scopes?)(?:_in)?",
    re.IGNORECASE,
)
"""Keys of Secrets that stand beside the secret itself (kubernetes.io/docs "Types of Secret", and common usage)."""


def secret_manifest(root: Node, setting: Setting) -> Iterator[Record]:
    """Values of a ``Secret``: base64 under ``data``, plain under ``stringData``. SOPS-encrypted values stay closed."""
    if root.get("type").text == "kubernetes.io/service-account-token" and not root.get("data"):
        return  # the cluster fills it in
    for section, encoded in (("data", True), ("stringData", False)):
        for name, node in root.get(section).entries:
            value = (decoded(node.text) if encoded else node.text) if literal(node) else None
            if value is None or value.startswith("ENC[") or _beside(name, value):
                continue
            yield from _one(name, value, node.line, setting, section)


def _beside(name: str, value: str) -> bool:
    """A user name, host or certificate, unless its form is that of a credential after all."""
    return bool(_PUBLIC.fullmatch(snake(name)) or _PUBLIC.fullmatch(name)) and not shapes.classify(value.encode(), name).known


def _one(name: str, value: str, line: int, setting: Setting, section: str) -> Iterator[Record]:
    if name == ".dockerconfigjson":
        yield from _docker(value, line, setting, section)
    elif "\n" in value.strip() and "PRIVATE KEY" not in value and not value.lstrip().startswith("{"):
        yield from named_records(_lines(value, line), setting, (section, name))
    else:
        yield from secret_records(name, value, line, setting, (section,))


def _lines(text: str, line: int) -> dict[str, tuple[str, int]]:
    """``KEY=value`` lines of a configuration file kept in a secret or generator."""
    pairs = (entry.partition("=") for entry in text.splitlines())
    return {
        name.strip().removeprefix("export "): (value.strip().strip("\"'"), line)
        for name, equals, value in pairs
        if equals and name.strip()
    }


def _docker(value: str, line: int, setting: Setting, section: str) -> Iterator[Record]:
    """Registry logins of an image pull secret."""
    try:
        parsed: object = json.loads(value)
    except (ValueError, RecursionError):
        return
    for registry, login in plain_node(parsed, line).get("auths").entries:
        password = login.get("password").text
        if not password and login.get("auth"):
            password = (decoded(login.get("auth").text) or "").partition(":")[2]
        yield from secret_records("docker_password", password, line, setting, (section, registry))


def config_records(root: Node, setting: Setting) -> Iterator[Record]:
    """Secrets in a ``ConfigMap``, which is readable for far more people, and in kustomize's generators."""
    data = root.get("data")
    yield from named_records({key: (node.text, node.line) for key, node in data.entries if literal(node)}, setting, ("data",))
    for key, node in data.entries:
        if literal(node) and "\n" in node.text.strip():
            yield from named_records(_lines(node.text, node.line), setting, ("data", key))
    for generator in ("secretGenerator", "configMapGenerator"):
        for item in root.get(generator).each():
            pairs = [(node.text.partition("="), node.line) for node in item.get("literals").each() if node.kind == "scalar"]
            values = {name: (value, line) for (name, equals, value), line in pairs if equals}
            yield from named_records(values, setting, (generator, item.get("name").text, "literals"))
