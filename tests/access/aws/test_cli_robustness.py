"""Hostile input for `keyrack access decide --language aws-iam`: one answer a line, no traceback, the rest goes on."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = (sys.executable, "-m", "keyrack", "access", "decide", "--language", "aws-iam")
USER = "arn:aws:iam::111122223333:user/alice"


def case(*statements: dict[str, Any], resource: str = "arn:aws:s3:::records/a", **context: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    return {
        "id": "good",
        "request": {"principal": USER, "action": "s3:GetObject", "resource": resource, "context": context},
        "principal_account": "111122223333",
        "resource_account": "111122223333",
        "identity_policies": [{"Version": "2012-10-17", "Statement": list(statements) or [statement]}],
    }


def given(condition: dict[str, Any], **context: Any) -> dict[str, Any]:
    return case({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}, **context)


GOOD = json.dumps(case()).encode()


def decide(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    done = subprocess.run(COMMAND, input=b"\n".join(lines) + b"\n", capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


BROKEN = {
    "truncated": GOOD[:-1],
    "trailing": GOOD + b"}",
    "array": b"[]",
    "null": b"null",
    "number": b"1",
    "text": b'"x"',
    "no object": b"{",
    "empty object": b"{}",
    "request missing": b'{"id":"x"}',
    "request empty": b'{"id":"x","request":{}}',
    "bad utf-8": b"\xff\xfe",
    "bad utf-8 in id": b'{"id":"\xff"}',
    "bad utf-8 in resource": GOOD.replace(b"records", b"rec\xe9rds"),
    "lone surrogate": GOOD.replace(b"records", b"\\ud800"),
    "not a number": b'{"id":NaN}',
    "infinity": b'{"id":1,"request":Infinity}',
    "nul byte": b"\x00",
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "deep array": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "deep document": b'{"id":"x","request":{"principal":null,"action":"s3:GetObject","resource":"*"},"identity_policies":['
    + b"[" * 5000
    + b"]" * 5000
    + b"]}",
    "fifty megabytes of junk": b"x" * 50_000_000,
    "fifty megabytes of text": GOOD.replace(b"records", b"r" * 50_000_000),
}


@pytest.fixture(scope="module")
def broken() -> list[dict[str, Any]]:
    return decide(line for hostile in BROKEN.values() for line in (GOOD, hostile))


def test_one_answer_a_line(broken):
    assert len(broken) == 2 * len(BROKEN)


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=list(BROKEN))
def test_a_broken_line_is_answered_and_the_rest_goes_on(broken, number):
    before, answer = broken[2 * number : 2 * number + 2]
    assert before == {"id": "good", "decision": "allow", "because": ["identity", "1.1"], "assumed": []}
    assert set(answer) == {"id", "error"}
    assert answer["error"]


def test_the_id_of_a_broken_line_is_kept(broken):
    ids = {name: broken[2 * number + 1]["id"] for number, name in enumerate(BROKEN)}
    assert {ids[name] for name in ("request missing", "request empty", "deep document")} == {"x"}
    assert ids["trailing"] == "good"


def test_no_final_newline_and_windows_newlines():
    done = subprocess.run(COMMAND, input=GOOD + b"\r\n" + GOOD, capture_output=True, check=True)
    assert [json.loads(line)["decision"] for line in done.stdout.splitlines()] == ["allow", "allow"]


def test_no_input_is_no_answer():
    done = subprocess.run(COMMAND, input=b"", capture_output=True, check=True)
    assert done.stdout == b""


FULL: dict[str, Any] = {
    **case(),
    "boundaries": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}],
    "scps": [[{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}]],
    "rcps": [[{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}]],
    "endpoint_policies": [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    ],
    "resource_policies": [
        {
            "Version": "2012-10-17",
            "Id": "x",
            "Statement": [
                {
                    "Sid": "S",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["111122223333"], "Service": "s3.amazonaws.com"},
                    "Action": ["s3:*"],
                    "Resource": ["*"],
                    "Condition": {
                        "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", "${aws:username, 'x'}"]},
                        "NumericLessThan": {"s3:max-keys": 5},
                        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                        "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"},
                        "BinaryEquals": {"ex:blob": "AAA="},
                        "Bool": {"aws:SecureTransport": True},
                        "Null": {"aws:x": "true"},
                    },
                }
            ],
        }
    ],
}
FULL["request"]["context"] = {
    "aws:TagKeys": ["a"],
    "s3:max-keys": "1",
    "aws:SourceIp": "10.1.1.1",
    "aws:CurrentTime": "2025-01-01T00:00:00Z",
    "aws:SourceArn": "arn:aws:s3:::x",
    "ex:blob": "AAA=",
    "aws:SecureTransport": "true",
}
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        1e308,
        10**30,
        "",
        "*",
        "x",
        "arn:",
        "arn:aws:s3:::",
        "arn:aws:s3",
        "::::::",
        "a" * 50_000,
        "\u0000",
        "\U0001f600",
    ),
    *(
        "${",
        "${aws:username",
        "${}",
        "${a,b}",
        "${a, 'b}",
        "${*}",
        "999.999.999.999/99",
        "10.0.0.0/33",
        "::/129",
        "====",
        "not base64!",
        " 1 ",
    ),
    *(
        "1e999999",
        "nan",
        "inf",
        "-inf",
        "9" * 5000,
        "\u0663",
        "1_000",
        "2026-13-45T99:99:99Z",
        "0000-00-00",
        "9" * 20,
        "-" + "9" * 14,
    ),
    *(
        [],
        [[]],
        [None],
        [1, "a"],
        ["a", ["b"]],
        {},
        {"a": {"b": {}}},
        {"AWS": None},
        {"AWS": []},
        {"AWS": {}},
        {"": ""},
        "Allow",
        "Deny",
    ),
)
NAMES = (
    "",
    "X",
    "Null",
    "ForAllValues:",
    "IfExists",
    "StringEqualsIfExistsIfExists",
    "ForAnyValue:ForAllValues:StringEquals",
    "a" * 1000,
    "NotAction",
)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from places(node[key], (*path, key))


def replaced(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(FULL)
    parent: Any = made
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return made


def renamed(path: tuple[Any, ...], name: str) -> dict[str, Any]:
    made = copy.deepcopy(FULL)
    parent: Any = made
    for key in path[:-1]:
        parent = parent[key]
    if isinstance(parent, dict):
        parent[name] = parent.pop(path[-1])
    return made


def test_odd_values_in_every_place():
    paths = [path for path in places(FULL) if path]
    made = [
        *(replaced(path, value) for path in paths for value in ODD),
        *(renamed(path, name) for path in paths for name in NAMES),
    ]
    answers = decide(json.dumps(one).encode() for one in made)
    assert len(answers) == len(made) > 3000
    for answer in answers:
        error = answer.get("error")
        assert error is None or (isinstance(error, str) and "Error" not in error and "object has no" not in error), error


WILD = {
    "resource": case(
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::" + "*a" * 30 + "*b"}, resource="arn:aws:s3:::" + "a" * 5000
    ),
    "resource with ?": case(
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::" + "?*" * 40 + "b"}, resource="arn:aws:s3:::" + "a" * 5000
    ),
    "many stars": case(
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::" + "*" * 500 + "b"}, resource="arn:aws:s3:::" + "a" * 5000
    ),
    "StringLike": given({"StringLike": {"aws:SourceArn": "*a" * 50 + "*b"}}, **{"aws:SourceArn": "a" * 20_000}),
    "ArnLike": given(
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::" + "*a" * 50 + "*b"}}, **{"aws:SourceArn": "arn:aws:s3:::" + "a" * 20_000}
    ),
    "variables": given(
        {"StringLike": {"s3:prefix": "${aws:PrincipalTag/x}" * 200 + "b"}},
        **{"aws:PrincipalTag/x": "*a" * 50, "s3:prefix": "a" * 5000},
    ),
    "sets": given(
        {"ForAllValues:StringLike": {"aws:TagKeys": [f"*a*a*b{i}" for i in range(100)]}},
        **{"aws:TagKeys": ["a" * 100 + str(i) for i in range(300)]},
    ),
}


@pytest.mark.parametrize("name", WILD)
def test_wildcards_take_no_exponential_time(name):
    """A backtracking matcher would need longer than the universe has existed; the suite's own limit is enough of a clock."""
    assert [answer["decision"] for answer in decide([json.dumps(WILD[name]).encode()])] == ["implicit_deny"]


