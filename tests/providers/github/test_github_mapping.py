"""Mapping is total: any JSON in, records or nothing out; and hard cases by hand."""

from __future__ import annotations

from typing import Any

import pytest
from github_seed import NOW, ORG
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.github import accounts, alerts, apps, delivery, keys, repositories, stores, tokens
from keyrack.providers.github import settings as organisation
from keyrack.providers.github.capabilities import MANIFEST
from keyrack.providers.github.scan import Repo
from keyrack.records import Credential, Identity, Placement, Record
from keyrack.sdk import Fingerprinter
from keyrack.sdk.testing.words import check_words

MARK = Fingerprinter(b"k" * 32)
REPO = Repo("web", "github:acme:repo/web", protected="none")
WORDS = st.sampled_from(
    ["login", "name", "id", "key", "owner", "permissions", "repository", "organization", "token_id", "token_expires_at", "suspended_at",
     "app_slug", "repository_selection", "events", "credential_id", "credential_type", "fingerprint", "scopes", "config", "url", "secret",
     "insecure_ssl", "protection_rules", "reviewers", "type", "deployment_branch_policy", "include_claim_keys", "use_default", "number",
     "first_location_detected", "commit_sha", "path", "issue_url", "full_name", "validity", "resolution", "secret_type", "workflows",
     "entries", "text", "owners", "rulesets", "nodes", "rules", "node", "samlIdentity", "nameId", "user", "visibility", "value",
     "updated_at", "last_used", "added_by", "read_only", "branchProtectionRules", "isArchived", "createdAt", "last_response", "code"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["9999-12-31T23:59:59Z", "SSH key", "personal access token", "SHA256:" + "A" * 43, "acme/web", "https://x.example/a?b=c",
         "http://[", "required_reviewers", "active", "* @acme/pay\n", "ssh-ed25519 AAAA x", "all", "selected", "ci.yml", "blob"]
    ),
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, TEXTS), inner, max_size=4)),
    max_leaves=14,
)
OBJECTS = st.dictionaries(st.one_of(WORDS, TEXTS), JSON, max_size=8)


@settings(max_examples=200, deadline=None)
@given(raw=OBJECTS, other=OBJECTS)
def test_mapping_is_total_and_keeps_to_the_words(raw: dict[str, Any], other: dict[str, Any]) -> None:
    shelf = stores.Shelf(ORG, "actions", "web", "prod")
    records: list[Record] = [
        *accounts.member(raw, ORG, address="a@b.c"),
        *accounts.outside(raw, ORG),
        *apps.installation(raw, ORG, other),
        *tokens.fine_grained(raw, ORG, NOW, left=None),
        *tokens.fine_grained(raw, ORG, NOW, left=True, pending=True),
        *tokens.authorization(raw, ORG, NOW, left=False),
        *keys.deploy_key(raw, REPO, ORG, adder="a@b.c", left=None),
        *stores.secret(raw, shelf, public=True),
        *stores.variables([raw, other], shelf, MARK),
        *delivery.environment(raw, REPO, ORG, 1),
        *delivery.runner(raw, ORG, {}),
        *delivery.runner_group(raw, ORG, None),
        *delivery.webhook(raw, ORG, "web"),
        *alerts.alert(raw, MARK, {}),
        organisation.organization(ORG, {"organization": raw, "actions": other, "oidc": raw, "rulesets": other}),
    ]
    accounts.addresses(raw)
    accounts.sso_address(raw)
    found = repositories.repo(raw, ORG, {})
    if found:
        records.append(repositories.resource(found, ORG, {"owner": "x", "env": "prod"}))
        records += repositories.pipeline(found, ORG, "write", delivery.subject(raw, other, found))
    check_words(MANIFEST, records)


@pytest.mark.parametrize(
    ("login", "name", "machine"),
    [
        ("acme-deploy-bot", "", True), ("svc-release", "", True), ("acme-ci", "", True), ("jenkins", "", True), ("build42", "", True),
        ("anna", "Anna Deployment", False), ("cicero", "Cicero", False), ("robotti", "Mario Robotti", False), ("botond", "Botond", False),
        ("lucid", "", False), ("anna", "Release Bot", True), ("abbot", "Tom Abbot", False), ("smithy-builder", "", True),
    ],
)  # fmt: skip
def test_machines_are_told_by_whole_words(login: str, name: str, machine: bool) -> None:
    assert (accounts.service_words(login, name) is not None) is machine


