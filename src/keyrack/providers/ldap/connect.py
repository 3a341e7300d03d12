"""Bind and search: TLS or nothing (a loopback address may do without), paged results, no referrals; failures are data.

RFC 4511 (protocol), RFC 2696 (paged results), RFC 4513 section 3 (StartTLS); ldap3's documentation for the client.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError, UsageError
from keyrack.providers.ldap.raw import Entry, dn_key
from keyrack.providers.ldap.weather import CUT, GONE, LOOP, LOST, Weather, of_code, of_error
from keyrack.sdk import Target
from keyrack.sdk.web.client import loopback

if TYPE_CHECKING:
    import ldap3  # type: ignore[import-untyped]

_PAGE = 1000
_TRIES = 4
_GIVE_UP_AFTER = 3
_MOST_EMPTY = 50
_GONE = frozenset({"unreachable", "truncated", "malformed"})
_SD_FLAGS = ("1.2.840.113556.1.4.801", False, b"\x30\x03\x02\x01\x07")
"""LDAP_SERVER_SD_FLAGS_OID: owner, group and DACL, so that no right to the SACL is needed (MS-ADTS 3.1.1.3.4.1.11).

Not critical: a server that does not know it answers all the same."""
_DEFAULT_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Failed:
    """A search without an answer, or with only a part of one."""

    weather: Weather


class _AgainError(Exception):
    """A failure that a second try may not meet."""

    def __init__(self, weather: Weather) -> None:
        super().__init__(weather.sentence)
        self.weather = weather


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """How to reach the server and as whom to bind."""

    host: str
    port: int
    secure: bool
    user: str | None
    password: str | None
    sasl: str | None
    timeout: float
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Directory:
    """One naming context. ``kind`` is ``ad`` or ``openldap`` (anything else behaves like it)."""

    login: Login
    base: str = ""
    kind: str = "openldap"
    root: Entry = field(default_factory=lambda: Entry("", {}))
    link: ldap3.Connection | None = field(default=None, repr=False)
    searches: int = 0
    broken: int = 0
    page: int = _PAGE

    def search(
        self, query: str, attributes: Sequence[str], *, base: str | None = None, scope: str = "SUBTREE"
    ) -> Iterator[Entry | Failed]:
        """Entries, page by page; at most one Failed, and then the last. A search that broke off is made again from the start."""
        from stamina import retry_context

        if self.broken >= _GIVE_UP_AFTER:
            yield Failed(GONE)
            return
        where = self.base if base is None else base
        try:
            for attempt in retry_context(on=_AgainError, attempts=_TRIES, wait_initial=0.5, wait_max=8.0):
                with attempt:
                    yield from self._pages(query, attributes, where, scope)
        except _AgainError as error:
            self.broken += error.weather.reason in _GONE
            yield Failed(error.weather)

    def entry(self, dn: str, attributes: Sequence[str]) -> Entry | Failed | None:
        """One entry by name; ``None``: not there, or not shown to us."""
        for found in self.search("(objectClass=*)", attributes, base=dn, scope="BASE"):
            if isinstance(found, Failed) and found.weather.reason == "missing":
                return None
            return found
        return None

    def close(self) -> None:
        """Unbind."""
        if self.link is not None:
            with contextlib.suppress(*failures()):
                self.link.unbind()
        self.link = None

    def _pages(self, query: str, attributes: Sequence[str], base: str, scope: str) -> Iterator[Entry | Failed]:
        cookie: bytes | None = None
        seen: set[bytes] = set()
        empty = 0
        while True:
            answer = self._page(query, attributes, base, scope, cookie)
            if isinstance(answer, Failed):
                yield answer
                return
            entries, weather, cookie = answer
            for entry in entries:
                yield self._whole(entry)
            if weather is not None and weather.again:
                raise _AgainError(weather)
            if weather is not None:
                yield Failed(weather)
                return
            if not cookie:
                self.broken = 0
                return
            empty = 0 if entries else empty + 1
            if cookie in seen or empty > _MOST_EMPTY:
                yield Failed(LOOP)
                return
            seen.add(cookie)

    def _page(
        self, query: str, attributes: Sequence[str], base: str, scope: str, cookie: bytes | None
    ) -> tuple[list[Entry], Weather | None, bytes | None] | Failed:
        asked = False
        try:
            link = self._connected()
            asked = True
            self.searches += 1
            controls = [_SD_FLAGS] if "nTSecurityDescriptor" in attributes else None
            paging: dict[str, Any] = {} if scope == "BASE" else {"paged_size": self.page, "paged_cookie": cookie}
            link.search(base, query, scope, attributes=list(attributes), controls=controls, **paging)
            result, response = link.result or {}, link.response or []
            code = result.get("result", 0)
            entries = [entry for item in response if (entry := _entry(item)) is not None]
            return entries, of_code(code) if code else None, _cookie(result)
        except failures() as error:
            weather = of_error(error, asked=asked)
            self.close()
            if weather.again:
                raise _AgainError(CUT if asked and weather is LOST else weather) from None
            self.broken += weather.reason in _GONE
            return Failed(weather)

    def _whole(self, entry: Entry) -> Entry:
        """Values that a server hands out in ranges, put together (MS-ADTS 3.1.1.3.1.3.3); a range that fails ends the list."""
        rest = entry.rest()
        if rest is None:
            return entry
        values = {key: list(held) for key, held in entry.values.items() if ";range=" not in key}
        name, start = rest
        values[name] = entry.all(name)
        while rest is not None:
            answer = self._page("(objectClass=*)", [f"{name};range={start}-*"], entry.dn, "BASE", None)
            more = answer[0][0] if not isinstance(answer, Failed) and answer[0] else None
            if more is None or not more.all(name):
                break
            values[name] += more.all(name)
            rest = more.rest()
            start = rest[1] if rest else start
        return Entry(entry.dn, values)

    def _connected(self) -> ldap3.Connection:
        if self.link is None or self.link.closed:
            self.link = bind(self.login)
        return self.link


def _entry(item: object) -> Entry | None:
    if not isinstance(item, dict) or item.get("type") != "searchResEntry":
        return None
    raw = item.get("raw_attributes")
    dn = str(item.get("dn") or "").encode("utf-8", "replace").decode()
    return (
        Entry(
            dn,
            {
                str(key).lower(): [value for value in held if isinstance(value, bytes)]
                for key, held in raw.items()
                if isinstance(held, list)
            },
        )
        if isinstance(raw, Mapping)
        else None
    )


def _cookie(result: Mapping[str, Any]) -> bytes | None:
    control = (result.get("controls") or {}).get("1.2.840.113556.1.4.319") or {}
    value = (control.get("value") or {}).get("cookie") if isinstance(control, Mapping) else None
    return value if isinstance(value, bytes) else None


def failures() -> tuple[type[Exception], ...]:
    """What ldap3, its decoders and the network may raise."""
    from ldap3.core.exceptions import LDAPException  # type: ignore[import-untyped]
    from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]

    return LDAPException, PyAsn1Error, struct.error, OSError, ValueError, LookupError, TypeError, AttributeError


@contextlib.contextmanager
def open_directory(target: Target) -> Iterator[Directory]:
    """Bind, find the naming context, and unbind when the block ends.

    Raises:
        UsageError: options that contradict each other.
        KeyrackError: ldap3 is missing, or the directory cannot be reached or lets us not in.
    """
    library()
    directory = Directory(_login(target.options))
    try:
        directory.link = _first(directory.login)
        root = directory.entry("", ["*", "+"])
        if isinstance(root, Failed):
            raise _refused(root.weather)
        directory.root = root or directory.root
        directory.kind = (
            "ad" if directory.root.all("defaultNamingContext") or directory.root.all("rootDomainNamingContext") else "openldap"
        )
        directory.base = dn_key(target.options.get("base") or os.environ.get("LDAPBASE") or _context(directory.root))
        yield directory
    finally:
        directory.close()


def _context(root: Entry) -> str:
    found = root.text("defaultNamingContext") or next((dn for dn in root.texts("namingContexts") if dn), None)
    if not found:
        raise KeyrackError("ldap.base", "the directory does not say what it holds", hint="name it: --ldap-base dc=example,dc=com")
    return found


def _refused(weather: Weather) -> KeyrackError:
    return KeyrackError(f"ldap.{weather.reason}", f"LDAP: {weather.sentence}", hint=weather.hint, retry="later")


def _first(login: Login) -> ldap3.Connection:
    from stamina import retry_context

    try:
        for attempt in retry_context(on=_passing, attempts=_TRIES, wait_initial=0.5, wait_max=8.0):
            with attempt:
                try:
                    return bind(login)
                except failures() as error:
                    raise _AgainError(of_error(error, asked=False)) from None
    except _AgainError as error:
        raise _refused(error.weather) from None
    raise _refused(LOST)


def _passing(error: Exception) -> bool:
    return isinstance(error, _AgainError) and error.weather.again


def bind(login: Login, *, anonymous: bool = False) -> ldap3.Connection:
    """A bound connection that only reads.

    Raises:
        Exception: one of :func:`failures`.
    """
    import ssl

    import ldap3
    from ldap3.core.exceptions import LDAPOperationResult

    tls = ldap3.Tls(
        validate=ssl.CERT_REQUIRED,
        ca_certs_file=login.files.get("ca_file"),
        local_certificate_file=login.files.get("cert_file"),
        local_private_key_file=login.files.get("key_file"),
    )
    server = ldap3.Server(
        login.host, login.port, use_ssl=login.secure, tls=tls, get_info=ldap3.NONE, connect_timeout=max(1, round(login.timeout))
    )
    words: dict[str, Any] = {"authentication": ldap3.ANONYMOUS}
    if login.sasl and not anonymous:
        words = {"authentication": ldap3.SASL, "sasl_mechanism": "GSSAPI" if login.sasl == "gssapi" else "EXTERNAL"}
    elif login.user and not anonymous:
        words = {"authentication": ldap3.SIMPLE, "user": login.user, "password": login.password or " "}
    link = ldap3.Connection(
        server,
        read_only=True,
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        return_empty_attributes=False,
        receive_timeout=max(1, round(login.timeout)),
        **words,
    )
    link.open()
    if not login.secure and not loopback(login.host):
        link.start_tls()
    if not link.bind():
        code = (link.result or {}).get("result", 49)
        link.unbind()
        raise LDAPOperationResult(result=code)
    return link


def library() -> None:
    """Make sure that ldap3 is there.

    Raises:
        KeyrackError: it is not.
    """
    try:
        import ldap3  # noqa: F401
    except ImportError:
        raise KeyrackError("ldap.library", "ldap3 is not installed", hint="pip install 'keyrack[ldap]'") from None


def _login(options: Mapping[str, str]) -> Login:
    url = options.get("url") or os.environ.get("LDAPURI", "").split(" ", maxsplit=1)[0]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in {"ldap", "ldaps"}:
        raise UsageError("ldap.url", "no address of a directory", hint="--ldap-url ldaps://dc1.example.com")
    secure = parts.scheme == "ldaps"
    sasl = (options.get("sasl") or "").lower() or None
    if sasl not in {None, "gssapi", "external"}:
        raise UsageError("ldap.sasl", "an unknown way to bind", hint="--ldap-sasl gssapi or external")
    files = {name: options[name] for name in ("ca_file", "cert_file", "key_file") if options.get(name)}
    return Login(
        host, port or (636 if secure else 389), secure, options.get("bind_dn"), _password(options), sasl, _timeout(options), files
    )


def _password(options: Mapping[str, str]) -> str | None:
    variable, path = options.get("password_env"), options.get("password_file")
    if variable:
        if not os.environ.get(variable):
            raise UsageError("ldap.password", f"the variable {variable} is not set", hint="export the password in it")
        return os.environ[variable]
    if path:
        try:
            return Path(path).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeError):
            raise UsageError("ldap.password", f"{path} cannot be read", hint="check its name and mode") from None
    return None


def _timeout(options: Mapping[str, str]) -> float:
    try:
        seconds = float(options.get("timeout") or _DEFAULT_TIMEOUT)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise UsageError("ldap.timeout", "the time-out is not a number of seconds", hint="--ldap-timeout 60")
    return seconds
