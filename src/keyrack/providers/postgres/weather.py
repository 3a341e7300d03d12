"""Bad weather of PostgreSQL: what a failed statement or connection means, in our words. A server's message is never passed on.

Codes: "PostgreSQL Error Codes" (appendix A of the manual).
"""

from __future__ import annotations

from dataclasses import dataclass

from keyrack.records.gap import GapReason


@dataclass(frozen=True, slots=True)
class Weather:
    """``reason`` for the Gap, a sentence and a next step, and whether a second try may get through."""

    reason: GapReason
    sentence: str
    hint: str
    again: bool = False


_GRANT = "grant what `keyrack permissions postgres` prints"
SIGN_IN = Weather("denied", "the server does not let us sign in", "check role, password file and pg_hba.conf")
DENIED = Weather("denied", "the server refused the query", _GRANT)
FULL = Weather(
    "throttled", "the server has no connection left for us", "scan again later, or raise the role's connection limit", again=True
)
BUSY = Weather("throttled", "the server is short of memory, disk or connections", "scan again later", again=True)
LOCKED = Weather("unreadable", "somebody is changing what we read", "scan again", again=True)
SLOW = Weather("unreachable", "the server did not answer in time", "scan again later, or raise --postgres-timeout")
GONE = Weather("unreachable", "the server stopped answering earlier in this scan", "scan again later")
LOST = Weather(
    "unreachable", "the connection broke", "scan again; if it persists, look at proxies and firewalls in between", again=True
)
CUT = Weather("truncated", "the connection ended before the answer was whole", "scan again", again=True)
STARTING = Weather("unreachable", "the server is starting or stopping", "scan again later", again=True)
BROKEN = Weather("unreachable", "the server failed", "look at the server's log, then scan again", again=True)
MISSING = Weather("missing", "the server has no such database", "check the name; it may have been dropped meanwhile")
ODD = Weather(
    "unsupported", "this version of the server does not know what we asked", "check the supported versions in the README"
)
MALFORMED = Weather(
    "malformed", "the answer is not what PostgreSQL sends", "check that the address is the server's, not a web server's"
)

_BY_CODE = {
    "42501": DENIED,
    "53300": FULL,
    "55P03": LOCKED,
    "57014": SLOW,
    "57P03": STARTING,
    "57P01": STARTING,
    "57P02": STARTING,
    "57P05": LOST,
    "3D000": MISSING,
}
_BY_CLASS = {
    "28": SIGN_IN,
    "40": LOCKED,
    "42": ODD,
    "0A": ODD,
    "53": BUSY,
    "54": BUSY,
    "55": LOCKED,
    "57": STARTING,
    "58": BROKEN,
    "XX": BROKEN,
    "08": LOST,
    "22": MALFORMED,
}


_SAID = (
    (("too many c", "remaining connection slots", "too many clients"), FULL),
    (("starting up", "shutting down", "recovery mode", "not accepting connections"), STARTING),
    (("password", "authentication", "no pg_hba.conf entry", "is not permitted to log in", "permission denied"), SIGN_IN),
    (("does not exist",), MISSING),
    (("invalid response", "received unsupported", "lost synchronization", "message type", "unexpected response"), MALFORMED),
)
"""libpq keeps no SQLSTATE of a failed sign-in, only a sentence; one that is not in English counts as a lost connection."""


def of_code(code: str | None) -> Weather | None:
    """Weather of an SQLSTATE; ``None`` when there is none."""
    if not code:
        return None
    return _BY_CODE.get(code) or _BY_CLASS.get(code[:2], BROKEN)


def of_error(error: BaseException) -> Weather:
    """Weather of a psycopg error, an operating system error or a decoding error."""
    coded = of_code(getattr(error, "sqlstate", None))
    if coded is not None:
        return coded
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"ConnectionTimeout", "TimeoutError"}:
        return SLOW
    said = next((weather for signs, weather in _SAID if any(sign in str(error) for sign in signs)), None)
    if said is not None:
        return said
    if names & {"OperationalError", "InterfaceError", "OSError"}:
        return LOST
    return MALFORMED
