# noqa: INP001 - a script beside the page it writes, not part of a package
"""Write docs/weather.md from the folder in which the weather tests recorded their outcomes: `python docs/weather.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))


def main(folder: Path) -> int:
    """Run; returns the exit code."""
    from generator.weather import PAGE, page, rows

    found = rows(folder)
    if not found:
        sys.stderr.write(f"nothing was recorded in {folder}: run `make weather`\n")
        return 1
    (DOCS / PAGE).write_text(page(found, DOCS.parent / "tests" / "providers"), "utf-8")
    sys.stderr.write(f"docs/{PAGE}: {len(found)} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
