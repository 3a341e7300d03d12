"""Sign-in and connections: Microsoft Graph and Azure Resource Manager of one cloud.

Identity first, stored key last: a federated token file (workload identity), then managed identity and developer sign-ins
(``DefaultAzureCredential`` without the environment), then what ``AZURE_CLIENT_SECRET`` and its like hold. Tests and brokers give
a token in an environment variable whose name is an option. Addresses: "National cloud deployments" (learn.microsoft.com/graph).
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyrack.errors import KeyrackError
from keyrack.providers.entra.names import Tenant, guid
from keyrack.sdk import Progress, Secret, Target
from keyrack.sdk.fields import Raw, rows, text
from keyrack.sdk.formats.base import load_json
from keyrack.sdk.web import Bearer, Call, Page, Weather, Web, connect, weather

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

CLOUDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "global": ("https://graph.microsoft.com", "https://management.azure.com", "login.microsoftonline.com"),
    "usgov": ("https://graph.microsoft.us", "https://management.usgovcloudapi.net", "login.microsoftonline.us"),
    "china": ("https://microsoftgraph.chinacloudapi.cn", "https://management.chinacloudapi.cn", "login.chinacloudapi.cn"),
}
"""Cloud -> Graph, Resource Manager, sign-in host."""
ORGANIZATION: Final = Call(
    capability="entra.tenant",
    path="v1.0/organization",
    permission="Organization.Read.All",
    params={"$select": "id,displayName,verifiedDomains,createdDateTime"},
    items=("value",),
    must=("value",),
    what="the tenant",
)
_UNLICENSED: Final = frozenset(
    {"authentication_requestfromnonpremiumtenantorb2ctenant", "aadpremiumlicenserequired", "forbiddenbylicense"}
)


@dataclass(frozen=True, slots=True)
class Session:
    """Both connections; ``azure`` is ``None`` when only the directory is to be read."""

    graph: Web
    azure: Web | None
    cloud: str = "global"

    @property
    def reports(self) -> bool:
        """Sign-in activity exists in the global service only (reportRoot pages of the Graph reference, national clouds)."""
        return self.cloud == "global"


def connections(target: Target, progress: Progress) -> Session:
    """Connect; nothing is sent yet.

    Raises:
        KeyrackError: an option is wrong, a named variable is empty, or azure-identity is missing.
    """
    options = target.options
    cloud = options.get("cloud", "").strip().lower() or "global"
    if cloud not in CLOUDS:
        raise KeyrackError("entra.cloud", f"{cloud[:40]!r} is no cloud of Microsoft's", hint=f"one of {', '.join(CLOUDS)}")
    graph_home, azure_home, login = CLOUDS[cloud]
    timeout = _seconds(options.get("timeout", ""))
    makers = _Tokens(login, options)

    def web(home: str, endpoint: str, variable: str) -> Web:
        auth = Bearer(makers.of(home, options.get(variable, "")))
        return connect(options.get(endpoint) or home, auth, progress=progress, explain=explain, timeout=timeout, code="entra")

    graph = web(graph_home, "endpoint", "token_env")
    azure = None if options.get("directory_only") else web(azure_home, "arm_endpoint", "arm_token_env")
    return Session(graph, azure, cloud)


def tenant_of(target: Target, graph: Web) -> Tenant:
    """The tenant: as given, as the token says, or as ``GET /organization`` says.

    Raises:
        KeyrackError: none of the three tells it.
    """
    told = guid(target.options.get("tenant")) or _claimed(graph)
    if told:
        return Tenant(told)
    reply = graph.one(ORGANIZATION)
    listed = rows(reply.body, "value") if isinstance(reply, Page) else []
    found = guid(text(listed[0], "id")) if listed else None
    if found is None:
        raise KeyrackError("entra.tenant", "the tenant's id is not known", hint="give it with --entra-tenant")
    return Tenant(found)


def explain(status: int, headers: Mapping[str, str], body: Raw) -> Weather | None:
    """Replies that mean something else than their status: a licence that is missing looks like a refusal."""
    del headers
    code = (text(body, "error", "code") or "").lower()
    if status in {400, 403} and code in _UNLICENSED:
        return weather("odd").saying(
            "the tenant has no licence for this report", "Entra ID P1 or P2 brings it; else it stays unseen"
        )
    return None


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Makers of tokens for one scan."""

    login: str
    options: Mapping[str, str]

    def of(self, home: str, variable: str) -> Callable[[], Secret]:
        if variable:
            return lambda: _from_environment(variable)
        credential: list[TokenCredential] = []

        def ask() -> Secret:
            from azure.core.exceptions import ClientAuthenticationError

            if not credential:
                credential.append(_credential(self.login, guid(self.options.get("tenant"))))
            try:
                return Secret(credential[0].get_token(f"{home}/.default").token)
            except (ClientAuthenticationError, ValueError, OSError):
                raise _no_sign_in() from None

        return ask


def _credential(login: str, tenant: str | None) -> TokenCredential:
    try:
        from azure.identity import (
            ChainedTokenCredential,
            DefaultAzureCredential,
            EnvironmentCredential,
            WorkloadIdentityCredential,
        )
    except ImportError:
        raise KeyrackError("entra.library", "azure-identity is not installed", hint="pip install 'keyrack[entra]'") from None
    chain: list[TokenCredential] = []
    if os.environ.get("AZURE_FEDERATED_TOKEN_FILE") and os.environ.get("AZURE_CLIENT_ID"):
        chain.append(WorkloadIdentityCredential(authority=login, tenant_id=tenant or os.environ.get("AZURE_TENANT_ID")))
    chain.append(DefaultAzureCredential(authority=login, exclude_environment_credential=True))
    chain.append(EnvironmentCredential(authority=login))
    return ChainedTokenCredential(*chain)


def _no_sign_in() -> KeyrackError:
    return KeyrackError(
        "entra.sign_in",
        "nothing on this machine can sign in to Entra",
        hint="use workload identity, a managed identity or `az login`; see the provider's README",
    )


def _from_environment(variable: str) -> Secret:
    value = os.environ.get(variable, "")
    if not value:
        raise KeyrackError("entra.token", f"the variable {variable[:60]} holds no token", hint="set it, or leave the option out")
    return Secret(value)


def _claimed(graph: Web) -> str | None:
    """The ``tid`` claim of the token (RFC 7519; "Access token claims reference"). Only read, never trusted for access."""
    header = graph.auth.headers().get("Authorization", "")
    segments = header.partition(" ")[2].split(".")
    if len(segments) != 3:
        return None
    try:
        payload = base64.urlsafe_b64decode(segments[1] + "=" * (-len(segments[1]) % 4))
    except (binascii.Error, ValueError):
        return None
    claims = load_json(payload)
    return guid(text(claims, "tid"))


def _seconds(value: str) -> float:
    try:
        seconds = float(value) if value else 30.0
    except ValueError:
        seconds = 0.0
    if not 0.05 <= seconds <= 600:
        raise KeyrackError("entra.timeout", "the timeout is no number of seconds between 0.05 and 600")
    return seconds
