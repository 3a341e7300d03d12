"""Classes of Grants beside AWS: how each language writes the actions of a Grant record, and the engine that classes them.

The scope a grant has (everything, or one namespace) is not looked at: the rules' views ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final

from keyrack.access.aws.actions import highest
from keyrack.access.azure.effective import privilege as of_azure_block
from keyrack.access.azure.model import Block
from keyrack.access.azure.parse import blocks_by_name
from keyrack.access.entra.effective import privilege as of_graph
from keyrack.access.entra.model import GRAPH, Held
from keyrack.access.gcp.roles import classify as of_permission
from keyrack.access.gcp.roles import permissions_of
from keyrack.access.github.effective import privilege as of_github
from keyrack.access.kubernetes.effective import privilege as of_rule
from keyrack.access.kubernetes.model import Rule
from keyrack.records.grant import Privilege

_DIRECTORY: Final[Mapping[str, Privilege]] = {
    "Global Administrator": "admin",
    "Privileged Role Administrator": "admin",
    "Partner Tier2 Support": "admin",
    "Privileged Authentication Administrator": "permissions",
    "Application Administrator": "permissions",
    "Cloud Application Administrator": "permissions",
    "Hybrid Identity Administrator": "permissions",
    "Directory Synchronization Accounts": "permissions",
    "Authentication Administrator": "permissions",
    "Conditional Access Administrator": "permissions",
    "Security Administrator": "permissions",
    "User Administrator": "permissions",
    "Groups Administrator": "permissions",
    "Helpdesk Administrator": "permissions",
    "Intune Administrator": "permissions",
    "Domain Name Administrator": "permissions",
    "External Identity Provider Administrator": "permissions",
    "Identity Governance Administrator": "permissions",
    "Partner Tier1 Support": "permissions",
    "Password Administrator": "permissions",
    "Directory Writers": "permissions",
}
"""Directory roles that Microsoft marks as privileged ("Microsoft Entra built-in roles"), and what they come to."""
_POSTGRES: Final[Mapping[str, Privilege]] = {
    "superuser": "admin",
    **dict.fromkeys(
        ("createrole", "bypassrls", "replication", "pg_execute_server_program", "pg_write_server_files", "pg_read_server_files",
         "pg_write_all_data", "pg_create_subscription", "pg_maintain", "admin option", "pg_signal_backend"),
        "permissions",
    ),
    **dict.fromkeys(
        ("insert", "update", "delete", "truncate", "create", "createdb", "trigger", "references", "execute", "all", "owner",
         "temporary", "alter system", "set", "maintain", "pg_checkpoint"),
        "write",
    ),
    **dict.fromkeys(("select", "pg_read_all_data", "pg_read_all_settings", "pg_monitor", "pg_read_all_stats"), "read"),
    **dict.fromkeys(("connect", "usage", "login"), "list"),
}  # fmt: skip
"""Role attributes, predefined roles and object privileges (postgresql.org/docs: "Role Attributes", "Predefined Roles",
"Privileges"). Those that reach the server's files or programs, or other roles, become the superuser."""
_DIRECTORY_SERVER: Final[Mapping[str, Privilege]] = {
    **dict.fromkeys(("genericall", "domain admins", "enterprise admins", "administrators", "schema admins", "dcsync"), "admin"),
    **dict.fromkeys(
        ("writedacl", "writeowner", "genericwrite", "resetpassword", "addmember", "allextendedrights", "account operators",
         "backup operators", "server operators", "print operators", "dnsadmins", "key admins", "enterprise key admins",
         "group policy creator owners", "cert publishers", "manage"),
        "permissions",
    ),
    **dict.fromkeys(("writeproperty", "createchild", "write", "add", "delete"), "write"),
    **dict.fromkeys(("read", "readproperty", "search", "compare"), "read"),
    "member": "read",
}  # fmt: skip
"""Rights and privileged groups of Active Directory ("Active Directory security groups", learn.microsoft.com) and OpenLDAP."""


