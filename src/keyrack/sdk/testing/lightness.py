"""Importing a provider costs nothing: vendor libraries load when they are used."""

from __future__ import annotations

import subprocess
import sys

from keyrack.sdk.testing.broken import require

HEAVY = (
    "boto3",
    "botocore",
    "cryptography",
    "azure",
    "duckdb",
    "google",
    "hcl2",
    "httpx2",
    "jinja2",
    "joserfc",
    "kingfisher_sdk",
    "kubernetes",
    "lark",
    "ldap3",
    "mcp",
    "policy_sentry",
    "psycopg",
    "pyarrow",
    "requests",
    "sqlalchemy",
    "sqlglot",
    "stamina",
    "yaml",
)
"""Top-level packages that may not be loaded by an import alone."""


def check_light_import(module: str) -> None:
    """Import ``module`` in a fresh interpreter and look at what came along."""
    code = f"import sys, {module}; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    require(done.returncode == 0, f"{module} cannot be imported on its own")
    heavy = sorted(set(done.stdout.split()) & set(HEAVY))
    require(not heavy, f"importing {module} loads {heavy}; import them inside functions")
