"""Logs name managed identities as discovery does."""

from __future__ import annotations

from keyrack.providers.azure.activity import event
from keyrack.providers.entra.signins import sign_in

SIGN_IN = {"id": "1", "createdDateTime": "2026-11-20T10:00:00Z", "servicePrincipalId": "A0000000-0000-4000-8000-000000000001"}
OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def test_a_managed_identity_signs_in_under_its_own_name() -> None:
    by_category = sign_in({"category": "ManagedIdentitySignInLogs", "tenantId": "T", "properties": SIGN_IN}, None)
    by_type = sign_in({**SIGN_IN, "homeTenantId": "t", "signInEventTypes": ["managedIdentity"]}, None)
    plain = sign_in({**SIGN_IN, "homeTenantId": "t", "signInEventTypes": ["servicePrincipal"]}, None)
    assert by_category is not None
    assert by_type is not None
    assert plain is not None
    object_id = SIGN_IN["servicePrincipalId"].lower()
    assert by_category.identity_uid == by_type.identity_uid == f"entra:t:managed-identity/{object_id}"
    assert plain.identity_uid == f"entra:t:sp/{object_id}"


def test_a_managed_identity_acts_in_azure_under_its_own_name() -> None:
    claims = {OBJECT: "a0", "xms_mirid": "/subscriptions/s/resourcegroups/r/providers/microsoft.compute/virtualmachines/v"}
    raw = {
        "operationName": "a/b/write",
        "time": "2026-11-20T10:00:00Z",
        "tenantId": "t",
        "resultType": "Success",
        "identity": {"claims": claims},
    }
    found = event(raw, None)
    assert found is not None
    assert found.identity_uid == "entra:t:managed-identity/a0"
