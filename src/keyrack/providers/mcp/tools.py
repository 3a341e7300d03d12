"""Tools, prompts and resources a server lists: what each is, its hash over time, and what its text hides. Pure.

A tool's description is read by models as if it were instructions, so text nobody sees and orders to the model matter as much as
code. Tool shape: specification 2026-07-28, server/tools; annotations are the server's own claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import msgspec

from keyrack.providers.mcp.seen import Tally
from keyrack.sdk.agents.permissions import privilege
from keyrack.sdk.fields import Raw, part, text

_FIELDS: Final = (
    "name",
    "title",
    "description",
    "inputSchema",
    "outputSchema",
    "annotations",
    "uri",
    "uriTemplate",
    "mimeType",
    "arguments",
)
_DEEPEST: Final = 40
_MOST_TEXT: Final = 200_000
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HIDDEN: Final = re.compile(
    "[\u202d\u202e]"  # overrides of direction
    "|(?<=[A-Za-z ,.])[\u200b-\u200d\u2060-\u2064\ufeff]+(?=[A-Za-z ,.])"  # no work for joiners between Latin letters
    "|[\u200b\u2060-\u2064\ufeff]{3,}"
    "|[\ufe00-\ufe0f]{3,}|[\U000e0100-\U000e01ef]{2,}"  # variation selectors that vary nothing
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_TAGS: Final = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+")
"""Tag characters spell text that is not shown; behind a black flag they spell a region's flag (Unicode TR 51)."""
_QUOTED: Final = re.compile("`[^`\n]{1,300}`|\"[^\"\n]{1,300}\"|'[^'\n]{12,300}'|“[^”\n]{1,300}”|«[^»\n]{1,300}»")
_MARKUP: Final = re.compile(
    r"(?i)<!--|<\s*/?\s*(?:important|system|secret|instructions?|hidden|assistant)\s*>|\[/?INST\]|<\|im_start\|>"
)
_TELL: Final = r"(?:tell|mention|inform|notify|reveal|show)(?:ing)?"
_PLACES: Final = r"(?:~/\.|/etc/|id_rsa|\.ssh/|\.env\b|\.aws/|mcp\.json|private key|api keys?\b|credentials\b.{0,20}\bfile)"
_EARLIER: Final = "(?:previous|prior|above|earlier|all other|system)"
_TALK: Final = "(?:conversation|chat history|system prompt|(?:previous|all) messages)"
_ORDERS: Final = tuple(
    re.compile(rf"(?i){pattern}")
    for pattern in (
        rf"\b(?:ignore|disregard|forget|override)\b.{{0,30}}\b{_EARLIER}\b.{{0,30}}\b(?:instruction|prompt|rule)s?",
        rf"\b(?:do not|don't|never|without)\b.{{0,25}}\b{_TELL}\b.{{0,25}}\b(?:the )?(?:user|human)\b",
        rf"\b(?:read|open|cat|include|send|pass|attach|append|load)\b.{{0,60}}{_PLACES}",
        rf"\b(?:send|forward|copy|bcc|post|upload|exfiltrate)\b.{{0,60}}\b{_TALK}\b",
        r"\binstead of\b.{0,40}\bother (?:tool|server)s?\b|\b(?:do not|never) use\b.{0,30}\b(?:any )?other tools?\b",
    )
)
"""Orders to the model that no honest description needs. Each is bounded, so that hostile text costs little."""


def digest(item: Raw) -> str:
    """SHA-256 over what a client hands to the model: name, title, description, schemas, annotations; key order does not count."""
    kept = {name: item[name] for name in _FIELDS if name in item}
    try:
        encoded = msgspec.json.encode(kept, order="deterministic")
    except (ValueError, TypeError, RecursionError, UnicodeError, msgspec.MsgspecError):
        encoded = repr(sorted(kept)).encode("utf-8", "replace")
    return sha256(encoded).hexdigest()


