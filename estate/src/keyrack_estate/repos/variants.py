"""Secrets in the less usual places of a repository: images, notebooks, compose files, package settings."""

from __future__ import annotations

import json
from collections.abc import Callable

from keyrack_estate.chance import Chance
from keyrack_estate.minting import anthropic, huggingface, npm, postgres, slack_bot, stripe
from keyrack_estate.world import World


def _database(chance: Chance) -> str:
    return postgres(chance, "legacy.db.nordholm.internal")


FILES: tuple[tuple[str, str, str, Callable[[Chance], str]], ...] = (
    ("api", "Dockerfile", 'FROM python:3.12-slim\nENV STRIPE_SECRET_KEY={0}\nCMD ["python", "-m", "api"]\n', stripe),
    ("web", ".npmrc", "@nordholm:registry=https://npm.pkg.example\n//npm.pkg.example/:_authToken={0}\n", npm),
    (
        "payments",
        "docker-compose.yml",
        "services:\n  api:\n    image: payments\n    environment:\n      DATABASE_URL: {0}\n",
        _database,
    ),
    (
        "ops-tools",
        "Makefile",
        "notify:\n\tcurl -H 'Authorization: Bearer {0}' https://slack.com/api/chat.postMessage\n",
        slack_bot,
    ),
)
"""Repository, path, text around the secret, its maker."""


class Variants:
    """Plants them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("repo-variants")

    def plant(self) -> None:
        """All of them."""
        for name, path, template, make in FILES:
            value = make(self.chance)
            self._put(name, path, template.format(value), value)
        first, second = huggingface(self.chance), anthropic(self.chance)
        lines = (f'login("{first}")\n', f'client = Anthropic(api_key="{second}")\n')
        cells = [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": [line]} for line in lines]
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        self._put("ml-agents", "notebooks/explore.ipynb", json.dumps(notebook, indent=1) + "\n", first, second)

    def _put(self, name: str, path: str, text: str, *values: str) -> None:
        repo = self.world.repos[name]
        repo.commit(repo.commits[-1].email, self.world.days_ago(46), f"Add {path.rsplit('/', maxsplit=1)[-1]}", {path: text})
        for value in values:
            self.world.leak("secret_at_head", repo.at(path), value, note=path)
