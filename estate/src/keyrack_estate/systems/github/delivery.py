"""Apps, environments, runners, webhooks, OIDC subjects and the organisation's settings."""

from __future__ import annotations

from dataclasses import dataclass

from keyrack_estate.company import ORG
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.systems.github.ground import Ground, thing
from keyrack_estate.truth import arn


@dataclass(frozen=True, slots=True)
class App:
    """An installed App. ``label`` empty: right, as ``note`` says."""

    slug: str
    name: str
    owner: str
    permissions: tuple[str, ...]
    everywhere: bool
    label: str
    note: str
    owasp: str = "NHI5:2025"
    suspended: int = 0


APPS = (
    App("nordholm-deployer", "Deployer", ORG, ("contents:write", "deployments:write"), False, "", "selected repositories"),
    App("nordholm-catalogue", "Catalogue", ORG, ("contents:read", "members:read"), True, "", "reads"),
    App("nordholm-labels", "Labels", ORG, ("issues:write", "pull_requests:write"), True, "", "writes issues only"),
    App("nordholm-settings", "Settings", ORG, ("administration:write",), True, "github_app_administers", "every repository"),
    App("nordholm-secrets", "Secret sync", ORG, ("secrets:write", "organization_secrets:write"), True,
        "github_app_administers", "secrets"),
    App("nordholm-people", "People sync", ORG, ("members:write",), False,
        "github_app_administers", "members are the organisation's"),
    App("lumenwatch", "Lumenwatch", "lumenwatch", ("contents:write", "checks:write"), True, "github_vendor_writes", "code"),
    App("brightcost", "Brightcost", "brightcost", ("administration:write",), True, "github_vendor_writes", "settings"),
    App("paperplane-review", "Paperplane review", "paperplane", ("checks:write", "contents:read", "pull_requests:write"), True,
        "", "comments on pull requests", "NHI3:2025"),
    App("tidewater-backup", "Tidewater backup", "tidewater", ("contents:write",), False, "",
        "selected repositories", "NHI3:2025"),
    App("dependabot", "Dependabot", "github", ("contents:write", "pull_requests:write"), True, "", "GitHub's own", "NHI3:2025"),
    App("cobalt-desk", "Cobalt desk", "cobalt-support", ("issues:write",), False, "github_vendor_ended", "contract ended"),
    App("old-linter", "Old linter", "lint-works", ("checks:write",), True, "github_app_suspended", "suspended", suspended=90),
)  # fmt: skip


