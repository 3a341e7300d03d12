"""What looks wrong on a host and is right, beside the decoys that stand next to each planted trouble."""

from __future__ import annotations

from keyrack_estate.certificates import certificate
from keyrack_estate.chance import HEX
from keyrack_estate.company import Person
from keyrack_estate.host.agents import Agents, npx, uvx
from keyrack_estate.host.clients import Server
from keyrack_estate.keys import SshKey
from keyrack_estate.minting import jwt
from keyrack_estate.truth import key
from keyrack_estate.world import World


class Decoys:
    """Plants them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tree = world.host
        self.truth = world.truth
        self.chance = world.chance.child("host-decoys")

    def plant(self, homes: list[Person], agents: Agents) -> None:
        """All of them."""
        self._agents(homes, agents)
        self._files(homes)
        self._confined()
        self._certificates()

    def _agents(self, homes: list[Person], agents: Agents) -> None:
        asleep = [
            npx("figma", "figma-developer-mcp", more={"disabled": True}, asleep=True),
            uvx("scratch", "scratch-mcp", more={"disabled": True}, asleep=True),
            Server("wiki-old", url="http://wiki-old.nordholm.internal/mcp", more={"disabled": True}, asleep=True),
        ]
        agents.put(homes[6], "cline", asleep)
        local = [
            Server("linter", "node", ("/opt/nordholm/mcp/linter.js",)),
            Server("schema", "python3", ("-m", "nordholm_schema.mcp")),
            Server("tracing", url="http://[::1]:16686/mcp"),
        ]
        agents.put(homes[7], "windsurf", local)
        for server in local[:2]:
            path = f"home/{homes[7].login}/.codeium/windsurf/mcp_config.json"
            self.truth.decoy("NHI3:2025", self.world.at(path, server.name), "our own code on this host")
        pinned = [
            npx("maps", "@nordholm/maps-mcp", "3.2.1"),
            uvx("units", "mcp-server-units", "0.4.0"),
            npx("color", "color-mcp", "1.0.0"),
        ]
        agents.put(homes[6], "kiro", pinned)

    def _files(self, homes: list[Person]) -> None:
        expired = {"sub": "batch", "iat": 1_700_000_000, "exp": int(self.world.days_ago(90).timestamp())}
        files = (
            ("srv/batch/.env", f"BATCH_TOKEN={jwt(self.chance, dict(expired))}\n", "token that expired three months ago"),
            (
                f"home/{homes[0].login}/.bashrc",
                'export GITHUB_TOKEN="$(gh auth token)"\nexport EDITOR=vim\n',
                "asks for it when needed",
            ),
            (f"home/{homes[1].login}/.bashrc", "export AWS_PROFILE=prod\nalias k=kubectl\n", "a profile's name"),
            (f"home/{homes[2].login}/.ssh/known_hosts", self._known_hosts(), "public host keys"),
            (f"home/{homes[3].login}/notes/todo.md", "- rotate the Stripe key\n- password of the wiki: ask Greta\n", "prose"),
            (
                "srv/shop/config.yaml",
                f"session_name: shop\ncsrf_salt_id: {self.chance.text(8, HEX)}\nbuild: {self.chance.text(40, HEX)}\n",
                "ids",
            ),
            (
                "srv/blog/config.toml",
                'password_file = "/run/secrets/blog"\ntoken_url = "https://auth.nordholm.internal/token"\n',
                "paths",
            ),
            (
                "srv/docs/.env.example",
                "OPENAI_API_KEY=sk-proj-xxxxxxxxxxxxxxxxxxxxxxxx\nDATABASE_URL=postgres://app:app@localhost/app\n",
                "sample",
            ),
            ("etc/systemd/system/metrics.service", self._unit(), "credential by reference"),
        )
        for path, text, note in files:
            self.tree.put(path, text, 0o644)
            for owasp in ("NHI2:2025", "NHI7:2025"):
                self.truth.decoy(owasp, self.world.at(path), note)
        self.truth.debatable("NHI1:2025", self.world.at("etc/systemd/system/metrics.service"), "units name no owner")

    def _known_hosts(self) -> str:
        hosts = ("github.com", "gitlab.com", "bastion-1.nordholm.internal")
        return "".join(f"{host} {SshKey(self.chance.child(host), '').public.strip()}\n" for host in hosts)

    def _unit(self) -> str:
        return (
            "[Unit]\nDescription=metrics\n\n[Service]\nUser=runner\nEnvironment=API_TOKEN_FILE=/run/credentials/metrics\n"
            "LoadCredentialEncrypted=token:/etc/credstore.encrypted/metrics\nExecStart=/opt/metrics/bin/serve\n"
        )

    def _confined(self) -> None:
        """A service account with a shell whose keys may do one thing only."""
        for number, name in enumerate(("rsnapshot", "gitpull")):
            robot = SshKey(self.chance.child(name), f"{name}@backup.nordholm.internal")
            line = f'command="/usr/local/bin/{name}-only",restrict {robot.public}\n'
            self.tree.users[name] = 950 + number
            passwd = self.tree.files["etc/passwd"].content.decode()
            account = f"{name}:x:{950 + number}:{950 + number}:service account {name}:/home/{name}:/bin/sh\n"
            self.tree.put("etc/passwd", passwd + account)
            path = f"home/{name}/.ssh/authorized_keys"
            self.tree.put(path, line, 0o600)
            for anchor in (self.world.at("etc/passwd", name), self.world.at(path)):
                self.truth.decoy("NHI10:2025", anchor, "its keys may run one command")
            self.truth.debatable("NHI1:2025", self.world.at("etc/passwd", name), "unix accounts name no owner")

    def _certificates(self) -> None:
        """An expired certificate beside its successor, and the distribution's placeholder."""
        now = self.world
        for name in ("shop-front", "ldap-proxy"):
            host = f"{name}.nordholm.internal"
            old = certificate(self.chance.child(f"{name}/old"), host, now.days_ago(420), 390)
            new = certificate(self.chance.child(f"{name}/new"), host, now.days_ago(35), 390)
            for made, path in ((old, f"etc/ssl/nordholm/old/{host}.crt"), (new, f"etc/ssl/nordholm/{host}.crt")):
                self.tree.put(path, made.text)
                for anchor in (key(made.thumbprint), now.at(path)):
                    self.truth.decoy(
                        "NHI7:2025", anchor, "expired copy; its successor lies beside it" if made is old else "in date"
                    )
        snake = certificate(self.chance.child("snakeoil"), "bastion-1", now.days_ago(700), 3650, ca=False)
        self.tree.put("etc/ssl/certs/ssl-cert-snakeoil.pem", snake.text)
        for anchor in (key(snake.thumbprint), now.at("etc/ssl/certs/ssl-cert-snakeoil.pem")):
            self.truth.decoy("NHI7:2025", anchor, "Debian's placeholder certificate")
