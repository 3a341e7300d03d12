"""GitHub's GraphQL as far as inventories ask it: an excerpt of the public schema, executed by graphql-core over the fake's state.

Source: docs.github.com GraphQL reference (public schema; objects Organization, Repository, Ref, RepositoryRuleset, Environment,
DeployKey, User, ExternalIdentity, Enterprise). Names, types and nullability are GitHub's; what nobody asks here is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import GraphQLSchema

SCHEMA = """
scalar DateTime
scalar GitObjectID
type Query { organization(login: String!): Organization enterprise(slug: String!): Enterprise }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Enterprise { slug: String! name: String! organizations(first: Int, after: String): OrganizationConnection! }
type OrganizationConnection { nodes: [Organization] pageInfo: PageInfo! totalCount: Int! }
type Organization {
  login: String!
  name: String
  repositories(first: Int, after: String, orderBy: RepositoryOrder): RepositoryConnection!
  membersWithRole(first: Int, after: String): OrganizationMemberConnection!
  samlIdentityProvider: OrganizationIdentityProvider
}
input RepositoryOrder { field: RepositoryOrderField! direction: OrderDirection! }
enum RepositoryOrderField { CREATED_AT NAME PUSHED_AT STARGAZERS UPDATED_AT }
enum OrderDirection { ASC DESC }
enum RepositoryVisibility { INTERNAL PRIVATE PUBLIC }
type RepositoryConnection { nodes: [Repository] pageInfo: PageInfo! totalCount: Int! }
type Repository {
  databaseId: Int
  name: String!
  nameWithOwner: String!
  visibility: RepositoryVisibility!
  isArchived: Boolean!
  isFork: Boolean!
  createdAt: DateTime!
  pushedAt: DateTime
  defaultBranchRef: Ref
  branchProtectionRules(first: Int, after: String): BranchProtectionRuleConnection!
  deployKeys(first: Int, after: String): DeployKeyConnection!
  environments(first: Int, after: String): EnvironmentConnection!
  rulesets(first: Int, after: String, includeParents: Boolean = true): RepositoryRulesetConnection
  object(expression: String, oid: GitObjectID): GitObject
}
type Ref { name: String! branchProtectionRule: BranchProtectionRule }
type BranchProtectionRuleConnection { nodes: [BranchProtectionRule] totalCount: Int! }
type BranchProtectionRule { pattern: String! requiresApprovingReviews: Boolean! isAdminEnforced: Boolean! }
type DeployKeyConnection { nodes: [DeployKey] totalCount: Int! }
type DeployKey { createdAt: DateTime! key: String! readOnly: Boolean! title: String! verified: Boolean! enabled: Boolean! }
type EnvironmentConnection { nodes: [Environment] totalCount: Int! }
type Environment { databaseId: Int name: String! }
enum RuleEnforcement { ACTIVE DISABLED EVALUATE }
enum RepositoryRulesetTarget { BRANCH PUSH REPOSITORY TAG }
enum RepositoryRuleType {
  CREATION UPDATE DELETION REQUIRED_LINEAR_HISTORY REQUIRED_DEPLOYMENTS REQUIRED_SIGNATURES PULL_REQUEST REQUIRED_STATUS_CHECKS
  NON_FAST_FORWARD WORKFLOWS CODE_SCANNING
}
type RepositoryRulesetConnection { nodes: [RepositoryRuleset] totalCount: Int! }
type RepositoryRuleset {
  name: String!
  enforcement: RuleEnforcement!
  target: RepositoryRulesetTarget
  conditions: RepositoryRuleConditions!
  rules(first: Int): RepositoryRuleConnection
}
type RepositoryRuleConditions { refName: RefNameConditionTarget }
type RefNameConditionTarget { include: [String!]! exclude: [String!]! }
type RepositoryRuleConnection { nodes: [RepositoryRule] totalCount: Int! }
type RepositoryRule { type: RepositoryRuleType! }
interface GitObject { oid: GitObjectID! }
type Tree implements GitObject { oid: GitObjectID! entries: [TreeEntry!] }
type TreeEntry { name: String! type: String! path: String }
type Blob implements GitObject { oid: GitObjectID! text: String byteSize: Int! }
enum OrganizationMemberRole { ADMIN MEMBER }
type OrganizationMemberConnection { edges: [OrganizationMemberEdge] nodes: [User] pageInfo: PageInfo! totalCount: Int! }
type OrganizationMemberEdge { cursor: String! role: OrganizationMemberRole hasTwoFactorEnabled: Boolean node: User }
type User { login: String! name: String createdAt: DateTime! organizationVerifiedDomainEmails(login: String!): [String!]! }
type OrganizationIdentityProvider { externalIdentities(first: Int, after: String): ExternalIdentityConnection! }
type ExternalIdentityConnection { nodes: [ExternalIdentity] pageInfo: PageInfo! totalCount: Int! }
type ExternalIdentity { user: User samlIdentity: ExternalIdentitySamlAttributes scimIdentity: ExternalIdentityScimAttributes }
type ExternalIdentitySamlAttributes { nameId: String }
type ExternalIdentityScimAttributes { username: String }
"""
MOST = 100
"""The largest ``first`` GitHub takes."""

Paged = Callable[[Sequence[Any], str | None, int | None], tuple[list[Any], str | None]]


@cache
def schema() -> GraphQLSchema:
    """The excerpt, ready to execute."""
    from graphql import build_schema

    return build_schema(SCHEMA)


def execute(root: dict[str, Any], query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The reply GitHub would give: ``data``, and ``errors`` with a ``type``."""
    from graphql import graphql_sync

    result = graphql_sync(schema(), query, root_value=root, variable_values=variables)
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [
            {
                "type": (error.extensions or {}).get("type", "undefinedField"),
                "path": error.path or [],
                "message": error.message,
            }
            for error in result.errors
        ]
    return body


class RefusedError(Exception):
    """A field GitHub does not show to this token."""

    extensions = {"type": "FORBIDDEN"}  # noqa: RUF012 - graphql-core reads it there


def connection(items: Sequence[Any], paged: Paged, edges: Callable[[Any], Any] | None = None) -> Callable[..., dict[str, Any]]:
    """Resolver of a paged connection."""

    def resolve(_info: Any, first: int | None = None, after: str | None = None, **_: Any) -> dict[str, Any]:
        if first is not None and first > MOST:
            raise ValueError("Requesting too many records; first must be at most 100")
        page, following = paged(items, after, first)
        info = {"hasNextPage": following is not None, "endCursor": following}
        body: dict[str, Any] = {"pageInfo": info, "totalCount": len(items), "nodes": page}
        return body | ({"edges": [edges(item) for item in page]} if edges else {})

    return resolve


def tree(files: Sequence[str]) -> dict[str, Any]:
    """A folder."""
    return {"__typename": "Tree", "oid": "0" * 40, "entries": [{"name": name, "type": "blob", "path": name} for name in files]}


def blob(content: str) -> dict[str, Any]:
    """A file."""
    return {"__typename": "Blob", "oid": "1" * 40, "text": content, "byteSize": len(content)}
