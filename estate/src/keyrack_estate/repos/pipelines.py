"""Pipelines of six kinds, right and wrong, with their labels."""

from __future__ import annotations

from dataclasses import dataclass

from keyrack_estate.account.trusts import GITHUB
from keyrack_estate.chance import Chance
from keyrack_estate.repos.history import Repository
from keyrack_estate.repos.sources import commit_id
from keyrack_estate.truth import Anchor
from keyrack_estate.world import World

THIRD_PARTY = (
    "docker/build-push-action",
    "softprops/action-gh-release",
    "aws-actions/configure-aws-credentials",
    "hashicorp/setup-terraform",
    "codecov/codecov-action",
    "pnpm/action-setup",
    "dorny/paths-filter",
    "peter-evans/create-pull-request",
)


@dataclass(frozen=True, slots=True)
class Workflow:
    """What a GitHub workflow does. ``third`` third-party actions, pinned to a commit or to a tag."""

    name: str
    triggers: str = "push"
    third: int = 1
    pinned: bool = True
    permissions: str = "read"
    static_keys: bool = False
    oidc_role: str | None = None
    untrusted: bool = False
    literal: tuple[str, str] | None = None
    public_id: str | None = None


def render(plan: Workflow, chance: Chance) -> str:
    """The workflow's YAML."""
    lines = [f"name: {plan.name}", "on:", f"  {plan.triggers}:"]
    lines += ["    branches: [main]"] if plan.triggers == "push" else []
    if plan.permissions == "write-all":
        lines.append("permissions: write-all")
    else:
        lines += ["permissions:", "  contents: read"]
    lines += ["jobs:", f"  {plan.name}:", "    runs-on: ubuntu-24.04"]
    if plan.oidc_role:
        lines += ["    permissions:", "      contents: read", "      id-token: write"]
    environment = _environment(plan)
    if environment:
        lines += ["    env:", *(f"      {name}: {value}" for name, value in environment.items())]
    lines += ["    steps:", "      - uses: actions/checkout@" + (commit_id(chance) if plan.pinned else "v5")]
    if plan.untrusted:
        lines += ["        with:", "          ref: ${{ github.event.pull_request.head.sha }}"]
    actions = chance.some(THIRD_PARTY, plan.third)
    if plan.oidc_role:
        role_action = "aws-actions/configure-aws-credentials"
        actions = [role_action, *(action for action in actions if action != role_action)][: max(plan.third, 1)]
    for action in actions:
        lines.append(
            f"      - uses: {action}@"
            + (f"{commit_id(chance)} # v{chance.integer(2, 6)}" if plan.pinned else f"v{chance.integer(2, 6)}")
        )
        if plan.oidc_role and action.startswith("aws-actions/"):
            lines += ["        with:", f"          role-to-assume: {plan.oidc_role}", "          aws-region: eu-north-1"]
    lines.append("      - run: make " + plan.name)
    return "\n".join(lines) + "\n"


