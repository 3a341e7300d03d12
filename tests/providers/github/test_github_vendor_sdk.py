"""The fake is GitHub's shape: driven by githubkit, whose models come from GitHub's own API description and validate each reply."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from github_seed import ORG, seed
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed

from keyrack_estate.fakes.github import Github
from keyrack_estate.fakes.server import serve


@pytest.fixture
def fake() -> Iterator[Github]:
    fake = seed(page=1)[0]
    with serve(fake):
        yield fake


def client(fake: Github, token: str = "app-token") -> GitHub[TokenAuthStrategy]:  # noqa: S107 - of the fake
    return GitHub(TokenAuthStrategy(token), base_url=f"{fake.url}/", http_cache=False, auto_retry=False, trust_env=False)


@pytest.fixture
def kit(fake: Github) -> GitHub[TokenAuthStrategy]:
    return client(fake)


def test_organisation_settings(kit: GitHub[TokenAuthStrategy]) -> None:
    rest = kit.rest
    assert rest.orgs.get(ORG).parsed_data.default_repository_permission == "read"
    assert rest.actions.get_github_actions_permissions_organization(ORG).parsed_data.allowed_actions == "all"
    token = rest.actions.get_github_actions_default_workflow_permissions_organization(ORG).parsed_data
    assert (token.default_workflow_permissions, token.can_approve_pull_request_reviews) == ("write", True)
    assert rest.oidc.get_oidc_custom_sub_template_for_org(ORG).parsed_data.include_claim_keys == ["repo", "context"]
    assert (
        rest.actions.get_private_repo_fork_pr_workflows_settings_organization(ORG).parsed_data.send_write_tokens_to_workflows
        is False
    )
    assert rest.actions.get_fork_pr_contributor_approval_permissions_organization(ORG).parsed_data.approval_policy
    assert [item.name for item in rest.repos.get_org_rulesets(ORG).parsed_data] == ["everywhere"]


def test_apps_tokens_people(kit: GitHub[TokenAuthStrategy]) -> None:
    rest = kit.rest
    apps = rest.paginate(rest.orgs.list_app_installations, map_func=lambda r: r.parsed_data.installations, org=ORG, per_page=1)
    assert {app.app_slug: bool(app.suspended_at) for app in apps} == {"watcher": False, "old-app": True}
    assert rest.apps.get_by_slug("watcher").parsed_data.owner.login == "lumenwatch"
    tokens = list(rest.paginate(rest.orgs.list_pat_grants, org=ORG, per_page=1))
    assert {token.token_name for token in tokens} == {"deploys", "forgotten"}
    assert [wish.token_name for wish in rest.orgs.list_pat_grant_requests(ORG).parsed_data] == ["wanted"]
    assert [user.login for user in rest.orgs.list_outside_collaborators(ORG).parsed_data] == ["contractor"]
    values = rest.orgs.custom_properties_for_repos_get_organization_values(ORG).parsed_data
    assert values[0].properties[0].value == "payments"


def test_secrets_variables_environments(kit: GitHub[TokenAuthStrategy]) -> None:
    rest = kit.rest
    shared = rest.paginate(rest.actions.list_org_secrets, map_func=lambda r: r.parsed_data.secrets, org=ORG, per_page=1)
    assert {item.name: item.visibility for item in shared} == {"SHARED_TOKEN": "all", "SIGNING_KEY": "selected"}
    chosen = rest.paginate(
        rest.actions.list_selected_repos_for_org_secret,
        map_func=lambda r: r.parsed_data.repositories,
        org=ORG,
        secret_name="SIGNING_KEY",
        per_page=1,
    )
    assert [repo.name for repo in chosen] == ["web", "site"]
    assert rest.dependabot.list_org_secrets(ORG).parsed_data.total_count == 1
    assert rest.codespaces.list_org_secrets(ORG).parsed_data.secrets == []
    assert rest.actions.list_org_variables(ORG).parsed_data.total_count == 2
    assert rest.actions.list_repo_secrets(ORG, "web").parsed_data.total_count == 2
    assert rest.actions.list_repo_variables(ORG, "web").parsed_data.total_count == 2
    assert rest.dependabot.list_repo_secrets(ORG, "web").parsed_data.total_count == 1
    assert rest.codespaces.list_repo_secrets(ORG, "web").parsed_data.total_count == 0
    found = rest.paginate(
        rest.repos.get_all_environments, map_func=lambda r: r.parsed_data.environments, owner=ORG, repo="web", per_page=1
    )
    assert {item.name: bool(item.deployment_branch_policy) for item in found} == {"production": True, "staging": False}
    assert rest.actions.list_environment_secrets(ORG, "web", "production").parsed_data.total_count == 1
    assert rest.actions.list_environment_variables(ORG, "web", "staging").parsed_data.total_count == 1


def test_keys_hooks_runners_subjects_alerts(kit: GitHub[TokenAuthStrategy]) -> None:
    rest = kit.rest
    keys = list(rest.paginate(rest.repos.list_deploy_keys, owner=ORG, repo="web", per_page=1))
    assert {key.added_by: key.read_only for key in keys} == {"Anna-A": False, "gone-gary": True}
    assert rest.orgs.list_webhooks(ORG).parsed_data[0].config.secret == "********"
    assert rest.repos.list_webhooks(ORG, "web").parsed_data[0].last_response.code == 200
    groups = rest.paginate(
        rest.actions.list_self_hosted_runner_groups_for_org, map_func=lambda r: r.parsed_data.runner_groups, org=ORG, per_page=1
    )
    assert {group.name: group.allows_public_repositories for group in groups} == {"Default": False, "gpu": True}
    runners = rest.paginate(
        rest.actions.list_self_hosted_runners_for_org, map_func=lambda r: r.parsed_data.runners, org=ORG, per_page=1
    )
    assert {runner.name for runner in runners} == {"gpu-1", "shared-1"}
    assert rest.actions.get_custom_oidc_sub_claim_for_repo(ORG, "web").parsed_data.include_claim_keys == ["environment"]
    assert (
        rest.actions.get_github_actions_default_workflow_permissions_repository(
            ORG, "web"
        ).parsed_data.default_workflow_permissions
        == "write"
    )
    alerts = list(rest.paginate(rest.secret_scanning.list_alerts_for_org, org=ORG, state="open", per_page=1))
    assert [alert.number for alert in alerts] == [1, 2]


def test_graphql(kit: GitHub[TokenAuthStrategy]) -> None:
    query = "query($org:String!){organization(login:$org){repositories(first:1){nodes{name deployKeys{totalCount}} pageInfo{hasNextPage}}}}"
    data = kit.graphql(query, {"org": ORG})
    assert data["organization"]["repositories"]["pageInfo"]["hasNextPage"] is True


def test_a_revoked_token_gets_401_and_a_stranger_404(fake: Github) -> None:
    fake.tokens.pop("app-token")
    for token, path, status in (("app-token", ORG, 401), ("user-token", "nobody", 404)):
        stranger = client(fake, token)
        with pytest.raises(RequestFailed) as refused:
            stranger.rest.orgs.get(path)
        assert refused.value.response.status_code == status
