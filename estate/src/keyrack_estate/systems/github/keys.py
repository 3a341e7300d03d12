"""Deploy keys, tokens and SSH keys of people and machines; each spec says what is true of it."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, field
from typing import Any

from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.keys import SshKey, rsa_key, ssh_fingerprint
from keyrack_estate.repos.plan import LEGACY
from keyrack_estate.systems.github.ground import Ground, authorised, thing, token
from keyrack_estate.truth import Anchor, key

MONTH, YEAR = 30, 365


@dataclass(frozen=True, slots=True)
class DeployKey:
    """``used``: days since its last use, ``None``: never; ``adder``: a colleague's number, negative: somebody who left."""

    repository: str
    title: str
    age: int
    used: int | None
    writes: bool = False
    adder: int = 1
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Fine:
    """A fine-grained token. ``life``: days from its making to its end, 0: no end."""

    login: str
    name: str
    age: int
    life: int = 90
    used: int | None = 1
    permissions: dict[str, dict[str, str]] = field(default_factory=lambda: {"repository": {"contents": "read"}}, hash=False)
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Classic:
    """A classic token, authorised for single sign-on."""

    login: str
    note: str
    scopes: tuple[str, ...]
    age: int
    life: int = 180
    used: int | None = 2
    kind: str = "personal access token"


DEPLOY_KEYS = (
    DeployKey("web", "render farm", 100, 1),
    DeployKey("web", "partner feed", 200, 5, writes=True, adder=-1),
    DeployKey("web", "catalogue export", 260, 2, adder=-2),
    DeployKey("web", "image cache", 20, None),
    DeployKey("api", "backup", 200, None),
    DeployKey("api", "mirror", 300, 150),
    DeployKey("api", "docs preview", 120, 45),
    DeployKey("api", "quarterly audit", 90, 25),
    DeployKey("api", "nightly archive", 200, 180, enabled=False),
    DeployKey("infra-live", "atlantis", 900, 1, writes=True, adder=3),
    DeployKey("infra-live", "drift check", 800, 1, adder=3),
    DeployKey("charts", "release bot", 400, 3, writes=True, adder=5),
    DeployKey("charts", "argo", 350, 1, writes=True, adder=5),
    DeployKey("legacy-billing", "cron", 600, 4, adder=2),
    DeployKey("old-intranet", "static export", 500, 6, adder=4),
    DeployKey("handbook", "wiki sync", 150, 2, adder=6),
    DeployKey("attic-2019", "old mirror", 340, 9, adder=-3),
    DeployKey("data-pipeline", "scheduler", 60, 1, adder=-4, enabled=False),
)


