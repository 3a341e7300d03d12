"""Terraform, Kubernetes and MCP files of the repositories, right and wrong."""

from __future__ import annotations

import base64
import json

from keyrack_estate.account.trusts import GITHUB
from keyrack_estate.chance import Chance
from keyrack_estate.company import ORG, ORG_ID, REPO_ID
from keyrack_estate.host.agents import label_server, npx, uvx
from keyrack_estate.host.clients import CLIENTS, Server
from keyrack_estate.minting import anthropic, github_pat, password
from keyrack_estate.repos.history import Repository
from keyrack_estate.world import World

Files = dict[str, str | None]

_OIDC_ROLE = """resource "aws_iam_role" "{name}" {{
  name = "{name}"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = {{ Federated = "arn:aws:iam::{account}:oidc-provider/{issuer}" }}
      Condition = {{
        StringEquals = {{ "{issuer}:aud" = "sts.amazonaws.com" }}
        StringLike   = {{ "{issuer}:sub" = "{sub}" }}
      }}
    }}]
  }})
}}
"""

_POLICY = """
resource "aws_iam_role_policy" "{name}" {{
  name = "{name}"
  role = aws_iam_role.{name}.id
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = {actions}, Resource = "{resource}" }}]
  }})
}}
"""

_DATABASE = """resource "aws_db_instance" "{name}" {{
  identifier        = "{name}"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  allocated_storage = 50
  username          = "master"
  password          = {password}
}}
"""


def terraform(world: World, repo: Repository, chance: Chance) -> Files:
    """Roles, trusts and databases in Terraform."""
    files: Files = {}
    account, truth = world.account.id, world.truth
    good = f"repo:{ORG}@{ORG_ID}/web@{REPO_ID}:environment:production"
    cases = (
        ("ci_open", f"repo:{ORG}/*", "oidc_wildcard_sub", '["s3:GetObject"]', f"arn:aws:s3:::{ORG}-site/*", None),
        ("ci_anything", "repo:*", "oidc_wildcard_sub", '["s3:GetObject"]', f"arn:aws:s3:::{ORG}-site/*", None),
        ("ci_pinned", good, None, '["s3:PutObject"]', f"arn:aws:s3:::{ORG}-site/*", None),
        ("ci_release", good, None, '["*"]', "*", "admin_grant"),
    )
    for name, sub, trust_label, actions, resource, grant_label in cases:
        path = f"iam/{name}.tf"
        trust = _OIDC_ROLE.format(name=name, account=account, issuer=GITHUB, sub=sub)
        files[path] = trust + _POLICY.format(name=name, actions=actions, resource=resource)
        anchor = repo.at(path)
        if trust_label:
            truth.planted(trust_label, anchor, note=sub)
        else:
            truth.decoy("NHI6:2025", anchor, "pinned by immutable ids")
        if grant_label:
            truth.planted(grant_label, anchor)
        else:
            truth.decoy("NHI5:2025", anchor, "one bucket")
    value = password(chance, 24)
    files["rds/orders.tf"] = _DATABASE.format(name="orders", password=json.dumps(value))
    world.leak("secret_at_head", repo.at("rds/orders.tf"), value, note="literal password of a database")
    for name, source in (
        ("ledger", "var.ledger_password"),
        ("catalog", "data.aws_secretsmanager_secret_version.catalog.secret_string"),
    ):
        files[f"rds/{name}.tf"] = _DATABASE.format(name=name, password=source)
        truth.decoy("NHI2:2025", repo.at(f"rds/{name}.tf"), "password by reference")
    files["variables.tf"] = 'variable "ledger_password" {\n  type      = string\n  sensitive = true\n}\n'
    return files


def _manifest(kind: str, name: str, namespace: str, body: str, api: str = "v1") -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n{body}"


def _deployment(name: str, account: str) -> str:
    body = f"""spec:
  replicas: 2
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      serviceAccountName: {account}
      containers:
      - name: main
        image: registry.nordholm.internal/{name}@sha256:{"ab12" * 16}
        env:
        - name: DATABASE_URL
          valueFrom:
            secretKeyRef: {{name: {name}, key: url}}
"""
    return _manifest("Deployment", name, "storefront", body, "apps/v1")


def _binding(name: str, account: str, role: str) -> str:
    head = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: {name}\n"
    role_ref = f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}\n"
    return head + role_ref + f"subjects:\n- kind: ServiceAccount\n  name: {account}\n  namespace: ops\n"


