"""Every JSON log: records in the shapes the vendors document, and what they become."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.sdk.usage import NotALogError, Rows, broken, load, logs

TENANT = "11111111-2222-3333-4444-555555555555"
OBJECT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


def kubernetes(**changes):
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "a-1",
        "stage": "ResponseComplete",
        "requestURI": "/apis/apps/v1/namespaces/shop/deployments/web/scale?x=1",
        "verb": "update",
        "user": {
            "username": "system:serviceaccount:shop:deployer",
            "extra": {
                "authentication.kubernetes.io/credential-id": ["JTI=7ee52be0"],
                "authentication.kubernetes.io/pod-name": ["deployer-0"],
            },
        },
        "sourceIPs": ["10.0.0.7"],
        "userAgent": "kubectl/v1.31",
        "objectRef": {"resource": "deployments", "subresource": "scale", "apiGroup": "apps", "namespace": "shop", "name": "web"},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": "2026-11-01T10:00:00.123456Z",
        "annotations": {"authorization.k8s.io/decision": "allow"},
        **changes,
    }


def gcp(**payload):
    return {
        "logName": "projects/shop/logs/cloudaudit.googleapis.com%2Factivity",
        "insertId": "x1",
        "timestamp": "2026-11-01T10:00:00.123456789Z",
        "resource": {"type": "gce_instance", "labels": {"project_id": "shop"}},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "compute.googleapis.com",
            "methodName": "v1.compute.instances.insert",
            "authenticationInfo": {
                "principalEmail": "ci@shop.iam.gserviceaccount.com",
                "serviceAccountKeyName": "//iam.googleapis.com/projects/shop/serviceAccounts/ci@shop.iam.gserviceaccount.com/keys/k1",
                "serviceAccountDelegationInfo": [{"firstPartyPrincipal": {"principalEmail": "ann@acme.example"}}],
            },
            "authorizationInfo": [
                {"permission": "compute.instances.create", "resource": "projects/shop/zones/z/instances/i", "granted": True},
                {"permission": "compute.instances.create", "granted": True},
                {"permission": "iam.serviceAccounts.actAs", "resource": "projects/-/serviceAccounts/9", "granted": True},
            ],
            "requestMetadata": {"callerIp": "203.0.113.9", "callerSuppliedUserAgent": "Terraform"},
            **payload,
        },
    }


def azure(**changes):
    return {
        "time": "2026-11-01T10:00:00.0000000Z",
        "resourceId": "/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/A",
        "operationName": "MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION",
        "category": "Administrative",
        "resultType": "Success",
        "resultSignature": "Succeeded.OK",
        "correlationId": "c-1",
        "tenantId": TENANT,
        "callerIpAddress": "203.0.113.9",
        "identity": {
            "authorization": {
                "action": "Microsoft.Storage/storageAccounts/listKeys/action",
                "evidence": {"principalId": OBJECT.replace("-", ""), "principalType": "ServicePrincipal"},
            },
            "claims": {"http://schemas.microsoft.com/identity/claims/objectidentifier": OBJECT, "idtyp": "app"},
        },
        **changes,
    }


def entra(**changes):
    return {
        "id": "s-1",
        "createdDateTime": "2026-11-01T10:00:00Z",
        "appId": "app",
        "homeTenantId": TENANT,
        "servicePrincipalId": OBJECT,
        "servicePrincipalCredentialKeyId": "key-1",
        "resourceDisplayName": "Microsoft Graph",
        "ipAddress": "203.0.113.9",
        "status": {"errorCode": 0},
        **changes,
    }


def graph(**changes):
    return {
        "time": "2026-11-01T10:00:00Z",
        "tenantId": TENANT,
        "category": "MicrosoftGraphActivityLogs",
        "properties": {
            "requestId": "r-1",
            "requestMethod": "GET",
            "requestUri": f"https://graph.microsoft.com/v1.0/users/{OBJECT}/messages?$top=5",
            "responseStatusCode": 200,
            "servicePrincipalId": OBJECT,
            "roles": "Mail.Read User.Read.All",
            **changes,
        },
    }


def github(**changes):
    return {
        "@timestamp": 1793527200000,
        "_document_id": "d-1",
        "action": "git.push",
        "actor": "Release-Bot[bot]",
        "actor_ip": "203.0.113.9",
        "org": "acme",
        "repo": "acme/web",
        "hashed_token": "abc=",
        "programmatic_access_type": "GitHub App server-to-server token",
        **changes,
    }


def okta(**changes):
    return {
        "uuid": "u-1",
        "published": "2026-11-01T10:00:00.000Z",
        "eventType": "group.user_membership.add",
        "actor": {"id": "0oa1", "type": "PublicClientApp"},
        "client": {"ipAddress": "203.0.113.9", "userAgent": {"rawUserAgent": "okta-sdk-python"}},
        "outcome": {"result": "SUCCESS"},
        "target": [{"id": "00g1", "type": "UserGroup"}],
        "transaction": {"type": "WEB", "detail": {"requestApiTokenId": "00T1"}},
        **changes,
    }


def openbao(**changes):
    return {
        "time": "2026-11-01T10:00:00.123456789Z",
        "type": "response",
        "auth": {
            "accessor": "hmac-sha256:aa",
            "entity_id": "e-1",
            "display_name": "approle",
            "policy_results": {"allowed": True},
        },
        "request": {
            "id": "q-1",
            "operation": "read",
            "path": "secret/data/shop",
            "mount_type": "kv",
            "remote_address": "10.0.0.9",
        },
        **changes,
    }


MADE = {
    "kubernetes:audit": kubernetes,
    "gcp:audit": gcp,
    "azure:activity": azure,
    "entra:signin": entra,
    "entra:graph-activity": graph,
    "github:audit": github,
    "okta:system-log": okta,
    "openbao:audit": openbao,
}


def read(name, *records, scope="c1"):
    rows = Rows(scope)
    load(name).read("\n".join(json.dumps(record) for record in records).encode(), rows)
    return rows


def one(name, record):
    rows = read(name, record)
    assert len(rows) == 1, rows.problems
    return {column: values[0] for column, values in rows.columns.items()}


def test_every_log_loads():
    assert broken() == {}
    assert set(logs()) >= {*MADE, "aws:cloudtrail"}


@pytest.mark.parametrize("name", MADE)
def test_recognised_as_lines_documents_and_replies_and_by_nobody_else(name):
    record = MADE[name]()
    texts = {
        "lines": json.dumps(record) + "\n" + json.dumps(record),
        "document": json.dumps({"value": [record]}),
        "pretty": json.dumps([record], indent=2),
    }
    for kind, text in texts.items():
        shape = "lines" if kind == "lines" else "document"
        assert {
            log.name: log.recognises("x.json", text.encode()) for log in logs().values() if log.recognises("x", text.encode())
        } == {name: shape}, kind
    for text in texts.values():
        rows = Rows("c1")
        load(name).read(text.encode(), rows)
        assert set(rows.columns["source"]) == {name}
        assert not rows.problems


EXPECTED = {
    "kubernetes:audit": (
        "k8s:c1:sa/shop/deployer",
        "cred:kubernetes:7ee52be0",
        ("update deployments.apps/scale",),
        ("namespaces/shop/deployments/web",),
    ),
    "gcp:audit": (
        "gcp:sa/ci@shop.iam.gserviceaccount.com",
        "cred:gcp:k1",
        ("compute.instances.create", "iam.serviceAccounts.actAs"),
        ("projects/shop/zones/z/instances/i", "projects/-/serviceAccounts/9"),
    ),
    "azure:activity": (
        f"entra:{TENANT}:sp/{OBJECT}",
        None,
        ("Microsoft.Storage/storageAccounts/listKeys/action",),
        ("/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/A",),
    ),
    "entra:signin": (f"entra:{TENANT}:sp/{OBJECT}", "cred:azure:key-1", (), ()),
    "entra:graph-activity": (f"entra:{TENANT}:sp/{OBJECT}", None, ("GET /users/{id}/messages",), ("",)),
    "github:audit": ("github:acme:app/release-bot", "cred:github:abc=", ("contents:write",), ("acme/web",)),
    "okta:system-log": ("okta:c1:app/0oa1", "cred:okta:00T1", ("okta.groups.manage",), ("UserGroup/00g1",)),
    "openbao:audit": ("openbao:c1:entity/e-1", "cred:vault:hmac-sha256:aa", ("read",), ("secret/data/shop",)),
}


@pytest.mark.parametrize("name", MADE)
def test_who_with_what_did_what(name):
    row = one(name, MADE[name]())
    assert (row["identity_uid"], row["credential_uid"], row["actions"], row["resources"]) == EXPECTED[name]
    assert (row["outcome"], row["unmapped"]) == ("allowed", False)


DENIED = {
    "kubernetes:audit": kubernetes(responseStatus={"code": 403}, annotations={"authorization.k8s.io/decision": "forbid"}),
    "gcp:audit": gcp(status={"code": 7}),
    "azure:activity": azure(resultType="Failure", resultSignature="Failed.Forbidden"),
    "entra:signin": entra(status={"errorCode": 7000222}),
    "entra:graph-activity": graph(responseStatusCode=403),
    "github:audit": github(action="api.request", status_code=403),
    "okta:system-log": okta(outcome={"result": "DENY"}),
    "openbao:audit": openbao(error="1 error occurred:\n\t* permission denied\n\n"),
}
FAILED = {
    "kubernetes:audit": kubernetes(responseStatus={"code": 403}),  # admission said no, RBAC had said yes
    "gcp:audit": gcp(status={"code": 5}),
    "azure:activity": azure(resultType="Failure", resultSignature="Failed.Conflict"),
    "entra:graph-activity": graph(responseStatusCode=404),
    "okta:system-log": okta(outcome={"result": "FAILURE"}),
    "openbao:audit": openbao(error="no handler for route"),
}


@pytest.mark.parametrize("name", DENIED)
def test_denied_is_no_use(name):
    assert one(name, DENIED[name])["outcome"] == "denied"


@pytest.mark.parametrize("name", FAILED)
def test_failed_was_allowed(name):
    assert one(name, FAILED[name])["outcome"] == "failed"


def test_stages_and_phases_count_once():
    assert len(read("kubernetes:audit", kubernetes(stage="RequestReceived"), kubernetes())) == 1
    assert len(read("openbao:audit", openbao(type="request"), openbao())) == 1
    phases = read("azure:activity", azure(resultType="Start"), azure(resultType="Accept"), azure())
    assert len(set(phases.columns["id"])) == 1


def test_impersonation_names_both():
    row = one("kubernetes:audit", kubernetes(impersonatedUser={"username": "admin"}))
    assert (row["identity_uid"], row["caller"]) == ("k8s:c1:user/admin", "k8s:c1:sa/shop/deployer")
    assert one("gcp:audit", gcp())["caller"] == "gcp:user/ann@acme.example"


def test_unmapped_is_told_from_needing_nothing():
    assert one("github:audit", github(action="ip_allow_list.disable"))["unmapped"]
    assert not one("okta:system-log", okta(eventType="user.session.start"))["unmapped"]
    assert not one("openbao:audit", openbao(request={"id": "q", "operation": "update", "path": "auth/approle/login"}))["unmapped"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3),
)


@pytest.mark.parametrize("name", MADE)
@given(data=st.data())
@settings(max_examples=40)
def test_no_record_breaks_the_reader(name, data):
    record = MADE[name]()
    for key in data.draw(st.lists(st.sampled_from(sorted(record)), max_size=4)):
        record[key] = data.draw(values)
    rows = Rows("c1")
    load(name).read(json.dumps([record, MADE[name]()]).encode(), rows)
    assert len({len(column) for column in rows.columns.values()}) == 1
    assert len(rows) + sum(rows.problems.values()) in {1, 2}


@pytest.mark.parametrize("name", MADE)
def test_garbage_is_named(name):
    with pytest.raises(NotALogError):
        load(name).read(b"\x00\xff not json", Rows())
    rows = Rows()
    load(name).read(json.dumps(MADE[name]()).encode() + b"\nnot json\n", rows)
    assert (len(rows), sum(rows.problems.values())) == (1, 1)
