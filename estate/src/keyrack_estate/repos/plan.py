"""Twelve repositories: who works on them, what is in them, what should not be."""

from __future__ import annotations

from keyrack_estate.account.users import external_key
from keyrack_estate.minting import EXAMPLE_KEY_ID, EXAMPLE_SECRET, VENDOR_KEYS, npm, postgres, stripe
from keyrack_estate.repos import infra, pipelines
from keyrack_estate.repos.history import Repository
from keyrack_estate.repos.pipelines import Workflow
from keyrack_estate.repos.sources import package_lock, python_module, readme, script_module
from keyrack_estate.world import World

Files = dict[str, str | None]
NAMES = (
    "web",
    "api",
    "payments",
    "mobile",
    "infra-live",
    "data-pipeline",
    "ml-agents",
    "charts",
    "ops-tools",
    "docs-site",
    "legacy-billing",
    "old-intranet",
)
LEGACY = ("legacy-billing", "old-intranet")


class Repositories:
    """Plants the repositories."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("repos")

    def plant(self) -> None:
        """All of them."""
        for name in NAMES:
            repo = Repository(name)
            self.world.repos[name] = repo
            self._ordinary(repo)
        self._leaks()
        self._history()
        self._lookalikes()
        self._workflows()
        self._reuse()
        for name, make in (("infra-live", infra.terraform), ("charts", infra.kubernetes), ("ml-agents", infra.agents)):
            repo = self.world.repos[name]
            self._commit(repo, 30, f"{name}: current state", make(self.world, repo, self.chance.child(name)))

    def _authors(self, repo: Repository) -> list[str]:
        company = self.world.company
        if repo.name in LEGACY:
            return [company.gone[NAMES.index(repo.name) % len(company.gone)].email]
        start = NAMES.index(repo.name) * 2
        return [company.active[(start + step) % len(company.active)].email for step in range(3)]

    def _commit(self, repo: Repository, days: float, message: str, files: Files) -> None:
        author = self.chance.pick(self._authors(repo))
        repo.commit(author, self.world.days_ago(days), message, files)

    def _ordinary(self, repo: Repository) -> None:
        """A first commit with owners, then months of small changes."""
        authors = self._authors(repo)
        team = self.world.company.people[NAMES.index(repo.name) % 8].team
        owner = f"@nordholm/{team}" if NAMES.index(repo.name) % 4 == 3 else authors[0]
        first: Files = {"README.md": readme(repo.name), "CODEOWNERS": f"* {authors[0] if repo.name in LEGACY else owner}\n"}
        first[".gitignore"] = ".env\nnode_modules/\n__pycache__/\n"
        if repo.name in {"web", "mobile"}:
            first["package-lock.json"] = package_lock(self.chance, repo.name)
        self._commit(repo, 700 + len(repo.name), "Start", first)
        for number in range(self.chance.integer(12, 30)):
            module = f"part_{number % 9}"
            script = repo.name in {"web", "mobile", "docs-site"}
            path = f"src/{module}.ts" if script else f"{repo.name.replace('-', '_')}/{module}.py"
            text = script_module(self.chance, module) if script else python_module(self.chance, module)
            self._commit(repo, 650 - number * 20, f"Work on {module}", {path: text})

    def _leaks(self) -> None:
        """Secrets at HEAD."""
        plans = (
            ("api", "api/settings.py", "STRIPE_SECRET_KEY", '{0} = "{1}"\nTIMEOUT = 30\n'),
            ("payments", "config/production.yaml", "SENDGRID_API_KEY", "mail:\n  {0}: {1}\n  from: pay@nordholm.example\n"),
            ("mobile", "src/config.ts", "OPENAI_API_KEY", "export const {0} = '{1}';\n"),
            ("data-pipeline", "jobs/notify.py", "SLACK_BOT_TOKEN", 'import os\n\n{0} = os.environ.get("{0}", "{1}")\n'),
            (
                "ops-tools",
                "bin/release.sh",
                "GITLAB_TOKEN",
                '#!/bin/sh\ncurl -H "PRIVATE-TOKEN: {1}" https://gitlab.com/api/v4/projects\n',
            ),
            ("legacy-billing", "legacy_billing/mail.py", "SENDGRID_API_KEY", '{0} = "{1}"\n'),
        )
        for name, path, variable, template in plans:
            repo, value = self.world.repos[name], VENDOR_KEYS[variable](self.chance)
            self._commit(
                repo,
                self.chance.integer(60, 300),
                f"Configure {variable.split('_')[0].lower()}",
                {path: template.format(variable, value)},
            )
            self.world.leak("secret_at_head", repo.at(path), value, note=variable)
        for name, path in (("api", "alembic.ini"), ("old-intranet", "conf/app.ini")):
            repo, value = self.world.repos[name], postgres(self.chance, f"{name}.db.nordholm.internal")
            self._commit(repo, 420, "Database settings", {path: f"[database]\nurl = {value}\npool = 5\n"})
            self.world.leak("secret_at_head", repo.at(path), value, note="connection string")
        repo, value = self.world.repos["web"], stripe(self.chance)
        for stage in ("production", "staging"):
            path = f".env.{stage}"
            self._commit(repo, 250, f"Settings for {stage}", {path: f"APP_ENV={stage}\nSTRIPE_SECRET_KEY={value}\n"})
            self.world.leak("secret_at_head", repo.at(path), value, environment="prod" if stage == "production" else "nonprod")

    def _history(self) -> None:
        """Secrets that somebody removed: gone from HEAD, not from history."""
        names = list(VENDOR_KEYS)
        for number, name in enumerate(("web", "api", "payments", "data-pipeline", "ops-tools", "ml-agents", "docs-site")):
            repo, variable = self.world.repos[name], names[number % len(names)]
            value, path = VENDOR_KEYS[variable](self.chance), f"deploy/settings-{number}.env"
            self._commit(repo, 400 - number, "Add deploy settings", {path: f"{variable}={value}\nREGION=eu-north-1\n"})
            kept = None if number % 2 else f"{variable}=${{{variable}}}\nREGION=eu-north-1\n"
            self._commit(repo, 380 - number, "Move settings to the vault", {path: kept})
            self.world.leak("secret_in_history", repo.at(path), value, note=variable)

    def _reuse(self) -> None:
        """The same keys in two repositories; one of them a person's."""
        pairs = (
            (self.world.service_keys[20], ("data-pipeline", "ops-tools")),
            (self.world.service_keys[21], ("api", "legacy-billing")),
            (self.world.service_keys[22], ("payments", "mobile")),
        )
        for (public_id, secret), names in pairs:
            for name in names:
                repo, path = self.world.repos[name], "scripts/upload.sh"
                text = f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={public_id}\nexport AWS_SECRET_ACCESS_KEY={secret}\naws s3 sync out s3://nordholm-feeds\n"
                self._commit(repo, 220, "Upload script", {path: text})
                self.world.leak("secret_at_head", repo.at(path), secret, public_id=public_id, note="AWS key")
        public_id, secret = external_key(self.world, self.world.company.vendors[1].accounts[0])
        repo = self.world.repos["docs-site"]
        text = f"[vendor]\naws_access_key_id = {public_id}\naws_secret_access_key = {secret}\n"
        self._commit(repo, 130, "Vendor export", {"tools/export.ini": text})
        self.world.leak("secret_at_head", repo.at("tools/export.ini"), secret, public_id=public_id, note="key of another account")

    def _lookalikes(self) -> None:
        """What scanners trip over."""
        plans = (
            (
                "docs-site",
                "docs/aws.md",
                f"# AWS\n\n    aws_access_key_id = {EXAMPLE_KEY_ID}\n    aws_secret_access_key = {EXAMPLE_SECRET}\n",
            ),
            ("docs-site", "docs/database.md", "Connect with `postgresql://user:password@localhost:5432/app`.\n"),
            (
                "api",
                ".env.example",
                "STRIPE_SECRET_KEY=sk_live_your_key_here\nDATABASE_URL=postgresql://user:pass@localhost/app\n",
            ),
            ("payments", "config/example.yaml", "mail:\n  api_key: <your-sendgrid-key>\n  password: changeme\n"),
            ("payments", "deploy/values.yaml", "apiKey: ${STRIPE_SECRET_KEY}\npassword: {{ .Values.password }}\n"),
            (
                "ml-agents",
                "ml_agents/client.py",
                'import os\n\nAPI_KEY = os.environ["ANTHROPIC_API_KEY"]\nTOKEN = os.getenv("GITHUB_TOKEN", "")\n',
            ),
            ("mobile", "src/checksums.ts", f"export const sha256 = '{self.chance.text(64, '0123456789abcdef')}';\n"),
        )
        for name, path, text in plans:
            repo = self.world.repos[name]
            self._commit(repo, self.chance.integer(40, 500), f"Add {path.rsplit('/', maxsplit=1)[-1]}", {path: text})
            self.world.truth.decoy("NHI2:2025", repo.at(path), "example, placeholder, reference or hash")

    def _workflows(self) -> None:
        for name, workflows in self._plans().items():
            repo, files = self.world.repos[name], Files()
            for plan in workflows:
                pipelines.add(self.world, repo, plan, files)
                if name in LEGACY:
                    anchor = repo.at(f".github/workflows/{plan.name}.yml")
                    self.world.truth.planted("owner_gone", anchor, note=self._authors(repo)[0])
            self._commit(repo, 100, "Pipelines", files)
        self._other_pipelines()

    def _plans(self) -> dict[str, list[Workflow]]:
        """Workflows of each repository."""
        role, aside = self.world.account.role_arn, "workflow_dispatch"
        human_id, human_secret = self.world.human_keys[12]
        leaked = ("AWS_SECRET_ACCESS_KEY", human_secret)
        model = ("ANTHROPIC_API_KEY", VENDOR_KEYS["ANTHROPIC_API_KEY"](self.chance))
        target = "pull_request_target"
        return {
            "web": [
                Workflow("deploy", oidc_role=role("gha-web-main"), pinned=False),
                Workflow("test", third=0),
                Workflow("preview", target, untrusted=True),
            ],
            "api": [Workflow("deploy", static_keys=True), Workflow("test"), Workflow("triage", target, third=0)],
            "payments": [Workflow("release", oidc_role=role("gha-payments-prod")), Workflow("nightly", aside, 2, pinned=False)],
            "mobile": [Workflow("build", third=2, pinned=False, permissions="write-all"), Workflow("label", target, third=0)],
            "data-pipeline": [Workflow("publish", literal=leaked, public_id=human_id), Workflow("lint", third=0)],
            "ml-agents": [
                Workflow("evaluate", literal=model),
                Workflow("agent", target, untrusted=True, permissions="write-all"),
            ],
            "ops-tools": [Workflow("sync", static_keys=True, permissions="write-all", pinned=False), Workflow("check")],
            "docs-site": [Workflow("pages", permissions="write-all"), Workflow("links", aside, pinned=False)],
            "charts": [Workflow("package", oidc_role=role("gha-like-exact"))],
            "infra-live": [
                Workflow("plan", oidc_role=role("gha-infra-plan")),
                Workflow("apply", static_keys=True, permissions="write-all"),
            ],
            "legacy-billing": [
                Workflow("nightly", static_keys=True, pinned=False),
                Workflow("report", literal=("NPM_TOKEN", npm(self.chance))),
            ],
            "old-intranet": [Workflow("build", pinned=False), Workflow("mirror", permissions="write-all")],
        }

    def _other_pipelines(self) -> None:
        for name, kind in (
            ("payments", "jenkins"),
            ("mobile", "azure"),
            ("docs-site", "bitbucket"),
            ("data-pipeline", "gitlab"),
            ("legacy-billing", "circleci"),
        ):
            repo, files = self.world.repos[name], Files()
            pipelines.add_other(self.world, repo, kind, files)
            if name in LEGACY:
                self.world.truth.planted("owner_gone", repo.at(next(iter(files))), note=self._authors(repo)[0])
            self._commit(repo, 90, f"{kind} pipeline", files)
        repo = self.world.repos["ops-tools"]
        role = self.world.account.role_arn("gitlab-one")
        self._commit(repo, 80, "Deploy through OIDC", {".gitlab-ci.yml": pipelines.GITLAB_OIDC.format(role=role)})
        self.world.truth.decoy("NHI6:2025", repo.at(".gitlab-ci.yml"), "OIDC instead of keys")