class Delivery:
    """Plants them."""

    def __init__(self, ground: Ground) -> None:
        self.it = ground

    def plant(self) -> None:
        """All of them."""
        self._settings()
        for spec in APPS:
            self._app(spec)
        self._pipelines()
        self._environments()
        self._runners()
        self._hooks()

    def _settings(self) -> None:
        it = self.it
        it.org.settings = {
            "": {
                **shapes.user(ORG, "Organization"), "name": "Nordholm", "two_factor_requirement_enabled": True,
                "default_repository_permission": "read", "members_can_fork_private_repositories": False,
                "deploy_keys_enabled_for_repositories": True,
            },
            "actions/permissions": {"enabled_repositories": "all", "allowed_actions": "all", "sha_pinning_required": False},
            "actions/permissions/workflow": {
                "default_workflow_permissions": "write", "can_approve_pull_request_reviews": True,
            },
            "actions/permissions/fork-pr-workflows-private-repos": {
                "run_workflows_from_fork_pull_requests": False, "send_write_tokens_to_workflows": False,
                "send_secrets_and_variables": False, "require_approval_for_fork_pr_workflows": True,
            },
            "actions/permissions/fork-pr-contributor-approval": {"approval_policy": "first_time_contributors"},
            "actions/oidc/customization/sub": {"include_claim_keys": ["repo", "context"], "use_immutable_subject": True},
        }  # fmt: skip
        it.org.lists["rulesets"] = [{"id": 5, "name": "everywhere", "source": ORG, "enforcement": "active", "target": "branch"}]
        it.org.lists["outside_collaborators"] = [shapes.user("freelance-fiona")]
        owned = {"payments": "payments", "web": "storefront"}
        it.org.lists["properties/values"] = [
            {
                "repository_id": number, "repository_name": name, "repository_full_name": f"{ORG}/{name}",
                "properties": [{"property_name": "owner-team", "value": owned[name]}] if name in owned else [],
            }
            for number, name in enumerate(sorted(it.org.repos), 1)
        ]  # fmt: skip
        it.wrong("github_token_writes", thing(ORG), note="and approves")
        it.wrong("github_any_action", thing(ORG))
        it.fine(thing(ORG), thing("freelance-fiona"))

    def _app(self, spec: App) -> None:
        it = self.it
        levels = dict(permission.rsplit(":", 1) for permission in spec.permissions)
        more: dict[str, object] = {"repository_selection": "all" if spec.everywhere else "selected", "created_at": it.stamp(400)}
        if spec.suspended:
            more |= {"suspended_at": it.stamp(spec.suspended), "suspended_by": shapes.user(it.active(0))}
        it.org.lists.setdefault("installations", []).append(shapes.installation(ORG, spec.slug, levels, **more))
        it.org.apps[spec.slug] = shapes.app(spec.slug, spec.name, spec.owner, levels)
        if spec.label:
            it.wrong(spec.label, thing(spec.slug), note=spec.note)
        else:
            it.right(spec.owasp, thing(spec.slug), spec.note)
        it.fine(thing(spec.slug))

    def _pipelines(self) -> None:
        """What the workflows of repositories may do by default, and whom their OIDC tokens speak for."""
        it = self.it
        for name in ("sandbox", "legacy-billing", "api"):
            it.repository(name).token = {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True}
        it.wrong("github_pipeline_no_owner", thing("sandbox"))
        note = "becomes production's roles that admit every repository; those trusts are labelled themselves"
        it.either("NHI8:2025", thing("sandbox"), note)
        for name in ("legacy-billing", "old-intranet"):
            it.wrong("github_owner_gone", thing(name), note="CODEOWNERS")
        claims = {
            "ops-tools": (["environment"], True), "mobile": (["ref", "actor"], True),
            "charts": (["repo", "environment"], False), "docs-site": (["job_workflow_ref"], False),
            "ml-agents": (["repository_owner_id", "environment"], False),
        }  # fmt: skip
        for name, (keys, open_) in claims.items():
            it.repository(name).oidc |= {"use_default": False, "include_claim_keys": keys}
            if open_:
                it.wrong("github_subject_open", thing(name), note=",".join(keys))
        it.fine(*(thing(name) for name in it.org.repos))

    def _environments(self) -> None:
        it = self.it
        cases = (
            ("web", "production", 0, "listed", False), ("web", "staging", 0, "any", False),
            ("api", "production", 0, "protected", True), ("api", "staging", 0, "any", False),
            ("payments", "production", 2, "protected", False), ("payments", "staging", 0, "any", False),
            ("mobile", "production", 0, "any", True), ("charts", "staging", 0, "any", False),
            ("infra-live", "production", 1, "any", False), ("infra-live", "dev", 0, "any", False),
            ("data-pipeline", "production", 0, "any", False),
        )  # fmt: skip
        for name in ("api", "data-pipeline"):
            it.repository(name).rule = None
        for role, why in (
            ("gha-api-prod", "environment"),
            ("gha-name-api", "environment"),
            ("gha-data-main", "branch"),
            ("gha-release-both", "branch"),
        ):
            anchor = arn(it.world.account.role_arn(role))
            it.beyond.add(anchor)
            it.wrong("github_trusted_branch_open", anchor, note=f"the {why} it trusts is not protected")
        for repository, name, reviewers, branches, wrong in cases:
            spec = shapes.environment(f"{ORG}/{repository}", name, reviewers=reviewers, branches=branches)
            it.repository(repository).environments.append(spec)
            anchor = thing(f"{repository}/{name}")
            if wrong:
                it.wrong("github_environment_open", anchor, note="nothing is protected there" if branches == "protected" else "")
            it.fine(anchor)

    def _runners(self) -> None:
        it = self.it
        groups = (
            ("Default", False, False),
            ("gpu", True, False),
            ("one-job", True, False),
            ("release", True, True),
            ("spare", True, False),
        )
        rows = it.org.lists["actions/runner-groups"] = []
        runners = it.org.lists["actions/runners"] = []
        for number, (name, public, limited) in enumerate(groups, 1):
            rows.append(shapes.runner_group(number, name, public=public, workflows=limited))
            for machine in range(0 if name == "spare" else 2):
                title = f"{name.lower()}-{machine}"
                runners.append(shapes.runner(it.number(), title, number, ephemeral=name == "one-job"))
                it.fine(thing(title))
            if public and not limited and name != "spare":
                it.wrong("github_public_runner", thing(name))
            it.fine(thing(name))

    def _hooks(self) -> None:
        it = self.it
        cases = (
            ("", "https://siem.nordholm.example/github", True, False, True, False),
            ("", "http://relay.nordholm.internal/events", True, False, True, True),
            ("web", "https://ci.nordholm.example/hook", False, False, True, True),
            ("web", "https://chat.nordholm.example/hook", True, False, True, False),
            ("api", "https://deploy.nordholm.internal/hook", True, True, True, True),
            ("charts", "http://old-ci.nordholm.internal/hook", False, False, False, False),
        )
        it.org.lists["hooks"] = []
        for repository, url, signed, insecure, active, wrong in cases:
            number = it.number()
            row = shapes.hook(number, url, secret=signed, insecure=insecure, org="" if repository else ORG, active=active)
            (it.repository(repository).hooks if repository else it.org.lists["hooks"]).append(row)
            anchor = thing(f"{repository or ORG}/{number}")
            if wrong:
                it.wrong("github_webhook_open", anchor, note=url)
            it.fine(anchor)
