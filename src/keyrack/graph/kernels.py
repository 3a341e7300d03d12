"""Machine code for reach over large graphs. Imported only where :mod:`keyrack.graph.reach` needs it: numba is slow to load.

Graphs are in compressed sparse rows (CSR): the successors of node ``v`` are ``heads[starts[v]:starts[v + 1]]``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic

WORDS = 8
"""64-bit words a block of columns: 512 columns, one cache line a row."""


@intrinsic
def popcount(typing_context: Any, word: Any) -> Any:  # noqa: ARG001 - numba's protocol
    """Set bits of a 64-bit word, as one machine instruction."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), build


@njit(cache=True)
def components(starts: np.ndarray, heads: np.ndarray) -> tuple[np.ndarray, int]:
    """Strongly connected components (Tarjan 1972, without recursion).

    Returns:
        Component of each node, and their number. Components are numbered so that every edge leads to a smaller or the same one.
    """
    n = starts.size - 1
    order, low, component = np.full(n, -1, np.int32), np.zeros(n, np.int32), np.full(n, -1, np.int32)
    cursor = starts[:-1].copy()
    opened, calls = np.empty(n, np.int32), np.empty(n, np.int32)
    size = seen = found = 0
    for root in range(n):
        depth = -1
        if order[root] < 0:
            depth = 0
            calls[0] = opened[size] = root
            order[root] = low[root] = seen
            seen, size = seen + 1, size + 1
        while depth >= 0:
            node = calls[depth]
            if cursor[node] < starts[node + 1]:
                head = heads[cursor[node]]
                cursor[node] += 1
                if order[head] < 0:
                    depth += 1
                    calls[depth] = opened[size] = head
                    order[head] = low[head] = seen
                    seen, size = seen + 1, size + 1
                elif component[head] < 0:
                    low[node] = min(low[node], order[head])
                continue
            if low[node] == order[node]:
                size = _close(opened, size, node, component, found)
                found += 1
            depth -= 1
            if depth >= 0:
                low[calls[depth]] = min(low[calls[depth]], low[node])
    return component, found


@njit(cache=True)
def _close(opened: np.ndarray, size: int, node: int, component: np.ndarray, number: int) -> int:
    """Give every open node down to ``node`` its component; return how many stay open."""
    while True:
        size -= 1
        component[opened[size]] = number
        if opened[size] == node:
            return size


@njit(cache=True)
def same_rows(starts: np.ndarray, heads: np.ndarray, order: np.ndarray, signature: np.ndarray) -> np.ndarray:
    """First node with exactly the same successors, for each node.

    Args:
        starts: CSR.
        heads: CSR, each row sorted and without repeats.
        order: nodes sorted by ``signature``; equal rows stand together.
        signature: any function of a row's contents; equal rows have equal ones.
    """
    n = starts.size - 1
    first = np.arange(n).astype(np.int32)
    for place in range(1, n):
        node = order[place]
        back = place - 1
        while back >= 0 and signature[order[back]] == signature[node]:
            leader = first[order[back]]
            if _equal(starts, heads, node, leader):
                first[node] = leader
                break
            back -= 1
    return first


@njit(cache=True)
def _equal(starts: np.ndarray, heads: np.ndarray, one: int, other: int) -> bool:
    size = starts[one + 1] - starts[one]
    if size != starts[other + 1] - starts[other]:
        return False
    for step in range(size):  # noqa: SIM110 - numba compiles loops, not generators
        if heads[starts[one] + step] != heads[starts[other] + step]:
            return False
    return True


@njit(cache=True)
def flattened(
    graph: tuple[np.ndarray, np.ndarray], after: tuple[np.ndarray, np.ndarray], width: int, budget: int
) -> tuple[int, np.ndarray, np.ndarray]:
    """Everything the lowest inner nodes reach, as one list each: a walk reads a list faster than it hops through many nodes.

    Args:
        graph: CSR of the inner nodes, numbered so that edges lead to smaller ones.
        after: CSR from each inner node to the columns it leads straight to.
        width: number of columns.
        budget: how many list entries there may be.

    Returns:
        How many nodes, from the lowest, have their whole list; and CSR of what every node leads to, whole or straight.
    """
    starts, heads = graph
    into, bits = after
    n = starts.size - 1
    begin = np.zeros(n + 1, np.int64)
    stamp = np.full(width, -1, np.int32)
    found = np.empty(budget + bits.size, np.int32)
    whole = True
    lists = 0
    size = 0
    for node in range(n):
        bound = into[node + 1] - into[node]
        for edge in range(starts[node], starts[node + 1]):
            bound += begin[heads[edge] + 1] - begin[heads[edge]]
        whole = whole and size + bound <= budget
        for edge in range(into[node], into[node + 1]):
            stamp[bits[edge]] = node
            found[size] = bits[edge]
            size += 1
        if whole:
            lists = node + 1
            for edge in range(starts[node], starts[node + 1]):
                for place in range(begin[heads[edge]], begin[heads[edge] + 1]):
                    if stamp[found[place]] != node:
                        stamp[found[place]] = node
                        found[size] = found[place]
                        size += 1
        begin[node + 1] = size
    return lists, begin, found[:size]


@njit(cache=True)
def count_lists(
    after: tuple[np.ndarray, np.ndarray], columns: tuple[np.ndarray, np.ndarray], lists: int, classes: int
) -> np.ndarray:
    """Weights of the columns in each of the first ``lists`` lists."""
    into, bits = after
    kinds, weights = columns
    totals = np.zeros((lists, classes), np.int64)
    for node in range(lists):
        for edge in range(into[node], into[node + 1]):
            totals[node, kinds[bits[edge] >> 6]] += weights[bits[edge] >> 6]
    return totals


