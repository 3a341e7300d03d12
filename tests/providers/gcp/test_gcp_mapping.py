"""Mapping is total: any JSON in, records or nothing out; and a few hard cases by hand."""

from __future__ import annotations

import pytest
from gcp_seed import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.gcp import accounts, activity, bindings, hierarchy, secrets
from keyrack.providers.gcp.assets import KINDS, Asset
from keyrack.providers.gcp.capabilities import MANIFEST
from keyrack.providers.gcp.federation import Pools, Provider, accepted
from keyrack.providers.gcp.names import Project, Projects, agent, default_account, member
from keyrack.providers.gcp.workloads import workload_records
from keyrack.records import Grant
from keyrack.sdk import Fingerprinter
from keyrack.sdk.testing.words import check_words

POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p"
WORDS = st.sampled_from(
    ["name", "email", "members", "bindings", "role", "condition", "expression", "metadata", "items", "spec", "template", "containers",
     "env", "value", "labels", "serviceAccounts", "scopes", "nodePools", "config", "state", "createTime", "validBeforeTime", "oidc",
     "issuerUri", "attributeMapping", "restrictions", "apiTargets", "activity", "fullResourceName", "rules", "denyRule", "rotation"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["serviceAccount:a@p.iam.gserviceaccount.com", "allUsers", f"principalSet:{POOL}/*", "serviceAccount:p.svc.id.goog[a/b]",
         "deleted:serviceAccount:a@p.iam.gserviceaccount.com?uid=1", "9999-12-31T23:59:59Z", "roles/iam.workloadIdentityUser",
         "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com/keys/k", "projects/1/secrets/s/versions/1", "31s", "-1"]
    ),
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, TEXTS), inner, max_size=4)),
    max_leaves=14,
)
OBJECTS = st.dictionaries(st.one_of(WORDS, TEXTS), JSON, max_size=6)


def projects() -> Projects:
    found = Projects("p", domain="acme.example")
    found.add(Project("p", "1", "p", "folders/1"))
    return found


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from([*KINDS, "policy"]), name=TEXTS, data=OBJECTS)
def test_mapping_is_total_and_keeps_to_the_words(kind, name, data):
    known = projects()
    reader = bindings.Reader(known, Pools(known), {"1": "a@p.iam.gserviceaccount.com"})
    item, mark = Asset(kind, name, data, "1"), Fingerprinter(b"k" * 32)
    store = secrets.Store(known)
    store.count(item)
    records = [
        *accounts.account(item, known),
        *accounts.api_key(item, known),
        *bindings.role(item, reader),
        *reader.pools.provider(item),
        *bindings.allow(item, reader),
        *bindings.deny(data, "projects/p", reader),
        *secrets.secret(item, store, b"value", mark),
        *activity.usage(data, activity.ACCOUNTS, reader.emails, set()),
        *filter(None, [accounts.key(item, reader.emails, NOW), accounts.hmac_key(data)]),
    ]
    found = hierarchy.project(data, name)
    records += [hierarchy.project_resource(found)] if found else []
    if kind in {"service", "job", "function", "function_v1", "instance", "cluster"}:
        records += workload_records(item, known, mark)
    hierarchy.node(data, known)
    check_words(MANIFEST, records)


@given(st.text(max_size=40))
def test_members_are_total(text):
    assert member(text).text == text


@pytest.mark.parametrize(
    ("text", "kind", "uid"),
    [
        ("user:Ada@Acme.Example", "user", "gcp:user/ada@acme.example"),
        ("serviceAccount:A@p.iam.gserviceaccount.com", "account", "gcp:sa/a@p.iam.gserviceaccount.com"),
        ("serviceAccount:p.svc.id.goog[pay/api]", "workload", "gcp:principal/p.svc.id.goog/pay/api"),
        ("deleted:user:x@y.z?uid=1", "user", "gcp:user/x@y.z"),
        ("group:g@y.z", "group", None),
        ("domain:y.z", "domain", None),
        ("projectEditor:p", "basic", None),
        ("allAuthenticatedUsers", "anyone", None),
        (f"principalSet:{POOL}/*", "set", f"gcp:principal/{POOL[2:]}/*"),
        (f"principal:{POOL}/subject/a:b/c", "principal", f"gcp:principal/{POOL[2:]}/subject/a:b/c"),
        (f"principalSet:{POOL}", "other", None),
        ("principalSet://cloudresourcemanager.googleapis.com/projects/1", "other", None),
        ("", "other", None),
    ],
)
def test_members(text, kind, uid):
    found = member(text)
    assert (found.kind, found.uid) == (kind, uid)


