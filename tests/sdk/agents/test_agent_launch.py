"""Command lines of stdio servers: runner, package and pin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sdk.agents.launch import read

SHA = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "ab" * 32

CASES = [
    (
        "npx",
        ["-y", "@modelcontextprotocol/server-github@1.2.3"],
        ("npx", "@modelcontextprotocol/server-github", "exact", "1.2.3"),
    ),
    ("npx", ["-y", "@modelcontextprotocol/server-github"], ("npx", "@modelcontextprotocol/server-github", "none", "")),
    ("npx", ["pkg@latest", "--port", "1"], ("npx", "pkg", "floating", "latest")),
    ("npx", ["pkg@^1.2.0"], ("npx", "pkg", "floating", "^1.2.0")),
    ("npx", ["pkg@1.2"], ("npx", "pkg", "floating", "1.2")),
    ("npx", ["-p", "pkg@2.0.0", "bin"], ("npx", "pkg", "exact", "2.0.0")),
    ("npx", ["--package=@a/b@2.0.0", "--", "bin"], ("npx", "@a/b", "exact", "2.0.0")),
    ("npx", [f"github:acme/mcp#{SHA}"], ("npx", "github:acme/mcp", "exact", SHA)),
    ("npx", ["acme/mcp"], ("npx", "acme/mcp", "none", "")),
    ("npx", ["./dist/server.js"], ("npx", "", "", "")),
    (r"C:\Program Files\nodejs\npx.cmd", ["-y", "pkg"], ("npx", "pkg", "none", "")),
    ("cmd", ["/c", "npx", "-y", "pkg@1.0.0"], ("npx", "pkg", "exact", "1.0.0")),
    ("npm", ["exec", "--", "pkg@1.0.0"], ("npm", "pkg", "exact", "1.0.0")),
    ("npm", ["start"], ("", "", "", "")),
    ("pnpm", ["dlx", "pkg"], ("pnpm", "pkg", "none", "")),
    ("bunx", ["pkg@next"], ("bunx", "pkg", "floating", "next")),
    ("uvx", ["mcp-server-git==2025.1.14"], ("uvx", "mcp-server-git", "exact", "2025.1.14")),
    ("uvx", ["mcp-server-git@2025.1.14"], ("uvx", "mcp-server-git", "exact", "2025.1.14")),
    ("uvx", ["mcp-server-git@latest"], ("uvx", "mcp-server-git", "floating", "latest")),
    ("uvx", ["mcp-server-git>=1"], ("uvx", "mcp-server-git", "floating", "")),
    ("uvx", ["--python", "3.12", "mcp-server-git"], ("uvx", "mcp-server-git", "none", "")),
    ("uvx", ["--from", f"git+https://github.com/acme/mcp@{SHA}", "mcp"], ("uvx", "https://github.com/acme/mcp", "exact", SHA)),
    (
        "uvx",
        ["--from", "git+https://github.com/acme/mcp@main", "mcp"],
        ("uvx", "https://github.com/acme/mcp", "floating", "main"),
    ),
    ("uvx", ["--from", "git+https://github.com/acme/mcp", "mcp"], ("uvx", "https://github.com/acme/mcp", "none", "")),
    ("uv", ["tool", "run", "pkg==1.0"], ("uv", "pkg", "exact", "1.0")),
    ("uv", ["run", "--directory", "/srv/x", "server.py"], ("", "", "", "")),
    ("pipx", ["run", "--spec", "pkg==1.0", "bin"], ("pipx", "pkg", "exact", "1.0")),
    (
        "docker",
        ["run", "-i", "--rm", "-e", "TOKEN", f"ghcr.io/github/mcp@{DIGEST}"],
        ("docker", "ghcr.io/github/mcp", "exact", DIGEST),
    ),
    (
        "docker",
        ["run", "-it", "--env-file", "x", "ghcr.io/github/mcp:v1.2.3"],
        ("docker", "ghcr.io/github/mcp", "floating", "v1.2.3"),
    ),
    ("docker", ["run", "--rm", "-v", "/a:/b", "localhost:5000/mcp"], ("docker", "localhost:5000/mcp", "none", "")),
    ("docker", ["mcp", "gateway", "run"], ("docker", "", "", "")),
    ("node", ["/srv/server.js"], ("", "", "", "")),
    ("python", ["-m", "server"], ("", "", "", "")),
    ("env", ["A=b", "uvx", "pkg==1.0"], ("uvx", "pkg", "exact", "1.0")),
    ("bash", ["-c", "A=b npx -y pkg@1.0.0"], ("npx", "pkg", "exact", "1.0.0")),
    ("op", ["run", "--", "npx", "pkg"], ("npx", "pkg", "none", "")),
    ("npx -y pkg@1.0.0", [], ("npx", "pkg", "exact", "1.0.0")),
    ("go", ["run", "github.com/acme/mcp@v1.0.0"], ("go", "github.com/acme/mcp", "exact", "v1.0.0")),
    ("go", ["run", "./cmd/server"], ("", "", "", "")),
    ("deno", ["run", "-A", "npm:pkg@1.0.0"], ("deno", "pkg", "exact", "1.0.0")),
]


@pytest.mark.parametrize(("command", "args", "expected"), CASES, ids=[f"{c[0].split('/')[-1]}-{i}" for i, c in enumerate(CASES)])
def test_launch(command, args, expected):
    launch = read(command, args)
    assert (launch.runner, launch.package, launch.pin, launch.version) == expected


def test_the_command_shown_is_the_one_written():
    assert read(r"C:\tools\npx.cmd", ["pkg"]).command == r"C:\tools\npx.cmd"
    assert read("env A=b npx pkg", []).command == "env"


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=8))
def test_launch_is_total(command, args):
    assert read(command, args).pin in {"", "exact", "floating", "none"}
