"""Fixtures of the kubernetes tests; helpers live in kubernetes_kit, whose name no other folder has."""

from kubernetes_kit import *  # noqa: F403
