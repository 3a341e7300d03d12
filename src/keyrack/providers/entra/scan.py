"""What one scan carries from step to step: connections, and the few facts of each object that later steps need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.entra.names import Tenant
from keyrack.providers.entra.session import Session
from keyrack.records import Gap
from keyrack.records.identity import Environment
from keyrack.sdk import Context
from keyrack.sdk.fields import Raw
from keyrack.sdk.web import Call, Web


@dataclass(frozen=True, slots=True)
class Api:
    """A service principal that other applications hold application permissions of."""

    uid: str
    name: str
    app_id: str
    roles: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Scan:
    """One tenant being read. Maps are keyed by object ids in lower case; about 200 bytes a service principal are kept."""

    session: Session
    tenant: Tenant
    ctx: Context
    options: Mapping[str, str]
    uids: dict[str, str] = field(default_factory=dict)
    """Service principals, managed identities and agents by object id."""
    apps: dict[str, str] = field(default_factory=dict)
    """Identities of service principals by application id."""
    registered: dict[str, str] = field(default_factory=dict)
    """Identities by object id of the application registered here."""
    users: set[str] = field(default_factory=set)
    apis: dict[str, Api] = field(default_factory=dict)
    api_names: dict[str, str] = field(default_factory=dict)
    """Display name of each service principal; consents name their API by object id."""
    environments: dict[str, Environment] = field(default_factory=dict)
    """Environments that Azure's tags state, by object id of the managed identity."""
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Attributes known before the identity is seen: where a managed identity is attached, its resource."""
    guarded: dict[str, list[str]] = field(default_factory=dict)
    """Conditional access policies by object id; ``*`` for those on every service principal of ours."""
    groups: dict[str, list[Raw]] = field(default_factory=dict)
    """Directory roles held by groups: group -> what each of its service principals holds."""
    whole: dict[str, bool] = field(default_factory=dict)
    """Listing -> whether it was read to its end."""

    @property
    def graph(self) -> Web:
        """Microsoft Graph."""
        return self.session.graph

    def wants(self, option: str) -> bool:
        """Whether a switch is on."""
        return bool(self.options.get(option))

    def listing(self, web: Web, call: Call, stage: str = "") -> Iterator[Raw | Gap]:
        """Objects of a listing, with progress; remembers under its name whether it was whole."""
        self.whole[call.name] = True
        for count, item in enumerate(web.items(call), 1):
            if isinstance(item, Gap):
                self.whole[call.name] = False
            elif stage and count % 500 == 0:
                self.ctx.progress.update(f"entra: {stage}", count)
            yield item
