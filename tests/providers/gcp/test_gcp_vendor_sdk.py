"""Google's own client drives the fake by its bundled discovery documents, and every field of a reply is one of the contract's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import google.oauth2.credentials
import googleapiclient
import msgspec
import pytest
from gcp_seed import DEPLOYER, PROD, PROD_NUMBER
from google.auth.exceptions import RefreshError
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from keyrack_estate.fakes.server import Request

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
ORG = "organizations/100000000001"


def document(name: str) -> dict[str, Any]:
    return msgspec.json.decode((DOCUMENTS / f"{name}.json").read_bytes())


def client(name: str, url: str, token: str) -> Any:
    described = document(name)
    described["rootUrl"] = described["baseUrl"] = f"{url}/"
    described["baseUrl"] += described["servicePath"]
    described.pop("mtlsRootUrl", None)
    return build_from_document(described, credentials=google.oauth2.credentials.Credentials(token))


def strangers(schemas: dict[str, Any], schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """Fields that the schema does not know, or values of another type."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kind = schema.get("type")
    if kind == "array":
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for item in value:
            yield from strangers(schemas, schema["items"], item, f"{path}[]")
    elif kind == "object" and isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties")
        for name, item in value.items():
            inner = known.get(name, rest)
            if inner is None:
                yield f"{path}.{name}"
            elif inner.get("type") != "any":
                yield from strangers(schemas, inner, item, f"{path}.{name}")
    elif kind in {"string", "boolean", "integer"}:
        wanted = {"string": str, "boolean": bool, "integer": int}[kind]
        if not isinstance(value, wanted):
            yield f"{path} is no {kind}"


def response_schema(described: dict[str, Any], dotted: str) -> dict[str, Any]:
    node = described
    *resources, method = dotted.split(".")
    for name in resources:
        node = node["resources"][name]
    return node["methods"][method]["response"]


