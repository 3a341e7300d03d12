"""What TruffleHog, Gitleaks and detect-secrets find: the leaks of the repositories again, and places nobody else looks at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from keyrack_estate import minting
from keyrack_estate.fakes import reports as shapes
from keyrack_estate.fakes.reports import Hit
from keyrack_estate.repos.history import Repository
from keyrack_estate.truth import Anchor, place
from keyrack_estate.world import World

UNSCANNED = "nordholm/attic"
"""A repository that only the other scanner reads."""


def plant(world: World) -> dict[str, str]:
    """Files by name, with the truth of what only they tell."""
    hits = list(_leaks(world))
    files = {"trufflehog-org.jsonl": shapes.jsonl([*map(shapes.trufflehog, hits), *_elsewhere(world)])}
    first = hits[0].repository if hits else ""
    own = [hit for hit in hits if hit.repository == first]
    redacted = [shapes.gitleaks(hit, redact=True) for hit in own]
    files["gitleaks-redacted.json"] = json.dumps(redacted)
    files["gitleaks-attic.sarif"] = json.dumps(shapes.sarif("gitleaks", _attic(world)))
    return files


def _leaks(world: World) -> Iterator[Hit]:
    """Secrets that the repositories' own truth calls leaked, where they first stand."""
    leaked = {entry.anchor for entry in world.truth.entries() if entry.owasp == "NHI2:2025" and entry.present}
    for value, sightings in sorted(world.sightings.by_value()):
        for seen in sightings:
            repo = next((repo for repo in world.repos.values() if repo.scope == seen.anchor.scope), None)
            bare = Anchor(scope=seen.anchor.scope, path=seen.anchor.path)
            if repo is None or not ({seen.anchor, bare} & leaked):
                continue
            hit = _first(repo, seen.anchor.path or "", value, seen.public_id or "")
            if hit is not None:
                yield hit


def _first(repo: Repository, path: str, value: str, public_id: str) -> Hit | None:
    for commit in sorted(repo.commits, key=lambda commit: commit.when):
        data = commit.files.get(path)
        at = data.find(value.encode()) if data else -1
        if data and at >= 0:
            aws = public_id.startswith("AKIA")
            name = hashlib.sha1(f"{repo.scope}{path}{commit.when}".encode(), usedforsecurity=False).hexdigest()
            return Hit(
                repo.scope, path, data.count(b"\n", 0, at) + 1, value, "AWS" if aws else "CustomRegex", commit=name,
                email=commit.email, at=commit.when, id=public_id if aws else "",
            )  # fmt: skip
    return None


def _elsewhere(world: World) -> Iterator[shapes.Json]:
    """Chats, tickets, images and logs: new secrets, each in one place."""
    chance, at = world.chance.child("reports-elsewhere"), world.days_ago(30)
    made = {"Slack": minting.slack_bot, "Stripe": minting.stripe, "Github": minting.github_pat, "SendGrid": minting.sendgrid}
    rules = tuple(made)
    channels = ("payments", "storefront-dev", "ops-night")
    for number, channel in enumerate(channels):
        rule, stamp = rules[number], f"17{chance.integer(10_000_000, 99_999_999)}.00{number}"
        world.truth.planted("chat_secret", place(f"slack:{channel}", stamp))
        yield _found(
            rule,
            made[rule](chance),
            at,
            "Slack",
            {"channel_name": channel, "timestamp": stamp, "user_id": "U1"},
            live=number == 0,
        )
    for number, issue in enumerate(("OPS-118", "PAY-77")):
        rule = rules[-1 - number]
        world.truth.planted("chat_secret", place(f"jira:{issue}", "comment"))
        yield _found(rule, made[rule](chance), at, "Jira", {"issue": issue, "location": "comment"})
    for number, image in enumerate(("batch-legacy", "web-nightly")):
        image_name, file = f"registry.nordholm.example/{image}", "/srv/app/settings.env"
        world.truth.planted("image_secret", place(image_name, file))
        yield _found(
            rules[number],
            made[rules[number]](chance),
            at,
            "Docker",
            {"image": image_name, "file": file, "layer": "sha256:1", "tag": "v1"},
        )
    world.truth.planted("image_secret", place("circleci:nordholm/batch-jobs", "publish"))
    yield _found("Stripe", minting.stripe(chance), at, "CircleCI", {"repository": "nordholm/batch-jobs", "build_step": "publish"})
    world.truth.decoy("NHI2:2025", place("slack:random", "1700000001.1"), "a sample that somebody explained")
    yield _found("CustomRegex", "your-api-key-here", at, "Slack", {"channel_name": "random", "timestamp": "1700000001.1"})


def _found(rule: str, value: str, at: datetime, source: str, more: dict[str, str], *, live: bool = False) -> shapes.Json:
    return shapes.trufflehog(Hit("", "", 0, value, rule, source=source, more=more, at=at, verified=live))


def _attic(world: World) -> list[Hit]:
    chance, at = world.chance.child("reports-attic"), world.days_ago(200)
    found = []
    for number, (path, rule, value) in enumerate((
        ("jobs/export.py", "slack-bot-token", minting.slack_bot(chance)),
        ("jobs/mail.py", "sendgrid-api-token", minting.sendgrid(chance)),
        ("lib/pay.rb", "stripe-access-token", minting.stripe(chance)),
        ("lib/git.rb", "github-pat", minting.github_pat(chance)),
    )):  # fmt: skip
        world.truth.planted("unscanned_secret", place(UNSCANNED, path))
        found.append(Hit(UNSCANNED, path, 3 + number, value, rule, commit=f"{number:040x}", at=at))
    lone = minting.access_key_id(chance, world.company.siblings["nordholm-logs"])
    world.truth.decoy("NHI2:2025", place(UNSCANNED, "lib/ids.rb"), "the id of a key alone")
    found.append(Hit(UNSCANNED, "lib/ids.rb", 5, lone, "aws-access-token", commit="e" * 40, at=at))
    for path, value in (("docs/setup.md", "your-token-here"), ("README.md", "xxxxxxxxxxxxxxxx")):
        world.truth.decoy("NHI2:2025", place(UNSCANNED, path), "a sample")
        found.append(Hit(UNSCANNED, path, 9, value, "generic-api-key", commit="f" * 40, at=at))
    return found
