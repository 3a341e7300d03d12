"""Agents in people's homes: which MCP servers they run, how those are pinned, and whose tokens they hold."""

from __future__ import annotations

from urllib.parse import urlsplit

from keyrack_estate.chance import Chance
from keyrack_estate.company import Person
from keyrack_estate.host.clients import CLIENTS, Server
from keyrack_estate.minting import (
    VENDOR_KEYS,
    anthropic,
    github_fine,
    github_pat,
    openai,
    password,
    sendgrid,
    slack_bot,
    slack_user,
)
from keyrack_estate.sightings import Environment
from keyrack_estate.truth import Anchor
from keyrack_estate.world import World

PACKAGES = (
    "@modelcontextprotocol/server-filesystem",
    "@playwright/mcp",
    "@upstash/context7-mcp",
    "mcp-server-kubernetes",
    "@notionhq/notion-mcp-server",
)
PYTHON = ("mcp-server-git", "mcp-server-fetch", "mcp-server-time", "awslabs.aws-documentation-mcp-server", "mcp-server-sqlite")
LOOPBACK = ("http://127.0.0.1:8931/mcp", "http://localhost:3845/mcp", "http://[::1]:7777/mcp")


def npx(name: str, package: str, version: str | None = None, **more: object) -> Server:
    """Server run by npx, pinned when a version is given that is not a tag."""
    spec = f"{package}@{version}" if version else package
    pinned = version is not None and version[0].isdigit()
    return Server(name, "npx", ("-y", spec), pinned=pinned, **more)  # type: ignore[arg-type]


def uvx(name: str, package: str, version: str | None = None, **more: object) -> Server:
    """Server run by uvx."""
    return Server(name, "uvx", (f"{package}=={version}" if version else package,), pinned=version is not None, **more)  # type: ignore[arg-type]


class Agents:
    """Plants agent configurations, one home after another."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance: Chance = world.chance.child("agents")

    def plant(self, homes: list[Person]) -> None:
        """Configurations for these people; the last two of them have left."""
        self._clean(homes[0])
        self._tokens(homes[1], homes[2])
        self._remote(homes[3], homes[4])
        self._environments(homes[5])
        self._cloud(homes[6], homes[7])
        self._shared(homes[8])
        self._everywhere(homes[9])
        for person in homes[-2:]:
            self._leaver(person)

    def put(self, home: Person, client: str, servers: list[Server]) -> str:
        """Write one client's file and label every server in it."""
        tail, render = CLIENTS[client]
        path = f"home/{home.login}/{tail}"
        self.world.host.put(path, render(servers), 0o600)
        for server in servers:
            self.label(self.world.at(path, server.name), server)
            if home.gone:
                self.world.truth.planted("owner_gone", self.world.at(path, server.name), note=home.email)
        if home.gone:
            self.world.truth.planted("owner_gone", self.world.at(path), note=f"agent of {home.email}")
        return path

    def label(self, anchor: Anchor, server: Server) -> None:
        """Everything that is true of one configured server."""
        label_server(self.world, anchor, server)

    def _clean(self, home: Person) -> None:
        versions = ("2.3.1", "0.8.14", "1.0.0", "2025.8.21", "4.1.0")
        pinned = [npx(p.split("/")[-1], p, v) for p, v in zip(PACKAGES, versions, strict=True)]
        self.put(home, "claude-code", [*pinned, uvx("git", PYTHON[0], "2026.7.4")])
        reference = Server(
            "search", url="https://search.nordholm.example/mcp", headers={"Authorization": "Bearer ${SEARCH_TOKEN}"}
        )
        local = [Server(f"local-{n}", url=url) for n, url in enumerate(LOOPBACK)]
        prompt = npx("mail", "mail-mcp", "1.4.2", env={"MAIL_KEY": "${input:mail-key}"}, note="prompted for")
        self.put(home, "vscode", [reference, *local, prompt])
        variable = npx("tickets", "tickets-mcp", "3.0.1", env={"TICKETS_TOKEN": "${TICKETS_TOKEN}"}, note="reference")
        self.put(home, "cursor", [variable, Server("house-tools", "/opt/nordholm/bin/house-tools-mcp", ("--stdio",))])

    def _tokens(self, first: Person, second: Person) -> None:
        pat, fine, user = github_pat(self.chance), github_fine(self.chance), slack_user(self.chance)
        github = "@modelcontextprotocol/server-github"
        self.put(
            first,
            "claude-desktop",
            [npx("github", github, "2025.4.8", env={"GITHUB_PERSONAL_ACCESS_TOKEN": pat}, secrets=(pat,), human=True)],
        )
        self.put(
            first,
            "codex",
            [npx("slack", "slack-mcp-server", "1.1.24", env={"SLACK_MCP_XOXP_TOKEN": user}, secrets=(user,), human=True)],
        )
        self.put(second, "zed", [npx("github", github, env={"GITHUB_PERSONAL_ACCESS_TOKEN": fine}, secrets=(fine,), human=True)])
        header = github_pat(self.chance)
        remote = Server(
            "github",
            url="https://api.githubcopilot.com/mcp/",
            headers={"Authorization": f"Bearer {header}"},
            secrets=(header,),
            human=True,
        )
        self.put(second, "gemini", [remote])
        bot = slack_bot(self.chance)
        self.put(
            second,
            "goose",
            [npx("slack", "slack-mcp-server", "1.1.24", env={"SLACK_BOT_TOKEN": bot}, secrets=(bot,), note="bot token")],
        )

    def _remote(self, first: Person, second: Person) -> None:
        query, other = password(self.chance, 32), anthropic(self.chance)
        plain = [Server(n, url=f"http://{n}.nordholm.internal:8080/mcp") for n in ("wiki", "metrics", "deploys")]
        self.put(first, "windsurf", plain)
        in_url = [Server("crm", url=f"https://crm.vendor-cloud.example/mcp?api_key={query}", secrets=(query,))]
        self.put(first, "continue", in_url)
        key_in_url = Server("notes", url=f"https://notes.vendor-cloud.example/sse?token={other}", secrets=(other,))
        path = f"home/{second.login}/{CLIENTS['antigravity'][0]}"
        self.world.truth.planted(
            "credential_to_other_party", self.world.at(path, "notes"), self.world.at(path), note="Anthropic key"
        )
        self.put(second, "antigravity", [key_in_url, Server("calendar", url="http://calendar.nordholm.internal/mcp")])
        token = self.chance.dense(40)
        bearer = Server(
            "warehouse",
            url="http://warehouse.nordholm.internal/mcp",
            headers={"Authorization": f"Bearer {token}"},
            secrets=(token,),
        )
        self.put(second, "opencode", [bearer])

    def _environments(self, home: Person) -> None:
        """One key handed to the production and the staging server of a tool."""
        for client, tool, make in (("cline", "orders", sendgrid), ("kiro", "ledger", openai), ("copilot", "catalog", anthropic)):
            value, name = make(self.chance), f"{tool.upper()}_API_KEY"
            servers = [
                npx(f"{tool}-{stage}", f"@nordholm/{tool}-mcp", "1.2.0", env={name: value, "TARGET": stage}, secrets=(value,))
                for stage in ("prod", "staging")
            ]
            self.put(home, client, servers)

    def _cloud(self, first: Person, second: Person) -> None:
        keys = self.world.human_keys
        for person, client, (public_id, secret) in (
            (first, "amazonq", keys[1]),
            (second, "claude-code", keys[2]),
            (second, "cursor", keys[3]),
        ):
            env = {"AWS_ACCESS_KEY_ID": public_id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "eu-north-1"}
            self.put(
                person,
                client,
                [uvx("aws", "awslabs.aws-api-mcp-server", "1.0.2", env=env, secrets=(secret,), public_id=public_id)],
            )

    def _shared(self, home: Person) -> None:
        """One token in the configurations of several clients."""
        for variable, clients in (
            ("SENDGRID_API_KEY", ("claude-desktop", "windsurf")),
            ("GITLAB_TOKEN", ("gemini", "zed")),
            ("HF_TOKEN", ("codex", "goose")),
        ):
            value = VENDOR_KEYS[variable](self.chance)
            tool = variable.split("_")[0].lower()
            for client in clients:
                self.put(home, client, [npx(tool, f"{tool}-mcp", "0.9.3", env={variable: value}, secrets=(value,))])

    def _everywhere(self, home: Person) -> None:
        for number, (client, package) in enumerate(
            zip(("claude-code", "cursor", "vscode", "kiro", "goose"), PACKAGES, strict=True)
        ):
            self.put(
                home, client, [npx(package.split("/")[-1], package, "latest" if number % 2 else None), uvx("py", PYTHON[number])]
            )

    def _leaver(self, home: Person) -> None:
        value = github_pat(self.chance)
        github = npx("github", "@modelcontextprotocol/server-github", env={"GITHUB_TOKEN": value}, secrets=(value,), human=True)
        self.put(home, "claude-desktop", [github, npx("memory", "@modelcontextprotocol/server-memory", "2026.1.26")])


