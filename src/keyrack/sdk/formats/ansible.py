"""Ansible: connection and become passwords left plain in variables, inventories and vault-password files.

Source: Ansible docs, "Connecting to hosts: behavioral inventory parameters". A whole file or a value encrypted by
``ansible-vault`` starts with ``$ANSIBLE_VAULT;`` and is fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keyrack.sdk.formats.base import Parsed, clean, load_yaml, malformed, mapping, parsed, text_of
from keyrack.sdk.formats.dotenv import value_material
from keyrack.sdk.formats.ini import unquoted
from keyrack.sdk.formats.values import described, line_of
from keyrack.sdk.material import Material

_PASSWORDS = re.compile(
    r"^(?:ansible_(?:password|pass|ssh_pass|ssh_password|become_pass|become_password|sudo_pass|su_pass|winrm_password|httpapi_pass"
    r"|ssh_private_key_passphrase)|ansible_.+_password)$"
)
_INVENTORY = re.compile(r"""(?:^|\s)(ansible_[a-z_]*pass(?:word)?)\s*=\s*("[^"\n]*"|'[^'\n]*'|\S+)""")
_DEPTH, _NODES = 8, 20_000


def is_encrypted(data: bytes) -> bool:
    """Whether the whole file is an Ansible vault."""
    return data.lstrip().startswith(b"$ANSIBLE_VAULT;")


def parse_vars(data: bytes) -> Parsed:
    """A YAML variables file or YAML inventory."""
    if is_encrypted(data):
        return Parsed()
    documents = load_yaml(data)
    if documents is None:
        return malformed("YAML")
    text = text_of(data)
    return parsed(
        replace(found, line=line_of(text, value), field=field)
        for field, name, value in _leaves(documents)
        if (found := _variable(name, value)) is not None
    )


def _leaves(documents: list[object]) -> Iterator[tuple[str, str, str]]:
    """Path, key and text of every scalar; bounded in depth and number, so that aliases cannot explode."""
    queue: list[tuple[str, object, int]] = [("", document, 0) for document in documents]
    seen = 0
    while queue and seen < _NODES:
        path, node, depth = queue.pop(0)
        children = list(mapping(node).items())
        if isinstance(node, list):
            children = [(str(number), inner) for number, inner in enumerate(node[:_NODES])]
        for key, inner in children:
            seen += 1
            where = f"{path}.{clean(key)}".lstrip(".")
            if isinstance(inner, str):
                yield where, clean(key), inner
            elif depth < _DEPTH and seen < _NODES:
                queue.append((where, inner, depth + 1))


def _variable(name: str, value: str) -> Material | None:
    if not _PASSWORDS.match(name):
        found = value_material(name, value, detector="ansible.vars")
        return found and replace(found, attrs={k: v for k, v in found.attrs.items() if k != "variable"})
    return described(value, kind="password", issuer="ansible", name=f"Ansible {name}", detector="ansible.vars")


def parse_inventory(data: bytes) -> Parsed:
    """An INI inventory: ``host ansible_password=...``."""
    return parsed(_inventory(text_of(data)))


def _inventory(text: str) -> Iterator[Material]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith(("#", ";")):
            continue
        host = clean(line.split(maxsplit=1)[0]) if line.split() else ""
        for match in _INVENTORY.finditer(line):
            found = described(
                unquoted(match[2]),
                kind="password",
                issuer="ansible",
                name=f"Ansible {match[1]}",
                detector="ansible.inventory",
                field=f"{host}.{match[1]}" if not host.startswith("ansible_") else match[1],
                line=number,
                attrs={"endpoint": host if not host.startswith(("ansible_", "[")) else ""},
            )
            if found:
                yield found


def parse_vault_password(data: bytes) -> Parsed:
    """A vault-password file: its first line is the password, unless it is a script that fetches it."""
    text = text_of(data).strip()
    if text.startswith("#!"):
        return Parsed()
    found = described(
        text.split("\n", maxsplit=1)[0],
        kind="password",
        issuer="ansible",
        name="Ansible vault password",
        detector="ansible.vault_password",
        line=1,
    )
    return parsed([found] if found else [])
