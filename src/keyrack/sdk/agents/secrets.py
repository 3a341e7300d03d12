"""Secrets a configuration holds: in env blocks, headers, arguments, URLs, and anywhere else in the file. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from keyrack.records.credential import CredentialKind
from keyrack.sdk.agents.documents import Document, leaves, table, texts
from keyrack.sdk.agents.launch import mapped
from keyrack.sdk.agents.model import Found, Server
from keyrack.sdk.placeholders import placeholder, reference, secret_name
from keyrack.sdk.shapes import classify, entropy, environment, inside, suspect

_DEFAULT: Final = re.compile(r"\$\{[A-Za-z_]\w*:-([^{}]+)\}")
_HEADER: Final = re.compile(r"([A-Za-z0-9-]+):\s*(.+)", re.DOTALL)
_OPTION: Final = re.compile(r"--?([A-Za-z][A-Za-z0-9_-]*)(?:[=:](.*))?", re.DOTALL)
_BLANK: Final = re.compile(r"\s")
_WORD: Final = re.compile(r"[^\s'\"`()<>|;,]{8,2000}")
_LINE: Final = 20_000  # a longer text is prose or a transcript, no command line
_WORDS: Final = 200
_COMMANDS: Final = 1000  # permission lists grow to hundreds; beyond, a file is not what it says and gets no more time
_SESSION: Final[Mapping[str, CredentialKind]] = {
    "accesstoken": "session_token", "access": "session_token", "oauthtoken": "session_token",
    "refreshtoken": "refresh_token", "refresh": "refresh_token",
}  # fmt: skip
_EXPIRES: Final = ("expiresAt", "expires_at", "expiry_date", "expires", "expiry")
_QUIET: Final = frozenset(
    {"id_token", "idToken", "history", "customApiKeyResponses", "cachedGrowthBookFeatures", "userID", "tipsHistory"}
)


def of_server(server: Server) -> Iterator[Found]:
    """Every secret of one server entry."""
    yield from _block(server.env, f"{server.where}.env")
    for name, value in server.headers.items():
        yield from _named(name, value, f"{server.where}.headers.{name}")
    yield from _named("", server.command, f"{server.where}.command")
    yield from _arguments(server)
    yield from _url(server.url, f"{server.where}.url")
    for where, name, text in leaves(dict(server.rest), server.where):
        yield from _named(name, text, where)


def of_document(document: Document) -> Iterator[Found]:
    """Every secret of a settings file outside its server entries (they must have been taken out)."""
    for key in ("env", "containerEnv", "remoteEnv"):
        yield from _block(texts(document.get(key)), key, variables=True)
    rest = {
        key: value for key, value in document.items() if key not in {"env", "containerEnv", "remoteEnv"} and key not in _QUIET
    }
    lines = 0
    for where, name, text in leaves(rest):
        if _QUIET.intersection(where.split(".")):
            continue
        lines += _BLANK.search(text) is not None
        yield from _named(name, text, where, within=lines <= _COMMANDS)


def of_store(document: Document, account: str | None) -> Iterator[Found]:
    """Secrets of a client's own sign-in file. OAuth tokens there are a person's session."""
    stack: list[tuple[str, object, int]] = [("", document, 0)]
    while stack:
        where, node, depth = stack.pop()
        if depth > 20:
            continue
        if isinstance(node, list):
            stack.extend((f"{where}.{index}", child, depth + 1) for index, child in enumerate(node[:1000]))
        elif isinstance(node, dict):
            entry = table(node)
            yield from _signed(entry, where, account)
            stack.extend(
                (f"{where}.{key}" if where else key, child, depth + 1)
                for key, child in entry.items()
                if isinstance(child, dict | list)
            )


def account_of(document: Document) -> str | None:
    """E-mail address of the person signed in: Claude Code's ``oauthAccount``, or the claims of a stored ID token."""
    stated = table(document.get("oauthAccount")).get("emailAddress")
    if isinstance(stated, str) and "@" in stated:
        return stated.lower()[:200]
    for _, name, text in leaves(document):
        if name in {"id_token", "idToken"}:
            login = classify(text.encode("utf-8", "replace")).person
            if login:
                return login.lower()
    return None


def handed(server: Server) -> str | None:
    """What carries a credential to the server, by value or by reference: header, query, env or None."""
    if server.bearer or any(_carries(name, value) for name, value in server.headers.items()):
        return "header"
    parts = _parts(server.url)
    if parts is not None:
        if parts.username or parts.password:
            return "header"
        if any(_carries(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)):
            return "query"
    variables = {**server.env, **dict(mapped(server.args))}
    return "env" if any(_carries(name, value) for name, value in variables.items()) else None


def public_url(url: str) -> str:
    """A URL that may be shown: no userinfo, no query, no fragment, and no path segment that looks like a token."""
    parts = _parts(url)
    if parts is None or not parts.scheme:
        return ""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    path = "/".join("***" if _capability(segment) else segment for segment in parts.path.split("/"))
    return f"{parts.scheme}://{host}{port}{path}"


