"""What we ask of Graph exists in Microsoft's own models: an unknown property in ``$select`` fails a whole listing."""

from __future__ import annotations

import importlib
import re

import pytest

from keyrack.providers.entra import calls

MODELS = {
    "USERS": "user.User", "PRINCIPALS": "service_principal.ServicePrincipal", "APPLICATIONS": "application.Application",
    "FEDERATED": "application.Application", "ROLE_DEFINITIONS": "unified_role_definition.UnifiedRoleDefinition",
    "AGENTS": "agent_identity.AgentIdentity", "BLUEPRINTS": "agent_identity_blueprint.AgentIdentityBlueprint",
}  # fmt: skip


def fields(model: str) -> set[str]:
    module, _, name = model.partition(".")
    return set(getattr(importlib.import_module(f"msgraph.generated.models.{module}"), name)().get_field_deserializers())


@pytest.mark.parametrize("name", MODELS)
def test_what_is_selected_and_expanded_is_a_property_of_its_type(name):
    call = getattr(calls, name)
    known = fields(MODELS[name])
    assert set(call.params.get("$select", "id").split(",")) <= known
    expand = re.fullmatch(r"(\w+)(?:\(\$select=([\w,]+)\))?", call.params.get("$expand", "id"))
    assert expand
    assert expand[1] in known
    assert set((expand[2] or "id").split(",")) <= fields("user.User")


def test_one_expansion_a_call_and_pages_within_bounds():
    listings = [
        value for value in vars(calls).values() if isinstance(value, calls.Call) and value.path.startswith(("v1.0", "beta"))
    ]
    assert len(listings) >= 15
    for call in listings:
        assert int(call.params.get("$top", "1")) <= 999
        assert call.permission in {p.name for c in _capabilities() for p in c.permissions}, call.name
        assert call.capability in {c.name for c in _capabilities()}


def _capabilities():
    from keyrack.providers.entra import provider

    return provider.manifest.capabilities