def test_answers_stream_before_the_input_ends():
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(GOOD + b"\n")
    process.stdin.flush()
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(process.stdout.readline()))
    reader.start()
    reader.join(30)
    early = list(answers)
    process.stdin.close()
    process.wait()
    assert [json.loads(line)["decision"] for line in early] == ["allow"]


def test_a_reader_that_leaves_is_no_crash():
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    try:
        for _ in range(20_000):
            process.stdin.write(GOOD + b"\n")
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.wait()
    assert b"Traceback" not in process.stderr.read()


def distinct(number: int) -> bytes:
    """A case whose every pattern, value and document is its own."""
    statement = {
        "Effect": "Allow",
        "Action": ["s3:Get*", f"ec2:Describe{number}*"],
        "Resource": f"arn:aws:s3:::records/{number}*",
        "Condition": {"StringLike": {"aws:PrincipalTag/t": f"v{number}*"}},
    }
    made = case(statement, resource=f"arn:aws:s3:::records/{number}", **{"aws:PrincipalTag/t": f"v{number}"})
    return json.dumps(made).encode() + b"\n"


def test_memory_stays_flat():
    """Lines that share nothing: a later share of the stream needs no more memory than an earlier one."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    peaks = []
    for share in range(3):
        for number in range(20_000 * share, 20_000 * (share + 1)):
            process.stdin.write(distinct(number))
        process.stdin.flush()
        peaks.append(peak(process.pid))
    process.stdin.close()
    assert process.wait() == 0
    assert peaks[2] < peaks[1] * 1.1, peaks


def peak(pid: int) -> int:
    """Most memory the process has held so far, MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024
