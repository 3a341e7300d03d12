"""A provider's defect as an error of ours: the kind and the place; the message is left out, for it may quote a secret."""

from __future__ import annotations

import structlog

from keyrack.errors import KeyrackError

log = structlog.get_logger()


def defect(provider: str, error: Exception) -> KeyrackError:
    """Log the defect, and say it in our words."""
    log.error("provider.failed", provider=provider, error=type(error).__name__, at=_where(error))
    return KeyrackError(
        "provider.failed", f"the provider stopped on an unexpected {type(error).__name__}", hint="report it as a bug"
    )


def _where(error: BaseException) -> str:
    """File and line of the failure."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
