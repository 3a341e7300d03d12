"""What a principal may do once denies, boundary, organisation and session have had their say, conditions kept."""

from __future__ import annotations

from keyrack.access.aws.questions import Access, Answer, Known, can

__all__ = ["Access", "Answer", "Known", "can"]
