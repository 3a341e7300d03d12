"""Keyrack: find, own, judge and safely reduce non-human identities."""

__version__ = "0.1.0"
