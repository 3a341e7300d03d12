"""GraphQL: what REST tells one repository at a time, fifty a call. Errors come with status 200 and are judged here.

Source: docs.github.com "Forming calls with GraphQL", "Rate limits and query limits for the GraphQL API" (at most 500,000 nodes a
query), and the public schema (Organization, Repository, User, ExternalIdentity, RepositoryRuleset, Enterprise).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from keyrack.providers.github.session import graphql
from keyrack.records import Gap
from keyrack.sdk.fields import Raw, part, rows, text, texts
from keyrack.sdk.web import Call, Next, Page, Web, weather

REPOSITORIES = """
query Repositories(
  $org: String!, $after: String, $files: Boolean = true, $keys: Boolean = true, $places: Boolean = true, $rules: Boolean = true
) {
  organization(login: $org) {
    repositories(first: 50, after: $after, orderBy: {field: NAME, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        databaseId name visibility isArchived isFork createdAt pushedAt
        defaultBranchRef { name branchProtectionRule @include(if: $rules) { requiresApprovingReviews isAdminEnforced } }
        branchProtectionRules @include(if: $rules) { totalCount }
        deployKeys @include(if: $keys) { totalCount }
        environments @include(if: $places) { totalCount }
        rulesets(first: 20, includeParents: true) @include(if: $rules) {
          nodes { enforcement target conditions { refName { include exclude } } rules(first: 30) { nodes { type } } }
        }
        workflows: object(expression: "HEAD:.github/workflows") @include(if: $files) { ... on Tree { entries { name type } } }
        owners: object(expression: "HEAD:.github/CODEOWNERS") @include(if: $files) { ... on Blob { text } }
        ownersAtRoot: object(expression: "HEAD:CODEOWNERS") @include(if: $files) { ... on Blob { text } }
        ownersInDocs: object(expression: "HEAD:docs/CODEOWNERS") @include(if: $files) { ... on Blob { text } }
      }
    }
  }
}"""
MEMBERS = """
query Members($org: String!, $after: String) {
  organization(login: $org) {
    membersWithRole(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { role hasTwoFactorEnabled node { login name createdAt organizationVerifiedDomainEmails(login: $org) } }
    }
  }
}"""
IDENTITIES = """
query Identities($org: String!, $after: String) {
  organization(login: $org) {
    samlIdentityProvider {
      externalIdentities(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { user { login } samlIdentity { nameId } scimIdentity { username } }
      }
    }
  }
}"""
ORGANIZATIONS = """
query Organizations($slug: String!, $after: String) {
  enterprise(slug: $slug) {
    organizations(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { login } }
  }
}"""

FACULTATIVE: Mapping[str, tuple[str, str, str]] = {
    "deployKeys": ("keys", "administration:read", "which repositories have deploy keys"),
    "environments": ("places", "actions:read", "which repositories have environments"),
    "branchProtectionRule": ("rules", "administration:read", "branch protection"),
    "branchProtectionRules": ("rules", "administration:read", "branch protection"),
    "rulesets": ("rules", "administration:read", "branch protection"),
    "workflows": ("files", "contents:read", "workflow files and CODEOWNERS"),
    "owners": ("files", "contents:read", "workflow files and CODEOWNERS"),
}
"""Parts of a repository that GitHub may refuse, with the variable that leaves them out, the permission, and what is then not
seen. Many are non-null in the schema, so one refusal takes the whole repository out of the reply."""

_KINDS = {
    "FORBIDDEN": "denied",
    "INSUFFICIENT_SCOPES": "denied",
    "NOT_FOUND": "absent",
    "RATE_LIMITED": "throttled",
    "RATE_LIMIT": "throttled",
}
"""Error types to weather; anything else is a query the server does not understand."""


def query(
    options: Mapping[str, str], query: str, *path: str, capability: str, permission: str, what: str, optional: bool = False,
    listed: str = "nodes", **variables: str,
) -> Call:  # fmt: skip
    """A paged GraphQL query whose list lies at ``path`` below ``data``."""
    return Call(
        capability=capability,
        path=graphql(options),
        permission=permission,
        body={"query": query, "variables": variables},
        items=("data", *path, listed),
        next=_by_cursor("data", *path, "pageInfo"),
        must=("data", "errors"),
        what=what,
        name=f"{capability} (graphql)",
        optional=optional,
    )


def _by_cursor(*path: str) -> Next:
    def following(call: Call, page: Page) -> Call | None:
        info = part(page.body, *path)
        cursor = text(info, "endCursor")
        if info.get("hasNextPage") is not True or not cursor:
            return None
        return _with(call, {"after": cursor})

    return following


def items(web: Web, call: Call) -> Iterator[Raw | Gap]:
    """Objects of a paged query. A part that is refused (:data:`FACULTATIVE`) becomes a Gap and is left out from there on.

    Other refusals inside replies come as one Gap of each kind, after the objects.
    """
    refused: Counter[str] = Counter()
    begin: Call | None = call
    while begin is not None:
        here, begin = begin, None
        for page in web.pages(here):
            if not isinstance(page, Page):
                yield call.gap(page.weather)
                continue
            parts = _refused_parts(page)
            if parts:
                yield from (replace(call, permission=grant, what=what).gap(weather("denied")) for _, grant, what in sorted(parts))
                begin = _with(here, {name: False for name, _, _ in parts})
                break
            refused.update(_KINDS.get(text(error, "type") or "", "odd") for error in rows(page.body, "errors"))
            yield from (node for node in web.listed(call, page) if node and "" not in node)
            here = (call.next(here, page) if call.next else None) or here
    for kind, count in refused.items():
        yield call.gap(weather(kind), f"{count} times" if count > 1 else "")


def _refused_parts(page: Page) -> set[tuple[str, str, str]]:
    """Facultative parts that this reply refuses."""
    forbidden = [error for error in rows(page.body, "errors") if _KINDS.get(text(error, "type") or "") == "denied"]
    return {FACULTATIVE[name] for error in forbidden for name in texts(error, "path") if name in FACULTATIVE}


def _with(call: Call, variables: Mapping[str, object]) -> Call:
    body = call.body if isinstance(call.body, dict) else {}
    return replace(call, body={**body, "variables": {**part(body, "variables"), **variables}})
