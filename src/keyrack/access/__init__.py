"""What an identity may do: privilege classes of permission statements, one file per permission language."""

from keyrack.access.classify import Statement, classify

__all__ = ["Statement", "classify"]
