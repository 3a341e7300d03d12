"""The rarer troubles of a host: credentials over http, unrestricted agents, shared private keys, tokens for years."""

from __future__ import annotations

import json

from keyrack_estate.certificates import certificate
from keyrack_estate.company import Person
from keyrack_estate.host.agents import Agents, npx
from keyrack_estate.keys import SshKey
from keyrack_estate.minting import jwt, password
from keyrack_estate.truth import key
from keyrack_estate.world import World


class Extras:
    """Plants one or a few of each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tree = world.host
        self.truth = world.truth
        self.chance = world.chance.child("host-extras")

    def plant(self, homes: list[Person], agents: Agents) -> None:
        """All of them; other planters have written their files by now."""
        self._http(homes)
        self._unrestricted(homes)
        self._unasked(homes, agents)
        self._shared_key()
        self._tokens()
        self._over_cap()
        self._keys_out_of_place()

    def _http(self, homes: list[Person]) -> None:
        for number, address in enumerate(("git.nordholm.internal", "127.0.0.1:3000")):
            value, path = password(self.chance, 24), f"home/{homes[number + 3].login}/.git-credentials"
            self.tree.put(path, f"http://{homes[number + 3].login}:{value}@{address}\n", 0o600)
            self.world.hold(self.world.at(path), value)
            if number == 0:
                self.truth.planted("credential_over_http", self.world.at(path))
            else:
                self.truth.decoy("NHI4:2025", self.world.at(path), "loopback")
        person = homes[8]
        value, path = password(self.chance, 18), f"home/{person.login}/.kube/config"
        cluster = "clusters:\n- name: old\n  cluster:\n    server: https://old.k8s.nordholm.internal:6443\n"
        context = "contexts:\n- name: old\n  context: {cluster: old, user: old-admin}\n"
        user = f"users:\n- name: old-admin\n  user:\n    username: admin\n    password: {value}\n"
        self.tree.put(path, f"apiVersion: v1\nkind: Config\n{cluster}{context}{user}", 0o600)
        self.world.hold(self.world.at(path), value)
        self.truth.planted("kube_basic_auth", self.world.at(path), self.world.at(path, "old-admin"))
        self.truth.debatable("NHI1:2025", self.world.at(path, "old-admin"), "a kubeconfig names no owner")
        for name in ("NHI10:2025",):
            self.truth.debatable(name, self.world.at(path), "a password of the cluster, in a person's home")

    def _unrestricted(self, homes: list[Person]) -> None:
        for number, person in enumerate(homes[:6]):
            path = f"home/{person.login}/.claude/settings.json"
            wide = (["Bash(*)"], ["Bash(sudo:*)", "Read(**)"], ["Bash"])
            narrow = (
                ["Bash(npm test)", "Read(src/**)"],
                ["Bash(git status)", "Bash(make lint)"],
                ["WebFetch(domain:docs.python.org)"],
            )
            allowed = wide[number] if number < 3 else narrow[number - 3]
            self.tree.put(path, json.dumps({"permissions": {"allow": allowed, "deny": ["Read(.env)"]}}, indent=2), 0o600)
            if number < 3:
                self.truth.planted("agent_unrestricted", self.world.at(path), note=allowed[0])
            else:
                self.truth.decoy("NHI5:2025", self.world.at(path), "named commands only")

    def _unasked(self, homes: list[Person], agents: Agents) -> None:
        """Clients that nobody's home has yet: Gemini's trust, Cline's list, Codex excepted (its shape is TOML)."""
        everything = npx("browser", "@playwright/mcp", "0.0.41", unasked=True, more={"trust": True})
        some = npx("docs", "docs-mcp", "1.0.3", unasked=False, more={"autoApprove": ["search_docs", "read_page"]})
        wild = npx("shell", "shell-mcp", "2.1.0", unasked=True, more={"autoApprove": ["*"]})
        agents.put(homes[0], "gemini", [everything])
        agents.put(homes[0], "cline", [some, wild])
        agents.put(homes[4], "kiro", [npx("tickets", "tickets-mcp", "3.0.1", unasked=True, more={"autoApprove": ["*"]})])
        agents.put(
            homes[7], "kiro", [npx("tickets", "tickets-mcp", "3.0.1", unasked=False, more={"autoApprove": ["get_ticket"]})]
        )

    def _shared_key(self) -> None:
        for number, names in enumerate((("borg", "replica"), ("relay", "metricsd"))):
            made = SshKey(self.chance.child(f"shared/{number}"), f"backup-{number}@nordholm.internal")
            places = [self.world.at(f"home/{name}/.ssh/id_backup") for name in names]
            for place in places:
                self.tree.put(place.path or "", made.private(), 0o600)
                self.world.hold(place, made.private(), public_id=made.fingerprint)
            self.truth.debatable("NHI2:2025", key(made.fingerprint), "private key without a passphrase, 0600")
            self.truth.planted("private_key_shared", key(made.fingerprint), *places, note=" and ".join(names))

    def _tokens(self) -> None:
        for number, years in enumerate((5, 3)):
            issued, path = self.world.days_ago(200), f"srv/edge-{number}/.env"
            claims: dict[str, object] = {
                "iss": "https://auth.nordholm.internal",
                "sub": f"edge-{number}",
                "iat": int(issued.timestamp()),
                "exp": int(issued.timestamp()) + years * 365 * 86_400,
            }
            value = jwt(self.chance, claims)
            self.tree.put(path, f"EDGE_ACCESS_TOKEN={value}\nLOG_LEVEL=info\n", 0o600, "runner")
            self.world.leak("secret_on_disk", self.world.at(path), value, note="JWT")
            self.truth.planted("far_expiry", self.world.at(path), note=f"{years} years")

    def _over_cap(self) -> None:
        for name, days, label in (("www", 397, True), ("cdn", 90, False)):
            host, start = f"{name}.nordholm.example", self.world.days_ago(40)
            made = certificate(self.chance.child(name), host, start, days, authority="DigiCert Inc")
            path = f"etc/ssl/public/{host}.crt"
            self.tree.put(path, made.text)
            for anchor in (key(made.thumbprint), self.world.at(path)):
                self.truth.decoy("NHI4:2025", anchor, "P-256, SHA-256")
            if label:
                self.truth.planted("certificate_over_cap", key(made.thumbprint), self.world.at(path), note=f"{days} days")
            else:
                self.truth.decoy("NHI7:2025", key(made.thumbprint), "within the cap")

    def _keys_out_of_place(self) -> None:
        """A production user's key in a staging file; and the first of a user's two keys (the other is in a repository)."""
        for number, app in enumerate(("orders", "search")):
            public_id, secret = self.world.service_keys[40 + number]
            path = f"srv/{app}/.env.staging"
            self.tree.put(path, f"AWS_ACCESS_KEY_ID={public_id}\nAWS_SECRET_ACCESS_KEY={secret}\n", 0o600, "deploy")
            self.world.leak(
                "secret_on_disk", self.world.at(path), secret, public_id=public_id, environment="nonprod", note="AWS key"
            )
            self.truth.planted("prod_key_outside_prod", key(public_id), self.world.at(path))
        for number, user in enumerate(self.world.twins()[:2]):
            path = f"srv/feed-{number}/.env"
            made = user.keys[0]
            self.tree.put(path, f"AWS_ACCESS_KEY_ID={made.id}\nAWS_SECRET_ACCESS_KEY={made.secret}\n", 0o600, "deploy")
            self.world.leak("secret_on_disk", self.world.at(path), made.secret, public_id=made.id, note="AWS key")
