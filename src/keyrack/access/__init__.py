"""What an identity may do: privilege classes of permission statements, one file per permission language."""

from keyrack.access.classify import Parts, Statement, classify, parts

__all__ = ["Parts", "Statement", "classify", "parts"]
