# noqa: INP001 - a script beside the pages it writes, not part of a package
"""Write the generated pages of the documentation, or check that they are up to date.

python docs/generate.py            write
python docs/generate.py --check    exit 1 and name the pages that differ
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS))

OWNED = ("rules/*.md", "providers/*.md", "reference/*")
"""Folders that hold generated pages only: what is there and not generated is stale."""


def generated() -> dict[str, str]:
    """Every generated page: path below ``docs/`` to text."""
    from generator import proof, providers, reference, rules, views

    return dict([*rules.pages(ROOT), *providers.pages(ROOT), *proof.pages(ROOT), *reference.pages(), *views.pages()])


def differing(pages: dict[str, str], folder: Path = DOCS) -> list[str]:
    """Pages that are missing, stale or different in ``folder``."""
    wrong = [name for name, text in pages.items() if not _same(folder / name, text)]
    return sorted([*wrong, *stale(pages, folder)])


def stale(pages: dict[str, str], folder: Path = DOCS) -> list[str]:
    """Files in the generated folders that nothing generates any more."""
    found = (path.relative_to(folder).as_posix() for pattern in OWNED for path in folder.glob(pattern))
    return [name for name in found if name not in pages]


def write(pages: dict[str, str], folder: Path = DOCS) -> None:
    """Write all pages and remove stale ones."""
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _same(path, text):
            path.write_text(text, "utf-8")
    for name in stale(pages, folder):
        (folder / name).unlink()


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: Sequence[str]) -> int:
    """Run; returns the exit code."""
    pages = generated()
    if "--check" not in arguments:
        write(pages)
        sys.stderr.write(f"docs: {len(pages)} generated pages\n")
        return 0
    wrong = differing(pages)
    for name in wrong:
        sys.stderr.write(f"docs/{name} is not up to date: run `make docs` and commit it\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
