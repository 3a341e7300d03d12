"""How far everybody reaches: exact counts for every node at once, on graphs from ten nodes to millions.

Steps for a large graph: merge cycles (who can become each other reach the same), merge nodes with the same successors, then
either walk from each node or carry 512 columns of bits at a time through the whole graph, whichever a sample says is cheaper.
Small graphs are walked in plain Python; a property test holds all three to the same counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Way = Literal["auto", "plain", "walk", "blocks"]

SMALL = 20_000
"""Nodes up to which plain Python is quicker than loading numba (50 MB of sets)."""
SAMPLE = 256
"""Sources walked to estimate the cost of walking from all."""
THREADS = 2
LISTED = 60_000_000
"""Entries of the lists that walks read instead of hopping: 240 MB."""
CARRY_TO_WALK = 5
"""A row carried costs about as much as five edges walked (layered graphs of bench/bench_graph.py)."""


@dataclass(frozen=True, slots=True)
class Links:
    """Nodes 0..n-1, edges as two parallel arrays, and the class of each node (-1: does not count)."""

    classes: np.ndarray
    tails: np.ndarray
    heads: np.ndarray
    kinds: int


def reach(links: Links, way: Way = "auto") -> np.ndarray:
    """Nodes of each class that every node reaches, itself left out.

    Returns:
        int64 array of shape (nodes, kinds).
    """
    import numpy as np

    if way == "plain" or (way == "auto" and links.classes.size <= SMALL):
        return _plain(links)
    from keyrack.graph import kernels

    n = links.classes.size
    starts, heads = _rows(n, n, links.tails, links.heads)
    component, count = kernels.components(starts, heads)
    weights = np.zeros((count, links.kinds), np.int64)
    counted = links.classes >= 0
    np.add.at(weights, (component[counted], links.classes[counted]), 1)
    own, head = np.repeat(component, np.diff(starts)), component[heads]
    starts, heads = _rows(count, count, own[own != head], head[own != head])
    totals = _counts(starts, heads, weights, way)
    found = totals[component] + weights[component]
    found[counted, links.classes[counted]] -= 1
    return np.asarray(found)


@dataclass(frozen=True, slots=True)
class _Net:
    """An acyclic graph made ready: inner nodes by level, and what they lead to as columns that share words with their like."""

    graph: tuple[np.ndarray, np.ndarray]
    after: tuple[np.ndarray, np.ndarray]
    columns: tuple[np.ndarray, np.ndarray]
    width: int
    shape: tuple[int, int, int]


def _counts(starts: np.ndarray, heads: np.ndarray, weights: np.ndarray, way: Way) -> np.ndarray:
    """Weights that every node of an acyclic graph reaches; nodes with the same successors are counted once."""
    import numpy as np

    from keyrack.graph import kernels

    first = _same(starts, heads)
    inner = np.flatnonzero((first == np.arange(first.size)) & (np.diff(starts) > 0))
    totals = np.zeros_like(weights)
    if inner.size:
        inner = inner[np.argsort(kernels.levels(starts, heads)[inner], kind="stable")]
        net = _net(starts, heads, weights, first, inner)
        lists, short = _flat(net)
        if way == "blocks" or (way == "auto" and _walking_is_dear(net, lists, short)):
            totals[inner] = kernels.count_by_blocks(net.graph, _turned(net), net.columns, _blocks(net), net.shape)
        else:
            totals[inner[:lists]] = kernels.count_lists(short.after, short.columns, lists, weights.shape[1])
            totals[inner[lists:]], _ = _walked(short, np.arange(lists, inner.size))
    return np.asarray(totals[first])


def _flat(net: _Net) -> tuple[int, _Net]:
    """How many nodes have a list of all they reach, and the net in which they have no other successors."""
    import numpy as np

    from keyrack.graph import kernels

    lists, into, bits = kernels.flattened(net.graph, net.after, net.width, LISTED)
    starts, heads = net.graph
    cut = starts[lists]
    return lists, replace(net, graph=(np.maximum(starts - cut, 0), heads[cut:]), after=(into, bits))


def _walked(net: _Net, sources: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from keyrack.graph import kernels

    return kernels.count_by_walking(net.graph, net.after, net.columns, _cuts(net), sources, net.shape)


def _net(starts: np.ndarray, heads: np.ndarray, weights: np.ndarray, first: np.ndarray, inner: np.ndarray) -> _Net:
    import numpy as np

    number = np.full(first.size, -1, np.int32)
    number[inner] = np.arange(inner.size)
    number = number[first]  # sinks stay -1: they are no inner node
    tails = np.repeat(np.arange(first.size), np.diff(starts))
    kept = (first[tails] == tails) & (number[tails] >= 0)
    tails, heads = number[tails[kept]], heads[kept]
    within = number[heads] >= 0
    graph = _rows(inner.size, inner.size, tails[within], number[heads[within]])
    into, back = _rows(first.size, inner.size, heads, tails)
    nodes, bits, columns = _columns(into, back, weights)
    sizes = np.diff(into)[nodes]
    places = np.repeat(into[nodes] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    width = columns[0].size * 64
    after = _rows(inner.size, width, back[places], np.repeat(bits, sizes))
    return _Net(graph, after, columns, width, (inner.size, weights.shape[1], THREADS))


def _columns(
    into: np.ndarray, back: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Nodes as columns: those that the same nodes lead to become one, and one node is a column for each class it stands for.

    Returns:
        Node and bit of each column; class and weight of each 64-bit word, which only columns alike in both share.
    """
    import numpy as np

    merged = np.zeros_like(weights)
    np.add.at(merged, _same(into, back), weights)
    nodes, kinds = np.nonzero(merged)
    reached = np.diff(into)[nodes] > 0
    nodes, kinds = nodes[reached], kinds[reached]
    amount = merged[nodes, kinds]
    order = np.lexsort((back[into[nodes]], amount, kinds))  # neighbours share predecessors, so that blocks touch few rows
    nodes, kinds, amount = nodes[order], kinds[order], amount[order]
    fresh = np.ones(nodes.size, np.bool_)
    fresh[1:] = (kinds[1:] != kinds[:-1]) | (amount[1:] != amount[:-1])
    group = np.cumsum(fresh) - 1
    sizes = np.bincount(group, minlength=1)
    words = (sizes + 63) // 64
    begin = np.cumsum(words) - words
    bits = begin[group] * 64 + np.arange(nodes.size) - (np.cumsum(sizes) - sizes)[group]
    return nodes, bits, (np.repeat(kinds[fresh], words), np.repeat(amount[fresh], words))


