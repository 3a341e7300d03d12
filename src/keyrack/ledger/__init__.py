"""What people decided. For now: exceptions, each with a reason and an expiry, and merges they refused."""

from keyrack.ledger.exceptions import FindingException, Ledger
from keyrack.ledger.refusals import Refusal, Refusals

__all__ = ["FindingException", "Ledger", "Refusal", "Refusals"]
