"""A computer's file tree built from real files, and the house's context to scan it with."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fakes import Fakes

from keyrack.providers.machine import MachineProvider
from keyrack.providers.machine.walk import Budget
from keyrack.records import Credential, Gap, Identity, Placement, Record, Trust
from keyrack.sdk import Context, Fingerprinter, Target

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CTX = Context(now=NOW, fingerprint=Fingerprinter(b"t" * 32))

PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
ann:x:1001:1001:Ann Example,,,:/home/ann:/bin/bash
deploy:x:1002:1002::/home/deploy:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""


class Tree:
    """Files below ``base``, written with the mode a test asks for."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.fakes = Fakes()

    def write(self, path: str, content: str | bytes | dict[str, object] | list[object], mode: int = 0o600) -> Path:
        target = self.base / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict | list):
            content = json.dumps(content)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)
        return target

    def host(self, name: str = "build-7") -> Tree:
        self.write("/etc/hostname", name + "\n", 0o644)
        self.write("/etc/passwd", PASSWD, 0o644)
        for home in ("root", "home/ann", "home/deploy"):
            (self.base / home).mkdir(parents=True, exist_ok=True)
        return self

    def ssh_key(self, path: str, *, phrase: str = "", kind: str = "ed25519", comment: str = "x", mode: int = 0o600) -> str:
        """A real key pair; returns the fingerprint ssh-keygen prints."""
        target = self.base / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", phrase, "-C", comment, "-f", str(target)], check=True)
        target.chmod(mode)
        body = target.read_text()
        self.fakes.planted += [line for line in body.splitlines() if not line.startswith("-")][2:-1]
        return subprocess.run(["ssh-keygen", "-l", "-f", str(target)], check=True, capture_output=True, text=True).stdout.split()[
            1
        ]

    def target(self) -> Target:
        return Target("machine", options={"root": str(self.base)})

    def scan(self, **budget: int) -> Found:
        return Found(list(MachineProvider(Budget(**budget)).discover(self.target(), CTX)))


class Found:
    """Records of a run, by kind."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.credentials = {r.uid: r for r in records if isinstance(r, Credential)}
        self.placements = [r for r in records if isinstance(r, Placement)]
        self.identities = {r.uid: r for r in records if isinstance(r, Identity)}
        self.trusts = [r for r in records if isinstance(r, Trust)]
        self.gaps = [r for r in records if isinstance(r, Gap)]

    def at(self, path: str) -> list[tuple[Credential, Placement]]:
        """What lies in one file."""
        return [(self.credentials[p.credential_uid], p) for p in self.placements if p.path == path]

    def one(self, path: str) -> tuple[Credential, Placement]:
        found = self.at(path)
        assert len(found) == 1, (path, [c.name for c, _ in found], [(g.subject, g.reason) for g in self.gaps])
        return found[0]

    def gap(self, subject: str) -> Gap:
        return next(g for g in self.gaps if g.subject == subject)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that other users of this machine can reach (pytest's own is closed to them)."""
    path = Path(tempfile.mkdtemp(prefix="keyrack-test-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Act as ``nobody`` when the tests run as root, so that permission bits count."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
