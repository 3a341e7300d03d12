"""Functions, tasks, builds, instances, vault secrets and certificates: what runs as the roles, and what it carries."""

from __future__ import annotations

from keyrack_estate.account.model import AcmCertificate, Function, Instance, Project, Tags, Task, VaultSecret
from keyrack_estate.account.roles import Roles
from keyrack_estate.account.trusts import service
from keyrack_estate.account.users import WORKLOADS
from keyrack_estate.certificates import certificate
from keyrack_estate.chance import HEX
from keyrack_estate.minting import VENDOR_KEYS, postgres, stripe
from keyrack_estate.truth import arn, key
from keyrack_estate.world import World


class Workloads:
    """Plants what runs in the account."""

    def __init__(self, world: World, roles: Roles) -> None:
        self.world = world
        self.account = world.account
        self.roles = roles
        self.chance = world.chance.child("workloads")

    def plant(self) -> None:
        """All of it."""
        self._functions()
        self._tasks()
        self._shared_roles()
        self._leaky()
        self._builds()
        self._instances()
        self._vault()
        self._certificates()

    def _tags(self, environment: str = "production") -> Tags:
        return {"Owner": self.chance.pick(self.world.company.active).email, "Environment": environment}

    def _function(self, name: str, role: str, env: dict[str, str] | None = None, environment: str = "production") -> str:
        plain = {"LOG_LEVEL": "info", "STAGE": environment, "TABLE": name}
        arn_ = self.account.role_arn(role)
        self.account.functions.append(Function(name, arn_, self._tags(environment), plain | (env or {})))
        return self.account.arn("lambda", f"function:{name}")

    def _functions(self) -> None:
        for work in WORKLOADS[:40]:
            self.roles.add(f"{work}-worker", service("lambda"))
            self._function(f"{work}-worker", f"{work}-worker")

    def _tasks(self) -> None:
        """Services with several revisions of one family: one workload, one role."""
        for number, work in enumerate(WORKLOADS[:16]):
            self.roles.add(f"{work}-task", service("ecs-tasks"))
            revisions = 3 if number < 8 else 1
            vault = self.account.arn("secretsmanager", f"secret:{work}/database")
            secrets = {"DATABASE_URL": vault} if number % 2 else {}
            self.account.tasks.append(
                Task(work, self.account.role_arn(f"{work}-task"), self._tags(), {"PORT": "8080"}, secrets, revisions)
            )
            if revisions > 1:
                anchor = arn(self.account.role_arn(f"{work}-task"))
                self.world.truth.decoy("NHI9:2025", anchor, "revisions of one task family")
            if secrets:
                task = self.account.arn("ecs", f"task-definition/{work}:1")
                self.world.truth.decoy("NHI2:2025", arn(task), "secret taken from the vault by reference")

    def _shared_roles(self) -> None:
        for number, work in enumerate(WORKLOADS[54:62]):
            name = f"{work}-common"
            self.roles.add(name, service("lambda"))
            for part in ("ingest", "transform", "publish", "sweep")[: 3 + number % 2]:
                self._function(f"{work}-{part}", name)
            self.world.truth.planted("role_shared", arn(self.account.role_arn(name)), note=f"{3 + number % 2} functions")
        for work in WORKLOADS[50:52]:
            name = f"{work}-both"
            self.roles.add(name, service("lambda"))
            self._function(f"{work}-prod", name)
            self._function(f"{work}-staging", name, environment="staging")
            self.world.truth.planted("role_in_two_environments", arn(self.account.role_arn(name)))
            self.world.truth.debatable("NHI9:2025", arn(self.account.role_arn(name)), "two workloads share it")

    def _own_role(self, name: str, host: str) -> str:
        return self.roles.add(f"{name}-role", service(host)).name

    def _leaky(self) -> None:
        truth = self.world.truth
        names = list(VENDOR_KEYS)
        for number, work in enumerate(WORKLOADS[20:26]):
            variable = names[number % len(names)]
            value = VENDOR_KEYS[variable](self.chance)
            target = self._function(f"{work}-legacy", self._own_role(f"{work}-legacy", "lambda"), {variable: value})
            self.world.leak("secret_in_workload", arn(target), value, kind="workload", note=variable)
        for work in WORKLOADS[26:32]:
            env = {
                "API_KEY": "changeme",
                "DB_PASSWORD": "{{resolve:secretsmanager:" + work + "/database}}",
                "SECRET_ARN": self.account.arn("secretsmanager", f"secret:{work}/api"),
            }
            target = self._function(f"{work}-edge", self._own_role(f"{work}-edge", "lambda"), env)
            truth.decoy("NHI2:2025", arn(target), "placeholder and references, no secret")
        for work in WORKLOADS[32:36]:
            role = self.account.role_arn(self._own_role(f"{work}-cron", "ecs-tasks"))
            env = {"DATABASE_URL": postgres(self.chance, f"{work}.db.nordholm.internal")}
            self.account.tasks.append(Task(f"{work}-cron", role, self._tags(), env))
            task = arn(self.account.arn("ecs", f"task-definition/{work}-cron:1"))
            self.world.leak("secret_in_workload", task, env["DATABASE_URL"], kind="workload", note="DATABASE_URL")
        self._human_key_in_functions()

    def _human_key_in_functions(self) -> None:
        """One person's key in two functions: leaked, reused, and a human's."""
        public_id, secret = self.world.human_keys[0]
        env = {"AWS_ACCESS_KEY_ID_EXPORT": public_id, "AWS_SECRET_ACCESS_KEY_EXPORT": secret}
        targets = [
            self._function(f"export-{part}", self._own_role(f"export-{part}", "lambda"), env) for part in ("daily", "weekly")
        ]
        for target in targets:
            self.world.leak(
                "secret_in_workload", arn(target), secret, kind="workload", public_id=public_id, note="key of a person"
            )
            role = self.account.role_arn(f"{target.rsplit(':', maxsplit=1)[-1]}-role")
            self.world.truth.planted("static_key_in_workload", arn(target), key(public_id), arn(role))

    def _builds(self) -> None:
        truth = self.world.truth
        for number in range(3):
            public_id, secret = self.world.service_keys[number]
            role = self.account.role_arn(self._own_role(f"build-{number + 1}", "codebuild"))
            env = {"AWS_ACCESS_KEY_ID": ("PLAINTEXT", public_id), "AWS_SECRET_ACCESS_KEY": ("PLAINTEXT", secret)}
            self.account.projects.append(Project(f"build-{number + 1}", role, self._tags(), env))
            anchor = arn(self.account.arn("codebuild", f"project/build-{number + 1}"))
            self.world.leak("secret_in_workload", anchor, secret, kind="workload", public_id=public_id, note="plaintext AWS key")
            truth.planted("static_key_in_workload", anchor, key(public_id), arn(role))
            truth.debatable("NHI6:2025", anchor, "a build with a static key although it has a role")
            truth.debatable("NHI6:2025", key(public_id), "a build with a static key although it has a role")
        for number in range(3, 6):
            role = self.account.role_arn(self._own_role(f"build-{number + 1}", "codebuild"))
            env = {"NPM_TOKEN": ("PARAMETER_STORE", "/build/npm"), "SIGNING": ("SECRETS_MANAGER", "build/signing")}
            self.account.projects.append(Project(f"build-{number + 1}", role, self._tags(), env))
            anchor = arn(self.account.arn("codebuild", f"project/build-{number + 1}"))
            truth.decoy("NHI2:2025", anchor, "secrets by reference")

    def _instances(self) -> None:
        for number in range(16):
            name, old = f"node-{number + 1:02}", number < 8
            role = self._own_role(name, "ec2")
            instance = Instance("i-0" + self.chance.text(16, HEX), name, self._tags(), "optional" if old else "required", role)
            if number in {3, 12}:
                value = stripe(self.chance)
                instance.user_data = f"#!/bin/sh\nexport STRIPE_SECRET_KEY={value}\nexec /opt/app/start\n"
            self.account.instances.append(instance)

    def _vault(self) -> None:
        truth, now = self.world.truth, self.world.now
        for number, work in enumerate(WORKLOADS[:18]):
            created = self.chance.ago(now, 400, 900)
            rotated = number >= 8
            changed = self.chance.ago(now, 2, 25) if rotated else self.chance.ago(now, 120, 380)
            value = postgres(self.chance, f"{work}.db.nordholm.internal")
            self.account.secrets.append(
                VaultSecret(f"{work}/database", value, created, changed, self._tags(), 30 if rotated else None)
            )
            anchor = arn(self.account.arn("secretsmanager", f"secret:{work}/database"))
            if rotated:
                truth.decoy("NHI7:2025", anchor, "rotates every 30 days")
            else:
                truth.planted("secret_not_rotated", anchor)
            truth.decoy("NHI2:2025", anchor, "in the vault, where it belongs")

    def _certificates(self) -> None:
        now = self.world.now
        plans = [
            ("shop", 360, 372),
            ("pay", 340, 365),
            ("api", 380, 390),
            ("partners", 100, 198),
            ("status", 40, 198),
            ("img", 20, 198),
        ]
        for name, age, days in plans:
            host = f"{name}.nordholm.example"
            start = self.world.days_ago(age)
            made = certificate(self.chance.child(name), host, start, days)
            number = "-".join(self.chance.text(length, HEX) for length in (8, 4, 4, 4, 12))
            target = self.account.arn("acm", f"certificate/{number}")
            self.account.certificates.append(AcmCertificate(target, host, made.text, made.key, start))
            left = (made.not_after - now).days
            also = key(made.thumbprint)
            if left <= 30:
                self.world.truth.planted("certificate_expiring", arn(target), also, note=f"{left} days left")
            else:
                self.world.truth.decoy("NHI7:2025", arn(target), f"{left} days left")
