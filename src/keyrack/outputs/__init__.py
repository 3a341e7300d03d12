"""Who is told: one report, one format or sink per file."""

from keyrack.outputs.formats import FORMATS, writer
from keyrack.outputs.report import Report

__all__ = ["FORMATS", "Report", "writer"]
