"""What people decided. For now: exceptions, each with a reason and an expiry."""

from keyrack.ledger.exceptions import FindingException, Ledger

__all__ = ["FindingException", "Ledger"]