_LOOKING = re.compile(r"(viewer|reader|browser|auditor|reviewer)$", re.IGNORECASE)
"""Google's roles that change nothing. Some hold permissions whose verb does not show that (``predict``, ``summarize``)."""


def classify_grant(language: str, actions: Iterable[str]) -> Privilege:
    """Class of the actions of a Grant of one language; ``unknown`` for a language or action nobody knows."""
    return highest(_of_one(language, action) for action in actions)


@cache
def _of_one(language: str, action: str) -> Privilege:
    of_action = _LANGUAGES.get(language)
    return of_action(action) if of_action else "unknown"


def _gcp(action: str) -> Privilege:
    """A role (``roles/editor``) or a permission (``iam.serviceAccounts.actAs``)."""
    if action == "*":
        return "admin"
    if "/" not in action:
        return of_permission(action)
    if _LOOKING.search(action):
        return "read"
    return highest(of_permission(permission) for permission in permissions_of(action, {}) or ())


def _azure(action: str) -> Privilege:
    """A built-in role's display name, or an action; data actions are written ``data:...``."""
    data = action.startswith("data:")
    name = action.removeprefix("data:")
    blocks = blocks_by_name(name) or ((Block(data_actions=(name,)) if data else Block(actions=(name,))),)
    if "/" not in name and name != "*" and not blocks_by_name(name):
        return "unknown"
    return highest(of_azure_block(block, data=plane) for block in blocks for plane in (False, True) if block.of(data=plane)[0])


def _entra(action: str) -> Privilege:
    """A permission of Microsoft Graph (``Mail.Read``) or a directory role (``Global Administrator``)."""
    if action in _DIRECTORY:
        return _DIRECTORY[action]
    if "." in action:
        return of_graph(Held(action, resource=GRAPH))
    return "read" if re.search(r"Reader\b|Readers\b", action) else "write" if " " in action else "unknown"


def _kubernetes(action: str) -> Privilege:
    """``verb:resource`` (``*:*``, ``get:secrets``, ``create:pods/exec``, ``get:secrets.example.com``), or ``verb:/url``.

    A resource of somebody else's group is none of Kubernetes' own of that name, and ``*`` of one group is not everything.
    """
    verb, _, resource = action.partition(":")
    if resource.startswith("/"):
        return of_rule(Rule((verb,), urls=(resource,)), cluster=True)
    bare, _, group = resource.partition(".")
    own = group in {"", "core"} or (bare != "*" and ("." not in group or group.endswith(".k8s.io")))
    groups = ("*",) if resource == "*" else ("", group)
    return of_rule(Rule((verb,), groups, (bare if own else resource,)), cluster=True)


def _github(action: str) -> Privilege:
    """``permission:level`` (``contents:write``)."""
    permission, _, level = action.rpartition(":")
    return "list" if level == "none" else of_github(permission, level)


def _openbao(action: str) -> Privilege:
    """A capability; what a path adds to it is the provider's to say, who knows the whole rule."""
    if action in {"sudo", "root", "*"}:
        return "admin" if action != "sudo" else "permissions"
    return "write" if action in {"create", "update", "patch", "delete"} else "read" if action == "read" else "list"


def _mcp(action: str) -> Privilege:
    return "admin" if action in {"*", "Bash(*)", "Bash"} else "unknown"


_LANGUAGES: Final[Mapping[str, Callable[[str], Privilege]]] = {
    "azure": _azure,
    "entra": _entra,
    "gcp": _gcp,
    "github": _github,
    "kubernetes": _kubernetes,
    "ldap": lambda action: _DIRECTORY_SERVER.get(action.lower(), "unknown"),
    "mcp": _mcp,
    "openbao": _openbao,
    "postgres": lambda action: _POSTGRES.get(action.lower(), "unknown"),
}
