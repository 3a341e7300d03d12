"""Role trust policies: own services, vendors, strangers, and OIDC issuers in both of GitHub's ``sub`` forms."""

from __future__ import annotations

from dataclasses import dataclass, field

from keyrack_estate.account.model import Document
from keyrack_estate.company import ORG, ORG_ID, REPO_ID

GITHUB, GITLAB, EKS = "token.actions.githubusercontent.com", "gitlab.com", "oidc.eks.eu-north-1.amazonaws.com/id/0F3A9C1D5B7E"
STS = "sts.amazonaws.com"
_BY_ID = f"repo:{ORG}@{ORG_ID}"


def service(name: str) -> Document:
    """Trust in an AWS service."""
    return _trust({"Service": f"{name}.amazonaws.com"}, "sts:AssumeRole")


def aws(principal: str | list[str], conditions: Document | None = None) -> Document:
    """Trust in an account or principal."""
    return _trust({"AWS": principal}, "sts:AssumeRole", conditions)


def federated(account: str, issuer: str, conditions: Document | None) -> Document:
    """Trust in the tokens of an OIDC issuer."""
    return _trust({"Federated": f"arn:aws:iam::{account}:oidc-provider/{issuer}"}, "sts:AssumeRoleWithWebIdentity", conditions)


def _trust(principal: Document, action: str, conditions: Document | None = None) -> Document:
    statement: Document = {"Effect": "Allow", "Principal": principal, "Action": action}
    if conditions:
        statement["Condition"] = conditions
    return {"Version": "2012-10-17", "Statement": [statement]}


@dataclass(frozen=True, slots=True)
class Oidc:
    """One OIDC trust: role name, issuer, label (``None``: right), conditions."""

    name: str
    issuer: str
    label: str | None
    note: str
    conditions: Document | None = field(default=None, hash=False)
    debatable: bool = False


def _eq(issuer: str, **claims: str) -> Document:
    return {"StringEquals": {f"{issuer}:{claim}": value for claim, value in claims.items()}}


def _like(issuer: str, sub: str, operator: str = "StringLike") -> Document:
    return {"StringEquals": {f"{issuer}:aud": STS}, operator: {f"{issuer}:sub": sub}}


OIDC: tuple[Oidc, ...] = (
    Oidc("gha-open", GITHUB, "oidc_no_sub", "aud only: every repository on GitHub", _eq(GITHUB, aud=STS)),
    Oidc("gha-any-repo", GITHUB, "oidc_wildcard_sub", "sub repo:*", _like(GITHUB, "repo:*")),
    Oidc("gha-org-wide", GITHUB, "oidc_wildcard_sub", "any repository of a recyclable name", _like(GITHUB, f"repo:{ORG}/*")),
    Oidc(
        "gha-org-wide-id", GITHUB, "oidc_wildcard_sub", "any repository of the organisation, by id", _like(GITHUB, f"{_BY_ID}/*")
    ),
    Oidc("gha-prefix", GITHUB, "oidc_wildcard_sub", "web* also admits web-sandbox", _like(GITHUB, f"repo:{ORG}/web*")),
    Oidc(
        "gha-vacuous",
        GITHUB,
        "oidc_no_sub",
        "ForAllValues holds when sub is missing",
        _like(GITHUB, f"{_BY_ID}/web@{REPO_ID}:ref:refs/heads/main", "ForAllValues:StringLike"),
    ),
    Oidc("gha-no-aud", GITHUB, "oidc_no_aud", "no aud condition", _eq(GITHUB, sub=f"{_BY_ID}/web@{REPO_ID}:ref:refs/heads/main")),
    Oidc(
        "gha-name-web",
        GITHUB,
        "oidc_name_only",
        "old form, main branch",
        _eq(GITHUB, aud=STS, sub=f"repo:{ORG}/web:ref:refs/heads/main"),
    ),
    Oidc(
        "gha-name-api",
        GITHUB,
        "oidc_name_only",
        "old form, environment",
        _eq(GITHUB, aud=STS, sub=f"repo:{ORG}/api:environment:production"),
    ),
    Oidc("gitlab-any", GITLAB, "oidc_wildcard_sub", "any project on gitlab.com", _like(GITLAB, "project_path:*")),
    Oidc("irsa-any", EKS, "oidc_wildcard_sub", "any service account of the cluster", _like(EKS, "system:serviceaccount:*:*")),
    Oidc("irsa-open", EKS, "oidc_no_sub", "aud only: any service account of the cluster", _eq(EKS, aud=STS)),
    Oidc(
        "gha-web-main",
        GITHUB,
        None,
        "pinned by immutable ids",
        _eq(GITHUB, aud=STS, sub=f"{_BY_ID}/web@{REPO_ID}:ref:refs/heads/main"),
    ),
    Oidc(
        "gha-api-prod",
        GITHUB,
        None,
        "pinned by immutable ids",
        _eq(GITHUB, aud=STS, sub=f"{_BY_ID}/api@{REPO_ID + 1}:environment:production"),
    ),
    Oidc(
        "gha-payments-prod",
        GITHUB,
        None,
        "pinned by immutable ids",
        _eq(GITHUB, aud=STS, sub=f"{_BY_ID}/payments@{REPO_ID + 2}:environment:production"),
    ),
    Oidc(
        "gha-infra-plan",
        GITHUB,
        None,
        "pinned by immutable ids",
        _eq(GITHUB, aud=STS, sub=f"{_BY_ID}/infra-live@{REPO_ID + 4}:environment:plan"),
    ),
    Oidc(
        "gha-data-main",
        GITHUB,
        None,
        "pinned by immutable ids",
        _eq(GITHUB, aud=STS, sub=f"{_BY_ID}/data-pipeline@{REPO_ID + 5}:ref:refs/heads/main"),
    ),
    Oidc(
        "gha-like-exact",
        GITHUB,
        None,
        "StringLike without a wildcard",
        _like(GITHUB, f"{_BY_ID}/charts@{REPO_ID + 7}:ref:refs/heads/main"),
    ),
    Oidc("irsa-payments", EKS, None, "one service account", _eq(EKS, aud=STS, sub="system:serviceaccount:payments:settler")),
    Oidc("irsa-search", EKS, None, "one service account", _eq(EKS, aud=STS, sub="system:serviceaccount:storefront:search")),
    Oidc(
        "gha-any-ref",
        GITHUB,
        None,
        "any ref of one repository, by id",
        _like(GITHUB, f"{_BY_ID}/web@{REPO_ID}:*"),
        debatable=True,
    ),
    Oidc(
        "gitlab-one",
        GITLAB,
        None,
        "one project by name; GitLab has no ids in sub",
        _eq(GITLAB, aud="https://gitlab.com", sub=f"project_path:{ORG}/ops-tools:ref_type:branch:ref:main"),
        debatable=True,
    ),
)
"""All OIDC trusts of the account."""
