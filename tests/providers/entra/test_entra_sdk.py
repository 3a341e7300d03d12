"""The fakes under Microsoft's own SDKs: they read, make and break what the fake holds, so that it is no mirror of ours."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.authorization.models import RoleAssignmentCreateParameters
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.msi.models import Identity as ManagedIdentity
from entra_tenant import Tenant, small_tenant
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import RemovePasswordPostRequestBody
from msgraph.generated.models.application import Application
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph_core.tasks.page_iterator import PageIterator

from keyrack_estate.fakes.server import serve

pytestmark = pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning")


class Static(AuthenticationProvider):
    """One token for every request."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def authenticate_request(self, request, additional_authentication_context=None):
        """Add it."""
        del additional_authentication_context
        request.headers.add("Authorization", f"Bearer {self.token}")


class Plain(SansIOHTTPPolicy):
    """A bearer token over plain http, which azure-core's own policy rightly refuses."""

    def __init__(self, token: str) -> None:
        self.token = token

    def on_request(self, request):
        """Add it."""
        request.http_request.headers["Authorization"] = f"Bearer {self.token}"


class Nothing:
    """A credential nobody asks."""

    def get_token(self, *scopes, **more):
        """A token that opens nothing."""
        del scopes, more
        return AccessToken("unused", 0)


@pytest.fixture
def made() -> Tenant:
    return small_tenant()


@pytest.fixture
def address(made: Tenant) -> Iterator[str]:
    fakes = made.fakes(page=3)
    with serve(fakes) as url:
        yield url


def graph(url: str, token: str) -> GraphServiceClient:
    adapter = GraphRequestAdapter(Static(token))
    adapter.base_url = f"{url}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def options(url: str, token: str) -> dict:
    return {"base_url": url, "authentication_policy": Plain(token), "retry_total": 0, "credential_scopes": [f"{url}/.default"]}


def test_graph_pages_and_expands_for_msgraph(made, address):
    async def run():
        client = graph(address, made.graph_token)
        query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(top=999, expand=["owners"])
        first = await client.applications.get(request_configuration=RequestConfiguration(query_parameters=query))
        assert first.odata_next_link
        seen = []
        await PageIterator(first, client.request_adapter).iterate(lambda app: seen.append(app) or True)
        return seen

    seen = asyncio.run(run())
    assert {app.id for app in seen} == set(made.maker.directory.applications)
    api = next(app for app in seen if app.display_name == "payments-api")
    assert api.owners[0].id == made.ids["anna"]
    assert {key.display_name for key in api.password_credentials} == {"deploy", "old"}
    assert api.key_credentials[0].key is None


def test_msgraph_makes_and_breaks_what_the_fake_holds(made, address):
    async def run():
        client = graph(address, made.graph_token)
        app = await client.applications.post(Application(display_name="made by the SDK"))
        body = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="first"))
        secret = await client.applications.by_application_id(app.id).add_password.post(body)
        assert secret.secret_text
        assert [k["displayName"] for k in made.maker.directory.applications[app.id]["passwordCredentials"]] == ["first"]
        gone = RemovePasswordPostRequestBody(key_id=secret.key_id)
        await client.applications.by_application_id(app.id).remove_password.post(gone)
        assert made.maker.directory.applications[app.id]["passwordCredentials"] == []
        await client.applications.by_application_id(app.id).delete()
        with pytest.raises(ODataError) as caught:
            await client.applications.by_application_id(app.id).get()
        assert caught.value.response_status_code == 404

    asyncio.run(run())


def test_graph_reads_the_rest_for_msgraph(made, address):
    async def run():
        client = graph(address, made.graph_token)
        grants = await client.oauth2_permission_grants.get()
        api = made.apps["api"]
        federated = await client.applications.by_application_id(api.id).federated_identity_credentials.get()
        assigned = await client.service_principals.by_service_principal_id(made.maker.graph).app_role_assigned_to.get()
        roles = await client.role_management.directory.role_assignments.get()
        one = await client.service_principals.by_service_principal_id(made.ids["agent"]).get()
        policies = await client.identity.conditional_access.policies.get()
        return grants, federated, assigned, roles, one, policies

    grants, federated, assigned, roles, one, policies = asyncio.run(run())
    assert {grant.consent_type for grant in grants.value} == {"AllPrincipals", "Principal"}
    assert {item.name for item in federated.value} == {"github", "flexible"}
    assert {str(item.principal_id) for item in assigned.value} == {made.apps["api"].sp}
    assert roles.value
    assert type(one).__name__ == "AgentIdentity"
    assert policies.value[0].conditions.client_applications.include_service_principals == [made.apps["api"].sp]


def test_a_revoked_token_is_refused_by_graph(made, address):
    async def run():
        with pytest.raises(ODataError) as caught:
            await graph(address, "revoked").applications.get()
        return caught.value

    error = asyncio.run(run())
    assert (error.response_status_code, error.error.code) == (401, "InvalidAuthenticationToken")


def test_role_assignments_for_azure_mgmt_authorization(made, address):
    sub = made.ids["prod"]
    client = AuthorizationManagementClient(Nothing(), sub, **options(address, made.arm_token))
    before = {item.name for item in client.role_assignments.list_for_subscription()}
    assert len(before) == 2
    role = next(item for item in client.role_definitions.list(f"/subscriptions/{sub}") if item.role_name == "Reader")
    name = str(uuid.uuid4())
    wish = RoleAssignmentCreateParameters(role_definition_id=role.id, principal_id=made.apps["spa"].sp)
    client.role_assignments.create(f"/subscriptions/{sub}", name, wish)
    assert name in made.maker.cloud.assignments
    client.role_assignments.delete(f"/subscriptions/{sub}", name)
    assert {item.name for item in client.role_assignments.list_for_subscription()} == before


def test_managed_identities_for_azure_mgmt_msi(made, address):
    sub = made.ids["prod"]
    client = ManagedServiceIdentityClient(Nothing(), sub, **options(address, made.arm_token))
    listed = list(client.user_assigned_identities.list_by_subscription())
    assert [(item.name, item.principal_id) for item in listed] == [("mi-shared", made.ids["mi"])]
    trusts = list(client.federated_identity_credentials.list("rg-core", "mi-shared"))
    assert trusts[0].subject == "system:serviceaccount:payments:api"
    new = client.user_assigned_identities.create_or_update("rg-x", "new", ManagedIdentity(location="swedencentral"))
    assert new.principal_id
    client.user_assigned_identities.delete("rg-x", "new")
    assert len(list(client.user_assigned_identities.list_by_subscription())) == 1


def test_resource_manager_refuses_unknown_tokens_and_calls_without_a_version(made, address):
    client = ManagedServiceIdentityClient(Nothing(), made.ids["prod"], **options(address, "revoked"))
    with pytest.raises((ClientAuthenticationError, HttpResponseError)) as caught:
        list(client.user_assigned_identities.list_by_subscription())
    assert caught.value.status_code == 401
