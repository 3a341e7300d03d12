"""Rate-limit budgets: what a server says is left, when it fills again, and how long to wait for it.

Header names: docs.github.com "Rate limits for the REST API", draft-ietf-httpapi-ratelimit-headers, developer.okta.com
"Rate limits".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_LEFT = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining", "x-ms-ratelimit-remaining-subscription-reads")
_RESET = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
_LIMIT = ("x-ratelimit-limit", "ratelimit-limit", "x-rate-limit-limit")
_EPOCH_FROM = 1_000_000_000
"""A reset above this is a moment (seconds since 1970), below it a number of seconds."""
_FOREVER = 1e9


@dataclass(frozen=True, slots=True)
class Budget:
    """``left`` of ``limit`` calls; the window ends at ``resets`` (seconds since 1970); ``None``: not told."""

    left: int | None = None
    limit: int | None = None
    resets: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until the next call is allowed; 0 when there is budget, or nobody told."""
        if self.left is None or self.left > 0 or self.resets is None:
            return 0.0
        return max(0.0, self.resets - now)


def budget(headers: Mapping[str, str], now: float) -> Budget | None:
    """What a reply says about the budget; ``None`` when it says nothing."""
    left, reset = _number(headers, _LEFT), _number(headers, _RESET)
    if left is None:
        return None
    return Budget(left, _number(headers, _LIMIT), None if reset is None else (reset if reset > _EPOCH_FROM else now + reset))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds of a ``Retry-After`` header: a number, or an HTTP date (RFC 9110 section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return None if seconds != seconds else min(max(0.0, seconds), _FOREVER)  # noqa: PLR0124 - "nan" is a float, too


def _number(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = headers.get(name, "").split(".")[0].strip()
        if value.isascii() and value.isdigit() and len(value) < 16:
            return int(value)
    return None