def _block(values: Mapping[str, str], where: str, *, variables: bool = True) -> Iterator[Found]:
    for name, shape in environment(values):
        yield Found(shape, f"{where}.{name}", name, name if variables else None)
    for name, value in values.items():
        yield from _defaults(name, value, f"{where}.{name}")


def _named(name: str, value: str, where: str, *, within: bool = True) -> Iterator[Found]:
    shape = suspect(name, value)
    if shape is not None:
        yield Found(shape, where, name)
    elif within:
        yield from _embedded(value, where)
    yield from _defaults(name, value, where)


def _embedded(text: str, where: str) -> Iterator[Found]:
    """Secrets inside a command line (``Bash(curl -H "Authorization: Bearer ...")``): assignments, URLs and known tokens."""
    words = _WORD.findall(text[:_LINE])[:_WORDS] if _BLANK.search(text) else ()
    for word in words:
        name, equals, value = word.partition("=")
        shape = suspect(name, value) if equals and value and name.isidentifier() else suspect("", word)
        if shape is not None:
            yield Found(shape, where, name if equals else "command line")
    for shape in inside(text[:_LINE]):
        yield Found(shape, where, "token")


def _defaults(name: str, value: str, where: str) -> Iterator[Found]:
    """``${TOKEN:-literal}``: the default is a value like any other (Claude Code expands it)."""
    for literal in _DEFAULT.findall(value) if "${" in value else ():
        shape = suspect(name, literal)
        if shape is not None:
            yield Found(shape, where, name)


def _arguments(server: Server) -> Iterator[Found]:
    where = f"{server.where}.args"
    pairs = dict(mapped(server.args))
    yield from _block(pairs, where)
    taken = {f"{name}={value}" for name, value in pairs.items()}
    for index, arg in enumerate(server.args):
        before = server.args[index - 1] if index else ""
        if any(arg.endswith(pair) for pair in taken):
            continue
        yield from _argument(before, arg, f"{where}.{index}")


def _argument(before: str, arg: str, where: str) -> Iterator[Found]:
    """``--api-key X``, ``--api-key=X``, ``--header "Name: X"``, or a bare token or connection string."""
    option, previous = _OPTION.fullmatch(arg), _OPTION.fullmatch(before)
    if option is not None and option[2]:
        yield from _named(option[1], option[2], where)
        return
    header = _HEADER.fullmatch(arg)
    if header is not None and previous is not None and previous[1].lower() in {"header", "h", "headers"}:
        yield from _named(header[1], header[2], where)
    elif previous is not None and not previous[2] and not arg.startswith("-"):
        yield from _named(previous[1], arg, where)
    else:
        yield from _named("", arg, where)
    yield from _url(arg, where) if "://" in arg else ()


def _url(url: str, where: str) -> Iterator[Found]:
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https", "ws", "wss"}:
        return
    whole = suspect("url", url)
    if whole is not None:
        yield Found(whole, where, "userinfo")
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        yield from _named(name, value, f"{where}?{name}")
    for segment in parts.path.split("/"):
        if _capability(segment):
            shape = classify(segment.encode("utf-8", "replace"), "url path token")
            yield Found(replace(shape, endpoint=parts.hostname), where, "URL path")


def _capability(segment: str) -> bool:
    """A path segment that is a secret: a known token, or long and random; identifiers (hex, UUID) are left alone."""
    shape = suspect("", unquote(segment))
    if shape is not None and shape.known:
        return True
    if len(segment) < 32 or re.fullmatch(r"[0-9a-fA-F-]+", segment) or not re.fullmatch(r"[A-Za-z0-9_=~.-]+", segment):
        return False
    mixed = all(re.search(kind, segment) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return mixed and entropy(segment) >= 4.0 and placeholder(segment) is None


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url.strip())
    except ValueError:
        return None


def _carries(name: str, value: str) -> bool:
    if not value.strip():
        return False
    return secret_name(name) or suspect(name, value) is not None or (reference(value) and secret_name(value))


def _signed(entry: Document, where: str, account: str | None) -> Iterator[Found]:
    user = texts(entry).get("user", "")[:200] or None
    moment = next((when for key in _EXPIRES if (when := _moment(entry.get(key))) is not None), None)
    for key, value in entry.items():
        if not isinstance(value, str) or key in _QUIET:
            continue
        kind = _SESSION.get(key.replace("_", "").lower())
        shape = suspect(key if kind is None else "access_token", value)
        if shape is None:
            continue
        if kind is not None:
            ends = shape.expires_at or (moment if kind == "session_token" else None)
            shape = replace(
                shape,
                kind=shape.kind if shape.known else kind,
                login=shape.login or user,
                person=shape.person or account or "sign-in stored by the client (OAuth)",
                expires_at=ends,
                expiry="set" if ends else shape.expiry,
            )
        yield Found(shape, f"{where}.{key}" if where else key, key)


def _moment(value: object) -> datetime | None:
    """An epoch in seconds or milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e14:
        return None
    return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
