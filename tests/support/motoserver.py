"""A real moto server for tests: started on a free port, stopped with the context, reset between tests."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from keyrack_estate.ports import free_port

ACCOUNT = "123456789012"
"""The account moto plays."""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True, slots=True)
class Moto:
    """A running server."""

    url: str

    def client(self, service: str, **options: object):
        """A boto3 client; ``options`` override the dummy credentials."""
        import boto3

        settings = {
            "aws_access_key_id": "testing",
            "aws_secret_access_key": "testing",
            "region_name": "us-east-1",
            "endpoint_url": self.url,
        }
        return boto3.client(service, **{**settings, **options})

    def post(self, path: str, body: bytes = b"") -> None:
        """Call moto's own API."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        connection.request("POST", path, body, {"Content-Type": "text/plain"})
        status = connection.getresponse().status
        connection.close()
        if status >= 300:
            raise RuntimeError(f"moto answered {status} to {path}")

    def reset(self) -> None:
        """Forget everything."""
        self.post("/moto-api/reset")


@contextlib.contextmanager
def moto_server(log: Path, *, managed_policies: bool = True) -> Iterator[Moto]:
    """Run moto's server until the block ends."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    env = {**os.environ, **CREDENTIALS, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true" if managed_policies else "false"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
    try:
        _wait(port, process)
        yield Moto(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("moto_server ended at once; is moto[server] installed?")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("moto_server did not start within 30 seconds")