class Keys:
    """Plants them."""

    def __init__(self, ground: Ground) -> None:
        self.it = ground

    def plant(self) -> None:
        """All of them."""
        for spec in DEPLOY_KEYS:
            self._deploy(spec, *self._pair(f"{spec.repository}/{spec.title}"))
        self._committed()
        self._short()
        self._tokens()
        self._classic()
        self._ssh()

    def _pair(self, name: str) -> tuple[str, str]:
        made = SshKey(self.it.chance.child(f"deploy/{name}"), name.replace(" ", "-"))
        return made.public, made.fingerprint

    def _deploy(self, spec: DeployKey, public: str, fingerprint: str) -> tuple[Anchor, Anchor]:
        it, number = self.it, self.it.number()
        adder = it.gone(-spec.adder - 1) if spec.adder < 0 else it.active(spec.adder)
        it.repository(spec.repository).keys.append(
            shapes.deploy_key(
                number, public, spec.title, read_only=not spec.writes, added_by=adder, enabled=spec.enabled,
                last_used=it.stamp(spec.used), created_at=it.stamp(spec.age),
            )
        )  # fmt: skip
        anchor, credential = thing(f"{spec.repository}/{number}"), key(fingerprint)
        if spec.enabled:
            self._use(credential, spec.age, spec.used, also=anchor)
            if spec.adder < 0:
                it.wrong("github_leaver_deploy_key", anchor, note=adder)
            elif spec.repository in LEGACY:
                it.right("NHI1:2025", anchor, "the code's owner left, who added the key did not")
            if spec.writes and spec.age > YEAR:
                it.wrong("github_deploy_key_old", credential, anchor)
        it.fine(anchor, credential)
        return anchor, credential

    def _use(self, credential: Anchor, age: int, used: int | None, also: Anchor | None = None) -> None:
        names = (credential, also) if also else (credential,)
        if used is None and age > MONTH:
            self.it.wrong("github_never_used", *names)
        elif used is not None and used > MONTH:
            self.it.wrong("github_idle", *names, note=f"{used} days")

    def _committed(self) -> None:
        """The key whose private half lies in the code of `payments` lets its holder push there."""
        made = SshKey(self.it.world.chance.child("repo-extras").child("payments"), "payments-deploy@nordholm.internal")
        spec = DeployKey("payments", "payments-deploy", 210, 1, writes=True, adder=7)
        anchor, credential = self._deploy(spec, made.public, made.fingerprint)
        self.it.borrowed.add(credential)
        for owasp in ("NHI2:2025", "NHI4:2025"):
            self.it.either(owasp, anchor, "its private half is committed, which the place says")

    def _short(self) -> None:
        """From the time before GitHub asked for 2048 bits."""
        numbers = rsa_key(self.it.chance.child("short"), 1024).public_key().public_numbers()

        def text(data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + data

        def whole(value: int) -> bytes:
            return text(value.to_bytes(value.bit_length() // 8 + 1, "big"))

        blob = text(b"ssh-rsa") + whole(numbers.e) + whole(numbers.n)
        public = f"ssh-rsa {base64.b64encode(blob).decode()} batch"
        spec = DeployKey("ops-tools", "batch host", 4200, 2, adder=2)
        anchor, credential = self._deploy(spec, public, ssh_fingerprint(blob))
        self.it.wrong("github_weak_deploy_key", credential, anchor)

    def _tokens(self) -> None:
        it = self.it
        bot = it.bot("nordholm-release-bot", "Release")
        writes = {"repository": {"contents": "write", "pull_requests": "write"}}
        rules = {"organization": {"organization_administration": "write"}, "repository": {"administration": "write"}}
        specs = (
            Fine(it.active(3), "local scripts", 20),
            Fine(it.active(4), "editor", 60, 90, 2),
            Fine(it.active(5), "old experiments", 80, 180, None),
            Fine(it.active(6), "triage", 25, 90, None),
            Fine(it.active(7), "statistics", 170, 300, 130),
            Fine(it.active(8), "changelog", 100, 180, 40),
            Fine(it.active(9), "everything", 150, 0),
            Fine(it.active(10), "notebooks", 300, 0, 3),
            Fine(it.active(11), "long one", 100, 720),
            Fine(it.active(12), "a year", 100, 365),
            Fine(it.gone(0), "my scripts", 100, 300, 3),
            Fine(it.gone(1), "over", 400, 300, 120),
            Fine(it.active(13), "jenkins deploy", 30, 90, 0, writes),
            Fine(it.active(14), "terraform-ci", 40, 90, 1, writes),
            Fine(it.active(15), "deploy notes", 20, 90, 2),
            Fine(it.active(16), "local terraform", 20, 90, 2),
            Fine(it.active(17), "circle of friends", 20, 90, 2),
            Fine(bot, "release pipeline", 30, 90, 0, writes),
            Fine(bot, "settings sync", 30, 90, 0, rules, everywhere=True),
        )
        rows = it.org.lists.setdefault("personal-access-tokens", [])
        for spec in specs:
            rows.append(self._fine(spec))
        asked = self._row(Fine(it.gone(2), "please", 5), it.number())
        it.org.lists["personal-access-token-requests"] = [
            {
                **{name: value for name, value in asked.items() if name != "access_granted_at"},
                "reason": "",
                "created_at": it.stamp(5),
            }
        ]
        it.fine(token(asked["token_id"]), thing(bot))
        it.wrong("github_machine_rules", thing(bot), note="by its token")

    def _row(self, spec: Fine, number: int) -> dict[str, Any]:
        it = self.it
        over = bool(spec.life) and spec.age > spec.life
        return shapes.token_grant(
            spec.login, number, spec.name, spec.permissions, token_id=number,
            repository_selection="all" if spec.everywhere else "subset", token_expired=over,
            access_granted_at=it.stamp(spec.age), token_last_used_at=it.stamp(spec.used),
            token_expires_at=it.stamp(spec.age - spec.life) if spec.life else None,
        )  # fmt: skip

    def _fine(self, spec: Fine) -> dict[str, Any]:
        it, number = self.it, self.it.number()
        anchor = token(number)
        if not spec.life or spec.age <= spec.life:
            self._use(anchor, spec.age, spec.used)
            self._life(anchor, spec.age, spec.life)
            if spec.login in {it.gone(number) for number in range(len(it.world.company.gone))}:
                it.wrong("github_leaver_credential", anchor)
            if spec.name in {"jenkins deploy", "terraform-ci"}:
                it.wrong("github_person_runs_machine", anchor, note=spec.name)
        it.fine(anchor)
        return self._row(spec, number)

    def _life(self, anchor: Anchor, age: int, life: int) -> None:
        if not life or (life > YEAR + 1 and life - age > MONTH):
            self.it.wrong("github_token_endless", anchor, note=f"{life or 'no'} end")

    def _classic(self) -> None:
        it = self.it
        ruler = it.bot("nordholm-ci", "Continuous integration", owner=True)
        it.wrong("github_machine_rules", thing(ruler), note="owner of the organisation")
        specs = (
            Classic(it.active(16), "laptop", ("repo",), 60),
            Classic(it.active(17), "packages", ("read:packages", "write:packages"), 50, 90),
            Classic(it.active(18), "watching", ("read:org", "read:user"), 40, 90),
            Classic(it.active(19), "old cli", ("repo", "workflow"), 800, 0),
            Classic(it.gone(3), "hooks", ("admin:repo_hook",), 300, 0, 6),
            Classic(ruler, "jenkins", ("repo", "admin:org"), 700, 0, 0),
            Classic(it.active(20), "past", ("repo",), 400, 365),
            Classic(it.active(21), "chat link", ("read:user",), 60, 90, 2, "OAuth app token"),
        )
        rows = it.org.lists.setdefault("credential-authorizations", [])
        for spec in specs:
            rows.append(self._authorised(spec))
        it.fine(thing(ruler))

    def _authorised(self, spec: Classic) -> dict[str, Any]:
        it, number = self.it, self.it.number()
        anchor = authorised(number)
        writes = not all(scope.startswith("read:") or scope == "write:packages" for scope in spec.scopes)
        if not spec.life or spec.age <= spec.life:
            self._use(anchor, spec.age, spec.used)
            self._life(anchor, spec.age, spec.life)
            if writes:
                it.wrong("github_classic_token", anchor, note=",".join(spec.scopes))
            if spec.login == it.gone(3):
                it.wrong("github_leaver_credential", anchor)
        it.fine(anchor)
        return shapes.authorization(
            spec.login, number, spec.kind, scopes=list(spec.scopes), authorized_credential_note=spec.note,
            token_last_eight=it.chance.child(f"last/{number}").dense(8), credential_authorized_at=it.stamp(spec.age),
            credential_accessed_at=it.stamp(spec.used),
            authorized_credential_expires_at=it.stamp(spec.age - spec.life) if spec.life else None,
        )  # fmt: skip

    def _ssh(self) -> None:
        it = self.it
        bot = it.bot("nordholm-docs-bot", "Documentation")
        cases = (
            (bot, f"{it.active(2)}@macbook-pro", "github_machine_with_person_key"),
            (bot, "publish@build-7", ""),
            (bot, "root@laptop-imaging", ""),
            (it.active(2), f"{it.active(2)}@macbook-pro", ""),
            (it.gone(4), "home computer", "github_leaver_credential"),
        )
        rows = it.org.lists["credential-authorizations"]
        for number, (login, title, label) in enumerate(cases):
            made = SshKey(it.chance.child(f"person/{number}"), title)
            rows.append(
                shapes.authorization(
                    login, it.number(), "SSH key", fingerprint=made.fingerprint, authorized_credential_title=title,
                    credential_authorized_at=it.stamp(120), credential_accessed_at=it.stamp(number),
                )
            )  # fmt: skip
            if label:
                it.wrong(label, key(made.fingerprint))
            it.fine(key(made.fingerprint))
        it.fine(thing(bot))
