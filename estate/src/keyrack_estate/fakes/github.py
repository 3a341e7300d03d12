"""A stateful fake of GitHub, one organisation or several of an enterprise: REST with numbered pages, GraphQL, Apps that sign in.

Sources: docs.github.com REST and GraphQL reference; "Using pagination in the REST API" (Link header, ``per_page`` at most 100);
"Rate limits" (headers); "Generating a JWT for a GitHub App". What an unauthorised token gets is 401, what a token without the
permission gets is 403, and what a plan lacks is 404.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from keyrack_estate.fakes import github_graph, github_shapes
from keyrack_estate.fakes.server import Answer, Fake, Request

INSTALLATION = 4_711
_GONE = Answer({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, 404)
_BAD = Answer({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"}, 401)


@dataclass
class RepoState:
    """One repository: what GraphQL tells of it, and what REST lists below it."""

    name: str
    visibility: str = "private"
    archived: bool = False
    created_at: str = "2024-01-01T00:00:00Z"
    workflows: list[str] = field(default_factory=list)
    codeowners: str = ""
    rule: dict[str, Any] | None = None
    rulesets: list[dict[str, Any]] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    secrets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    variables: list[dict[str, Any]] = field(default_factory=list)
    environments: list[dict[str, Any]] = field(default_factory=list)
    inside: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    """(environment, ``secrets`` or ``variables``) -> items."""
    hooks: list[dict[str, Any]] = field(default_factory=list)
    oidc: dict[str, Any] = field(default_factory=lambda: {"use_default": True})
    token: dict[str, Any] = field(
        default_factory=lambda: {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}
    )


@dataclass
class OrgState:
    """One organisation. ``lists`` holds listings by their path below ``/orgs/{org}``, ``settings`` single objects."""

    login: str = "nordholm"
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    chosen: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(store, secret) -> repositories that get it."""
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    """login, name, role, mail, saml, two_factor, created_at."""
    repos: dict[str, RepoState] = field(default_factory=dict)


LISTS = {
    "installations": "installations", "personal-access-tokens": "", "personal-access-token-requests": "",
    "credential-authorizations": "", "actions/secrets": "secrets", "dependabot/secrets": "secrets",
    "codespaces/secrets": "secrets",
    "actions/variables": "variables", "hooks": "", "actions/runners": "runners", "actions/runner-groups": "runner_groups",
    "secret-scanning/alerts": "", "outside_collaborators": "", "properties/values": "", "rulesets": "",
}  # fmt: skip
"""Listings of an organisation, and the name their list has in the reply (empty: the reply is the list)."""
SETTINGS = (
    "", "actions/permissions", "actions/permissions/workflow", "actions/permissions/fork-pr-workflows-private-repos",
    "actions/permissions/fork-pr-contributor-approval", "actions/oidc/customization/sub",
)  # fmt: skip
APPS_ONLY = frozenset({"personal-access-tokens", "personal-access-token-requests"})


