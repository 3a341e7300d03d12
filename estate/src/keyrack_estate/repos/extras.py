"""The rarer troubles of repositories: committed keys and state, inherited secrets, moving images, broad triggers."""

from __future__ import annotations

import json

from keyrack_estate.keys import SshKey
from keyrack_estate.minting import password
from keyrack_estate.repos.sources import commit_id
from keyrack_estate.truth import arn
from keyrack_estate.world import World

Files = dict[str, str | None]
_HEAD = "name: {0}\non:\n  {1}:\n{2}jobs:\n"
_READ = "permissions:\n  contents: read\n"


class Extras:
    """Plants one or a few of each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self.chance = world.chance.child("repo-extras")

    def plant(self) -> None:
        """All of them."""
        self._keys()
        self._state()
        self._inherited()
        self._images()
        self._triggers()
        self._shared_secrets()
        self._twins()

    def database(self) -> None:
        """The password of the payments database, which other systems hold too, in the repository's deployment settings."""
        value = self.world.share("payments-db")
        path, host = "deploy/production.env", "payments-db.nordholm.example"
        text = f"DATABASE_HOST={host}\nDATABASE_USER=payments_app\nDATABASE_PASSWORD={value}\n"
        self._commit("payments", 190, "Settings of production", {path: text})
        self.world.leak("secret_at_head", self.world.repos["payments"].at(path), value, environment="prod", note="database")

    def _commit(self, name: str, days: float, message: str, files: Files) -> None:
        repo = self.world.repos[name]
        repo.commit(repo.commits[-1].email, self.world.days_ago(days), message, files)

    def _keys(self) -> None:
        for name in ("payments", "mobile"):
            made = SshKey(self.chance.child(name), f"{name}-deploy@nordholm.internal")
            path, sealed = "deploy/keys/deploy_key", "deploy/keys/sealed_key"
            other = SshKey(self.chance.child(f"{name}/sealed"), f"{name}-sealed@nordholm.internal")
            files: Files = {path: made.private(), f"{path}.pub": made.public + "\n", sealed: other.encrypted()}
            self._commit(name, 210, "Deploy keys", files)
            anchor = self.world.repos[name].at(path)
            self.world.leak("secret_at_head", anchor, made.private(), public_id=made.fingerprint, note="private key")
            self.truth.decoy("NHI2:2025", self.world.repos[name].at(f"{path}.pub"), "public key")
            self.truth.debatable("NHI2:2025", self.world.repos[name].at(sealed), "committed, but under a passphrase")

    def _state(self) -> None:
        for name, path in (("infra-live", "legacy/terraform.tfstate"), ("ops-tools", "lab/terraform.tfstate")):
            value = password(self.chance, 26)
            attributes = {"identifier": "legacy", "username": "master", "password": value}
            resource = {"mode": "managed", "type": "aws_db_instance", "name": "legacy", "instances": [{"attributes": attributes}]}
            state = {"version": 4, "terraform_version": "1.9.0", "serial": 3, "outputs": {}, "resources": [resource]}
            self._commit(name, 260, "Import legacy database", {path: json.dumps(state, indent=2) + "\n"})
            anchor = self.world.repos[name].at(path)
            self.world.leak("secret_at_head", anchor, value, note="Terraform state")
            self.truth.planted("state_in_repository", anchor)

    def _inherited(self) -> None:
        call = "  call:\n    uses: {0}/.github/workflows/{1}.yml@{2}\n    secrets: inherit\n"
        cases = (
            ("web", "cloud-ship/pipelines", False),
            ("api", "release-wizard/workflows", False),
            ("charts", "nordholm/ops-tools", True),
        )
        for name, owner, own in cases:
            path = ".github/workflows/reuse.yml"
            text = _HEAD.format("reuse", "push", _READ) + call.format(owner, "ship", commit_id(self.chance))
            self._commit(name, 70, "Reuse the pipeline", {path: text})
            anchor = self.world.repos[name].at(path)
            if own:
                self.truth.decoy("NHI3:2025", anchor, "our own workflow")
            else:
                self.truth.planted("secrets_inherited", anchor, note=owner)

    def _images(self) -> None:
        job = "stages: [check]\ncheck:\n  stage: check\n  image: {0}\n  script: [make check]\n"
        images = (
            ("charts", "bitnami/kubectl:latest", True),
            ("infra-live", "hashicorp/terraform:latest", True),
            ("docs-site", f"vale-cli/vale@sha256:{self.chance.text(64, '0123456789abcdef')}", False),
        )
        for name, image, moving in images:
            self._commit(name, 65, "Check on GitLab", {".gitlab-ci.yml": job.format(image)})
            anchor = self.world.repos[name].at(".gitlab-ci.yml")
            if moving:
                self.truth.planted("unpinned_image", anchor, note=image)
            else:
                self.truth.decoy("NHI3:2025", anchor, "pinned by digest")
        role = self.world.account.role_arn("gitlab-one")
        text = "deploy:\n  image: registry.nordholm.internal/deploy@sha256:" + "ab12" * 16 + "\n  script:\n"
        text += f"    - aws sts assume-role-with-web-identity --role-arn {role} --role-session-name ci"
        text += ' --web-identity-token "$CI_JOB_JWT_V2"\n'
        repo = self.world.repos["web"]
        self._commit("web", 64, "Deploy from GitLab", {".gitlab-ci.yml": text})
        self.truth.planted("gitlab_job_jwt", repo.at(".gitlab-ci.yml"))
        self.truth.debatable("NHI9:2025", arn(role), "named by the pipelines of two repositories")

    def _triggers(self) -> None:
        step = "    runs-on: ubuntu-24.04\n    steps:\n      - run: make {0}\n"
        wide = "permissions:\n  contents: read\n  id-token: write\n"
        for name in ("payments", "data-pipeline"):
            jobs = "".join(f"  {job}:\n" + step.format(job) for job in ("build", "scan", "publish"))
            path = ".github/workflows/federate.yml"
            self._commit(name, 62, "Federate", {path: _HEAD.format("federate", "push", wide) + jobs})
            self.truth.planted("id_token_for_all_jobs", self.world.repos[name].at(path))
        for name in ("docs-site", "web"):
            path = ".github/workflows/greet.yml"
            token = "    env:\n      BOT_TOKEN: ${{ secrets.BOT_TOKEN }}\n"
            job = "  greet:\n" + step.format("greet").replace("    steps:", token + "    steps:")
            self._commit(name, 61, "Greet", {path: _HEAD.format("greet", "pull_request_target", _READ) + job})
            self.truth.planted("privileged_trigger", self.world.repos[name].at(path))

    def _shared_secrets(self) -> None:
        """A secret of the CI store that production and staging jobs share; another that six workflows name."""
        job = (
            "  {0}:\n    runs-on: ubuntu-24.04\n    environment: {0}\n    env:\n"
            "      DEPLOY_TOKEN: ${{{{ secrets.DEPLOY_TOKEN }}}}\n    steps:\n      - run: make deploy\n"
        )
        for name in ("web", "payments"):
            path = ".github/workflows/rollout.yml"
            text = _HEAD.format("rollout", "push", _READ) + job.format("production") + job.format("staging")
            self._commit(name, 58, "Roll out", {path: text})
            self.truth.planted("ci_secret_two_environments", self.world.repos[name].at(path))
        files: Files = {}
        for word in ("alpha", "beta", "gamma", "delta", "omega", "sigma"):
            body = f"  {word}:\n    runs-on: ubuntu-24.04\n    env:\n      REGISTRY_TOKEN: ${{{{ secrets.REGISTRY_TOKEN }}}}\n"
            body += "    steps:\n      - run: make chart\n"
            files[f".github/workflows/chart-{word}.yml"] = _HEAD.format(f"chart-{word}", "push", _READ) + body
        self._commit("charts", 57, "One workflow a chart", files)
        anchors = [self.world.repos["charts"].at(path) for path in files]
        self.truth.planted("ci_secret_many_pipelines", anchors[0], *anchors[1:], note="REGISTRY_TOKEN in six workflows")

    def _twins(self) -> None:
        for number, user in enumerate(self.world.twins()[:2]):
            made, name = user.keys[1], ("ops-tools", "data-pipeline")[number]
            path = f"scripts/feed-{number}.sh"
            text = f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={made.id}\nexport AWS_SECRET_ACCESS_KEY={made.secret}\nmake feed\n"
            self._commit(name, 20, "Feed", {path: text})
            anchor = self.world.repos[name].at(path)
            self.world.leak("secret_at_head", anchor, made.secret, public_id=made.id, note="AWS key")
            self.truth.planted("identity_shared", arn(self.world.account.user_arn(user)), note="two keys, two consumers")
