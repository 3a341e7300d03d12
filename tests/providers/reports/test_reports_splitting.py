"""Streams taken apart as a JSON parser would, whatever the chunks; broken ones say where."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyrack.providers.reports.opening import UnreadableError
from keyrack.providers.reports.splitting import VALUE_LIMIT, decoded, lines, split

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=6), values, max_size=5)


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@settings(max_examples=60)
@given(st.lists(objects, max_size=5), st.integers(1, 40), st.booleans())
@example([{'a"\\{[': '}]\\"'}], 1, False)
def test_elements_are_what_a_parser_says(found: list[object], size: int, spaced: bool) -> None:
    document = json.dumps(
        {"version": "1", "skip": [found, {"x": found}], "results": found}, indent=2 if spaced else None
    ).encode()
    parts = list(split(chunked(document, size), lambda at: "value" if at == ("results", "[]") else ""))
    assert [decoded(part.raw) for part in parts if part.raw is not None] == found
    assert [document[part.offset : part.offset + 1] for part in parts] == [b"{"] * len(found)


@given(st.lists(objects, max_size=4), st.sampled_from(["\n", " ", "\n\n", "\r\n"]), st.integers(1, 30))
def test_documents_may_follow_each_other(found: list[object], between: str, size: int) -> None:
    text = between.join(json.dumps(item) for item in found).encode()
    assert [decoded(part.raw) for part in split(chunked(text, size), lambda at: "value" if at == () else "") if part.raw] == found


@given(st.dictionaries(st.text(min_size=1, max_size=4), values, max_size=5), st.integers(1, 30))
def test_scalars_are_told_by_their_path(found: dict[str, object], size: int) -> None:
    parts = split(chunked(json.dumps(found).encode(), size), lambda at: "scalar" if len(at) == 1 else "")
    told = {part.path[0]: decoded(part.raw) for part in parts if part.raw is not None}
    assert told == {name: value for name, value in found.items() if not isinstance(value, dict | list)}


@settings(max_examples=80)
@given(st.binary(max_size=200), st.integers(1, 20))
@example(b'{"a":[{"b":', 1)
@example(b"\xff\xfe{}", 2)
@example(b"]]}}", 1)
def test_any_bytes_end_in_parts_or_one_error(data: bytes, size: int) -> None:
    for place in ((), ("[]",), ("runs", "[]", "results", "[]")):
        try:
            list(split(chunked(data, size), lambda at, place=place: "value" if at == place else "scalar"))
        except UnreadableError as error:
            assert error.reason in {"malformed", "truncated", "too_large"}  # noqa: PT017 - no error is as good


def test_a_document_that_breaks_off_yields_what_came_before() -> None:
    text = json.dumps([{"a": 1}, {"b": 2}, {"c": 3}]).encode()[:-6]
    found = []
    with pytest.raises(UnreadableError) as raised:
        found.extend(split(chunked(text, 7), lambda at: "value" if at == ("[]",) else ""))
    assert [decoded(part.raw) for part in found] == [{"a": 1}, {"b": 2}]
    assert (raised.value.reason, raised.value.offset) == ("truncated", text.rindex(b'"'))


def test_nesting_is_bounded_and_so_is_one_value() -> None:
    with pytest.raises(UnreadableError, match="nests deeper"):
        list(split(iter([b"[" * 100_000]), lambda at: ""))
    huge = b'{"a":[' + b"1," * (VALUE_LIMIT // 2 + 10) + b"1]}"
    parts = list(split(chunked(b"[" + huge + b',{"b":1}]', 1 << 16), lambda at: "value" if at == ("[]",) else ""))
    assert [part.raw for part in parts] == [None, b'{"b":1}']
    with pytest.raises(UnreadableError, match="larger than is read"):
        list(split(chunked(b'{"a":"' + b"x" * (VALUE_LIMIT + 100_000) + b'"}', 1 << 16), lambda at: "scalar"))


def test_lines_stand_for_themselves() -> None:
    found = list(lines(chunked(b'{"a":1}\r\n\n  \nnonsense\n{"b":2}', 3)))
    assert [(part.offset, decoded(part.raw or b"")) for part in found] == [(0, {"a": 1}), (13, None), (22, {"b": 2})]
    long = list(lines(chunked(b"x" * (VALUE_LIMIT + 5_000_000) + b"\n{}\n", 1 << 20)))
    assert [part.raw for part in long] == [None, b"{}"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a":NaN,"b":[Infinity,-Infinity]}', {"a": None, "b": [None, None]}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'{"a":"\xff"}', {"a": "\ufffd"}),
        (b"[" * 100_000, None),
        (b"", None),
        (b'{"a":1e999}', {"a": float("inf")}),
    ],
)
def test_a_value_is_read_or_refused(raw: bytes, value: object) -> None:
    assert decoded(raw) == value


def test_memory_does_not_grow_with_the_document() -> None:
    def text() -> Iterator[bytes]:
        yield b'{"results":['
        for number in range(100):
            yield b"".join(b'{"RuleID":"x","Secret":"%d","StartLine":1},' % (number * 200 + each) for each in range(200))
        yield b"{}]}"

    tracemalloc.start()
    count = sum(1 for _ in split(text(), lambda at: "value" if at == ("results", "[]") else ""))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_001
    assert peak < 4 << 20