def label_server(world: World, anchor: Anchor, server: Server) -> None:
    """Labels of one MCP server, on a host or in a repository."""
    truth = world.truth
    if server.asleep:
        for owasp in ("NHI3:2025", "NHI4:2025"):
            truth.decoy(owasp, anchor, "switched off")
        return
    if server.pinned:
        truth.decoy("NHI3:2025", anchor, "exact version")
    elif server.pinned is False:
        truth.planted("unpinned_mcp_package", anchor, note=" ".join([server.command or "", *server.args]))
    if server.unasked:
        truth.planted("mcp_tools_unasked", anchor)
    elif server.unasked is False:
        truth.decoy("NHI5:2025", anchor, "some tools by name")
    _label_secrets(world, anchor, server)
    _label_url(world, anchor, server)


def _label_secrets(world: World, anchor: Anchor, server: Server) -> None:
    truth = world.truth
    environment: Environment | None = None
    if server.name.endswith(("-prod", "-staging")):
        environment = "prod" if server.name.endswith("-prod") else "nonprod"
    for value in server.secrets:
        world.leak("secret_in_agent_config", anchor, value, kind="agent", environment=environment, public_id=server.public_id)
    if not server.secrets and (server.env or server.headers):
        truth.decoy("NHI2:2025", anchor, server.note or "reference to a variable, no value")
    file = Anchor(scope=anchor.scope, path=anchor.path)
    if server.human:
        truth.planted("agent_holds_human_token", anchor, file, note="a person's own token")
    elif any(value.startswith(("glpat-", "hf_")) for value in server.secrets):
        truth.debatable("NHI10:2025", anchor, "token that may be a person's or a bot's")
    elif server.secrets and server.public_id is None:
        truth.decoy("NHI10:2025", anchor, "not a person's token")


def _label_url(world: World, anchor: Anchor, server: Server) -> None:
    if server.url is None:
        return
    if any(value in server.url for value in server.secrets):
        world.truth.planted("mcp_token_in_url", anchor)
    elif urlsplit(server.url).hostname in {"127.0.0.1", "localhost", "::1"}:
        world.truth.decoy("NHI4:2025", anchor, "loopback")
    elif server.url.startswith("http://"):
        world.truth.planted("mcp_plain_http" if server.headers else "mcp_no_auth", anchor, note=server.url)
    elif not server.headers:
        world.truth.debatable("NHI4:2025", anchor, "https without a header: may do OAuth")
