"""Nordholm Trading: a made-up company with ground truth, for Keyrack's demo, tests and benchmark.

Everything derives from a seed and a moment (``now``): the same two give the same bytes. Secrets are made at run time,
have the shapes real detectors accept, and open nothing.
"""
