"""What a server's command line opens: whole disks, whole homes, the container engine."""

from __future__ import annotations

import json

import pytest
from agent_kit import one
from hypothesis import given
from hypothesis import strategies as st

from keyrack.records import Identity
from keyrack.sdk.agents import reach

FILES = "@modelcontextprotocol/server-filesystem"
SOCKET = "/var/run/docker.sock"
CASES = [
    ("npx", ["-y", FILES, "/"], ("filesystem:/",)),
    ("npx", ["-y", f"{FILES}@2025.1.1", "/srv/app", "/home/ann/"], ("filesystem:home",)),
    ("cmd", ["/c", "npx", "-y", FILES, "C:\\"], ("filesystem:/",)),
    ("npx -y " + FILES + " ${HOME}", [], ("filesystem:home",)),
    ("node", ["/opt/mcp/server-filesystem/dist/index.js", "~"], ("filesystem:home",)),
    ("sh", ["-c", f"npx {FILES} /"], ("filesystem:/",)),
    (
        "docker",
        ["run", "--rm", "-i", "--privileged", "-v", f"{SOCKET}:{SOCKET}:ro", "img"],
        ("docker:privileged", "docker:socket"),
    ),
    ("sudo", ["docker", "run", "-v/:/host", "img"], ("filesystem:/",)),
    ("podman", ["run", "--volume=$HOME:/work", "img"], ("filesystem:home",)),
    ("docker", ["run", "-v", "${env:HOME}:/work", "img"], ("filesystem:home",)),
    ("docker", ["run", "--mount", "type=bind,src=/,dst=/host,readonly", "img"], ("filesystem:/",)),
    ("docker", ["run", "--mount=type=bind,source=/run/docker.sock,target=/d", "img"], ("docker:socket",)),
    ("npx", ["-y", FILES, "/home/ann/work/shop", "."], ()),
    ("npx", ["-y", FILES, "${workspaceFolder}"], ()),
    ("npx", ["-y", "some-server", "/"], ()),
    ("docker", ["run", "--privileged=false", "-i", "img"], ()),
    ("docker", ["run", "-i", "img", "--privileged", "-v", "/:/host"], ()),  # the program's own arguments
    ("docker", ["run", "--mount", "type=bind,src=/srv/a,dst=/projects", "mcp/filesystem", "/"], ()),  # `/` of the container
    ("docker", ["run", "-v", "/data", "-v", "cache:/root", "-e", "ROOT=/", "img"], ()),
    ("", [], ()),
]


@pytest.mark.parametrize(("command", "args", "opens"), CASES, ids=range(len(CASES)))
def test_reach_of_a_command_line(command, args, opens):
    assert reach.of(command, args) == opens


def test_reach_is_a_fact_of_the_server_without_its_arguments():
    entry = {"command": "npx", "args": ["-y", FILES, "/", "/mnt/private-name"]}
    found = one("cursor", json.dumps({"mcpServers": {"files": entry, "ok": {"command": "npx", "args": ["-y", FILES, "/srv/a"]}}}))
    servers = {r.name: r for r in found if isinstance(r, Identity) and r.type == "mcp:server"}
    assert servers["files"].attrs["reach"] == "filesystem:/"
    assert "reach" not in servers["ok"].attrs
    assert "private-name" not in repr(found)


@given(st.text(max_size=30), st.lists(st.text(max_size=20), max_size=6))
def test_reach_never_raises(command, args):
    reach.of(command, args)
    reach.of("docker", ["run", *args])