def suspicions(item: Raw) -> tuple[str, ...]:
    """What its texts hide or order: ``hidden-text``, ``hidden-markup``, ``instruction``; quoted words do not count."""
    found: set[str] = set()
    for value in texts_of(item):
        if _HIDDEN.search(value) or _TAGS.search(value):
            found.add("hidden-text")
        plain = _QUOTED.sub(" ", _HIDDEN.sub("", value))
        if _MARKUP.search(plain):
            found.add("hidden-markup")
        if any(order.search(plain) for order in _ORDERS):
            found.add("instruction")
    return tuple(name for name in ("hidden-text", "hidden-markup", "instruction") if name in found)


def texts_of(item: Raw) -> Iterator[str]:
    """Every text a model would read: descriptions, titles, defaults and examples at any depth; bounded."""
    budget = _MOST_TEXT
    stack: list[tuple[object, int]] = [(item.get(name), 0) for name in reversed(_FIELDS)]
    while stack and budget > 0:
        node, depth = stack.pop()
        if isinstance(node, str):
            value = node.encode("utf-8", "replace").decode()[:budget]
            budget -= len(value)
            yield value
        elif depth < _DEEPEST and isinstance(node, dict):
            stack.extend((child, depth + 1) for child in reversed(list(node.values())))
        elif depth < _DEEPEST and isinstance(node, list):
            stack.extend((child, depth + 1) for child in reversed(node))


def claims(item: Raw) -> dict[str, str]:
    """What a tool says of itself (annotations), and how grave its name sounds."""
    stated = part(item, "annotations")
    flags = {
        "readOnlyHint": "read_only",
        "destructiveHint": "destructive",
        "openWorldHint": "open_world",
        "idempotentHint": "idempotent",
    }
    found = {ours: str(stated[theirs]).lower() for theirs, ours in flags.items() if isinstance(stated.get(theirs), bool)}
    return {**found, "class": privilege((text(item, "name") or "")[:200])}


def writes(item: Raw) -> bool:
    """Whether a tool changes things, by its name; a name that says nothing counts when the tool calls itself destructive."""
    known = claims(item)
    return known["class"] in {"write", "permissions", "admin"} or (
        known["class"] == "unknown" and known.get("destructive") == "true"
    )


def weigh(item: Raw, tally: Tally) -> None:
    """Count a tool and keep the first example of each rule it breaks (server/tools, Data Types and x-mcp-header)."""
    name = text(item, "name") or "?"
    tally.count("tools")
    if writes(item):
        tally.count("writing")
    schema = item.get("inputSchema")
    if (
        not isinstance(schema, dict)
        or schema.get("type", "object") != "object"
        or not isinstance(schema.get("properties", {}), dict)
    ):
        tally.meet("schema", name)
    elif problem := header_problem(schema):
        tally.meet("header", f"{name}: {problem}")


def header_problem(schema: Raw) -> str:
    """What is wrong with the ``x-mcp-header`` annotations of a schema; empty when nothing is."""
    names: set[str] = set()
    stack: list[tuple[object, bool, int]] = [(schema, True, 0)]
    while stack:
        node, reachable, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(node, list):
            stack.extend((child, False, depth + 1) for child in node)
        if not isinstance(node, dict):
            continue
        if "x-mcp-header" in node and (problem := _annotation(node, reachable and depth > 0, names)):
            return problem
        for key, child in node.items():
            if key == "properties" and isinstance(child, dict):
                stack.extend((inner, reachable, depth + 1) for inner in child.values())
            elif key not in {"default", "examples", "const", "enum"}:
                stack.append((child, False, depth + 1))
    return ""


def _annotation(node: Raw, reachable: bool, names: set[str]) -> str:
    name = node.get("x-mcp-header")
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        return "a header name that is no token"
    if name.lower() in names:
        return "one header name twice"
    names.add(name.lower())
    if node.get("type") not in {"string", "integer", "boolean"}:
        return "a header for a parameter that is no string, integer or boolean"
    return "" if reachable else "a header for a parameter below other than properties"
