"""What the front knows: rows for listings and single answers, by operation, with AWS's paging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Any
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """A paged operation: where its rows, its token for the next page and the asker's token stand; ``keep`` filters rows."""

    member: str
    token: str = "nextToken"
    keep: Callable[[Row, Params], bool] = lambda row, params: True  # noqa: ARG005 - named for readers
    show: Callable[[Row], Row] = lambda row: row


class MissingError(Exception):
    """There is no such thing: ``code`` as the service names it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _in_cluster(row: Row, params: Params) -> bool:
    wanted = ("clusterName", "namespace", "serviceAccount")
    return all(row.get(name) == params[name] for name in wanted if name in params)


def _brief(row: Row) -> Row:
    """The listing leaves out what only the description has (PodIdentityAssociationSummary)."""
    shown = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")
    return {name: value for name, value in row.items() if name in shown}


def _finding(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"findingDetails", "analyzerArn"}}


LISTINGS: Mapping[str, Listing] = {
    "rolesanywhere.ListTrustAnchors": Listing("trustAnchors"),
    "rolesanywhere.ListProfiles": Listing("profiles"),
    "rolesanywhere.ListCrls": Listing("crls"),
    "rolesanywhere.ListSubjects": Listing("subjects"),
    "accessanalyzer.ListAnalyzers": Listing("analyzers"),
    "accessanalyzer.ListFindingsV2": Listing(
        "findings", keep=lambda row, params: row["analyzerArn"] == params["analyzerArn"] and _filtered(row, params), show=_finding
    ),
    "eks.ListPodIdentityAssociations": Listing("associations", keep=_in_cluster, show=_brief),
    "eks.ListAccessEntries": Listing("accessEntries", keep=_in_cluster, show=lambda row: row["principalArn"]),
    "eks.ListAssociatedAccessPolicies": Listing(
        "associatedAccessPolicies",
        keep=lambda row, params: _in_cluster(row, params) and row["principalArn"] == params["principalArn"],
        show=lambda row: {name: value for name, value in row.items() if name not in {"clusterName", "principalArn"}},
    ),
    "iam.ListServiceSpecificCredentials": Listing("ServiceSpecificCredentials", "Marker"),
    "sso-admin.ListAccountsForProvisionedPermissionSet": Listing(
        "AccountIds",
        "NextToken",
        keep=lambda row, params: row["PermissionSetArn"] == params["PermissionSetArn"],
        show=lambda row: row["AccountId"],
    ),
    "sso-admin.ListApplications": Listing("Applications", "NextToken"),
    "sso-admin.ListApplicationAssignments": Listing(
        "ApplicationAssignments", "NextToken", keep=lambda row, params: row["ApplicationArn"] == params["ApplicationArn"]
    ),
    "sso-admin.ListTrustedTokenIssuers": Listing(
        "TrustedTokenIssuers",
        "NextToken",
        show=lambda row: {name: value for name, value in row.items() if name != "TrustedTokenIssuerConfiguration"},
    ),
}


def _filtered(row: Row, params: Params) -> bool:
    """``filter: {status: {eq: [...]}}`` of ListFindingsV2."""
    wanted = (params.get("filter") or {}).get("status", {}).get("eq")
    return wanted is None or row["status"] in wanted


@dataclass
class State:
    """Rows by operation, for the account ``account`` and region ``region``; other accounts and regions have none of them.

    Attributes:
        rows: rows of each listing, as the fullest reply of the service shows them.
        roles: identity pool id -> reply of GetIdentityPoolRoles.
        boundaries: permission set ARN -> reply of GetPermissionsBoundaryForPermissionSet.
        page: rows a page.
        quirks: ``empty-page`` (an empty page with a token comes second), ``repeat-page`` (the token never changes).
        revoked: access key ids that are refused.
        denied: operations that are refused with AccessDenied.
    """

    account: str = "123456789012"
    region: str = "us-east-1"
    rows: dict[str, list[Row]] = field(default_factory=dict)
    roles: dict[str, Row] = field(default_factory=dict)
    boundaries: dict[str, Row] = field(default_factory=dict)
    page: int = 20
    quirks: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)

    def add(self, operation: str, *rows: Row) -> None:
        """Rows of a listing."""
        self.rows.setdefault(operation, []).extend(rows)

    def operations(self) -> frozenset[str]:
        """Everything it answers."""
        return frozenset(LISTINGS) | frozenset(_SINGLE)

    def answer(self, operation: str, params: Params, *, ours: bool) -> Row:
        """The reply to a call.

        Raises:
            MissingError: there is no such thing.
        """
        if listing := LISTINGS.get(operation):
            return self._listed(operation, listing, params, ours=ours)
        return _SINGLE[operation](self, params)

    def find(self, operation: str, **wanted: object) -> Row:
        """The one row of a listing with those fields.

        Raises:
            MissingError: no such row.
        """
        for row in self.rows.get(operation, []):
            if all(row.get(name) == value for name, value in wanted.items()):
                return row
        raise MissingError("ResourceNotFoundException")

    def _listed(self, operation: str, listing: Listing, params: Params, *, ours: bool) -> Row:
        rows = [row for row in self.rows.get(operation, []) if listing.keep(row, params)] if ours else []
        token = str(params.get(listing.token) or "0")
        start = int(token.partition("!")[0])
        page = rows[start : start + self.page]
        following = str(start + self.page) if start + self.page < len(rows) else None
        if "empty-page" in self.quirks and token == "0" and rows:
            page, following = [], "0!"
        if "repeat-page" in self.quirks and rows:
            page, following = rows[: self.page], "0"
        answer: Row = {listing.member: [listing.show(row) for row in page]}
        if operation.startswith("iam."):
            answer["IsTruncated"] = following is not None
        return {**answer, **({listing.token: following} if following else {})}


def _association(state: State, params: Params) -> Row:
    wanted = {"clusterName": params["clusterName"], "associationId": params["associationId"]}
    return {"association": state.find("eks.ListPodIdentityAssociations", **wanted)}


def _entry(state: State, params: Params) -> Row:
    wanted = {"clusterName": params["clusterName"], "principalArn": params["principalArn"]}
    return {"accessEntry": state.find("eks.ListAccessEntries", **wanted)}


def _found(state: State, params: Params) -> Row:
    row = state.find("accessanalyzer.ListFindingsV2", id=params["id"], analyzerArn=params["analyzerArn"])
    return {"findingDetails": [], **{name: value for name, value in row.items() if name != "analyzerArn"}}


def _pool_roles(state: State, params: Params) -> Row:
    pool = params["IdentityPoolId"]
    return {"IdentityPoolId": pool, **state.roles.get(pool, {})}


def _boundary(state: State, params: Params) -> Row:
    if params["PermissionSetArn"] not in state.boundaries:
        raise MissingError("ResourceNotFoundException")
    return {"PermissionsBoundary": state.boundaries[params["PermissionSetArn"]]}


def _issuer(state: State, params: Params) -> Row:
    row: Row = state.find("sso-admin.ListTrustedTokenIssuers", TrustedTokenIssuerArn=params["TrustedTokenIssuerArn"])
    return row


_SINGLE: Mapping[str, Callable[[State, Params], Row]] = {
    "eks.DescribePodIdentityAssociation": _association,
    "eks.DescribeAccessEntry": _entry,
    "accessanalyzer.GetFindingV2": _found,
    "cognito-identity.GetIdentityPoolRoles": _pool_roles,
    "sso-admin.GetPermissionsBoundaryForPermissionSet": _boundary,
    "sso-admin.DescribeTrustedTokenIssuer": _issuer,
}
