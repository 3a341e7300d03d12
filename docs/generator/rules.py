"""Pages of the rules: one a rule, an index by risk, and a table of frameworks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from generator.markdown import REPOSITORY, bullets, cell, code, mark, table
from keyrack.rules import OWASP, Rule, builtin

_UNKNOWN = "While a capability that it reads has a gap in a source, the rule answers *unknown* there, never *clean*."
_INTRODUCTION = """# Rules

{count} rules, by the [OWASP Non-Human Identities Top 10 (2025)]({owasp}).
See also the [frameworks](frameworks.md) they map to, [how to write one](../writing-rules.md) and
[what nobody looks at](../blind-spots.md).
"""
_TOP_TEN = "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/"
_SEVERITIES = ("critical", "high", "medium", "low", "info")


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of every page."""
    for rule in builtin():
        yield f"rules/{rule.id}.md", _page(rule, root)
    yield "rules/index.md", _index()
    yield "rules/frameworks.md", _frameworks()


def _page(rule: Rule, root: Path) -> str:
    header, file = rule.header, Path(rule.file).relative_to(root).as_posix()
    facts = [
        ("Rule", f"`{rule.id}`"),
        ("OWASP", f"{header.owasp} {OWASP[header.owasp]}"),
        ("Severity", _graded(rule, "severity")),
        ("Confidence", _graded(rule, "confidence")),
        ("Reads", ", ".join(f"`{name}`" for name in header.inputs)),
        ("Other frameworks", ", ".join(header.frameworks) or "none"),
        ("A finding is one", " + ".join(("identity", *header.key))),
        *([("Leaves to", ", ".join(f"[{name}]({name}.md)" for name in header.yields_to))] if header.yields_to else []),
        ("File", f"[`{file}`]({REPOSITORY}/{file})"),
    ]
    parts = [
        mark(f"`{file}`"),
        f"# {header.title}\n",
        table(("", ""), facts),
        f"## What it detects\n\n{header.detects.strip()}\n",
        f"## Why it matters\n\n{header.why.strip()}\n",
        f"## Remediation\n\n{header.remediation.strip()}\n\nNames in braces are filled in from the finding.\n",
        f"## Blind spots\n\n{header.blind_spots.strip()}\n\n{_UNKNOWN}\n",
        f"## False positives\n\n{header.false_positives.strip()}\n",
        f"## Evidence\n\nEvery finding names: {', '.join(f'`{name}`' for name in evidence(rule))}.\n",
        f"## The check\n\n{code(rule.sql, 'sql')}",
        _examples(rule),
    ]
    if header.references:
        parts.append("## References\n\n" + bullets(f"<{url}>" for url in header.references))
    return "\n".join(parts)


def _graded(rule: Rule, column: str) -> str:
    """The default, and every grade the statement may give instead."""
    default = str(getattr(rule.header, column))
    match = re.search(rf"CASE((?:(?!\bCASE\b).)*?)END AS {column}\b", rule.sql, re.DOTALL)
    named = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", match[1])) if match else set()
    others = [grade for grade in _SEVERITIES if grade in named and grade != default]
    return f"**{default}**" + (f"; by the evidence also {', '.join(others)}" if others else "")


def evidence(rule: Rule) -> list[str]:
    """Columns of the outermost SELECT that become evidence, in order."""
    import sqlglot
    from sqlglot import exp

    from keyrack.rules.model import RESERVED

    statement = sqlglot.parse_one(rule.sql, read="duckdb")
    select = statement if isinstance(statement, exp.Select) else statement.find(exp.Select)
    names = [column.alias_or_name for column in select.expressions] if select is not None else []
    return [name for name in names if name and name not in RESERVED]


def _examples(rule: Rule) -> str:
    def block(title: str, items: list[object]) -> str:
        body = "".join(code(yaml.safe_dump(item, sort_keys=False, width=120), "yaml") for item in items)
        return f"<details><summary>{title}</summary>\n\n{body}\n</details>\n"

    bad, good = msgspec.to_builtins(rule.header.bad), msgspec.to_builtins(rule.header.good)
    return (
        "## Examples\n\nThe test suite runs these.\n\n"
        + block("Reported", bad)
        + "\n"
        + block("Not reported, although it may look alike", good)
    )


def _index() -> str:
    parts = [
        mark("`src/keyrack/rules/`"),
        _INTRODUCTION.format(count=len(builtin()), owasp=_TOP_TEN),
    ]
    for owasp, name in OWASP.items():
        rows = [
            (f"[{rule.header.title}]({rule.id}.md)", _graded(rule, "severity"), _graded(rule, "confidence"), _systems(rule))
            for rule in builtin()
            if rule.header.owasp == owasp
        ]
        parts.append(f"## {owasp} {name}\n\n{table(('Rule', 'Severity', 'Confidence', 'Sees'), rows)}")
    return "\n".join(parts)


def _systems(rule: Rule) -> str:
    return ", ".join(dict.fromkeys(name.partition(".")[0] for name in rule.header.inputs))


def _frameworks() -> str:
    by_framework: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for rule in builtin():
        for name in rule.header.frameworks:
            framework, _, control = name.partition(":")
            by_framework[framework][control or framework].append(f"[{rule.id}]({rule.id}.md)")
    parts = [mark("`src/keyrack/rules/`"), "# Rules by framework\n"]
    for framework in sorted(by_framework):
        rows = [(control, ", ".join(ids)) for control, ids in sorted(by_framework[framework].items())]
        parts.append(f"## {cell(framework)}\n\n{table(('Control', 'Rules'), rows)}")
    return "\n".join(parts)
