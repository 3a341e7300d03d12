"""Bad weather of LDAP: what a result code or a broken connection means, in our words. A server's message is never passed on.

Codes: RFC 4511 section 4.1.9 and appendix A.
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


SIGN_IN = Weather("denied", "the directory does not accept our bind", "check the bind DN and its password file or ticket")
DENIED = Weather("denied", "the directory refused the search", "give what `keyrack permissions ldap` prints")
BUSY = Weather("throttled", "the directory is too busy for us", "scan again later", again=True)
LIMIT = Weather(
    "truncated",
    "the directory ended the answer at its size or time limit",
    "raise the limits of the scanning account, or allow paged results",
)
DOWN = Weather("unreachable", "the directory is unavailable", "scan again later", again=True)
LOST = Weather("unreachable", "the directory cannot be reached", "check address, network and port", again=True)
CUT = Weather("truncated", "the connection ended before the answer was whole", "scan again", again=True)
LOOP = Weather("truncated", "the listing repeats itself", "scan again; if it persists, report it to the vendor")
SLOW = Weather("unreachable", "the directory did not answer in time", "scan again later, or raise --ldap-timeout")
GONE = Weather("unreachable", "the directory stopped answering earlier in this scan", "scan again later")
TLS = Weather("unreachable", "the directory's certificate is not trusted, or it offers no TLS", "give its CA by --ldap-ca-file")
MISSING = Weather("missing", "the directory has no such entry", "check --ldap-base")
ELSEWHERE = Weather(
    "unsupported", "the entry lies on another server, and referrals are not followed", "scan that server as a source of its own"
)
ODD = Weather("unsupported", "the directory does not know what we asked", "check the product's version in the README")
CHANGING = Weather("unreadable", "the directory is changing what we read", "scan again", again=True)
MALFORMED = Weather("malformed", "the answer is not LDAP", "check that the address is the directory's")

_BY_CODE = {
    1: DOWN,
    3: LIMIT,
    4: LIMIT,
    7: SIGN_IN,
    8: SIGN_IN,
    10: ELSEWHERE,
    11: LIMIT,
    12: ODD,
    13: TLS,
    32: MISSING,
    34: MISSING,
    48: SIGN_IN,
    49: SIGN_IN,
    50: DENIED,
    51: BUSY,
    52: DOWN,
    53: ODD,
    54: MALFORMED,
    68: CHANGING,
    71: CHANGING,
    80: DOWN,
}


def of_code(code: int) -> Weather:
    """Weather of a result code that is not success."""
    return _BY_CODE.get(code, ODD)


def of_error(error: BaseException, *, asked: bool) -> Weather:
    """Weather of an exception of ldap3, the network or a decoder; ``asked``: the connection stood already."""
    names = {kind.__name__ for kind in type(error).__mro__}
    code = getattr(error, "result", None)
    if isinstance(code, int):
        return of_code(code)
    text = str(error).lower()
    if (
        "LDAPStartTLSError" in names
        or "SSLError" in names
        or "certificate" in text
        or "ssl" in text
        or "LDAPCertificateError" in names
    ):
        return TLS
    if "timed out" in text or "LDAPResponseTimeoutError" in names or "TimeoutError" in names:
        return SLOW
    if names & {"LDAPSocketReceiveError", "LDAPSessionTerminatedByServerError", "LDAPSocketSendError", "LDAPSocketCloseError"}:
        return CUT if asked else LOST
    if names & {"LDAPCommunicationError", "OSError", "LDAPServerPoolExhaustedError"}:
        return LOST
    return MALFORMED