def protected(**more: Any) -> str:
    raw = {
        "name": "web",
        "defaultBranchRef": {"name": "main", "branchProtectionRule": None},
        "branchProtectionRules": {"totalCount": 0},
    }
    found = repositories.repo({**raw, **more}, ORG, {})
    assert found is not None
    return found.protected


def ruleset(*kinds: str, enforcement: str = "ACTIVE", include: str = "~DEFAULT_BRANCH", target: str = "BRANCH") -> dict[str, Any]:
    rules = {"nodes": [{"type": kind} for kind in kinds]}
    where = {"refName": {"include": [include], "exclude": []}}
    return {"rulesets": {"nodes": [{"enforcement": enforcement, "target": target, "conditions": where, "rules": rules}]}}


def test_how_the_default_branch_is_kept() -> None:
    assert protected() == "none"
    assert protected(branchProtectionRules=None) == "unknown"
    assert protected(**ruleset("PULL_REQUEST")) == "reviews"
    assert protected(**ruleset("PULL_REQUEST", enforcement="EVALUATE")) == "none"
    assert protected(**ruleset("PULL_REQUEST", target="TAG")) == "none"
    assert protected(**ruleset("PULL_REQUEST", include="refs/heads/other")) == "none"
    assert protected(**ruleset("NON_FAST_FORWARD", include="refs/heads/main")) == "rule"
    assert protected(defaultBranchRef={"name": "main", "branchProtectionRule": {"requiresApprovingReviews": True}}) == "reviews"


@pytest.mark.parametrize(
    ("own", "org", "claims", "immutable"),
    [
        ({"use_default": True}, {"include_claim_keys": ["environment"]}, "default", None),
        ({"use_default": False}, {"include_claim_keys": ["repo", "environment"]}, "repo,environment", None),
        ({"use_default": False, "include_claim_keys": ["actor"]}, {"include_claim_keys": ["repo"]}, "actor", None),
        ({"use_default": True, "sub_claim_prefix": "repo:acme@1/web@2"}, {"use_immutable_subject": False}, "default", "true"),
        ({"use_default": True, "sub_claim_prefix": "repo:acme/web"}, {"use_immutable_subject": True}, "default", "false"),
        ({"use_default": True}, {"use_immutable_subject": True}, "default", "true"),
        (None, {}, None, None),
    ],
)
def test_oidc_subjects(own: Any, org: Any, claims: str | None, immutable: str | None) -> None:
    found = delivery.subject(own, org, REPO)
    assert (found.get("subject_claims"), found.get("subject_immutable")) == (claims, immutable)


def test_owners_by_the_last_line_for_everything() -> None:
    text = "# * @nobody\n* @acme/old\n/docs @bo\n*  @Acme/Payments @bo mail@acme.example # the team\n*.md @ada\n"
    found = repositories.repo(
        {"name": "web", "owners": {"text": text}, "ownersAtRoot": {"text": "* @acme/other"}}, ORG, {"bo": "bo@acme.example"}
    )
    assert found is not None
    assert found.owners == ("team:payments", "bo@acme.example", "mail@acme.example")


def test_a_repository_secret_has_the_name_under_which_workflows_use_it() -> None:
    credential = next(stores.secret({"name": "NPM_TOKEN"}, stores.Shelf(ORG, "actions", "web")))
    assert credential.uid == "cred:at:repo:acme/web/secrets/NPM_TOKEN"  # as providers/repository/ci/mapping.py makes it


def test_a_secret_scanning_alert_that_shows_no_value_still_names_its_place() -> None:
    raw = {"number": 4, "secret_type": "slack_api_token", "repository": {"full_name": "acme/web"}, "validity": "active"}
    credential, placement = alerts.alert(raw, MARK, {})
    assert isinstance(credential, Credential)
    assert isinstance(placement, Placement)
    assert (credential.fingerprint, credential.issuer, placement.path, placement.state) == (
        None,
        "slack",
        "secret-scanning/4",
        "live",
    )


def test_a_suspended_app_holds_nothing() -> None:
    raw = {
        "app_slug": "X",
        "permissions": {"contents": "write"},
        "suspended_at": "2026-01-01T00:00:00Z",
        "repository_selection": "all",
    }
    (identity,) = apps.installation(raw, ORG, None)
    assert isinstance(identity, Identity)
    assert (identity.uid, identity.status, identity.third_party) == ("github:acme:app/x", "disabled", False)
