"""Benchmarks: each file measures one promise, against a peer or a lower bound in the same run, and prints ratios."""
