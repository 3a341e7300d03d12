"""A real OpenLDAP server (slapd) on loopback, thrown away when its block ends: for the estate's company and for tests.

`slapadd` loads the entries, operational attributes included, so that a directory has a past. A second schema makes slapd answer
in the shape of Active Directory (attributes of MS-ADA1 to MS-ADA3, object identifiers of our own arc).
"""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keyrack_estate.ports import free_port

Value = str | bytes
Attributes = Mapping[str, Sequence[Value]]

_PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/libexec", "/opt/homebrew/opt/openldap/libexec")
_SCHEMAS = ("/etc/ldap/schema", "/etc/openldap/schema", "/usr/local/etc/openldap/schema")
_MODULES = ("/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap", "/usr/local/libexec/openldap")
_STRING, _OCTETS = "1.3.6.1.4.1.1466.115.121.1.15", "1.3.6.1.4.1.1466.115.121.1.40"
# fmt: off
_WINDOWS_TEXT = (
    "sAMAccountName", "employeeID", "department", "servicePrincipalName", "operatingSystem", "whenCreated",
    "objectCategory", "memberOf", "managedBy", "msDS-AllowedToDelegateTo", "defaultNamingContext", "userAccountControl",
    "pwdLastSet", "lastLogonTimestamp", "accountExpires", "primaryGroupID", "adminCount", "msDS-SupportedEncryptionTypes",
    "msDS-ManagedPasswordInterval", "maxPwdAge", "minPwdLength", "lockoutThreshold", "ms-DS-MachineAccountQuota",
    "msDS-LogonTimeSyncInterval", "msDS-Behavior-Version", "msDS-KeyCredentialLink", "msLAPS-PasswordExpirationTime",
)
_WINDOWS_OCTETS = (
    "objectSid", "sIDHistory", "nTSecurityDescriptor", "msDS-GroupMSAMembership", "msDS-AllowedToActOnBehalfOfOtherIdentity",
)
_WINDOWS_CLASSES = (
    "user", "computer", "group", "domainDNS", "msDS-ManagedServiceAccount", "msDS-GroupManagedServiceAccount",
    "msDS-DelegatedManagedServiceAccount",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Slapd:
    """A running server and the account that may read all of it."""

    port: int
    folder: Path
    base: str
    reader: str
    password: str
    secure_port: int = 0

    @property
    def url(self) -> str:
        """Plain LDAP; it is a loopback address."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        """LDAP over TLS, for the name `localhost`; there when certificates were given."""
        return f"ldaps://localhost:{self.secure_port}"


def program(name: str) -> str | None:
    """Path of slapd or slapadd; ``None``: not installed."""
    return shutil.which(name) or next((f"{place}/{name}" for place in _PLACES if Path(place, name).exists()), None)


def available() -> bool:
    """Whether a server can be started here."""
    return bool(program("slapd") and program("slapadd") and _found(_SCHEMAS))


def _found(places: Sequence[str]) -> str | None:
    return next((place for place in places if Path(place).is_dir()), None)


def ldif(entries: Iterable[tuple[str, Attributes]]) -> Iterator[str]:
    """Entries as LDIF (RFC 2849); every value in base64, so that none needs judging."""
    for dn, attributes in entries:
        lines = [f"dn:: {_b64(dn)}"]
        for name, values in attributes.items():
            lines += [f"{name}:: {_b64(value)}" for value in values]
        yield "\n".join(lines) + "\n\n"


def _b64(value: Value) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


@contextlib.contextmanager
def slapd_server(
    base: str,
    entries: Iterable[tuple[str, Attributes]],
    *,
    reader: str,
    password: str,
    windows: bool = False,
    options: Sequence[str] = (),
    tls: Mapping[str, Path] | None = None,
) -> Iterator[Slapd]:
    """Run a server until the block ends.

    Args:
        base: naming context; the first entry is its.
        entries: DN and attributes, parents first.
        reader: DN that may read everything; it binds with ``password``.
        password: of the reader.
        windows: answer as Active Directory.
        options: lines of slapd.conf(5) for the database, access rules before our own among them.
        tls: ``cert``, ``key`` and ``ca`` files; then StartTLS is offered too.

    Raises:
        RuntimeError: slapd is not installed, refuses the entries, or does not start; says what it said.
    """
    slapd, slapadd = program("slapd"), program("slapadd")
    if not slapd or not slapadd:
        raise RuntimeError("slapd is not installed (Debian: slapd)")
    folder = Path(tempfile.mkdtemp(prefix="keyrack-ldap-"))
    try:
        server = Slapd(free_port(), folder, base, reader, password, free_port() if tls else 0)
        config = _configure(server, windows=windows, options=options, tls=tls or {})
        with (folder / "entries.ldif").open("w") as out:
            out.writelines(ldif(entries))
        words = [slapadd, "-q", "-f", str(config), "-l", str(folder / "entries.ldif")]
        done = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
        if done.returncode:
            raise RuntimeError(f"slapadd: {done.stderr.strip()[-1000:]}")
        with _running(slapd, config, server):
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(server: Slapd, *, windows: bool, options: Sequence[str], tls: Mapping[str, Path]) -> Path:
    schemas, modules = _found(_SCHEMAS), _found(_MODULES)
    (server.folder / "db").mkdir()
    lines = [f"include {schemas}/{name}.schema" for name in ("core", "cosine", "nis", "inetorgperson")]
    if windows:
        (server.folder / "windows.schema").write_text(_windows_schema())
        (server.folder / "root.ldif").write_text(f"dn:\ndefaultNamingContext: {server.base}\n")
        lines += [f"include {server.folder}/windows.schema", f"rootDSE {server.folder}/root.ldif"]
    if modules:
        lines += [f"modulepath {modules}", "moduleload back_mdb", "moduleload ppolicy"]
    files = {"cert": "TLSCertificateFile", "key": "TLSCertificateKeyFile", "ca": "TLSCACertificateFile"}
    lines += [f"{files[name]} {path}" for name, path in tls.items()]
    lines += [f"pidfile {server.folder}/pid", "sizelimit unlimited", "database mdb", "maxsize 4294967296", "dbnosync"]
    lines += [
        f'suffix "{server.base}"',
        f'rootdn "cn=root,{server.base}"',
        f"directory {server.folder}/db",
        "index objectClass eq",
    ]
    lines += ["lastbind on", "overlay ppolicy", *options]
    lines += [
        f'access to attrs=userPassword by dn.exact="{server.reader}" read by anonymous auth by * none',
        f'access to * by dn.exact="{server.reader}" read by users read by * none',
    ]
    path = server.folder / "slapd.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


def _windows_schema() -> str:
    lines = []
    for number, name in enumerate([*_WINDOWS_TEXT, *_WINDOWS_OCTETS]):
        text = name in _WINDOWS_TEXT
        rule = "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch" if text else "EQUALITY octetStringMatch"
        syntax = _STRING if text else _OCTETS
        lines.append(f"attributetype ( 1.3.6.1.4.1.99999.7.1.{number} NAME '{name}' {rule} SYNTAX {syntax} )")
    for number, name in enumerate(_WINDOWS_CLASSES):
        parent = {"computer": "user", "msDS-GroupManagedServiceAccount": "computer"}.get(name, "top")
        lines.append(
            f"objectclass ( 1.3.6.1.4.1.99999.7.2.{number} NAME '{name}' SUP {parent} STRUCTURAL MAY ( cn $ description ) )"
        )
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _running(slapd: str, config: Path, server: Slapd) -> Iterator[None]:
    log = server.folder / "log"
    listen = f"{server.url} ldaps://127.0.0.1:{server.secure_port}" if server.secure_port else server.url
    with log.open("wb") as out:
        process = subprocess.Popen([slapd, "-f", str(config), "-h", listen, "-d", "0"], stdout=out, stderr=out)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"slapd ended at once: {log.read_text('utf-8', 'replace')[-500:]}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
