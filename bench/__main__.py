"""`make bench` or `make bench BENCH="startup bank"`: run the benchmarks, print one table each."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Run the named benchmarks, or all of them, in order of name."""
    known = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = sys.argv[1:] or known
    for name in chosen:
        if name not in known:
            sys.exit(f"no benchmark {name!r}; known: {', '.join(known)}")
        print(f"\n== {name}")
        import_module(f"bench.bench_{name}").main()


main()