CALLS = [
    ("cloudasset.v1", "assets.list", "assets", {"parent": ORG, "contentType": "RESOURCE", "assetTypes": "iam.googleapis.com/ServiceAccount"}, 4),
    ("cloudasset.v1", "v1.searchAllIamPolicies", "results", {"scope": ORG}, 4),
    ("cloudresourcemanager.v3", "projects.search", "projects", {}, 2),
    ("cloudresourcemanager.v3", "folders.search", "folders", {}, 1),
    ("iam.v1", "projects.serviceAccounts.list", "accounts", {"name": f"projects/{PROD}"}, 3),
    ("iam.v1", "projects.serviceAccounts.keys.list", "keys", {"name": f"projects/{PROD}/serviceAccounts/{DEPLOYER}", "keyTypes": "USER_MANAGED"}, 2),
    ("iam.v1", "projects.roles.list", "roles", {"parent": f"projects/{PROD}", "view": "FULL"}, 1),
    ("iam.v1", "projects.locations.workloadIdentityPools.list", "workloadIdentityPools", {"parent": f"projects/{PROD}/locations/global"}, 1),
    ("iam.v1", "projects.locations.workloadIdentityPools.providers.list", "workloadIdentityPoolProviders", {"parent": f"projects/{PROD}/locations/global/workloadIdentityPools/github"}, 1),
    ("iam.v1", "projects.serviceAccounts.getIamPolicy", "bindings", {"resource": f"projects/{PROD}/serviceAccounts/{DEPLOYER}", "options_requestedPolicyVersion": 3}, 3),
    ("iam.v2", "policies.listPolicies", "policies", {"parent": f"policies/cloudresourcemanager.googleapis.com%2Fprojects%2F{PROD}/denypolicies"}, 1),
    ("apikeys.v2", "projects.locations.keys.list", "keys", {"parent": f"projects/{PROD}/locations/global"}, 2),
    ("secretmanager.v1", "projects.secrets.list", "secrets", {"parent": f"projects/{PROD}"}, 3),
    ("secretmanager.v1", "projects.secrets.versions.list", "versions", {"parent": f"projects/{PROD}/secrets/rotating"}, 2),
    ("storage.v1", "projects.hmacKeys.list", "items", {"projectId": PROD}, 1),
    ("run.v1", "namespaces.services.list", "items", {"parent": f"namespaces/{PROD}"}, 1),
    ("run.v1", "namespaces.jobs.list", "items", {"parent": f"namespaces/{PROD}"}, 1),
    ("cloudfunctions.v2", "projects.locations.functions.list", "functions", {"parent": f"projects/{PROD}/locations/-"}, 1),
    ("compute.v1", "instances.aggregatedList", "items", {"project": PROD}, 2),
    ("container.v1", "projects.locations.clusters.list", "clusters", {"parent": f"projects/{PROD}/locations/-"}, 1),
    ("policyanalyzer.v1", "projects.locations.activityTypes.activities.query", "activities", {"parent": f"projects/{PROD}/locations/global/activityTypes/serviceAccountLastAuthentication"}, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("api", "method", "listed", "params", "count"),
    CALLS,
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_google_client_reads_the_fake_and_its_replies_keep_the_contract(seed, fake, api, method, listed, params, count):
    node = client(api, fake.url, seed.token)
    *resources, name = method.split(".")
    for resource in resources:
        node = getattr(node, resource)()
    reply = getattr(node, name)(**params).execute()
    assert len(reply[listed]) == count
    described = document(api)
    assert list(strangers(described["schemas"], response_schema(described, method), reply, name)) == []


def test_assets_hold_resources_of_their_own_contracts(seed, fake):
    """Cloud Asset's ``data`` is free-form there; here it is held to the schema of the API it comes from."""
    wanted = {
        "iam.googleapis.com/ServiceAccount": ("iam.v1", "ServiceAccount"),
        "iam.googleapis.com/ServiceAccountKey": ("iam.v1", "ServiceAccountKey"),
        "iam.googleapis.com/WorkloadIdentityPoolProvider": ("iam.v1", "WorkloadIdentityPoolProvider"),
        "cloudresourcemanager.googleapis.com/Project": ("cloudresourcemanager.v1", "Project"),
        "apikeys.googleapis.com/Key": ("apikeys.v2", "V2Key"),
        "secretmanager.googleapis.com/Secret": ("secretmanager.v1", "Secret"),
        "run.googleapis.com/Service": ("run.v1", "Service"),
        "compute.googleapis.com/Instance": ("compute.v1", "Instance"),
        "container.googleapis.com/Cluster": ("container.v1", "Cluster"),
    }
    assets = client("cloudasset.v1", fake.url, seed.token).assets()
    for kind, (api, schema) in wanted.items():
        schemas = document(api)["schemas"]
        found = assets.list(parent=ORG, contentType="RESOURCE", assetTypes=kind).execute()["assets"]
        assert found, kind
        for asset in found:
            assert list(strangers(schemas, schemas[schema], asset["resource"]["data"], kind)) == []


def test_google_client_pages(seed):
    from keyrack_estate.fakes.server import serve

    fake = seed.fake(page=1)
    with serve(fake):
        accounts = client("iam.v1", fake.url, seed.token).projects().serviceAccounts()
        request, emails = accounts.list(name=f"projects/{PROD}"), []
        while request is not None:
            reply = request.execute()
            emails += [row["email"] for row in reply.get("accounts", [])]
            request = accounts.list_next(request, reply)
    assert len(emails) == len(set(emails)) == 3


def test_policies_below_version_three_lose_their_conditions(seed, fake):
    projects = client("cloudresourcemanager.v3", fake.url, seed.token).projects()
    plain = projects.getIamPolicy(resource=f"projects/{PROD}", body={}).execute()
    whole = projects.getIamPolicy(resource=f"projects/{PROD}", body={"options": {"requestedPolicyVersion": 3}}).execute()
    assert not any("condition" in row for row in plain["bindings"])
    assert any("condition" in row for row in whole["bindings"])


def test_keys_and_accounts_change_and_a_revoked_token_is_refused(seed, fake):
    accounts = client("iam.v1", fake.url, seed.token).projects().serviceAccounts()
    name = f"projects/{PROD}/serviceAccounts/{DEPLOYER}"
    accounts.keys().disable(name=f"{name}/keys/{seed.key_id}", body={}).execute()
    rows = accounts.keys().list(name=name, keyTypes="USER_MANAGED").execute()["keys"]
    assert [row["disabled"] for row in rows if row["name"].endswith(seed.key_id)] == [True]
    accounts.keys().delete(name=f"{name}/keys/{seed.key_id}").execute()
    assert len(accounts.keys().list(name=name, keyTypes="USER_MANAGED").execute()["keys"]) == 1
    accounts.disable(name=name, body={}).execute()
    fake.tokens = {}
    with pytest.raises((HttpError, RefreshError)):  # refused, and the client's attempt to renew has nothing to renew with
        client("iam.v1", fake.url, "other").projects().serviceAccounts().list(name=f"projects/{PROD}").execute()
    assert fake.allowed(Request("GET", "/", {}, {"authorization": "Bearer other"}, None, "")).status == 401


def test_the_project_is_named_by_number_or_id(seed, fake):
    projects = client("cloudresourcemanager.v3", fake.url, seed.token).projects()
    assert projects.get(name=f"projects/{PROD_NUMBER}").execute() == projects.get(name=f"projects/{PROD}").execute()