@njit(cache=True, parallel=True)
def count_by_walking(
    graph: tuple[np.ndarray, np.ndarray],
    after: tuple[np.ndarray, np.ndarray],
    columns: tuple[np.ndarray, np.ndarray],
    cuts: np.ndarray,
    sources: np.ndarray,
    shape: tuple[int, int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the columns each source reaches; one walk a source, with a bit for each column.

    Best where most sources reach a small part of the graph.

    Args:
        graph: CSR of the inner nodes (those with successors).
        after: CSR from each inner node to the columns it leads to; columns are numbered so that those alike in
            class and weight fill whole 64-bit words.
        columns: class and weight of each word.
        cuts: words at which class or weight change, 0 and the end among them.
        sources: inner nodes to start from.
        shape: inner nodes, classes, threads.

    Returns:
        Totals by source and class, and the edges looked at by each thread.
    """
    starts, heads = graph
    into, bits = after
    kinds, weights = columns
    n, classes, threads = shape
    totals = np.zeros((sources.size, classes), np.int64)
    looked = np.zeros(threads, np.int64)
    for thread in prange(threads):
        stamp = np.full(n, -1, np.int32)
        stack = np.empty(n, np.int32)
        marks = np.zeros(kinds.size, np.uint64)
        edges = 0
        for place in range(thread, sources.size, threads):
            stamp[sources[place]] = place
            stack[0] = sources[place]
            size = 1
            while size > 0:
                size -= 1
                node = stack[size]
                edges += into[node + 1] - into[node] + starts[node + 1] - starts[node]
                for edge in range(into[node], into[node + 1]):
                    marks[bits[edge] >> 6] |= np.uint64(1) << np.uint64(bits[edge] & 63)
                for edge in range(starts[node], starts[node + 1]):
                    head = heads[edge]
                    if stamp[head] != place:
                        stamp[head] = place
                        stack[size] = head
                        size += 1
            for cut in range(cuts.size - 1):
                found = 0
                for word in range(cuts[cut], cuts[cut + 1]):
                    found += popcount(marks[word])  # type: ignore[call-arg]  # numba calls it with the typing context
                totals[place, kinds[cuts[cut]]] += found * weights[cuts[cut]]
            marks[:] = 0
        looked[thread] = edges
    return totals, looked


@njit(cache=True)
def levels(starts: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Longest way to a sink from each node of an acyclic graph whose edges lead to smaller nodes."""
    n = starts.size - 1
    level = np.zeros(n, np.int32)
    for node in range(n):
        for edge in range(starts[node], starts[node + 1]):
            level[node] = max(level[node], level[heads[edge]] + 1)
    return level


@njit(cache=True, parallel=True)
def count_by_blocks(
    graph: tuple[np.ndarray, np.ndarray],
    before: tuple[np.ndarray, np.ndarray],
    columns: tuple[np.ndarray, np.ndarray],
    blocks: np.ndarray,
    shape: tuple[int, int, int],
) -> np.ndarray:
    """Weights of the columns that every inner node reaches, 512 columns at a time, as bits, from the sinks up.

    Best where sources reach much of the graph.

    Args:
        graph: CSR of the inner nodes (those with successors), numbered so that edges lead to smaller ones.
        before: CSR from each column to the inner nodes that lead straight to it.
        columns: class and weight of each 64-bit word of columns; alike within a block.
        blocks: first word of each block, and the end of the last.
        shape: inner nodes, classes, threads.
    """
    starts, heads = graph
    into, tails = before
    kinds, weights = columns
    n, classes, threads = shape
    totals = np.zeros((threads, n, classes), np.int64)
    for thread in prange(threads):
        rows = np.zeros((n, WORDS), np.uint64)
        filled = np.zeros(n, np.bool_)
        for block in range(thread, blocks.size - 1, threads):
            begin = blocks[block] * 64
            first = n
            for column in range(begin, min(blocks[block + 1] * 64, into.size - 1)):
                bit = np.uint64(1) << np.uint64((column - begin) & 63)
                for edge in range(into[column], into[column + 1]):
                    rows[tails[edge], (column - begin) >> 6] |= bit
                    filled[tails[edge]] = True
                    first = min(first, tails[edge])
            _spread(starts, heads, first, rows, filled, totals[thread, :, kinds[blocks[block]]], weights[blocks[block]])
    return totals.sum(axis=0)  # type: ignore[no-any-return]  # numba is untyped


@njit(cache=True)
def _spread(
    starts: np.ndarray, heads: np.ndarray, first: int, rows: np.ndarray, filled: np.ndarray, totals: np.ndarray, weight: int
) -> None:
    """Carry one block of columns upwards, count, and leave the rows empty for the next block."""
    n = starts.size - 1
    for node in range(first, n):
        row = rows[node]
        for edge in range(starts[node], starts[node + 1]):
            head = heads[edge]
            if filled[head]:
                filled[node] = True
                other = rows[head]
                for word in range(WORDS):
                    row[word] |= other[word]
        if filled[node]:
            found = 0
            for word in range(WORDS):
                found += popcount(row[word])  # type: ignore[call-arg]  # numba calls it with the typing context
            totals[node] += found * weight
    for node in range(first, n):
        if filled[node]:
            rows[node, :] = 0
            filled[node] = False
