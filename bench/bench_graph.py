"""Blast radius of every principal, exact, on layered graphs of 1 M nodes and 10 M edges; start-up and reading included.

Two shapes. ``accounts``: 400 accounts; workloads and pipelines assume roles, roles hold permission sets, a permission set covers
a run of its account's resources (as a name prefix does); one edge in twenty leaves its account. ``random``: five layers of the
same size, every edge to a random node of the next one, nothing alike anywhere: the worst case, which no estate has. The peer is
networkx.descendants on a sample of principals, scaled up; the two must agree on every one of the sample.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.table import show

ACCOUNTS, SAMPLE, ROUNDS = 400, 40, 5
WORKLOADS, ROLES, SETS, RESOURCES = 240_000, 120_000, 40_000, 600_000
JEWELS = 500
RUN = """
import sys, resource, numpy as np
from keyrack.graph.reach import Links, reach
links = np.load(sys.argv[1])
counts = reach(Links(links["classes"], links["tails"], links["heads"], 3))
np.save(sys.argv[2], counts)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def main() -> None:
    """Measure both shapes; the first run of a machine also compiles, so one run goes before."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for name, made in (("accounts", accounts()), ("random", layers())):
            classes, tails, heads = made
            graph, counts = Path(temporary) / f"{name}.npz", Path(temporary) / f"{name}.npy"
            np.savez(graph, classes=classes, tails=tails, heads=heads)
            command = [sys.executable, "-c", RUN, str(graph), str(counts)]
            subprocess.run(command, check=True, capture_output=True)
            seconds, memory = zip(*(_timed(command) for _ in range(ROUNDS)), strict=True)
            median = statistics.median(seconds)
            peer = _peer(classes, tails, heads, np.load(counts))
            rows.append([name, classes.size, tails.size, median, max(memory), peer, peer / median])
    show(["graph", "nodes", "edges", "seconds (median of 5)", "GiB", "networkx, scaled from a sample", "ratio"], rows)


def accounts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class of each node (0 identity, 1 resource, 2 crown jewel, -1 permission set), tails, heads."""
    rng = np.random.default_rng(7)
    first = np.cumsum([0, WORKLOADS, ROLES, SETS, RESOURCES])
    assumed = _links(rng, (first[0], WORKLOADS), (first[1], ROLES), 4)
    chained = _links(rng, (first[1], ROLES // 2), (first[1] + ROLES // 2, ROLES // 2), 1)
    held = _links(rng, (first[1], ROLES), (first[2], SETS), 5)
    size = RESOURCES // ACCOUNTS
    runs = 210
    sets = np.repeat(np.arange(SETS), runs)
    begin = np.repeat(rng.integers(0, size - runs, SETS), runs)
    own = sets * ACCOUNTS // SETS
    covered = first[3] + own * size + begin + np.tile(np.arange(runs), SETS)
    classes = np.zeros(first[4], np.int32)
    classes[first[2] : first[3]] = -1
    classes[first[3] :] = 1
    classes[rng.choice(np.arange(first[3], first[4]), JEWELS, replace=False)] = 2
    tails = np.concatenate([assumed[0], chained[0], held[0], first[2] + sets])
    heads = np.concatenate([assumed[1], chained[1], held[1], covered])
    return classes, tails.astype(np.int32), heads.astype(np.int32)


def _links(rng: np.random.Generator, tails: tuple[int, int], heads: tuple[int, int], each: int) -> tuple[np.ndarray, np.ndarray]:
    """``each`` edges from every node of one layer, 95 % of them within the account."""
    tail = np.repeat(np.arange(tails[1]), each)
    account = tail * ACCOUNTS // tails[1]
    leaves = rng.random(tail.size) < 0.05
    account[leaves] = rng.integers(0, ACCOUNTS, int(leaves.sum()))
    size = heads[1] // ACCOUNTS
    return tails[0] + tail, heads[0] + account * size + rng.integers(0, size, tail.size)


def layers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Five layers of 200,000, 2.5 M random edges between neighbours."""
    rng = np.random.default_rng(7)
    size, each = 200_000, 2_500_000
    tails = np.concatenate([rng.integers(i * size, (i + 1) * size, each) for i in range(4)])
    heads = np.concatenate([rng.integers((i + 1) * size, (i + 2) * size, each) for i in range(4)])
    classes = np.zeros(5 * size, np.int32)
    classes[4 * size :] = 1
    classes[4 * size : 4 * size + JEWELS] = 2
    return classes, tails.astype(np.int32), heads.astype(np.int32)


def _timed(command: list[str]) -> tuple[float, float]:
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, float(done.stdout)


def _peer(classes: np.ndarray, tails: np.ndarray, heads: np.ndarray, counts: np.ndarray) -> float:
    """Seconds networkx would take for all principals; stops when it disagrees."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_edges_from(zip(tails.tolist(), heads.tolist(), strict=True))
    principals = np.unique(tails[classes[tails] == 0])
    sample = np.random.default_rng(1).choice(principals, SAMPLE, replace=False).tolist()
    start = time.perf_counter()
    reached = [np.fromiter(nx.descendants(graph, node), np.int64) for node in sample]
    seconds = time.perf_counter() - start
    for node, nodes in zip(sample, reached, strict=True):
        expected = [int((classes[nodes] == kind).sum()) for kind in range(3)]
        if expected != counts[node].tolist():
            sys.exit(f"reach disagrees with networkx at node {node}: {counts[node].tolist()} != {expected}")
    return seconds / SAMPLE * principals.size


if __name__ == "__main__":
    main()
