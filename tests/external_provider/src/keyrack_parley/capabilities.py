"""What the provider sees, which permissions that takes, and what it cannot see."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.records import Credential, Event, Identity, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission, Words

BOTS = Capability(
    name="parley.bots",
    title="Bots and their tokens",
    yields=(Identity, Credential, Usage),
    permissions=(
        Permission("workspaces.read", "list workspaces"),
        Permission("bots.read", "list bots and dates of their tokens"),
    ),
    blind_spots=("tokens of people",),
    calls="workspaces/100 + bots/100, at least 1 for each workspace",
)
AUDIT = Capability(
    name="parley.audit",
    title="Audit log",
    yields=(Event,),
    permissions=(Permission("audit.read", "read the audit log", optional=True),),
    blind_spots=("reads are not in the log",),
    calls="events/100",
)


def grant(permissions: Sequence[Permission]) -> str:
    """The role to create in Parley's console, as its import takes it."""
    lines = "\n".join(f"  - {permission.name}  # {permission.why}" for permission in permissions)
    return f"role: keyrack-read\nallow:\n{lines}\n"


MANIFEST = Manifest(
    name="parley",
    title="Parley",
    summary="Bots of Parley and their tokens.",
    capabilities=(BOTS, AUDIT),
    options=(
        Option("endpoint", "--parley-endpoint", "address of the API"),
        Option("workspace", "--parley-workspace", "one workspace, by id; default: all"),
        Option("token_env", "--parley-token-env", "environment variable with the token; default PARLEY_TOKEN"),
        Option("timeout", "--parley-timeout", "seconds to wait for a reply"),
    ),
    words=Words(identity_types={"parley:bot": "A bot of Parley."}),
    grant=grant,
)
