"""The same troubles spelt less plainly: secrets in arguments and profiles, runners that fetch code by other names."""

from __future__ import annotations

from keyrack_estate.company import Person
from keyrack_estate.host.agents import Agents
from keyrack_estate.host.clients import Server
from keyrack_estate.minting import VENDOR_KEYS, anthropic, password, sendgrid, stripe
from keyrack_estate.world import World


class Variants:
    """Plants them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tree = world.host
        self.chance = world.chance.child("host-variants")

    def plant(self, homes: list[Person], agents: Agents) -> None:
        """All of them."""
        self._runners(homes, agents)
        self._arguments(homes, agents)
        self._files(homes)

    def _runners(self, homes: list[Person], agents: Agents) -> None:
        digest = "sha256:" + self.chance.text(64, "0123456789abcdef")
        loose = [
            Server("range", "npx", ("--yes", "@acme/range-mcp@^1.2.0"), pinned=False),
            Server("from-git", "uvx", ("--from", "git+https://github.com/acme/tool-mcp", "tool-mcp"), pinned=False),
            Server("bun", "bunx", ("-y", "bun-mcp"), pinned=False),
            Server("pipx", "pipx", ("run", "pipx-mcp"), pinned=False),
            Server("image", "docker", ("run", "-i", "--rm", "mcp/fetch:latest"), pinned=False),
        ]
        tight = [
            Server("exact", "npx", ("--yes", "--package=@acme/exact-mcp@1.2.0", "exact-mcp"), pinned=True),
            Server("from-pin", "uvx", ("--from", "tool-mcp==1.4.2", "tool-mcp"), pinned=True),
            Server("digest", "docker", ("run", "-i", "--rm", f"mcp/fetch@{digest}"), pinned=True),
        ]
        agents.put(homes[2], "claude-desktop", loose)
        agents.put(homes[2], "cursor", tight)

    def _arguments(self, homes: list[Person], agents: Agents) -> None:
        first, second = anthropic(self.chance), stripe(self.chance)
        flags = [
            Server("billing", "/opt/nordholm/bin/billing-mcp", (f"--api-key={second}",), secrets=(second,)),
            Server("writer", "/opt/nordholm/bin/writer-mcp", ("--anthropic-key", first), secrets=(first,)),
        ]
        agents.put(homes[4], "codex", flags)

    def _files(self, homes: list[Person]) -> None:
        names = list(VENDOR_KEYS)
        for number, (person, tail) in enumerate(((homes[1], ".zshrc"), (homes[2], ".profile"), (homes[3], ".bash_history"))):
            variable = names[number]
            value, path = VENDOR_KEYS[variable](self.chance), f"home/{person.login}/{tail}"
            self.tree.put(path, f"alias ll='ls -l'\nexport {variable}={value}\ncd projects\n", 0o600)
            self.world.leak("secret_on_disk", self.world.at(path), value, note=variable)
        value = sendgrid(self.chance)
        self.tree.put("etc/environment", f"PATH=/usr/local/bin:/usr/bin\nSENDGRID_API_KEY={value}\n", 0o644)
        self.world.leak("secret_on_disk", self.world.at("etc/environment"), value, note="for every process of the host")
        value = password(self.chance, 22)
        self.tree.put("home/reporter/.pgpass", f"reports.db.nordholm.internal:5432:reports:reporter:{value}\n", 0o644)
        self.world.leak("readable_key_file", self.world.at("home/reporter/.pgpass"), value, note="0644")
