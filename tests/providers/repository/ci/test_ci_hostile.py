"""Definitions that are broken, huge or hostile: a Gap each, never an exception, and the rest is still read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from definitions_kit import CONTEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.repository import ci
from keyrack.providers.repository.ci import github_actions, groovy, naming, scripts
from keyrack.providers.repository.ci.github_values import Values, secret_names
from keyrack.providers.repository.ci.model import Scope
from keyrack.providers.repository.marked import MISSING, Node, UnparsableError, parse_json, parse_yaml, plain_node, to_plain
from keyrack.providers.repository.tree import DirectoryTree
from keyrack.records import Gap, Identity

WORKFLOW = ".github/workflows/x.yml"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("on: [push\n", "malformed"),
        ("a: b: c\n", "malformed"),
        ("jobs:\n\ta: {}\n", "malformed"),
        ("- a list\n", "malformed"),
        ("", "malformed"),
        (b"\x00\x01\x02", "malformed"),
        ("a: *undefined\n", "malformed"),
        ("&a [*a]\n", "malformed"),
        (BOMB, "too_large"),
        ("a: " + "[" * 500 + "]" * 500, "too_large"),
        ("on: push\n#" + "x" * (1 << 20), "too_large"),
        (b"x" * (5 << 20), "too_large"),
    ],
)  # fmt: skip
def test_unreadable_definitions_are_gaps(pipelines, content, reason):
    found = pipelines({WORKFLOW: content, ".github/workflows/good.yml": "on: push\njobs: {}\n"})
    assert found.gaps() == {(WORKFLOW, reason)}
    assert [i.name for i in found.of(Identity)] == ["good.yml"]
    assert all(gap.capability == "repository.ci" and gap.incomplete for gap in found.of(Gap))


@pytest.mark.parametrize("path", [".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml"])
def test_every_yaml_system_reports_what_it_cannot_read(pipelines, path):
    assert pipelines({path: "- a\n- b\n"}).gaps() == {(path, "malformed")}
    assert pipelines({path: "a: [\n"}).gaps() == {(path, "malformed")}


def test_repeated_keys_are_a_gap_and_both_values_are_searched(pipelines):
    found = pipelines(
        {WORKFLOW: "on: push\njobs:\n  a:\n    env: {A: '${{ secrets.ONE }}', A: '${{ secrets.TWO }}'}\n    steps: []\n"}
    )
    assert found.gaps() == {(WORKFLOW, "malformed")}
    assert found.names() == {"ONE", "TWO"}


def test_gap_details_quote_nothing(pipelines, values):
    secret = values.github()
    pipelines({WORKFLOW: f"a: b: {secret}\n", ".gitlab-ci.yml": f"x: [{secret}"}, secret)


def test_anchors_merges_and_odd_bytes(pipelines):
    text = b"on: push\nx-env: &e {TOKEN: '${{ secrets.ONE }}'}\njobs:\n  a:\n    env: {<<: *e, B: 1}  # caf\xe9\n    steps: []\n"
    found = pipelines({WORKFLOW: text})
    assert found.names() == {"ONE"}
    assert not found.gaps()


def test_merge_keys_follow_yaml():
    root = parse_yaml("a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b], y: 3}\n")[0]
    assert to_plain(root.get("c")) == {"x": "1", "y": "3", "z": "2"}


def test_scalars_stay_as_written():
    root = parse_yaml("on: 1.10\nyes: no\nn: null\ns: 'null'\nt: !Ref X\n")[0]
    assert root.keys() == ["on", "yes", "n", "s", "t"]
    assert (root.get("on").text, root.get("yes").text, bool(root.get("n")), bool(root.get("s"))) == ("1.10", "no", False, True)
    assert root.get("t").tag == "!Ref"


def test_json_with_tabs_and_surrogates_keeps_its_values():
    assert parse_json('{"a":\t[1, "b"]}').get("a").line == 1
    assert parse_json('{"a": "\\ud83d\\ude00"}').get("a").text == "\U0001f600"
    assert parse_json('{"\\ud800": "\\udfff"}').entries[0][0] == "?"  # half a pair is no text
    with pytest.raises(UnparsableError):
        parse_json("{a: 1}")
    with pytest.raises(UnparsableError):
        parse_json("[" * 100_000)


_yaml = st.recursive(
    st.sampled_from(["push", "${{ secrets.X }}", "$TOKEN", "write-all", "inherit", "", "a/b@main", "docker://x", "./y", None, True, 3]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([
            "on", "jobs", "steps", "uses", "with", "env", "run", "permissions", "secrets", "environment", "container", "services",
            "image", "strategy", "matrix", "include", "name", "variables", "script", "id_tokens", "orbs", "workflows", "context",
            "docker", "pipelines", "step", "pipe", "resources", "repositories", "task", "inputs", "group", "extends", "runs", "using",
        ]),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip
_PATHS = (
    WORKFLOW,
    "action.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
)


def discover_all(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in _PATHS:
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for record in ci.discover(DirectoryTree(Path(folder), "acme/web"), CONTEXT):
            assert record.table


@settings(max_examples=60, deadline=None)
@given(_yaml)
def test_discovery_is_total_on_any_document(value):
    import yaml

    discover_all(yaml.safe_dump(value).encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_discovery_is_total_on_any_bytes(content):
    discover_all(content)


@given(st.text(max_size=400))
def test_lexer_and_expressions_are_total(text):
    assert sum(token.line > 0 for token in groovy.tokens(text)) == len(groovy.tokens(text))
    assert isinstance(secret_names(text), list)
    assert isinstance(secret_names(text, condition=True), list)
    Values(MISSING, MISSING).resolve(text, MISSING)
    naming.image_of(text)
    naming.cloud_of(text)
    naming.pin_of(text)
    list(scripts.assumed(text))


@given(_yaml)
def test_nodes_round_trip_through_yaml(value):
    import yaml

    text = yaml.safe_dump(value)
    assert to_plain(parse_yaml(text)[0]) == to_plain(plain_node(value))


def test_deep_expression_work_is_bounded():
    opened = "${{" * 200_000
    assert secret_names(opened) == []
    matrix = plain_node({"strategy": {"matrix": {"x": ["${{ matrix.x }}"] * 40}}})
    assert len(Values(MISSING, matrix).resolve("${{ matrix.x }}" * 20, MISSING)) <= 50


def test_unknown_file_in_workflow_folder_is_read_as_workflow():
    with pytest.raises(UnparsableError):
        github_actions.parse(WORKFLOW, Node("list", 1), Scope("acme/web", CONTEXT.fingerprint))
