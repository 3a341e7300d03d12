"""Fixtures of the mcp tests; helpers live in mcp_kit, whose name no other folder has."""

from mcp_kit import *  # noqa: F403
