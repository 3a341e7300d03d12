"""Shared by the reports provider's tests: secrets made at run time, a folder of reports in every form, a fixed clock."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from keyrack.providers.reports import provider
from keyrack.records import Record
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.checksums import digits
from keyrack_estate.fakes import reports as shapes
from keyrack_estate.fakes.reports import Hit

NOW = datetime.now(UTC).replace(microsecond=0)
LETTERS = string.ascii_letters + string.digits
COMMIT = "c0ffee" + "0" * 34


def chars(count: int, alphabet: str = LETTERS) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))


def github_token() -> str:
    body = chars(30)
    return f"ghp_{body}{digits(body)}"


@cache
def pem() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode().strip()


@dataclass
class Planted:
    """Secrets of one company, and where they lie."""

    key_id: str = field(default_factory=lambda: "AKIA" + chars(16, string.ascii_uppercase + "234567"))
    key: str = field(default_factory=lambda: chars(40))
    github: str = field(default_factory=github_token)
    password: str = field(default_factory=lambda: chars(22))
    slack: str = field(default_factory=lambda: f"xoxb-{chars(12, string.digits)}-{chars(12, string.digits)}-{chars(24)}")

    @property
    def values(self) -> list[str]:
        return [self.key, self.github, self.password, self.slack, pem()]

    def hit(self, what: str, rule: str, **more: Any) -> Hit:
        line = {"aws": 2, "github": 7, "password": 3, "slack": 4, "pem": 1}[what]
        value = {"aws": self.key, "github": self.github, "slack": self.slack, "pem": pem()}.get(what, "")
        value = value or f"postgres://payments_app:{self.password}@db.nordholm.internal:5432/payments"
        given = {
            "repository": "nordholm/web",
            "path": f"app/{what}.py",
            "line": line,
            "value": value,
            "rule": rule,
            "commit": COMMIT,
        }
        return Hit(**{**given, "id": self.key_id if what == "aws" else "", "at": NOW - timedelta(days=40), **more})


def context(now: datetime = NOW) -> Context:
    return Context(now=now, fingerprint=Fingerprinter(b"test-key"))


def target(path: Path | str, **options: str) -> Target:
    return Target("reports", options={"path": str(path), **options})


def scan(path: Path | str, now: datetime = NOW, **options: str) -> list[Record]:
    return list(provider.discover(target(path, **options), context(now)))


def of(records: list[Record], kind: type, **values: Any) -> list[Any]:
    return [r for r in records if isinstance(r, kind) and all(getattr(r, name) == value for name, value in values.items())]


def write(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str | bytes) else json.dumps(content, indent=1)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


RULES = {
    "trufflehog": {"aws": "AWS", "github": "Github", "password": "Postgres", "slack": "Slack", "pem": "PrivateKey"},
    "gitleaks": {
        "aws": "aws-access-token",
        "github": "github-pat",
        "password": "generic-api-key",
        "slack": "slack-bot-token",
        "pem": "private-key",
    },
}


def every_form(folder: Path, planted: Planted) -> None:
    """The same secrets at the same places as every tool would report them."""
    hog = [planted.hit(what, rule) for what, rule in RULES["trufflehog"].items()]
    leaks = [planted.hit(what, rule, id="") for what, rule in RULES["gitleaks"].items()]
    pairs = [planted.hit(what, rule) for what, rule in RULES["gitleaks"].items()]
    write(folder, "a-trufflehog.jsonl", shapes.jsonl(map(shapes.trufflehog, hog)))
    write(folder, "b-gitleaks.json", [shapes.gitleaks(hit) for hit in leaks])
    write(folder, "c-gitleaks.csv", shapes.gitleaks_csv(leaks))
    write(folder, "d-kingfisher.jsonl", shapes.jsonl(map(shapes.kingfisher, pairs)))
    write(
        folder,
        "e-kingfisher.json",
        {"findings": [shapes.kingfisher(hit) for hit in pairs], "audit": {"completed_at": NOW.isoformat()}},
    )
    write(folder, "f-ggshield.json", shapes.ggshield({COMMIT: pairs}))
    write(folder, "g-gitleaks.sarif", shapes.sarif("gitleaks", leaks, results_first=False))
    write(folder, "h-kingfisher.sarif", shapes.sarif("kingfisher", leaks))
    write(folder, "i-baseline.json", shapes.baseline([hit for hit in leaks if hit.value != pem()], NOW - timedelta(days=1)))
    write(folder, "j-redacted.json", [shapes.gitleaks(hit, redact=True) for hit in leaks])
    account = "111122223333"
    findings = [
        shapes.prowler("iam_rotate_access_key_90_days", f"arn:aws:iam::{account}:user/ci", account, NOW),
        shapes.prowler("iam_role_administratoraccess_policy", f"arn:aws:iam::{account}:role/deploy", account, NOW),
        shapes.prowler("s3_bucket_public_access", "arn:aws:s3:::open", account, NOW),
    ]
    write(folder, "k-prowler.ocsf.json", findings)
    write(folder, "l-helpdesk.csv", "Login,Owner,Last seen\nbot-1,ann@nordholm.example,2026-10-01\nbot-2,,never\n")
    mapping = '[[tables]]\nmatch = "*-helpdesk.csv"\nsystem = "helpdesk"\n[tables.columns]\nid = "Login"\nowner = "Owner"\nlast_used = "Last seen"\n'
    write(folder.parent, "mapping.toml", mapping)
