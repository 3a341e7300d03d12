"""Definitions of CI pipelines as identities: one module a system, one mapping to records.

Recognised: GitHub Actions, GitLab CI, Jenkins, CircleCI, Azure Pipelines, Bitbucket Pipelines.
"""

from keyrack.providers.repository.ci.discover import CAPABILITY, discover

__all__ = ["CAPABILITY", "discover"]
