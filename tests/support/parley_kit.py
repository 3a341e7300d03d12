"""Parley, a provider of somebody else's package, as pip would leave it, and the command with it installed."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tomllib
from pathlib import Path

from estate_scan import KEYRACK, environment, keyrack

ROOT = Path(__file__).parents[1] / "external_provider"
sys.path.insert(0, str(ROOT))

from parley_fake import Fake, serve

__all__ = ["ROOT", "Fake", "House", "bot", "made", "serve", "site"]


def bot(number: int) -> dict[str, object]:
    ends = "2027-01-01T00:00:00Z" if number % 2 else None
    token = {"id": f"t{number}", "created_at": "2025-01-01T00:00:00Z", "expires_at": ends, "last_used_at": "2025-06-01T00:00:00Z"}
    return {"id": f"b{number}", "name": f"bot {number}", "created_at": "2024-01-01T00:00:00Z", "tokens": [token]}


def made() -> Fake:
    """Six workspaces of three bots, and 250 events."""
    return Fake(
        token=secrets.token_urlsafe(24),
        workspaces={f"w{n}": [bot(100 * n + m) for m in range(3)] for n in range(6)},
        events=[
            {"parley_event": f"e{n}", "at": "2026-01-01T00:00:00Z", "action": "post", "bot_uid": "parley:x:bot/b1"}
            for n in range(250)
        ],
    )


def site(folder: Path) -> Path:
    """What pip would leave: the package, and its metadata with the entry points of its own pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = folder / "site" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    (folder / "site" / "keyrack_parley").symlink_to(ROOT / "src" / "keyrack_parley")
    return folder / "site"


class House:
    """The command, with the package installed."""

    def __init__(self, home: Path, site: Path, fake: Fake, url: str) -> None:
        self.home, self.url = home, url
        self.extra = {"PYTHONPATH": str(site), "PARLEY_TOKEN": fake.token}

    def __call__(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return keyrack(self.home, *words, cwd=cwd, **self.extra)

    def scan(self, *words: str) -> list[str]:
        return ["scan", "parley", "--parley-endpoint", self.url, "--format", "json", *words]

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                "env",
                "--default-signal=INT",
                KEYRACK,
                *words,
            ],  # a suite run in the background has Ctrl-C ignored, and its children too
            env=environment(self.home, **self.extra),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sources(self) -> list[str]:
        return [row["source"].rpartition("/")[2] for row in json.loads(self("sources", "--format", "json").stdout)]
