"""Expressions of GitHub Actions: which secrets a text names, and what ``env`` and ``matrix`` make of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.marked import Node

EVERY = "*"
"""Stands for all secrets: ``secrets: inherit``, ``toJSON(secrets)`` or a computed name."""
TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of the job's own short-lived token

_NAMED = re.compile(r"(?<![\w.])secrets\s*\.\s*([A-Za-z_][\w-]*)", re.ASCII)
_INDEXED = re.compile(r"(?<![\w.])secrets\s*\[\s*(?:'([^']*)'|[^'\s])")
_WHOLE = re.compile(r"\(\s*secrets\s*\)")
_GITHUB_TOKEN = re.compile(r"(?<![\w.])github\s*\.\s*token\b")
_VARIABLE = re.compile(r"\s*(env|matrix)\.([\w-]+)\s*", re.ASCII)
_MAX_ALTERNATIVES = 50


def expressions(text: str) -> Iterator[str]:
    """Insides of every ``${{ }}``."""
    start = text.find("${{")
    while start >= 0:
        end = text.find("}}", start)
        if end < 0:
            return
        yield text[start + 3 : end]
        start = text.find("${{", end)


def secret_names(text: str, *, condition: bool = False) -> list[str]:
    """Names of secrets that expressions in ``text`` read, upper case (GitHub's names ignore case), each once.

    ``condition``: the text is an ``if:``, which is an expression without the braces.
    """
    found: dict[str, None] = {}
    for inside in [text] if condition else expressions(text):
        if "secrets" in inside:
            names = _NAMED.findall(inside) + [name or EVERY for name in _INDEXED.findall(inside)]
            found.update((name.upper(), None) for name in names)
            if _WHOLE.search(inside):
                found[EVERY] = None
        if _GITHUB_TOKEN.search(inside):
            found[TOKEN] = None
    return list(found)


def secrets_below(node: Node) -> set[str]:
    """Names of all secrets read anywhere below a node."""
    return {name for path, item in node.scalars() for name in secret_names(item.text, condition=path[-1:] == ("if",))}


class Values:
    """What ``env.X`` and ``matrix.X`` can be in a job's steps, as far as the file says it literally."""

    def __init__(self, workflow_env: Node, job: Node) -> None:
        self._env_nodes = (workflow_env, job.get("env"))
        self._matrix: dict[str, list[str]] = {}
        matrix = job.get("strategy", "matrix")
        for key, value in matrix.entries:
            for item in value.each():
                pairs = item.entries if key == "include" else ((key, item),)
                for name, node in pairs:
                    if node.kind == "scalar":
                        self._matrix.setdefault(name, []).append(node.text)

    def shared_secrets(self) -> set[str]:
        """Secrets every step of the job sees, because ``env`` of the workflow or the job holds them."""
        return {name for node in self._env_nodes for name in secrets_below(node)}

    def resolve(self, text: str, step_env: Node) -> list[str]:
        """Every literal the text can become; empty when it reads anything the file does not state."""
        done: list[str] = []
        pending = [text]
        while pending and len(done) < _MAX_ALTERNATIVES:
            current = pending.pop()
            inside = next(expressions(current), None)
            if inside is None:
                done.append(current)
                continue
            values = [value for value in self._read(inside, step_env) if "${{" not in value]
            pending.extend(current.replace("${{" + inside + "}}", value) for value in values[:_MAX_ALTERNATIVES])
        return done

    def _read(self, inside: str, step_env: Node) -> list[str]:
        match = _VARIABLE.fullmatch(inside)
        if match is None:
            return []
        context, name = match.groups()
        if context == "matrix":
            return self._matrix.get(name, [])
        for node in (step_env, *reversed(self._env_nodes)):
            if node.get(name):
                return [node.get(name).text]
        return []