def kubernetes(world: World, repo: Repository, chance: Chance) -> Files:
    """Service accounts, bindings, secrets sealed and open."""
    files: Files = {}
    truth = world.truth
    for name, role in (("tiller", "cluster-admin"), ("dashboard", "cluster-admin"), ("viewer", "view")):
        path = f"ops/{name}.yaml"
        files[path] = _manifest("ServiceAccount", name, "ops", "") + "---\n" + _binding(name, name, role)
        if role == "view":
            truth.decoy("NHI5:2025", repo.at(path), "bound to view")
        else:
            truth.planted("cluster_admin", repo.at(path), repo.at(path, name))
    for name in ("gateway", "session-store"):
        value, path = password(chance, 26), f"secrets/{name}.yaml"
        encoded = base64.b64encode(value.encode()).decode()
        files[path] = _manifest("Secret", name, "storefront", f"type: Opaque\ndata:\n  password: {encoded}\n")
        world.leak("secret_at_head", repo.at(path), value, note="Secret manifest: base64 is no lock")
    for name in ("checkout", "mailer", "search"):
        path = f"secrets/{name}-sealed.yaml"
        sealed = base64.b64encode(chance.bytes(540)).decode()
        body = f"spec:\n  encryptedData:\n    password: {sealed}\n"
        files[path] = _manifest("SealedSecret", name, "storefront", body, "bitnami.com/v1alpha1")
        truth.decoy("NHI2:2025", repo.at(path), "sealed for the cluster")
    body = "spec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n"
    body += "  data:\n  - secretKey: url\n    remoteRef: {key: catalog/database}\n"
    files["secrets/catalog-external.yaml"] = _manifest("ExternalSecret", "catalog", "storefront", body, "external-secrets.io/v1")
    truth.decoy("NHI2:2025", repo.at("secrets/catalog-external.yaml"), "reference to the vault")
    shared = [_deployment(name, "worker") for name in ("resize", "convert", "publish")]
    files["workers.yaml"] = "---\n".join([_manifest("ServiceAccount", "worker", "storefront", ""), *shared])
    truth.planted(
        "role_shared", repo.at("workers.yaml", "worker"), repo.at("workers.yaml"), note="one service account, three deployments"
    )
    for name in ("catalog", "basket"):
        files[f"apps/{name}.yaml"] = _manifest("ServiceAccount", name, "storefront", "") + "---\n" + _deployment(name, name)
        for owasp in ("NHI2:2025", "NHI9:2025"):
            truth.decoy(owasp, repo.at(f"apps/{name}.yaml"), "own service account, secret by reference")
    return files


def agents(world: World, repo: Repository, chance: Chance) -> Files:
    """MCP configurations that the team shares through the repository."""
    files: Files = {}
    pat, shared = github_pat(chance), anthropic(chance)
    plans: dict[str, tuple[str, list[Server]]] = {
        ".mcp.json": (
            "claude-code-project",
            [
                npx("github", "@modelcontextprotocol/server-github", env={"GITHUB_TOKEN": pat}, secrets=(pat,), human=True),
                npx("playwright", "@playwright/mcp", "0.0.41"),
                uvx("docs", "awslabs.aws-documentation-mcp-server"),
                npx("sentry", "@sentry/mcp-server", "0.20.0", env={"SENTRY_ACCESS_TOKEN": "${SENTRY_ACCESS_TOKEN}"}),
                Server("feature-flags", url="http://flags.nordholm.internal/mcp"),
            ],
        ),
        ".cursor/mcp.json": (
            "cursor",
            [npx("assistant", "@nordholm/assistant-mcp", "2.0.0", env={"ANTHROPIC_API_KEY": shared}, secrets=(shared,))],
        ),
        ".vscode/mcp.json": (
            "vscode",
            [
                npx("assistant", "@nordholm/assistant-mcp", "2.0.0", env={"ANTHROPIC_API_KEY": shared}, secrets=(shared,)),
                npx("database", "@nordholm/db-mcp", "latest"),
                Server("preview", url="http://localhost:4000/mcp"),
            ],
        ),
        ".gemini/settings.json": (
            "gemini",
            [uvx("time", "mcp-server-time", "2026.1.14"), npx("memory", "@modelcontextprotocol/server-memory")],
        ),
    }
    for path, (client, servers) in plans.items():
        _, render = CLIENTS["claude-desktop" if client == "claude-code-project" else client]
        files[path] = render(servers)
        for server in servers:
            label_server(world, repo.at(path, server.name), server)
    return files