def _environment(plan: Workflow) -> dict[str, str]:
    environment: dict[str, str] = {}
    if plan.static_keys:
        environment |= {f"AWS_{part}": f"${{{{ secrets.AWS_{part} }}}}" for part in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")}
    if plan.untrusted:
        environment["DEPLOY_TOKEN"] = "${{ secrets.DEPLOY_TOKEN }}"
    if plan.literal:
        if plan.public_id:
            environment["AWS_ACCESS_KEY_ID"] = plan.public_id
        environment[plan.literal[0]] = plan.literal[1]
    return environment


def label(world: World, anchor: Anchor, plan: Workflow) -> None:
    """Everything that is true of one workflow."""
    truth = world.truth
    if plan.pinned or not plan.third:
        truth.decoy("NHI3:2025", anchor, "third-party actions pinned to commits" if plan.third else "only GitHub's own actions")
    else:
        truth.planted("unpinned_action", anchor)
    if plan.permissions == "write-all":
        truth.planted("workflow_write_all", anchor)
    else:
        truth.decoy("NHI5:2025", anchor, "reads contents only")
    if plan.static_keys or (plan.literal and plan.public_id):
        truth.planted("static_cloud_key_in_ci", anchor)
    if plan.untrusted:
        truth.planted("pull_request_target", anchor)
    elif plan.triggers == "pull_request_target":
        truth.decoy("NHI6:2025", anchor, "neither checks out the head nor holds secrets")
    if plan.oidc_role:
        truth.decoy("NHI6:2025", anchor, f"{GITHUB} instead of keys")
    if plan.literal:
        world.leak("secret_in_ci_file", anchor, plan.literal[1], kind="ci", public_id=plan.public_id, note=plan.literal[0])
    elif plan.static_keys:
        truth.decoy("NHI2:2025", anchor, "secrets by reference")


def add(world: World, repo: Repository, plan: Workflow, files: dict[str, str | None]) -> None:
    """Put a workflow among the files of the next commit."""
    path = f".github/workflows/{plan.name}.yml"
    files[path] = render(plan, world.chance.child(f"workflow/{repo.name}/{plan.name}"))
    label(world, repo.at(path), plan)


OTHERS: dict[str, tuple[str, str]] = {
    "jenkins": (
        "Jenkinsfile",
        """pipeline {
  agent any
  environment {
    AWS_ACCESS_KEY_ID = credentials('aws-access-key-id')
    AWS_SECRET_ACCESS_KEY = credentials('aws-secret-access-key')
  }
  stages {
    stage('deploy') {
      steps { sh 'make deploy' }
    }
  }
}
""",
    ),
    "azure": (
        "azure-pipelines.yml",
        """trigger: [main]
pool:
  vmImage: ubuntu-24.04
steps:
- script: make deploy
  env:
    AWS_ACCESS_KEY_ID: $(AWS_ACCESS_KEY_ID)
    AWS_SECRET_ACCESS_KEY: $(AWS_SECRET_ACCESS_KEY)
""",
    ),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        """pipelines:
  branches:
    main:
    - step:
        name: deploy
        script:
        - export AWS_ACCESS_KEY_ID=$DEPLOY_AWS_ACCESS_KEY_ID
        - export AWS_SECRET_ACCESS_KEY=$DEPLOY_AWS_SECRET_ACCESS_KEY
        - make deploy
""",
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        """stages: [deploy]
deploy:
  stage: deploy
  variables:
    AWS_ACCESS_KEY_ID: $PROD_AWS_ACCESS_KEY_ID
    AWS_SECRET_ACCESS_KEY: $PROD_AWS_SECRET_ACCESS_KEY
  script: [make deploy]
  only: [main]
""",
    ),
    "circleci": (
        ".circleci/config.yml",
        """version: 2.1
jobs:
  deploy:
    machine: true
    steps:
    - checkout
    - run: aws configure set aws_access_key_id "$AWS_ACCESS_KEY_ID"
    - run: aws configure set aws_secret_access_key "$AWS_SECRET_ACCESS_KEY"
    - run: make deploy
workflows:
  main:
    jobs: [deploy]
""",
    ),
}
"""Pipelines of other systems that take long-lived AWS keys from their secret stores."""

GITLAB_OIDC = """stages: [deploy]
deploy:
  stage: deploy
  id_tokens:
    AWS_TOKEN:
      aud: https://gitlab.com
  script:
    - aws sts assume-role-with-web-identity --role-arn {role} --web-identity-token "$AWS_TOKEN" --role-session-name ci
    - make deploy
"""


def add_other(world: World, repo: Repository, kind: str, files: dict[str, str | None]) -> None:
    """Put a pipeline of another system among the files of the next commit."""
    path, text = OTHERS[kind]
    files[path] = text
    world.truth.planted("static_cloud_key_in_ci", repo.at(path), note=kind)
    world.truth.decoy("NHI2:2025", repo.at(path), "secrets by reference")
