"""Fixtures of the gcp tests; helpers live in gcp_kit, whose name no other folder has."""

from gcp_kit import *  # noqa: F403
