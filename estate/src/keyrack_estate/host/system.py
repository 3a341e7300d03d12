"""The host itself: accounts, units, jobs, SSH doors, certificates."""

from __future__ import annotations

from keyrack_estate.certificates import certificate
from keyrack_estate.company import Person
from keyrack_estate.keys import SshKey, dsa_key, encrypted_pem, pem, rsa_key
from keyrack_estate.minting import password, postgres, sendgrid, stripe
from keyrack_estate.truth import Anchor, key
from keyrack_estate.world import World

DAEMONS = ("daemon", "bin", "mail", "www-data", "backup", "nobody", "sshd", "postgres")
DOORS = ("deploy", "etl", "ansible", "jenkins", "syncer", "reporter", "runner")
SEALED = ("rsyncd", "borg", "gitmirror", "metricsd", "relay", "replica")


class System:
    """Plants what belongs to no person."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tree = world.host
        self.chance = world.chance.child("system")

    def plant(self, homes: list[Person]) -> None:
        """All of it."""
        self._passwd(homes)
        self._doors(homes)
        self._units()
        self._certificates()
        self._weak()

    def _passwd(self, homes: list[Person]) -> None:
        lines = ["root:x:0:0:root:/root:/bin/bash"]
        lines += [f"{name}:x:{n + 1}:{n + 1}:{name}:/nonexistent:/usr/sbin/nologin" for n, name in enumerate(DAEMONS)]
        for number, person in enumerate(homes):
            self.tree.users[person.login] = 2000 + number
            lines.append(f"{person.login}:x:{2000 + number}:{2000 + number}:{person.name}:/home/{person.login}:/bin/bash")
        for number, name in enumerate((*DOORS, *SEALED)):
            self.tree.users[name] = 900 + number
            shell = "/bin/bash" if name in DOORS else "/usr/sbin/nologin"
            lines.append(f"{name}:x:{900 + number}:{900 + number}:service account {name}:/home/{name}:{shell}")
        self.tree.put("etc/passwd", "\n".join(lines) + "\n")
        self.tree.put("etc/hostname", self.tree.name + "\n")
        self.tree.put("etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n')
        self.tree.put("root/.bashrc", "export EDITOR=vim\n", 0o600)
        for name in ("root", *DAEMONS, *(person.login for person in homes), *DOORS, *SEALED):
            self.world.truth.debatable("NHI1:2025", self.world.at("etc/passwd", name), "unix accounts name no owner")

    def _account(self, name: str) -> tuple[Anchor, Anchor]:
        """A unix account: by its line in passwd, and by the file that lets people in."""
        return self.world.at("etc/passwd", name), self.world.at(f"home/{name}/.ssh/authorized_keys")

    def _doors(self, homes: list[Person]) -> None:
        """Who may come in over SSH, and as whom."""
        truth = self.world.truth
        robots = [SshKey(self.chance.child(f"robot/{n}"), f"robot-{n}@ci.nordholm.internal") for n in range(13)]
        shared = [SshKey(self.chance.child(f"shared/{n}"), f"fleet-{n}@nordholm.internal") for n in range(6)]
        gone = [SshKey(self.chance.child(f"gone/{n}"), person.email) for n, person in enumerate(self.world.company.gone)]
        files: dict[str, list[str]] = {name: [robots[n].public] for n, name in enumerate((*DOORS, *SEALED))}
        for number, ssh in enumerate(shared):
            holders = [(*DOORS, *SEALED)[(number * 2 + step) % 13] for step in range(3 + number % 2)]
            for name in holders:
                files[name].append(ssh.public)
            also = [self._account(name)[1] for name in holders]
            truth.planted("ssh_key_shared", key(ssh.fingerprint), *also, note=f"{len(holders)} accounts")
        for number, ssh in enumerate(gone):
            name = (*DOORS, *SEALED)[number]
            files[name].append(ssh.public)
            truth.planted("leaver_key", key(ssh.fingerprint), self._account(name)[1], note=ssh.comment)
        for name, lines in files.items():
            self.tree.put(f"home/{name}/.ssh/authorized_keys", "\n".join(lines) + "\n", 0o600)
            account, door = self._account(name)
            if name in DOORS:
                truth.planted("interactive_service_account", account, door, note="bash and authorized_keys")
            else:
                truth.decoy("NHI10:2025", account, "no login shell")
                truth.decoy("NHI10:2025", door, "no login shell")
        for number, person in enumerate(homes):
            own = SshKey(self.chance.child(f"person/{number}"), person.email)
            self.tree.put(f"home/{person.login}/.ssh/authorized_keys", own.public + "\n", 0o600)
            for anchor in self._account(person.login):
                truth.decoy("NHI10:2025", anchor, "a person's own account")
            if person.gone:
                truth.planted("leaver_key", key(own.fingerprint), self._account(person.login)[1], note=person.email)
            self._private(person, own, number)

    def _private(self, person: Person, own: SshKey, number: int) -> None:
        path = f"home/{person.login}/.ssh/id_ed25519"
        self.tree.put(path + ".pub", own.public + "\n", 0o644)
        if number < 7:
            self.tree.put(path, own.encrypted(), 0o600)
            self.world.truth.decoy("NHI2:2025", self.world.at(path), "encrypted private key")
        else:
            self.tree.put(path, own.private(), 0o600)
            self.world.hold(self.world.at(path), own.private(), public_id=own.fingerprint)
            self.world.truth.debatable("NHI2:2025", key(own.fingerprint), "private key without a passphrase, 0600")

    def _units(self) -> None:
        head = "[Unit]\nDescription={0}\n\n[Service]\nUser={1}\n"
        tail = "ExecStart=/opt/{0}/bin/serve\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n"
        leaky = (("invoicer", "STRIPE_SECRET_KEY", stripe), ("mailer", "SENDGRID_API_KEY", sendgrid))
        for name, variable, make in leaky:
            value, path = make(self.chance), f"etc/systemd/system/{name}.service"
            self.tree.put(path, head.format(name, "deploy") + f"Environment={variable}={value}\n" + tail.format(name))
            self.world.leak("secret_on_disk", self.world.at(path), value, note="Environment= of a unit, world-readable")
        for name in ("catalog", "search", "basket"):
            path = f"etc/systemd/system/{name}.service"
            extra = f"EnvironmentFile=/etc/{name}/env\nLoadCredential=token:/etc/credstore/{name}\n"
            self.tree.put(path, head.format(name, "runner") + extra + tail.format(name))
            self.world.truth.decoy("NHI2:2025", self.world.at(path), "credential by reference")
        url = postgres(self.chance, "reports.db.nordholm.internal", "reporter", "reports")
        self.tree.put("etc/cron.d/reports", f"SHELL=/bin/sh\n15 4 * * * reporter pg_dump {url} > /var/backups/reports.sql\n")
        self.world.leak("secret_on_disk", self.world.at("etc/cron.d/reports"), url, note="password on a crontab line")
        self.tree.put("etc/cron.d/cleanup", "SHELL=/bin/sh\n0 3 * * 0 root find /tmp -mtime +7 -delete\n")
        for name in ("invoicer", "mailer", "catalog", "search", "basket"):
            anchor = self.world.at(f"etc/systemd/system/{name}.service")
            self.world.truth.debatable("NHI1:2025", anchor, "units name no owner")
        for name in ("reports", "cleanup"):
            self.world.truth.debatable("NHI1:2025", self.world.at(f"etc/cron.d/{name}"), "jobs name no owner")

    def _cert(self, folder: str, name: str, age: int, days: int, **more: object) -> tuple[Anchor, Anchor]:
        """Write a certificate and its key (0600); anchors of the certificate: its thumbprint and its file."""
        made = certificate(self.chance.child(f"cert/{name}"), name, self.world.days_ago(age), days, **more)  # type: ignore[arg-type]
        path = f"{folder}/{name}.crt"
        self.tree.put(path, made.text)
        private = f"{folder}/private/{name}.key"
        self.tree.put(private, made.key, 0o600)
        self.world.hold(self.world.at(private), made.key)
        return key(made.thumbprint), self.world.at(path)

    def _certificates(self) -> None:
        truth = self.world.truth
        dates = (
            ("old-shop", 500, 398),
            ("old-pay", 420, 390),
            ("gone-vpn", 800, 730),
            ("soon-api", 360, 371),
            ("soon-ldap", 85, 90),
            ("soon-mq", 190, 198),
        )
        for name, age, days in dates:
            primary, also = self._cert("etc/ssl/nordholm", f"{name}.nordholm.internal", age, days)
            truth.planted("certificate_expiring", primary, also, note=f"{days - age} days left")
        for name in ("ten-years", "twenty-years"):
            primary, also = self._cert(
                "etc/ssl/nordholm", f"{name}.nordholm.internal", 300, 3650 if name.startswith("ten") else 7300
            )
            truth.planted("certificate_too_long", primary, also)
        for name in ("web", "api", "auth", "queue", "cache", "vault"):
            for anchor in self._cert("etc/ssl/nordholm", f"{name}.nordholm.internal", 20, 90):
                truth.decoy("NHI7:2025", anchor, "short-lived, in date")
                truth.decoy("NHI4:2025", anchor, "P-256, SHA-256")
        roots = [
            certificate(self.chance.child(f"root/{n}"), f"Public Root {n}", self.world.days_ago(4000 + n), days, ca=True)
            for n, days in enumerate((9000, 9000, 4020, 9000, 3990))
        ]
        old = certificate(
            self.chance.child("root/sha1"), "Public Root G1", self.world.days_ago(6000), 9000, ca=True, rsa_bits=2048, sha1=True
        )
        self.tree.put("etc/ssl/certs/ca-certificates.crt", "".join(root.text for root in (*roots, old)))
        bundle = self.world.at("etc/ssl/certs/ca-certificates.crt")
        for anchor in (bundle, *(key(root.thumbprint) for root in (*roots, old))):
            for owasp in ("NHI2:2025", "NHI4:2025", "NHI7:2025"):
                truth.decoy(owasp, anchor, "public trust store: other people's roots")

    def _weak(self) -> None:
        truth = self.world.truth
        for name, more in (
            ("sha1-intranet", {"rsa_bits": 2048, "sha1": True}),
            ("rsa1024-printer", {"rsa_bits": 1024}),
            ("rsa1024-ups", {"rsa_bits": 1024}),
        ):
            primary, also = self._cert("etc/ssl/nordholm", f"{name}.nordholm.internal", 100, 390, **more)
            private = self.world.at(f"etc/ssl/nordholm/private/{name}.nordholm.internal.key")
            truth.planted("weak_key", primary, also, private, note=name.split("-", maxsplit=1)[0])
            if more.get("rsa_bits") == 1024:
                truth.planted("weak_key", private, primary, note="RSA 1024")
        for number, name in enumerate(DOORS[:4]):
            weak = dsa_key(self.chance.child("dsa")) if number == 0 else rsa_key(self.chance.child(f"rsa/{number}"), 1024)
            path = f"home/{name}/.ssh/id_legacy"
            self.tree.put(path, pem(weak, pkcs8=False), 0o600)
            self.world.hold(self.world.at(path), pem(weak, pkcs8=False))
            truth.planted("weak_key", self.world.at(path), note="DSA 1024" if number == 0 else "RSA 1024")
        for number, name in enumerate(DOORS[4:7]):
            path, ssh = f"home/{name}/.ssh/id_ed25519", SshKey(self.chance.child(f"open/{number}"), f"{name}@{self.tree.name}")
            self.tree.put(path, ssh.private(), (0o644, 0o640, 0o664)[number])
            self.world.leak(
                "readable_key_file", self.world.at(path), ssh.private(), public_id=ssh.fingerprint, note="0644 and the like"
            )
        for name in SEALED[:3]:
            self.tree.put(f"home/{name}/.ssh/id_rsa", encrypted_pem(self.chance.child(f"sealed/{name}")), 0o600)
            truth.decoy("NHI2:2025", self.world.at(f"home/{name}/.ssh/id_rsa"), "encrypted private key")
        self.tree.put("opt/app/config/password.example", f"# rotate monthly, never {password(self.chance)[:4]}...\n")
