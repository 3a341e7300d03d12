"""A real Active Directory for tests: a Samba domain controller in a network namespace of its own, for its ports are fixed.

A relay at each end of a unix socket carries LDAPS out of the namespace. Debian: samba samba-ad-dc samba-ad-provision
samba-dsdb-modules samba-vfs-modules winbind. Needs root, or the right to make namespaces.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slapd import tls_files

BASE = "DC=corp,DC=test"

_INSIDE = """
ip link set lo up || exit 9
samba-tool domain provision --realm=CORP.TEST --domain=CORP --adminpass="$ADMIN" --server-role=dc --dns-backend=SAMBA_INTERNAL \
  --targetdir="$DIR" --host-ip=127.0.0.1 --host-name=dc1 --option="interfaces=lo" --option="bind interfaces only=yes" || exit 8
samba -i -s "$DIR/etc/smb.conf" --option="pid directory=$DIR" --option="ncalrpc dir=$DIR/ncalrpc" --option="tls enabled=yes" \
  --option="tls certfile=$DIR/cert" --option="tls keyfile=$DIR/key" --option="tls cafile=$DIR/ca" &
trap 'kill %1 %2; wait; exit' TERM
"$PYTHON" "$RELAY" "$DIR/out" &
wait -n
kill %1 %2; wait
"""


@dataclass(frozen=True, slots=True)
class Samba:
    """A running domain controller and its administrator."""

    url: str
    ca: Path
    admin: str
    password: str

    def connect(self) -> Any:
        """An administrator's ldap3 connection."""
        import ssl

        import ldap3

        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(self.ca))
        server = ldap3.Server(self.url, tls=tls, get_info=ldap3.NONE)
        return ldap3.Connection(server, self.admin, self.password, auto_bind=True, raise_exceptions=True, check_names=False)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def relay(listener: socket.socket, connect: Any) -> None:
    """Carry each connection of ``listener`` on to a new one from ``connect``."""
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        try:
            far = connect()
        except OSError:
            near.close()
            continue
        threading.Thread(target=_pump, args=(near, far), daemon=True).start()
        threading.Thread(target=_pump, args=(far, near), daemon=True).start()


def _unix(path: str) -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    found.connect(path)
    return found


@contextlib.contextmanager
def samba_domain() -> Iterator[Samba]:
    """Provision and run a domain controller until the block ends (about fifteen seconds).

    Raises:
        RuntimeError: Samba is not installed, or does not start; says what it said.
    """
    if not (shutil.which("samba") and shutil.which("samba-tool") and shutil.which("unshare")):
        raise RuntimeError("Samba's domain controller is not installed (Debian: samba-ad-dc samba-ad-provision)")
    folder = Path(tempfile.mkdtemp(prefix="keyrack-samba-"))
    tls_files(folder, "localhost")
    (folder / "key").chmod(0o600)
    password = f"{secrets.token_urlsafe(15)}Aa1!"
    extra = {"DIR": str(folder), "ADMIN": password, "RELAY": __file__, "PYTHON": sys.executable}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", "--net", "bash", "-c", _INSIDE], env={**os.environ, **extra}, stdout=log, stderr=log
        )
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=relay, args=(listener, lambda: _unix(str(folder / "out"))), daemon=True).start()
    server = Samba(f"ldaps://localhost:{listener.getsockname()[1]}", folder / "ca", "Administrator@CORP.TEST", password)
    try:
        _wait(server, process, folder / "log")
        yield server
    finally:
        listener.close()
        process.terminate()
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Samba, process: subprocess.Popen[bytes], log: Path) -> None:
    from ldap3.core.exceptions import LDAPException

    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"samba ended at once: {log.read_text('utf-8', 'replace')[-800:]}")
        with contextlib.suppress(LDAPException, OSError):
            server.connect().unbind()
            return
        time.sleep(0.3)
    raise RuntimeError(f"samba did not start within 90 seconds: {log.read_text('utf-8', 'replace')[-800:]}")


if __name__ == "__main__":  # inside the namespace
    inner = socket.socket(socket.AF_UNIX)
    inner.bind(sys.argv[1])
    inner.listen(50)
    relay(inner, lambda: socket.create_connection(("127.0.0.1", 636)))
