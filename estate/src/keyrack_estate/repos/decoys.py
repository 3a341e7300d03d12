"""What looks wrong in a repository and is right, beside the decoys that stand next to each planted trouble."""

from __future__ import annotations

from keyrack_estate.chance import BASE62, HEX
from keyrack_estate.keys import SshKey
from keyrack_estate.repos.sources import commit_id
from keyrack_estate.world import World

Texts = tuple[tuple[str, str, str, str], ...]

TEXTS: Texts = (
    ("api", "tests/test_payments.py", 'KEY = "sk_test_dummy"\nPASSWORD = "not-a-real-password"\n', "test values"),
    ("api", "migrations/0007_token.sql", "ALTER TABLE users ADD COLUMN api_token_hash varchar(64);\n", "a column's name"),
    ("web", "src/i18n.json", '{"password": "Password", "token": "Token", "forgot_password": "Forgotten?"}\n', "words"),
    ("payments", "schema/config.schema.json", '{"properties": {"apiKey": {"example": "YOUR_API_KEY"}}}\n', "schema"),
    ("data-pipeline", "jobs/connect.py", "import os\n\nPASSWORD = os.environ['DB_PASSWORD']\n", "from the environment"),
    (
        "ops-tools",
        "compose.yaml",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n",
        "a file",
    ),
    ("charts", "values.yaml", "existingSecret: catalog-database\npasswordKey: password\ntoken: ''\n", "names of secrets"),
    ("infra-live", "outputs.tf", 'output "password_arn" {\n  value = aws_secretsmanager_secret.db.arn\n}\n', "ARN"),
    ("infra-live", "random.tf", 'resource "random_password" "db" {\n  length = 32\n}\n', "made by Terraform"),
    ("ml-agents", "prompts/system.md", "Never print API keys such as sk-ant-... or ghp_... to the user.\n", "prose"),
    ("docs-site", "docs/tokens.md", "Tokens look like `glpat-XXXXXXXXXXXXXXXXXXXX` and `xoxb-your-token`.\n", "shapes in prose"),
)
"""Repository, path, text, why it is harmless."""

WORKFLOWS: Texts = (
    ("web", "fork-tests", "pull_request", "        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"),
    (
        "api",
        "stale",
        "pull_request_target",
        "      - uses: actions/stale@v9\n        with: {repo-token: '${{ secrets.GITHUB_TOKEN }}'}\n",
    ),
    ("mobile", "own-action", "push", "      - uses: nordholm/release-action@main\n      - uses: ./.github/actions/build\n"),
    ("payments", "codeql", "push", "      - uses: github/codeql-action/analyze@v3\n"),
    ("ops-tools", "upload", "push", "      - uses: actions/upload-artifact@v4\n        with: {path: dist}\n"),
    ("charts", "lint", "push", "      - uses: helm/chart-testing-action@COMMIT # v2\n      - run: make lint\n"),
    ("data-pipeline", "types", "push", "      - uses: docker://ghcr.io/nordholm/types@sha256:DIGEST\n"),
    (
        "docs-site",
        "spell",
        "push",
        "      - run: make spell\n        env:\n          AWS_REGION: eu-north-1\n          AWS_ROLE: reader\n",
    ),
)
"""Repository, workflow, trigger, steps after the checkout."""

_HEAD = "name: {0}\non:\n  {1}:\npermissions:\n  contents: read\njobs:\n  {0}:\n    runs-on: ubuntu-24.04\n    steps:\n"


class Decoys:
    """Plants them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self.chance = world.chance.child("repo-decoys")

    def plant(self) -> None:
        """All of them."""
        for name, path, text, note in (*TEXTS, *self._made()):
            self._put(name, path, text, ("NHI2:2025",), note)
        for name, title, trigger, tail in WORKFLOWS:
            steps = f"      - uses: actions/checkout@{commit_id(self.chance)}\n" + tail
            steps = steps.replace("COMMIT", commit_id(self.chance)).replace("DIGEST", self.chance.text(64, HEX))
            risks = ("NHI2:2025", "NHI3:2025", "NHI5:2025", "NHI6:2025")
            text = _HEAD.format(title, trigger) + steps
            self._put(name, f".github/workflows/{title}.yml", text, risks, "least rights, no secret, nobody else's moving code")

    def _made(self) -> Texts:
        """Those with chance in them."""
        public = SshKey(self.chance.child("deploy"), "deploy@nordholm.internal").public
        uuid = "-".join(self.chance.text(length, HEX) for length in (8, 4, 4, 4, 12))
        image = self.chance.text(180, BASE62)
        return (
            ("web", "public/key.pub", public + "\n", "public key"),
            ("mobile", "app/google-services.json", f'{{"client_id": "{uuid}", "project_number": "482915573026"}}\n', "client id"),
            ("payments", "CHANGELOG.md", f"# Changes\n\n- {self.chance.text(40, HEX)} settle faster\n", "commit id"),
            ("docs-site", "static/app.css", f".icon{{background:url(data:image/png;base64,{image})}}\n", "an image"),
        )

    def _put(self, name: str, path: str, text: str, risks: tuple[str, ...], note: str) -> None:
        repo = self.world.repos[name]
        repo.commit(repo.commits[-1].email, self.world.days_ago(50), f"Add {path.rsplit('/', maxsplit=1)[-1]}", {path: text})
        for owasp in risks:
            self.truth.decoy(owasp, repo.at(path), note)
