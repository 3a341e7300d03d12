"""Nordholm's registry of agents: who answers for each, what it calls, what it signs in with; and what is wrong with that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from keyrack_estate.systems.mcp.servers import OURS, THEIRS

JSON = dict[str, Any]
STAGING = "https://mcp-staging.nordholm.example/orders-staging"


@dataclass(frozen=True, slots=True)
class Held:
    """A credential by public id or reference. ``expires``: days (``None``: never), ``used``: days ago; ``person``: whose."""

    reference: str = ""
    public_id: str = ""
    issuer: str = "github"
    expires: int | None = 60
    age: int = 20
    used: int = 1
    person: int | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent. ``sponsor``: living, gone or nobody; ``uses``: URL or package to tools; ``unasked``: nobody consents."""

    name: str
    access: str = "read"
    sponsor: str = "living"
    uses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unasked: bool = False
    holds: tuple[Held, ...] = ()
    labels: tuple[str, ...] = ()
    status: str = "active"
    environment: str = "prod"
    runs_as: str = ""
    vendor: str = ""
    more: JSON = field(default_factory=dict)


READS = ((f"{OURS}/orders", ("get_order", "list_orders")),)
WRITES = ((f"{OURS}/orders", ("get_order", "refund_order")),)
SHARED = "vault:secret/agents/orders"

AGENTS = (
    Agent("order-status", uses=READS, holds=(Held("vault:secret/agents/order-status"),), unasked=True),
    Agent("refunds", "write", uses=WRITES, holds=(Held(public_id="ghagent-refunds"),), unasked=True),
    Agent("catalogue-writer", "write", uses=((f"{OURS}/catalogue", ("update_price",)),)),
    Agent("release-notes", uses=((f"{OURS}/docs", ("search_pages",)),), environment="nonprod"),
    Agent("tester", "write", uses=((STAGING, ("refund_order",)),), environment="nonprod"),
    Agent("night-watch", uses=((f"{OURS}/projects", ("get_project",)), (f"{THEIRS}/alerts", ("list_alerts",)))),
    Agent("pinned", uses=(("@nordholm/mcp-files@1.4.2", ("read_file",)),)),
    Agent("bot-account", uses=READS, runs_as="svc-orders@nordholm.example"),
    Agent("odd-verbs", uses=((f"{OURS}/catalogue", ("frobnicate",)),)),
    Agent("retired-triage", "read", "", uses=WRITES, status="retired", holds=(Held(SHARED),), runs_as="person"),
    Agent("vendor-helper", sponsor="", vendor="Lumenwatch", uses=((f"{THEIRS}/alerts", ("list_alerts",)),)),
    Agent("orphan-reader", sponsor="", uses=READS, labels=("mcp_no_sponsor",)),
    Agent("orphan-writer", "write", "", uses=WRITES, labels=("mcp_no_sponsor",)),
    Agent("left-behind", sponsor="gone", uses=READS, labels=("mcp_sponsor_gone",)),
    Agent("old-forecast", sponsor="gone", labels=("mcp_sponsor_gone",)),
    Agent("faq", uses=WRITES, unasked=True, labels=("mcp_exceeds",)),
    Agent("triage", uses=((f"{OURS}/warehouse", ("*",)),), labels=("mcp_exceeds",)),
    Agent("helpdesk", "write", uses=((f"{OURS}/catalogue", ("grant_role",)),), labels=("mcp_exceeds",)),
    Agent("shopper", "write", uses=(*WRITES, (f"{THEIRS}/watch", ("query_metrics",)))),
    Agent("porter", "write", uses=(*WRITES, (STAGING, ("refund_order",))), labels=("mcp_two_environments",)),
    Agent("comparer", uses=(*READS, (STAGING, ("list_orders",))), labels=("mcp_two_environments",)),
    Agent("loose-package", uses=(("@nordholm/mcp-mail", ("get_mail",)),), labels=()),
    Agent("twin-one", uses=READS, holds=(Held(SHARED, labels=("mcp_shared",)),)),
    Agent("twin-two", uses=READS, holds=(Held(SHARED),)),
    Agent("triplet-one", uses=READS, holds=(Held(public_id="ghagent-triplet", labels=("mcp_shared",)),)),
    Agent("triplet-two", uses=READS, holds=(Held(public_id="ghagent-triplet"),)),
    Agent("eternal", uses=READS, holds=(Held(public_id="ghagent-eternal", expires=None, labels=("mcp_forever",)),)),
    Agent("far-off", uses=READS, holds=(Held(public_id="ghagent-far-off", expires=900, labels=("mcp_forever",)),)),
    Agent("dusty", uses=READS, holds=(Held(public_id="ghagent-dusty", age=200, used=120, labels=("mcp_credential_idle",)),)),
    Agent("slow", uses=READS, holds=(Held(public_id="ghagent-slow", age=100, used=45, labels=("mcp_credential_idle",)),)),
    Agent("mailbox", uses=READS, runs_as="person", labels=("mcp_person",)),
    Agent("pull-requests", uses=READS, holds=(Held("vault:secret/agents/pulls", person=3),), labels=("mcp_person",)),
)  # fmt: skip
