"""Exact reach: every way of counting agrees with a walk from each node."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.graph.reach import Links, reach

WAYS = ("plain", "walk", "blocks")


def graph(n, edges, kinds=3, seed=0):
    rng = np.random.default_rng(seed)
    pairs = np.array(edges, np.int32).reshape(-1, 2)
    return Links(rng.integers(-1, kinds, n).astype(np.int32), pairs[:, 0].copy(), pairs[:, 1].copy(), kinds)


def naive(g):
    n = g.classes.size
    nexts = [set() for _ in range(n)]
    for tail, head in zip(g.tails, g.heads, strict=True):
        nexts[tail].add(int(head))
    found = np.zeros((n, g.kinds), np.int64)
    for start in range(n):
        seen, todo = set(), [start]
        while todo:
            for head in nexts[todo.pop()] - seen:
                seen.add(head)
                todo.append(head)
        for node in seen - {start}:
            if g.classes[node] >= 0:
                found[start, g.classes[node]] += 1
    return found


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 24))
    node = st.integers(0, n - 1)
    return graph(n, draw(st.lists(st.tuples(node, node), max_size=60)), seed=draw(st.integers(0, 9)))


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_all_ways_agree_with_a_naive_walk(g):
    expected = naive(g)
    for way in WAYS:
        assert (reach(g, way) == expected).all(), way


@pytest.mark.parametrize("seed", range(3))
def test_layers_and_cycles(seed):
    rng = np.random.default_rng(seed)
    edges = [
        (rng.integers(100 * layer, 100 * layer + 100), rng.integers(100 * layer + 100, 100 * layer + 200))
        for layer in range(4)
        for _ in range(300)
    ]
    edges += [(int(rng.integers(0, 500)), int(rng.integers(0, 500))) for _ in range(20)]
    g = graph(500, edges, seed=seed)
    expected = naive(g)
    for way in (*WAYS, "auto"):
        assert (reach(g, way) == expected).all(), way


def test_empty_graph():
    g = graph(3, [])
    for way in WAYS:
        assert (reach(g, way) == 0).all()
