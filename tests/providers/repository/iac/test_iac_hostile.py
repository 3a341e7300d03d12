"""Infrastructure code that is broken, huge or hostile: a Gap each, never an exception, and the rest is still read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from definitions_kit import CONTEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.repository import iac
from keyrack.providers.repository.iac import hcl
from keyrack.providers.repository.iac.hcl_sieve import sieve
from keyrack.providers.repository.iac.literals import decoded
from keyrack.providers.repository.marked import UnparsableError, to_plain
from keyrack.providers.repository.tree import DirectoryTree
from keyrack.records import Gap, Grant, Identity

GOOD = {"good/m.tf": 'resource "aws_iam_user" "u" { name = "u" }\n'}


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("m.tf", 'resource "aws_iam_role" "r" {\n', "malformed"),
        ("m.tf", "aws_iam_ = = =", "malformed"),
        ("m.tf", b"aws_iam_ \x00\xff\xfe", "malformed"),
        ("m.tf", 'x = "aws_iam_"\ny = ' + "[" * 300 + "]" * 300 + "\n", "too_large"),
        ("m.tf.json", '{"resource": aws_iam_', "malformed"),
        ("m.tf.json", '["aws_iam_"]', "malformed"),
        ("v.tfvars", "password = \n", "malformed"),
        ("m.tf", b"# aws_iam_" + b"x" * (3 << 20), "too_large"),
        ("m.tf", 'resource "aws_iam_role" "r" { description = "' + "x" * 600_000 + '" }', "too_large"),
        ("k.yaml", b"apiVersion: v1\n" + b"#" * (3 << 20), "too_large"),
        ("k.yaml", "apiVersion: v1\nkind: [\n", "malformed"),
        ("c.json", '{"AWSTemplateFormatVersion": ', "malformed"),
    ],
)
def test_unreadable_code_is_a_gap(declared, path, content, reason):
    found = declared({path: content, **GOOD})
    assert found.gaps() == {(path, reason)}
    assert [i.name for i in found.of(Identity)] == ["u"]
    assert all(gap.capability == "repository.iac" and gap.incomplete for gap in found.of(Gap))


def test_large_data_files_are_no_definitions(declared):
    large = b'{"a": "' + b"x" * (3 << 20) + b'"}'
    assert not declared({"data.json": large, "more.json": large + large, "data.yaml": large}).records
    (gap,) = declared({"data.yaml": large + large}).records
    assert not gap.incomplete


def test_gap_details_quote_nothing(declared, values):
    secret = values.github()
    declared({"m.tf": f'aws_iam_ "{secret}', "k.yaml": f"apiVersion: v1\nkind: Secret: {secret}\n"}, secret)


def test_downloaded_modules_are_left_out(declared):
    assert not declared({".terraform/modules/x/m.tf": GOOD["good/m.tf"], "a/.terraform/m.tf": GOOD["good/m.tf"]}).records


_word = st.sampled_from(
    ["aws_iam_role", "aws_iam_role_policy", "aws_iam_policy_document", "r", "role", "policy", "name", "statement", "data"]
)
_value = st.recursive(
    st.sampled_from(
        ['"x"', '"${var.x}"', "aws_iam_role.r.arn", "data.aws_iam_policy_document.r.json", "1", "true", "null", "<<-E\n a\n E\n"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(i for i in items if not i.startswith("<<")) + "]")
        | st.tuples(_word, inner).map(lambda pair: "{ " + pair[0] + " = " + ("1" if pair[1].startswith("<<") else pair[1]) + " }")
        | inner.map(lambda item: "jsonencode(" + ("1" if item.startswith("<<") else item) + ")")
    ),
    max_leaves=8,
)
_attribute = st.tuples(_word, _value).map(lambda pair: f"{pair[0]} = {pair[1]}")
_block = st.tuples(st.sampled_from(["resource", "data"]), _word, _word, st.lists(_attribute, max_size=4)).map(
    lambda parts: f'{parts[0]} "{parts[1]}" "{parts[2]}" {{\n' + "\n".join(parts[3]) + "\n}\n"
)
_PATHS = ("m.tf", "n.tf.json", "v.tfvars", "k.yaml", "c.json", "t.template")


def discover_all(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in _PATHS:
            (Path(folder) / path).write_bytes(content)
        for record in iac.discover(DirectoryTree(Path(folder), "acme/web"), CONTEXT):
            assert record.table


@settings(max_examples=60, deadline=None)
@given(st.lists(_block, max_size=5).map("".join))
def test_terraform_is_total(text):
    discover_all(text.encode())


_yaml = st.recursive(
    st.sampled_from(["x", "${X}", "AWS::IAM::Role", "AWS::Lambda::Function", "arn:aws:iam::aws:policy/x", "Secret", "Pod", "web", "", None, True, 7]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "AWSTemplateFormatVersion", "Resources", "Type", "Properties", "AssumeRolePolicyDocument", "Statement", "Principal", "Policies",
            "PolicyDocument", "Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::GetAtt", "ManagedPolicyArns", "Roles", "Role", "Environment",
            "apiVersion", "kind", "metadata", "name", "namespace", "annotations", "spec", "template", "containers", "env", "value", "data",
            "stringData", "items", "subjects", "roleRef", "secretGenerator", "literals", "sops", ".dockerconfigjson",
        ]),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(_yaml, st.sampled_from(["apiVersion: v1\n", "AWSTemplateFormatVersion: x\n", ""]))
def test_manifests_and_templates_are_total(value, header):
    import yaml

    discover_all((header + yaml.safe_dump({"Resources": {"R": value}, "kind": "List", "items": value})).encode())
    discover_all(yaml.safe_dump(value).encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"aws_iam_ ", b"apiVersion: ", b"AWS::IAM::Role ", b"password ", b""]))
def test_discovery_is_total_on_any_bytes(content, marker):
    discover_all(marker + content)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_strings_survive_hcl(text):
    escaped = (
        text.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("${", "$${")
        .replace("%{", "%%{")
    )
    try:
        _, attributes = hcl.parse(f'x = "{escaped}"\n')
    except UnparsableError:
        return  # what python-hcl2's lexer refuses is a Gap
    assert to_plain(attributes.get("x")) == text


@given(st.text())
def test_base64_is_total(text):
    assert decoded(text) is None or isinstance(decoded(text), str)


def test_documents_and_locals_that_multiply_or_turn_in_circles_end(declared):
    chain = "".join(
        f'data "aws_iam_policy_document" "d{i}" {{\n  source_policy_documents = [data.aws_iam_policy_document.d{i + 1}.json, '
        f'data.aws_iam_policy_document.d{i + 1}.json]\n  statement {{\n    actions = ["s3:Get{i}"]\n  }}\n}}\n'
        for i in range(40)
    )
    doubled = (
        "locals {\n" + "".join(f"  l{i} = [local.l{i + 1}, local.l{i + 1}]\n" for i in range(60)) + "  loop = [local.loop]\n}\n"
    )
    found = declared({
        "a.tf": chain + 'resource "aws_iam_user" "u" {}\nresource "aws_iam_user_policy" "p" {\n  user = aws_iam_user.u.name\n'
        "  policy = data.aws_iam_policy_document.d0.json\n}\n",
        "b/m.tf": doubled + 'resource "aws_iam_role" "r" {\n  assume_role_policy = jsonencode(local.l0)\n}\n'
        'resource "aws_iam_role" "s" {\n  assume_role_policy = jsonencode(local.loop)\n}\n',
    })  # fmt: skip
    assert len(found.of(Grant)) == 40
    assert len(found.of(Identity)) == 3


def test_sieve_keeps_lines_and_leaves_the_rest_out():
    text = 'a "x" {\n  s = "}" # }\n  h = <<E\n}}\nE\n}\n/* { */ b "y" {\n  c = [{}]\n}\nd = 1\n'
    assert (
        sieve(text, lambda block: block.lstrip("\n").startswith("a"))
        == 'a "x" {\n  s = "}" # }\n  h = <<E\n}}\nE\n}\n\n\n\nd = 1\n'
    )
    assert sieve(text, lambda _: False) == "\n" * 9 + "d = 1\n"
    for broken in ("a {\n", "}\n", "a { /* }", "a {\n x = <<E\n}\n"):
        assert sieve(broken, lambda _: False) == broken


@given(st.text(alphabet='{}[]()"\\/*#<E\n ax=', max_size=120))
def test_sieve_is_total_and_never_moves_a_line(text):
    assert sieve(text, lambda _: True) == text
    assert sieve(text, lambda _: False).count("\n") == text.count("\n")
