"""Parsers of credential file formats: pure, one file a format, total on arbitrary bytes.

Every parser takes the bytes of one file and returns a :class:`~keyrack.sdk.formats.base.Parsed` (or a typed subclass):
the materials it found and, where it could not read on, the troubles that the provider turns into Gaps. Parsers never
raise on bad input and never do I/O. ``catalogue.recognise(path)`` picks the parser for a file name.
"""

from keyrack.sdk.formats.base import Parsed, Trouble
from keyrack.sdk.formats.catalogue import Family, Format, recognise

__all__ = ["Family", "Format", "Parsed", "Trouble", "recognise"]
