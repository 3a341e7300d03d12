"""The audit log a real server writes, as usage: who read what, as whom, and what was refused."""

import time

import pytest

from keyrack.sdk.usage import Rows, load


@pytest.fixture(scope="module")
def rows(real):
    """Events of some calls of this test's own, as one list of dicts."""
    server, _ = real
    token = server.account("payments", "batch")
    server.must("GET", "/api/v1/namespaces/payments/secrets/login", token=token)
    server.must("GET", "/api/v1/secrets?limit=1", token=token, **{"User-Agent": "kubectl/v1.37.1"})
    server.must("GET", "/api/v1/namespaces/payments/pods", **{"Impersonate-User": "system:serviceaccount:payments:batch"})
    api = server.account("payments", "api")
    assert server.call("DELETE", "/api/v1/namespaces/payments/secrets/login", token=api)[0] == 403
    for _ in range(100):
        if b"Impersonat" in (log := server.audit.read_bytes()) or b"impersonatedUser" in log:
            break
        time.sleep(0.05)
    found = Rows("prod-eu")
    load("kubernetes:audit").read(log, found)
    assert not found.problems
    return [dict(zip(found.columns, values, strict=True)) for values in zip(*found.columns.values(), strict=True)]


def of(rows, **values):
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


BATCH = "k8s:prod-eu:sa/payments/batch"


def test_who_read_which_secret(rows):
    reads = [dict(row["context"]).get("reads") for row in of(rows, identity_uid=BATCH, outcome="allowed")]
    assert "namespaces/payments/secrets/login" in reads
    assert "secrets" in reads  # all of the cluster at once
    one = next(row for row in of(rows, identity_uid=BATCH) if row["actions"] == ("list secrets",))
    assert one["user_agent"] == "kubectl/v1.37.1"


def test_impersonation_names_both(rows):
    assert of(rows, identity_uid=BATCH, caller="k8s:prod-eu:user/admin", actions=("list pods",))


def test_what_was_refused_is_no_use(rows):
    refused = of(rows, identity_uid="k8s:prod-eu:sa/payments/api", outcome="denied")
    assert [row["actions"] for row in refused] == [("delete secrets",)]
    assert refused[0]["context"] == ()


def test_the_uids_are_those_of_discovery(rows, real, scan):
    server, _ = real
    known = {r.uid for r in scan(server.url, token=server.token, ca=server.ca) if hasattr(r, "uid")}
    assert BATCH in known
    assert {row["identity_uid"] for row in rows if ":sa/payments/" in str(row["identity_uid"])} <= known


def test_minted_and_stored_tokens_are_told(rows):
    """Fields of newer servers than the test's own, from the published reference."""
    import json

    event = {
        "auditID": "a", "stage": "ResponseComplete", "verb": "create", "requestReceivedTimestamp": "2026-11-01T10:00:00Z",
        "user": {"username": "admin"}, "requestURI": "/api/v1/namespaces/a/serviceaccounts/b/token",
        "objectRef": {"resource": "serviceaccounts", "subresource": "token", "namespace": "a", "name": "b"},
        "annotations": {
            "authentication.kubernetes.io/issued-credential-id": "JTI=4711", "authentication.k8s.io/legacy-token": "system:serviceaccount:a:b",
        },
    }  # fmt: skip
    found = Rows("c")
    load("kubernetes:audit").read(json.dumps(event).encode(), found)
    assert dict(found.columns["context"][0]) == {"issued": "cred:kubernetes:4711", "legacy_token": "true"}
    assert rows
