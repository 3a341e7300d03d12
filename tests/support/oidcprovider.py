"""A real OpenID provider for tests: npm `oidc-provider` 9.13.3, installed by its lock file into the virtual environment.

It warns that it wants Node 22; the features used here run on Node 20.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx2
from motoserver import free_port

SOURCE = Path(__file__).parents[1] / "providers" / "mcp" / "oidc-provider"
CACHE = Path(sys.prefix) / "share" / "keyrack-tests"


@dataclass(frozen=True, slots=True)
class Oidc:
    """A running provider: its issuer, and the secret of its one client."""

    issuer: str
    secret: str

    def token(self, resource: str) -> str:
        """An access token for a resource (RFC 8707), by client credentials."""
        body = {
            "grant_type": "client_credentials",
            "client_id": "keyrack-test",
            "client_secret": self.secret,
            "resource": resource,
            "scope": "tools:read",
        }
        return str(httpx2.post(f"{self.issuer}/token", data=body, timeout=30).raise_for_status().json()["access_token"])


def installed() -> Path:
    """The folder with ``node_modules``, installed once for each lock file."""
    npm = shutil.which("npm")
    assert npm, "these tests need npm and node: apt-get install npm"
    lock = (SOURCE / "package-lock.json").read_bytes()
    folder = CACHE / f"oidc-provider-{sha256(lock).hexdigest()[:12]}"
    if not (folder / "done").exists():
        making = folder.with_suffix(f".{secrets.token_hex(4)}")
        making.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, making / name)
        subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=making, check=True)
        (making / "done").touch()
        with contextlib.suppress(OSError):  # another worker was faster
            making.rename(folder)
    return folder


@contextlib.contextmanager
def oidc_provider(log: Path, *audiences: str) -> Iterator[Oidc]:
    """Run a provider until the block ends; it issues tokens for ``audiences``, the first by default."""
    folder = installed()
    script = folder / "server.mjs"
    script.write_text((SOURCE / "server.mjs").read_text("utf-8"))
    port, secret = free_port(), secrets.token_urlsafe(24)
    with log.open("wb") as out:
        command = [shutil.which("node") or "node", str(script), str(port), secret, ",".join(audiences)]
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/oidc/.well-known/openid-configuration", process, log)
        yield Oidc(f"http://127.0.0.1:{port}/oidc", secret)
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until something answers at a URL, whatever it says.

    Raises:
        RuntimeError: the process ended, or nothing answered within a minute.
    """
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            httpx2.get(url, timeout=5)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {url}:\n{log.read_text('utf-8', 'replace')[-2000:]}")