def _turned(net: _Net) -> tuple[np.ndarray, np.ndarray]:
    """From each column to the inner nodes that lead straight to it."""
    import numpy as np

    into, bits = net.after
    return _rows(net.width, net.shape[0], bits, np.repeat(np.arange(net.shape[0]), np.diff(into)))


def _cuts(net: _Net) -> np.ndarray:
    """Words at which class or weight change, with the first and the end."""
    import numpy as np

    kinds, weights = net.columns
    changes = np.flatnonzero((kinds[1:] != kinds[:-1]) | (weights[1:] != weights[:-1])) + 1
    return np.array([0, *changes.tolist(), kinds.size], np.int64)


def _blocks(net: _Net) -> np.ndarray:
    """First word of each block of at most eight words alike, and the end."""
    import numpy as np

    from keyrack.graph import kernels

    cuts = _cuts(net).tolist()
    return np.array([*(word for a, b in itertools.pairwise(cuts) for word in range(a, b, kernels.WORDS)), cuts[-1]], np.int64)


def _walking_is_dear(net: _Net, lists: int, short: _Net) -> bool:
    """Compare edges walked, scaled up from a sample, with the rows that bit blocks would carry."""
    import numpy as np

    from keyrack.graph import kernels

    count = net.shape[0] - lists
    if count == 0:
        return False
    sample = lists + np.random.default_rng(0).choice(count, min(SAMPLE, count), replace=False)
    _, looked = _walked(short, sample)
    walked = (float(looked.sum()) / sample.size + net.width / 64) * count
    carried = net.graph[1].size * net.width / (64 * kernels.WORDS) / 2
    return walked > carried * CARRY_TO_WALK


def _rows(n: int, width: int, tails: np.ndarray, heads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """CSR of ``n`` sorted rows without repeats; heads are below ``width``."""
    import numpy as np

    keys = tails.astype(np.int64) * width + heads
    keys.sort()
    keep = np.ones(keys.size, np.bool_)
    keep[1:] = keys[1:] != keys[:-1]
    keys = keys[keep]
    starts = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(keys // width, minlength=n), out=starts[1:])
    return starts, (keys % width).astype(np.int32)


def _same(starts: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """First node with the same successors: candidates by a random sum over each row, then compared."""
    import numpy as np

    from keyrack.graph import kernels

    values = np.random.default_rng(0).integers(1, 2**63, starts.size, np.uint64)
    sums = np.zeros(heads.size + 1, np.uint64)
    np.cumsum(values[heads], out=sums[1:])
    signature = sums[starts[1:]] - sums[starts[:-1]]
    return kernels.same_rows(starts, heads, np.argsort(signature, kind="stable"), signature)


def _plain(links: Links) -> np.ndarray:
    """Sets of nodes as whole numbers, a bit a node: Python joins two of them in one step."""
    import numpy as np

    following: list[list[int]] = [[] for _ in range(links.classes.size)]
    for tail, head in zip(links.tails.tolist(), links.heads.tolist(), strict=True):
        following[tail].append(head)
    classes = links.classes.tolist()
    masks = [sum(1 << node for node, kind in enumerate(classes) if kind == wanted) for wanted in range(links.kinds)]
    found = np.zeros((len(classes), links.kinds), np.int64)
    within: list[int] = [0] * len(classes)
    for members in cycles(following):
        reached = sum(1 << node for node in members)
        for node in members:
            for head in following[node]:
                reached |= within[head]
        for node in members:
            within[node] = reached
            found[node] = [(reached & mask & ~(1 << node)).bit_count() for mask in masks]
    return found


def cycles(following: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Strongly connected components, each after all that it leads to (Tarjan 1972, without recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    done: set[int] = set()
    opened: list[int] = []
    for root in range(len(following)):
        calls = [] if root in order else [(root, iter(following[root]))]
        while calls:
            node, heads = calls[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                opened.append(node)
            head = next((head for head in heads if head not in done), None)
            if head is not None and head not in order:
                calls.append((head, iter(following[head])))
            elif head is not None:
                low[node] = min(low[node], order[head])
            else:
                calls.pop()
                if calls:
                    low[calls[-1][0]] = min(low[calls[-1][0]], low[node])
                if low[node] == order[node]:
                    members = [opened.pop()]
                    while members[-1] != node:
                        members.append(opened.pop())
                    done.update(members)
                    yield members
