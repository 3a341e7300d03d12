"""Right-sized policies as Terraform: what to add, and what to take out of the configuration.

Resources and arguments are those of the AWS provider (``aws_iam_policy``, ``aws_iam_role_policy_attachment`` and their kin); a
policy is written with ``jsonencode``, whose argument is an HCL expression, so that ``${`` and ``%{`` of the document are escaped
("Strings and Templates", Terraform language).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from keyrack.outputs.text import clean


@dataclass(frozen=True, slots=True)
class Attached:
    """A policy that goes: its name, whether it is inline, by a managed policy's ARN, or by a group."""

    name: str
    how: str
    arn: str | None = None
    group: str | None = None


def change(uid: str, policies: Mapping[str, Any], gone: Iterable[Attached], notes: Iterable[str], *, inline: bool) -> str:
    """The Terraform text for one identity.

    Args:
        uid: of an IAM user or role.
        policies: new documents by name.
        gone: policies that go.
        notes: remarks for the reader.
        inline: whether the new policies are inline.
    """
    kind, name = ("user" if ":user/" in uid else "role"), uid.rpartition("/")[2]
    lines = [f"# {_comment(uid)}", *(f"# {_comment(note)}" for note in notes), ""]
    for title, document in policies.items():
        label = _label(title)
        if inline:
            lines += _block(f"aws_iam_{kind}_policy", label, {kind: name, "name": title}, document)
            continue
        lines += _block("aws_iam_policy", label, {"name": title}, document)
        lines += [
            f'resource "aws_iam_{kind}_policy_attachment" "{label}" {{',
            f"  {kind:<10} = {_string(name)}",
            f"  policy_arn = aws_iam_policy.{label}.arn",
            "}",
            "",
        ]
    lines += [
        "# Take out of the configuration, after the above is applied:",
        *(f"# - {_comment(_removal(one, kind))}" for one in gone),
    ]
    return "\n".join(lines) + "\n"


def _block(resource: str, label: str, arguments: Mapping[str, str], document: Any) -> list[str]:
    body = _escaped(json.dumps(document, indent=2, ensure_ascii=False)).replace("\n", "\n  ")
    width = max(len("policy"), *map(len, arguments))
    written = [f"  {key:<{width}} = {_string(value)}" for key, value in arguments.items()]
    return [f'resource "{resource}" "{label}" {{', *written, f"  {'policy':<{width}} = jsonencode({body})", "}", ""]


def _removal(one: Attached, kind: str) -> str:
    if one.how == "group":
        return f"the membership in group {one.group} (aws_iam_user_group_membership)"
    if one.how == "managed":
        return f"the attachment of {one.arn or one.name} (aws_iam_{kind}_policy_attachment)"
    return f"the inline policy {one.name} (aws_iam_{kind}_policy)"


def _label(name: str) -> str:
    """A resource's local name: letters, digits, underscores and hyphens, not starting with a digit."""
    label = re.sub(r"[^0-9A-Za-z_-]", "_", name)
    return label if re.match(r"[A-Za-z_]", label) else f"_{label}"


def _string(text: str) -> str:
    return _escaped(json.dumps(text, ensure_ascii=False))


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _comment(text: str) -> str:
    return clean(" ".join(text.split()))
