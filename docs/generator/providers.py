"""Pages of the providers, from their manifests and READMEs, and the table of blind spots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from generator.markdown import REPOSITORY, bullets, mark, table
from keyrack.rules import builtin
from keyrack.rules.inputs import expanded
from keyrack.sdk import Manifest, registry

_SPOTS = """# Blind spots and false positives

What Keyrack does not see, and where it may be wrong. What one run could not see is in `keyrack gaps`; this page is what
no run sees.
"""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of every page."""
    manifests = registry.manifests()
    for name in sorted(manifests):
        yield f"providers/{name}.md", _page(manifests[name], root)
    yield "providers/index.md", _index(manifests)
    yield "blind-spots.md", _blind_spots(manifests)


def _page(manifest: Manifest, root: Path) -> str:
    folder = f"src/keyrack/providers/{manifest.name}"
    parts = [
        mark(f"the manifest and README of `{folder}`"),
        f"# {manifest.title}\n\n{manifest.summary}\n",
        _use(manifest),
    ]
    if manifest.options:
        rows = [(f"`{option.flag}`", f"`{option.name}`", option.kind, option.help) for option in manifest.options]
        parts.append("## Options\n\n" + table(("Flag", "In `keyrack.toml`", "Kind", "Meaning"), rows))
    parts.append(
        "## Capabilities\n\nGaps and rules name these. While one is gapped, rules that read it answer *unknown*.\n\n"
        + _capabilities(manifest)
    )
    parts.append("## Permissions\n\n" + _permissions(manifest))
    parts.append("## Blind spots\n\n" + _blind(manifest))
    readme = root / folder / "README.md"
    if readme.is_file():
        source = f"Source: [{folder}/README.md]({REPOSITORY}/{folder}/README.md)"
        parts.append(f"## From the provider's README\n\n{source}\n\n{_demoted(readme.read_text('utf-8'))}")
    return "\n".join(parts)


def _use(manifest: Manifest) -> str:
    target = "PATH" if manifest.target == "path" else manifest.name
    extra = f"; install with `keyrack[{manifest.extra}]`" if manifest.extra else ""
    return f"`keyrack scan {target}`; permissions: `keyrack permissions {manifest.name}`{extra}.\n"


def _capabilities(manifest: Manifest) -> str:
    readers = _readers()
    rows = [
        (
            f"`{capability.name}`",
            capability.title,
            ", ".join(record.__name__ for record in capability.yields),
            capability.calls,
            ", ".join(f"[{rule}](../rules/{rule}.md)" for rule in readers.get(capability.name, ())) or "-",
        )
        for capability in manifest.capabilities
    ]
    return table(("Capability", "What it sees", "Records", "Calls", "Read by rules"), rows)


def _permissions(manifest: Manifest) -> str:
    rows = [
        (f"`{permission.name}`", permission.why, "optional" if permission.optional else "needed", f"`{capability.name}`")
        for capability in manifest.capabilities
        for permission in capability.permissions
    ]
    return table(("Permission", "Why", "", "For"), rows) if rows else "None.\n"


def _blind(manifest: Manifest) -> str:
    lines = [f"`{capability.name}`: {spot}" for capability in manifest.capabilities for spot in capability.blind_spots]
    return bullets(lines)


def _demoted(readme: str) -> str:
    """A README's text below our own headings: its title dropped, the rest two levels down."""
    lines: list[str] = []
    fenced = False
    for line in readme.splitlines():
        fenced = fenced != line.startswith("```")
        if not fenced and line.startswith("# "):
            continue
        lines.append(f"##{line}" if not fenced and line.startswith("#") else line)
    return "\n".join(lines).strip() + "\n"


def _readers() -> dict[str, list[str]]:
    readers: dict[str, list[str]] = defaultdict(list)
    for rule in builtin():
        for name in expanded(rule.header.inputs, registry.manifests()):
            readers[name].append(rule.id)
    return readers


def _index(manifests: dict[str, Manifest]) -> str:
    rows = [
        (f"[{manifest.title}]({name}.md)", manifest.summary, str(len(manifest.capabilities)))
        for name, manifest in sorted(manifests.items())
    ]
    head = "# Providers\n\nA provider is one system Keyrack can look at. It only reads.\n"
    return "\n".join([mark("the providers' manifests"), head, table(("Provider", "Sees", "Capabilities"), rows)])


def _blind_spots(manifests: dict[str, Manifest]) -> str:
    seen = [
        (f"`{capability.name}`", spot)
        for _, manifest in sorted(manifests.items())
        for capability in manifest.capabilities
        for spot in capability.blind_spots
    ]
    judged = [(f"[{rule.id}](rules/{rule.id}.md)", rule.header.blind_spots, rule.header.false_positives) for rule in builtin()]
    return "\n".join(
        [
            mark("the providers' manifests and the rules"),
            _SPOTS,
            "## What providers do not look at\n\n" + table(("Capability", "Not seen"), seen),
            "## Where rules are blind, and where they may be wrong\n\n"
            + table(("Rule", "Blind spots", "False positives"), judged),
        ]
    )
