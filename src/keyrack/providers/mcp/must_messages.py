"""MUSTs of basic/index (messages, statelessness, ``_meta``) and server/tools. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from keyrack.providers.mcp.must_transport import streamed
from keyrack.providers.mcp.musts import Must, Verdict, failed, modern, never, passed, said, unseen
from keyrack.providers.mcp.seen import Seen, short
from keyrack.providers.mcp.tools import digest
from keyrack.sdk.fields import Raw, part, rows, text

_BASE: Final = "basic/index"
_TOOLS: Final = "server/tools"
_KEY: Final = re.compile(
    r"(?:[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*/)?(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?"
)
_DEFINED: Final = frozenset({-32020, -32021, -32022})
_RETIRED: Final = frozenset({-32002, -32042})


def _messages(seen: Seen) -> Iterator[tuple[str, Raw]]:
    for question, page in seen.replies.items():
        message = part(page.body, "message")
        if message and page.status not in {401, 403}:
            yield question, message


def _form(seen: Seen) -> Verdict:
    for question, message in _messages(seen):
        if message.get("jsonrpc") != "2.0" or ("result" in message) == ("error" in message):
            return failed(f"the reply to {question} is no JSON-RPC 2.0 response")
    return passed("every response had one of result and error")


def _same_id(seen: Seen) -> Verdict:
    for question, message in _messages(seen):
        known = message.get("id")
        if isinstance(known, bool) or (known != 1 and not ("error" in message and known is None)):
            return failed(f"the reply to {question} carries another id")
    return passed("every response carried the request's id")


def _result_type(seen: Seen) -> Verdict:
    for question in ("hello", "list"):
        if seen.good(question) and not text(seen.result(question), "resultType"):
            return failed(f"the result of {question} has no resultType")
    return passed("results carry resultType")


def _errors(seen: Seen) -> Iterator[Raw]:
    yield from (part(message, "error") for _, message in _messages(seen) if "error" in message)


def _error_form(seen: Seen) -> Verdict:
    found = list(_errors(seen))
    for error in found:
        if (
            not isinstance(error.get("code"), int)
            or isinstance(error.get("code"), bool)
            or not isinstance(error.get("message"), str)
        ):
            return failed("an error without a whole number as code, or without a message")
    return passed(f"{len(found)} errors seen") if found else unseen("no error was seen")


def _error_codes(seen: Seen) -> Verdict:
    codes = [code for error in _errors(seen) if isinstance(code := error.get("code"), int)]
    wrong = [code for code in codes if (-32099 <= code <= -32020 and code not in _DEFINED) or code in _RETIRED]
    if wrong:
        return failed(f"code {wrong[0]} is reserved or retired")
    return passed("only defined codes") if codes else unseen("no error was seen")


def _meta(seen: Seen) -> Verdict:
    if "meta" not in seen.replies:
        return unseen("not asked, or no reply")
    good = (seen.status("meta"), seen.code("meta")) == (400, -32602)
    return passed(said(seen, "meta")) if good else failed(f"a request without _meta got {said(seen, 'meta')}")


def _meta_keys(seen: Seen) -> Verdict:
    keys = [str(key) for question in ("hello", "list") for key in part(seen.result(question), "_meta")]
    wrong = [key for key in keys if not _KEY.fullmatch(key)]
    if wrong:
        return failed(f"the _meta key {short(wrong[0], 60)} has another form")
    return passed(f"{len(keys)} keys") if keys else unseen("no _meta was seen")


def _stateless(seen: Seen) -> Verdict:
    if not seen.good("list"):
        return unseen("tools were not listed")
    return (
        passed("lists answer without anything before")
        if seen.good("again")
        else failed(f"the same list on a new connection got {said(seen, 'again')}")
    )


def _logs(seen: Seen) -> Verdict:
    messages = list(streamed(seen))
    if not messages:
        return unseen("no reply was a stream")
    return (
        failed("a log message came unasked")
        if any(m.get("method") == "notifications/message" for m in messages)
        else passed("no log message came")
    )


def _declared(seen: Seen) -> Verdict:
    if not seen.tally.counts.get("tools"):
        return unseen("no tools were listed")
    return passed("declared") if "tools" in seen.capabilities else failed("tools are listed, and the capability is not declared")


def _answered(seen: Seen) -> Verdict:
    if "tools" not in seen.capabilities or "list" not in seen.replies or seen.status("list") in {401, 403}:
        return unseen("tools are not declared, or were not ours to list")
    return passed("answered") if seen.good("list") else failed(f"tools are declared, and tools/list got {said(seen, 'list')}")


def _same_list(seen: Seen) -> Verdict:
    if not (seen.good("list") and seen.good("again")):
        return unseen("tools were not listed twice")
    first, second = (sorted(digest(tool) for tool in rows(seen.result(question), "tools")) for question in ("list", "again"))
    return passed("two connections saw the same list") if first == second else failed("two connections saw different lists")


def _cacheable(seen: Seen) -> Verdict:
    if not seen.good("list"):
        return unseen("tools were not listed")
    result = seen.result("list")
    known = isinstance(result.get("ttlMs"), int | float) and not isinstance(result.get("ttlMs"), bool)
    good = known and result.get("cacheScope") in {"public", "private"}
    return passed("ttlMs and cacheScope are there") if good else failed("the list lacks ttlMs or cacheScope")


def _schema(seen: Seen) -> Verdict:
    if not seen.tally.counts.get("tools"):
        return unseen("no tools were listed")
    wrong = seen.tally.met.get("schema")
    return failed(f"the input schema of {wrong} is no object schema") if wrong else passed(f"{seen.tally.counts['tools']} tools")


def _header_names(seen: Seen) -> Verdict:
    if not seen.tally.counts.get("tools"):
        return unseen("no tools were listed")
    wrong = seen.tally.met.get("header")
    return failed(wrong) if wrong else passed("no x-mcp-header breaks its rules")


MUSTS: Final = (
    Must(
        "json-rpc-form", "messages", f"{_BASE}#responses", "Responses are JSON-RPC 2.0, with a result or an error.", modern(_form)
    ),
    Must("response-id", "messages", f"{_BASE}#result-responses", "A response carries the id of its request.", modern(_same_id)),
    Must("result-type", "messages", f"{_BASE}#result-responses", "A result says its resultType.", modern(_result_type)),
    Must(
        "error-form",
        "messages",
        f"{_BASE}#error-responses",
        "An error has a whole number as code, and a message.",
        modern(_error_form),
    ),
    Must(
        "error-codes",
        "messages",
        f"{_BASE}#error-codes",
        "Reserved codes are used only as defined; -32002 and -32042 no longer.",
        modern(_error_codes),
    ),
    Must(
        "meta-required",
        "messages",
        f"{_BASE}#meta",
        "A request without the required _meta fields gets 400 and code -32602.",
        modern(_meta),
    ),
    Must("meta-key-names", "messages", f"{_BASE}#meta", "Keys of _meta have the form prefix/name.", modern(_meta_keys)),
    Must("stateless", "messages", f"{_BASE}#statelessness", "No request relies on one before it.", modern(_stateless)),
    Must(
        "capabilities-respected",
        "messages",
        f"{_BASE}#meta",
        "Capabilities that the client did not declare are not relied on.",
        never("needs a tool call"),
    ),
    Must(
        "log-only-when-asked",
        "messages",
        "server/utilities/logging",
        "Log messages come only for requests that name a log level.",
        modern(_logs),
    ),
    Must("tools-declared", "tools", f"{_TOOLS}#capabilities", "Who offers tools declares the capability.", modern(_declared)),
    Must("tools-answered", "tools", f"{_TOOLS}#capabilities", "Who declares tools answers tools/list.", modern(_answered)),
    Must(
        "tools-same-for-all", "tools", f"{_TOOLS}#capabilities", "The list does not vary between connections.", modern(_same_list)
    ),
    Must("tools-cacheable", "tools", "server/utilities/caching", "Lists carry ttlMs and cacheScope.", modern(_cacheable)),
    Must("tool-input-schema", "tools", f"{_TOOLS}#tool", "A tool's input schema is a JSON Schema object.", modern(_schema)),
    Must(
        "tool-header-names",
        "tools",
        f"{_TOOLS}#x-mcp-header",
        "x-mcp-header annotations keep their rules.",
        modern(_header_names),
    ),
    Must(
        "structured-content",
        "tools",
        f"{_TOOLS}#output-schema",
        "Structured results fit the output schema.",
        never("needs a tool call"),
    ),
)