@dataclass
class Github(Fake):
    """The fake. ``tokens`` maps a token to ``app`` or ``user``; ``app_key`` is the PEM public key of the App that may sign in.

    ``hidden`` are GraphQL fields of a repository that the token may not see; ``spent`` counts down the calls an installation
    token is good for (``None``: all).
    """

    org: OrgState = field(default_factory=OrgState)
    app_id: str = "1001"
    app_key: str = ""
    hidden: set[str] = field(default_factory=set)
    lifetime: int | None = None
    left: dict[str, int] = field(default_factory=dict)
    enterprise: dict[str, list[str]] = field(default_factory=dict)
    others: dict[str, OrgState] = field(default_factory=dict)
    """Organisations beside ``org``, by login."""
    audit: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Audit log of an enterprise, by its slug."""

    def __post_init__(self) -> None:
        """Routes."""
        self.route("POST", "/graphql", self._graphql)
        self.route("POST", "/api/graphql", self._graphql)
        self.route("GET", "/app/installations", self._installations)
        self.route("POST", "/app/installations/{number}/access_tokens", self._sign_in)
        self.route("GET", "/orgs/{org}/installation", self._installation)
        self.route("GET", "/enterprises/{slug}/installation", self._enterprise_installation)
        self.route("GET", "/enterprises/{slug}/audit-log", self._enterprise_audit)
        self.route("GET", "/apps/{slug}", self._app)
        self.route("GET", "/orgs/{org}/{store}/secrets/{name}/repositories", self._chosen)
        self.route("DELETE", "/orgs/{org}/personal-access-tokens/{number}", self._revoke)
        self.route("GET", "/orgs/{org}", self._organization)
        self.route("GET", "/orgs/{org}/{rest:path}", self._organization)
        self.route("GET", "/repos/{org}/{repo}/environments/{name}/{kind}", self._environment)
        self.route("GET", "/repos/{org}/{repo}/{rest:path}", self._repository)

    def allowed(self, request: Request) -> Answer | None:
        """JWT for the App's own calls, a known token for all others; a token that is used up is unknown."""
        if request.path.startswith("/app/") or request.path.endswith("/installation"):
            return None if self._signed(request.token) else _BAD
        if request.token not in self.tokens:
            return _BAD
        if request.token in self.left:
            self.left[request.token] -= 1
            if self.left[request.token] < 0:
                del self.tokens[request.token], self.left[request.token]
                return _BAD
        return super().allowed(request)

    def answer(self, request: Request) -> Answer:
        """With the headers that tell the budget; a server of one's own has REST below ``/api/v3``."""
        if request.path.startswith("/api/v3/"):
            request = replace(request, path=request.path.removeprefix("/api/v3"), base=f"{request.base}/api/v3")
        reply = super().answer(request)
        budget = (("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", "4999"), ("X-RateLimit-Reset", "4102444800"))
        return Answer(reply.body, reply.status, (*reply.headers, *budget), reply.content_type)

    # the App

    def _signed(self, token: str) -> bool:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey

        if not self.app_key:
            return False
        try:
            claims = jwt.decode(token, RSAKey.import_key(self.app_key), algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return False
        lives = int(claims.get("exp", 0)) - int(claims.get("iat", 0))
        return str(claims.get("iss")) == self.app_id and 0 < lives <= 660

    def _installations(self, request: Request) -> Answer:
        names = [self.org.login, *self.others]
        made = [{**github_shapes.installation(name, "keyrack", {}), "id": INSTALLATION + at} for at, name in enumerate(names)]
        return self._page(request, made)

    def _installation(self, request: Request, org: str) -> Answer:
        del request
        names = [self.org.login, *self.others]
        if org.lower() not in names:
            return _GONE
        number = INSTALLATION + names.index(org.lower())
        return Answer({**github_shapes.installation(org.lower(), "keyrack", {}), "id": number})

    def _enterprise_installation(self, request: Request, slug: str) -> Answer:
        del request
        if slug not in self.enterprise:
            return _GONE
        made = github_shapes.installation(slug, "keyrack", {})
        return Answer({**made, "id": INSTALLATION - 1, "target_type": "Enterprise"})

    def _sign_in(self, request: Request, number: str) -> Answer:
        del request
        if number not in {str(INSTALLATION + at) for at in range(-1, len(self.others) + 1)}:
            return _GONE
        token = "ghs" + "_" + secrets.token_urlsafe(27)
        self.tokens[token] = "app"
        if self.lifetime is not None:
            self.left[token] = self.lifetime
        return Answer(
            {"token": token, "expires_at": "2100-01-01T00:00:00Z", "permissions": {}, "repository_selection": "all"}, 201
        )

    def _app(self, request: Request, slug: str) -> Answer:
        del request
        found = next((org.apps[slug] for org in (self.org, *self.others.values()) if slug in org.apps), None)
        return _GONE if found is None else Answer(found)

    def _state(self, login: str) -> OrgState | None:
        return self.org if login.lower() == self.org.login else self.others.get(login.lower())

    # the organisation

    def _organization(self, request: Request, org: str, rest: str = "") -> Answer:
        state = self._state(org)
        if state is None:
            return _GONE
        if rest == "audit-log" and rest in state.lists:
            return self._audit(request, state.lists[rest])
        if rest in APPS_ONLY and self.tokens.get(request.token) != "app":
            return Answer({"message": "Resource not accessible by personal access token", "status": "403"}, 403)
        if rest in SETTINGS:
            return Answer(state.settings[rest]) if rest in state.settings else _GONE
        if rest not in LISTS or rest not in state.lists:
            return _GONE
        return self._page(request, self._filtered(state.lists[rest], rest, request), LISTS[rest])

    def _enterprise_audit(self, request: Request, slug: str) -> Answer:
        return self._audit(request, self.audit[slug]) if slug in self.audit else _GONE

    def _audit(self, request: Request, held: list[dict[str, Any]]) -> Answer:
        """Entries of the days asked for, newest or oldest first, after the cursor (an entry's id)."""
        since = request.query.get("phrase", "").partition("created:>=")[2]
        entries = sorted(held, key=lambda entry: (entry["@timestamp"], entry["_document_id"]))
        entries = [entry for entry in entries if not since or _day(entry["@timestamp"]) >= since]
        if request.query.get("order") != "asc":
            entries.reverse()
        if after := request.query.get("after"):
            names = [entry["_document_id"] for entry in entries]
            entries = entries[names.index(after) + 1 :] if after in names else entries
        shown = entries[: min(int(request.query.get("per_page", "30")), 100, self.page)]
        query = {**request.query, "after": shown[-1]["_document_id"]} if shown else {}
        link = f'<{request.base}{request.path}?{urlencode(query)}>; rel="next"'
        return Answer(shown, headers=(("Link", link),) if len(shown) < len(entries) else ())

    @staticmethod
    def _filtered(items: list[dict[str, Any]], rest: str, request: Request) -> list[dict[str, Any]]:
        if rest == "secret-scanning/alerts" and (state := request.query.get("state")):
            return [item for item in items if item["state"] == state]
        if rest == "credential-authorizations" and (login := request.query.get("login")):
            return [item for item in items if item["login"] == login]
        return items

    def _chosen(self, request: Request, org: str, store: str, name: str) -> Answer:
        state = self._state(org)
        if state is None or (store, name) not in state.chosen:
            return _GONE
        names = state.chosen[store, name]
        repos = [github_shapes.repository(state.login, repo, state.repos[repo].visibility) for repo in names]
        return self._page(request, repos, "repositories")

    def _revoke(self, request: Request, org: str, number: str) -> Answer:
        """Not part of the API: what its POST ``{"action": "revoke"}`` does, for tests."""
        del request, org
        held = self.org.lists.get("personal-access-tokens", [])
        self.org.lists["personal-access-tokens"] = [item for item in held if str(item["id"]) != number]
        return Answer(None, 204)

    # repositories

    def _repository(self, request: Request, org: str, repo: str, rest: str) -> Answer:
        state = self._state(org)
        found = state.repos.get(repo) if state else None
        if found is None:
            return _GONE
        store, _, tail = rest.partition("/")
        if tail == "secrets" and store in {"actions", "dependabot", "codespaces"}:
            return self._page(request, found.secrets.get(store, []), "secrets")
        listed: dict[str, tuple[list[dict[str, Any]], str]] = {
            "keys": (found.keys, ""),
            "hooks": (found.hooks, ""),
            "actions/variables": (found.variables, "variables"),
            "environments": (found.environments, "environments"),
        }
        if rest in listed:
            return self._page(request, *listed[rest])
        single = {"actions/oidc/customization/sub": found.oidc, "actions/permissions/workflow": found.token}
        return Answer(single[rest]) if rest in single else _GONE

    def _environment(self, request: Request, org: str, repo: str, name: str, kind: str) -> Answer:
        state = self._state(org)
        found = state.repos.get(repo) if state else None
        if found is None or not any(item["name"] == name for item in found.environments) or kind not in {"secrets", "variables"}:
            return _GONE
        return self._page(request, found.inside.get((name, kind), []), kind)

    def _page(self, request: Request, items: Sequence[dict[str, Any]], wrap: str = "") -> Answer:
        """Page ``page`` of a listing, with the Link header of the next."""
        asked, at = request.query.get("per_page", "30"), request.query.get("page", "1")
        size = min(int(asked) if asked.isdigit() and int(asked) else 30, 100, self.page)
        page = int(at) if at.isdigit() else 1
        shown, following = self._numbered(items, page, size)
        link = f'<{request.base}{request.path}?{urlencode({**request.query, "page": str(page + 1)})}>; rel="next"'
        body: Any = {"total_count": len(items), wrap: shown} if wrap else shown
        return Answer(body, headers=(("Link", link),) if following else ())

    def _numbered(self, items: Sequence[dict[str, Any]], page: int, size: int) -> tuple[list[dict[str, Any]], bool]:
        if "repeat-page" in self.quirks:
            return list(items[:size]), True
        if "empty-page" in self.quirks and len(items) > size:
            if page == 2:
                return [], True
            page = page - 1 if page > 2 else page
        start = (page - 1) * size
        return list(items[start : start + size]), start + size < len(items)

    # GraphQL

    def _graphql(self, request: Request) -> Answer:
        body = request.body if isinstance(request.body, dict) else {}
        variables = body.get("variables")
        variables = json.loads(variables) if isinstance(variables, str) else variables or {}
        return Answer(github_graph.execute(self._root(), str(body.get("query", "")), variables))

    def _root(self) -> dict[str, Any]:
        def organization(_info: Any, login: str) -> dict[str, Any] | None:
            state = self._state(login)
            return self._org_node(state) if state else None

        def enterprise(_info: Any, slug: str) -> dict[str, Any] | None:
            names = self.enterprise.get(slug)
            nodes = [{"login": name, "name": name} for name in names or ()]
            return (
                None
                if names is None
                else {"slug": slug, "name": slug, "organizations": github_graph.connection(nodes, self.paged)}
            )

        return {"organization": organization, "enterprise": enterprise}

    def _org_node(self, org: OrgState) -> dict[str, Any]:
        linked = [member for member in org.members if member.get("saml")]
        provider = {"externalIdentities": github_graph.connection([_identity(member) for member in linked], self.paged)}
        return {
            "login": org.login,
            "name": org.login.capitalize(),
            "membersWithRole": github_graph.connection(org.members, self.paged, _edge),
            "samlIdentityProvider": provider if linked else None,
            "repositories": partial(self._repositories, org),
        }

    def _repositories(
        self, org: OrgState, info: Any, first: int | None = None, after: str | None = None, **_: Any
    ) -> dict[str, Any]:
        found = github_graph.connection([org.repos[name] for name in sorted(org.repos)], self.paged)(info, first, after)
        return {**found, "nodes": [self._repo_node(org.login, repo) for repo in found["nodes"]]}

    def _repo_node(self, org: str, repo: RepoState) -> dict[str, Any]:
        def shown(name: str, value: Any) -> Any:
            def resolve(_info: Any, **_: Any) -> Any:
                if name in self.hidden:
                    raise github_graph.RefusedError("Resource not accessible by integration")
                return value

            return resolve

        def stored(_info: Any, expression: str = "", **_: Any) -> Any:
            if expression == "HEAD:.github/workflows":
                return github_graph.tree(repo.workflows) if repo.workflows else None
            return github_graph.blob(repo.codeowners) if expression == "HEAD:.github/CODEOWNERS" and repo.codeowners else None

        count: Callable[[Sequence[Any]], dict[str, Any]] = lambda items: {"totalCount": len(items), "nodes": items}  # noqa: E731
        return {
            "databaseId": github_shapes.number(f"{org}/{repo.name}"),
            "name": repo.name,
            "nameWithOwner": f"{org}/{repo.name}",
            "visibility": repo.visibility.upper(),
            "isArchived": repo.archived,
            "isFork": False,
            "createdAt": repo.created_at,
            "pushedAt": repo.created_at,
            "defaultBranchRef": {"name": "main", "branchProtectionRule": repo.rule},
            "branchProtectionRules": shown("branchProtectionRules", count([repo.rule] if repo.rule else [])),
            "deployKeys": shown("deployKeys", count(repo.keys)),
            "environments": shown("environments", count(repo.environments)),
            "rulesets": shown("rulesets", count(repo.rulesets)),
            "object": stored,
        }


def _edge(member: dict[str, Any]) -> dict[str, Any]:
    node = {
        "login": member["login"],
        "name": member.get("name"),
        "createdAt": member.get("created_at", "2023-01-01T00:00:00Z"),
        "organizationVerifiedDomainEmails": [member["mail"]] if member.get("mail") else [],
    }
    role = "ADMIN" if member.get("role") == "admin" else "MEMBER"
    return {"cursor": member["login"], "role": role, "hasTwoFactorEnabled": member.get("two_factor", True), "node": node}


def _identity(member: dict[str, Any]) -> dict[str, Any]:
    return {"user": {"login": member["login"]}, "samlIdentity": {"nameId": member["saml"]}, "scimIdentity": None}


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")
