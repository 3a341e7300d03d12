"""Agents and MCP clients: where their configurations lie, what they say, and the records that follow.

``known_configs`` / ``project_configs`` / ``system_configs`` find files, ``parse`` reads one, ``records`` turns all files of one
home or repository into identities, trusts, grants, credentials and placements.
"""

from keyrack.sdk.agents.emit import Holder, Located, records
from keyrack.sdk.agents.locate import (
    Names,
    known_configs,
    project_candidates,
    project_client,
    project_configs,
    system_candidates,
    system_configs,
    user_candidates,
    wsl_homes,
)
from keyrack.sdk.agents.model import AgentConfig, ConfigFile, Problem, Server
from keyrack.sdk.agents.parse import parse

__all__ = [
    "AgentConfig",
    "ConfigFile",
    "Holder",
    "Located",
    "Names",
    "Problem",
    "Server",
    "known_configs",
    "parse",
    "project_candidates",
    "project_client",
    "project_configs",
    "records",
    "system_candidates",
    "system_configs",
    "user_candidates",
    "wsl_homes",
]
