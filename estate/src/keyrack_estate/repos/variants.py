"""Secrets in the less usual places of a repository: images, notebooks, compose files, package settings."""

from __future__ import annotations

import json

from keyrack_estate.minting import anthropic, huggingface, npm, postgres, slack_bot, stripe
from keyrack_estate.world import World


class Variants:
    """Plants them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("repo-variants")

    def plant(self) -> None:
        """All of them."""
        cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": []}
        token, notebook_key = huggingface(self.chance), anthropic(self.chance)
        notebook = {
            "cells": [
                cell | {"source": [f'login("{token}")\n']},
                cell | {"source": [f'client = Anthropic(api_key="{notebook_key}")\n']},
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        stripe_key, npm_token = stripe(self.chance), npm(self.chance)
        url, hook = postgres(self.chance, "legacy.db.nordholm.internal"), slack_bot(self.chance)
        files = (
            (
                "api",
                "Dockerfile",
                f'FROM python:3.12-slim\nENV STRIPE_SECRET_KEY={stripe_key}\nCMD ["python", "-m", "api"]\n',
                (stripe_key,),
            ),
            (
                "web",
                ".npmrc",
                f"@nordholm:registry=https://npm.pkg.example\n//npm.pkg.example/:_authToken={npm_token}\n",
                (npm_token,),
            ),
            ("ml-agents", "notebooks/explore.ipynb", json.dumps(notebook, indent=1) + "\n", (token, notebook_key)),
            (
                "payments",
                "docker-compose.yml",
                f"services:\n  api:\n    image: payments\n    environment:\n      DATABASE_URL: {url}\n",
                (url,),
            ),
            (
                "ops-tools",
                "Makefile",
                f"notify:\n\tcurl -H 'Authorization: Bearer {hook}' https://slack.com/api/chat.postMessage\n",
                (hook,),
            ),
        )
        for name, path, text, values in files:
            repo = self.world.repos[name]
            repo.commit(repo.commits[-1].email, self.world.days_ago(46), f"Add {path.rsplit('/', maxsplit=1)[-1]}", {path: text})
            for value in values:
                self.world.leak("secret_at_head", repo.at(path), value, note=path)
