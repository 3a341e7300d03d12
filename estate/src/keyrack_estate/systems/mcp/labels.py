"""What can be wrong with MCP servers and agents, by label."""

from __future__ import annotations

LABELS: dict[str, tuple[str, str]] = {
    "mcp_no_sponsor": ("NHI1:2025", "registered agent that nobody answers for"),
    "mcp_sponsor_gone": ("NHI1:2025", "registered agent whose only sponsor has left"),
    "mcp_credential_idle": ("NHI1:2025", "credential of an agent, last used more than 30 days ago"),
    "mcp_secret_listed": ("NHI2:2025", "server whose tools or resources show a live token"),
    "mcp_secret_in_registry": ("NHI2:2025", "value of a credential written into the registry of agents"),
    "mcp_orders_model": ("NHI3:2025", "server or agent card whose texts hide characters or give the model orders"),
    "mcp_shadowed": ("NHI3:2025", "third party's server with a tool named as one of ours that the same agent uses"),
    "mcp_unpinned": ("NHI3:2025", "stdio server that an agent starts from a package without an exact version"),
    "mcp_open": ("NHI4:2025", "server that lists its tools to anybody"),
    "mcp_broken": ("NHI4:2025", "server or its authorization server that breaks a security requirement of the specification"),
    "mcp_weak_sign_in": ("NHI4:2025", "authorization server with open registration only, or without iss"),
    "mcp_plain": ("NHI4:2025", "server on another machine over plain http"),
    "mcp_card_open": ("NHI4:2025", "agent that, by its card, takes tasks from anybody"),
    "mcp_exceeds": ("NHI5:2025", "agent whose tools do more than its purpose needs"),
    "mcp_forever": ("NHI7:2025", "credential of an agent that never expires, or in more than a year"),
    "mcp_two_environments": ("NHI8:2025", "agent with servers of production and of a test environment"),
    "mcp_shared": ("NHI9:2025", "credential that several agents sign in with"),
    "mcp_person": ("NHI10:2025", "agent that works under a person's account or with a person's credential"),
}