@pytest.mark.parametrize(
    ("email", "google"),
    [
        ("service-1@gcp-sa-pubsub.iam.gserviceaccount.com", True),
        ("service-1@compute-system.iam.gserviceaccount.com", True),
        ("1@cloudservices.gserviceaccount.com", True),
        ("1@cloudbuild.gserviceaccount.com", True),
        ("1-compute@developer.gserviceaccount.com", False),
        ("p@appspot.gserviceaccount.com", False),
        ("service-desk@p.iam.gserviceaccount.com", False),
        ("deploy@p.iam.gserviceaccount.com", False),
    ],
)
def test_googles_own_accounts_are_told_from_ours(email, google):
    assert agent(email) is google


def test_the_project_of_an_account_by_its_address():
    known = projects()
    assert known.of_account("a@p.iam.gserviceaccount.com") == "p"
    assert known.of_account("1-compute@developer.gserviceaccount.com") == "p"
    assert known.of_account("p@appspot.gserviceaccount.com") == "p"
    assert known.of_account("a@site.acme.com.iam.gserviceaccount.com") == "acme.com:site"
    assert known.of_account("service-1@gcp-sa-x.iam.gserviceaccount.com") == ""
    assert default_account("p@appspot.gserviceaccount.com") == "appengine"


GITHUB = "token.actions.githubusercontent.com"
MAPPING = {
    "google.subject": "assertion.sub",
    "attribute.repository": "assertion.repository",
    "attribute.env": "assertion.environment",
}


@pytest.mark.parametrize(
    ("rest", "condition", "subs", "claims"),
    [
        ("subject/repo:acme/web:ref:refs/heads/main", "", ("repo:acme/web:ref:refs/heads/main",), ("sub",)),
        ("attribute.repository/acme/web", "", ("repo:acme/web:*",), ("repository",)),
        ("*", "", (), ()),
        ("*", "assertion.repository == 'acme/web'", ("repo:acme/web:*",), ("repository",)),
        ("*", "assertion.repository_owner == 'acme'", ("repo:acme/*",), ("repository_owner",)),
        ("*", "assertion.repository_owner_id == '1'", (), ("repository_owner_id",)),
        ("*", "assertion.repository == 'acme/web' || assertion.repository == 'x/y'", (), ()),
        ("attribute.env/prod", "", (), ("environment",)),
        ("attribute.unmapped/x", "", (), ()),
        ("*", "assertion.sub.startsWith('repo:acme/')", ("repo:acme/*",), ()),
    ],
)
def test_what_a_pool_lets_in(rest, condition, subs, claims):
    who = member(f"principalSet:{POOL}/{rest}")
    held = Provider("n", POOL[2:], "u", GITHUB, MAPPING, condition, ())
    found = accepted(who, held)
    assert (found[0], found[2]) == (subs, claims)


def test_deny_principals_and_permissions_in_their_own_spelling():
    assert bindings.denied_uid("principal://goog/subject/Ada@acme.example") == "gcp:user/ada@acme.example"
    assert bindings.denied_uid("principal://iam.googleapis.com/projects/-/serviceAccounts/A@p.x") == "gcp:sa/a@p.x"
    assert bindings.denied_uid("principalSet://goog/public:all") is None


def test_a_denial_says_where_and_leaves_out_what_it_excepts():
    who = "principal://iam.googleapis.com/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com"
    denied = [f"iam.googleapis.com/serviceAccounts.{act}" for act in ("getAccessToken", "signBlob")]
    rule = {"deniedPrincipals": [who], "deniedPermissions": denied, "exceptionPermissions": denied[1:]}
    known = projects()
    reader = bindings.Reader(known, Pools(known), {})
    found = [r for r in bindings.deny({"name": "x", "rules": [{"denyRule": rule}]}, "projects/p", reader) if isinstance(r, Grant)]
    assert [(g.actions, g.attrs["on"]) for g in found] == [(["iam.serviceAccounts.getAccessToken"], "gcp:project/p")]


def test_owners_are_named_by_their_word_only():
    said = "Contact: Ops@acme.example. Mails reports to board@acme.example"
    assert [o.owner for o in hierarchy.described_owners("u", said, "d")] == ["ops@acme.example"]
