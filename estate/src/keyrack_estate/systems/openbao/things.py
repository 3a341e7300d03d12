"""What stands in Nordholm's OpenBao server, thing by thing: as data, with what is wrong about it and what only looks wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

GITHUB = "https://token.actions.githubusercontent.com"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def _path(path: str, *capabilities: str) -> str:
    return f'path "{path}" {{ capabilities = [{", ".join(f"{chr(34)}{word}{chr(34)}" for word in capabilities)}] }}\n'


READER = {
    "list": (
        *("+/certs/", "+/certs/detailed/", "+/certs/revoked/", "+/config/", "+/detailed-metadata/*", "+/keys/", "+/metadata/*"),
        *("+/roles/", "+/static-roles/", "auth/+/certs/", "auth/+/role/", "auth/+/role/+/secret-id/", "auth/+/roles/"),
        *("auth/+/users/", "auth/token/accessors/", "identity/entity/id/", "identity/group/id/", "sys/namespaces/"),
        *("sys/policies/acl/", "sys/policies/detailed/acl/"),
    ),
    "read": (
        *("+/cert/*", "+/config/*", "+/data/*", "+/keys/*", "+/metadata/*", "+/roles/*", "+/static-roles/*", "auth/+/certs/*"),
        *("auth/+/config", "auth/+/role/*", "auth/+/roles/*", "auth/+/users/*", "identity/entity/id/*", "identity/group/id/*"),
        *("sys/audit", "sys/auth", "sys/mounts", "sys/policies/acl/*"),
    ),
    "sudo": ("auth/token/accessors/", "sys/audit"),
    "update": ("auth/+/role/+/secret-id-accessor/lookup", "auth/token/lookup-accessor"),
}
"""What the company lets a scanner do: capability to paths, as `keyrack permissions openbao` prints it, and values besides."""


def _policy(allowed: Mapping[str, Iterable[str]]) -> str:
    """An ACL policy of capabilities with their paths."""
    paths: dict[str, list[str]] = {}
    for capability, patterns in allowed.items():
        for pattern in patterns:
            paths.setdefault(pattern, []).append(capability)
    return "".join(f'path "{path}" {{ capabilities = {json.dumps(sorted(words))} }}\n' for path, words in sorted(paths.items()))


POLICIES = {
    "scanner": _policy(READER),
    "payments": _path("secret/data/payments/*", "read") + _path("database/creds/payments", "read"),
    "storefront": _path("secret/data/storefront/*", "read"),
    "data": _path("secret/data/data/*", "read", "list"),
    "mobile": _path("mobile/data/*", "read"),
    "inspect": _path("*", "read", "list"),
    "search": _path("secret/data/*", "read") + _path("secret/metadata/*", "list"),
    "ages": _path("secret/metadata/*", "read", "list") + _path("sys/mounts", "read"),
    "everything": _path("*", "create", "read", "update", "delete", "list", "sudo"),
    "configure": _path("sys/policies/acl/*", "create", "read", "update") + _path("auth/+/role/*", "create", "update"),
    "encrypt": _path("transit/encrypt/orders", "update"),
    "default": _policy(
        {
            "read": ["auth/token/lookup-self"],
            "update": [*map("auth/token/{}-self".format, ("renew", "revoke")), "sys/capabilities-self"],
        }
    ),
}
"""ACL policies, as written."""


@dataclass(frozen=True, slots=True)
class SecretId:
    """``life`` in days, 0: no end."""

    age: float
    life: float = 300
    cidrs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a mount: what the API says of it beside policies; its truth."""

    name: str
    policies: tuple[str, ...]
    more: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    looks: tuple[tuple[str, str], ...] = ()
    secret_ids: tuple[SecretId, ...] = ()


APPROLES = (
    Role("payments-batch", ("payments",), secret_ids=(SecretId(0.5, 1, ("10.4.0.0/16",)),)),
    Role(
        "legacy-admin",
        ("everything",),
        labels=("openbao_rules_server",),
        secret_ids=(SecretId(420, 0, labels=("openbao_endless",)),),
    ),
    Role("terraform", ("configure",), labels=("openbao_rules_server",), secret_ids=(SecretId(0.2, 1, ("10.9.0.0/24",)),)),
    Role("reporter", ("inspect",), labels=("openbao_reads_everything",), secret_ids=(SecretId(3, 30),)),
    Role("wiki-search", ("search",), labels=("openbao_reads_everything",), secret_ids=(SecretId(8, 30),)),
    Role("auditor", ("ages",), looks=(("NHI5:2025", "sees names and ages, no value"),), secret_ids=(SecretId(2, 30),)),
    Role("push-sender", ("mobile",), looks=(("NHI5:2025", "the whole engine, which is its own"),), secret_ids=(SecretId(4, 30),)),
    Role("edge-open", ("storefront",), {"bind_secret_id": False, "token_bound_cidrs": ["0.0.0.0/0"]}, ("openbao_role_id_only",)),
    Role(
        "edge-anywhere", ("storefront",), {"bind_secret_id": False, "secret_id_bound_cidrs": ["::/0"]}, ("openbao_role_id_only",)
    ),
    Role(
        "edge-stockholm",
        ("storefront",),
        {"bind_secret_id": False, "token_bound_cidrs": ["10.20.0.0/24"]},
        looks=(("NHI4:2025", "bound to the network of the shop"),),
    ),
    Role("rotated-badly", ("data",), secret_ids=(SecretId(200, labels=("openbao_left_behind",)), SecretId(20))),
    Role("rotated-twice", ("data",), secret_ids=(SecretId(280, labels=("openbao_left_behind",)), SecretId(12))),
    Role(
        "rotating-now",
        ("data",),
        secret_ids=(SecretId(200), SecretId(2)),
        looks=(("NHI1:2025", "the new one is being rolled out"),),
    ),
    Role(
        "two-sites",
        ("data",),
        secret_ids=(SecretId(250, 300, ("10.1.0.0/16",)), SecretId(30, 300, ("10.2.0.0/16",))),
        looks=(("NHI1:2025", "one for each site, bound to its network"),),
    ),
    Role("archive", ("data",), secret_ids=(SecretId(90, 1200, labels=("openbao_endless",)),)),
    Role("backup", ("data",), secret_ids=(SecretId(600, 0, labels=("openbao_endless",)),)),
    Role("orders-sync", ("payments",), secret_ids=(SecretId(10, 60, ("10.4.1.0/24",)),), labels=("openbao_owner_gone",)),
    Role("lumenwatch-sync", ("data",), secret_ids=(SecretId(150, 0, labels=("openbao_endless", "openbao_vendor")),)),
    Role(
        "brightcost-feed",
        ("data",),
        secret_ids=(SecretId(20, 90, ("192.0.2.0/24",)),),
        looks=(("NHI3:2025", "ends, and only from the supplier's network"),),
    ),
    Role("cobalt-desk", ("data",), secret_ids=(SecretId(40, 60, ("198.51.100.0/24",)),)),
    Role(
        "cobalt-archive",
        ("data",),
        secret_ids=(SecretId(40, 60, ("198.51.100.0/24",)),),
        looks=(("NHI1:2025", "its entity was disabled when the contract ended"),),
    ),
    Role("maja-deploy", ("storefront",), secret_ids=(SecretId(5, 30),)),
    Role("shop-deploy", ("storefront",), secret_ids=(SecretId(5, 30),)),
)


def _bound(subs: list[str], *, glob: bool = False, **claims: str) -> dict[str, Any]:
    bound: dict[str, Any] = {**({"sub": subs} if subs else {}), **claims}
    return {
        "role_type": "jwt",
        "user_claim": "sub",
        "bound_audiences": ["https://vault.nordholm.example"],
        "bound_claims": bound or None,
        "bound_claims_type": "glob" if glob else "string",
        "bound_subject": "",
    }


_MAIN = "repo:nordholm/web:ref:refs/heads/main"
JWT_ROLES = (
    Role("storefront-deploy", ("storefront",), _bound([_MAIN])),
    Role("any-repository", ("payments",), _bound([]), ("openbao_open_role",)),
    Role("whole-organisation", ("data",), _bound(["repo:nordholm/*"], glob=True), ("openbao_open_role",)),
    Role("owner-only", ("data",), _bound([], repository_owner="nordholm"), ("openbao_open_role",)),
    Role("by-id", ("payments",), _bound([], repository_id="640118004"), looks=(("NHI6:2025", "one repository, by its id"),)),
    Role(
        "star-is-a-star", ("data",), _bound(["repo:nordholm/*"]), looks=(("NHI6:2025", "without glob the star lets nobody in"),)
    ),
    Role(
        "any-branch", ("data",), _bound(["repo:nordholm/web:*"], glob=True), looks=(("NHI6:2025", "one repository, any branch"),)
    ),
    Role(
        "two-repositories",
        ("storefront",),
        _bound([_MAIN, "repo:nordholm/payments:ref:refs/heads/main"]),
        ("openbao_shared_role",),
    ),
    Role(
        "two-branches",
        ("storefront",),
        _bound([_MAIN, "repo:nordholm/web:ref:refs/heads/next"]),
        looks=(("NHI9:2025", "two branches of one repository"),),
    ),
)


def _accounts(names: list[str], namespaces: list[str]) -> dict[str, Any]:
    return {
        "bound_service_account_names": names,
        "bound_service_account_namespaces": namespaces,
        "bound_service_account_namespace_selector": "",
        "alias_name_source": "serviceaccount_uid",
        "audience": "https://vault.nordholm.example",
    }


KUBERNETES_ROLES = (
    Role("payments", ("payments",), _accounts(["api"], ["payments"])),
    Role("any-in-storefront", ("storefront",), _accounts(["*"], ["storefront"]), ("openbao_wide_role",)),
    Role("default-anywhere", ("data",), _accounts(["default"], ["*"]), ("openbao_wide_role",)),
    Role("shared", ("payments", "storefront"), _accounts(["api"], ["payments", "storefront"]), ("openbao_shared_role",)),
    Role("three-of-data", ("data",), _accounts(["loader", "reader", "cleaner"], ["data"]), ("openbao_shared_role",)),
    Role(
        "blue-green", ("payments",), _accounts(["api-*"], ["payments"]), looks=(("NHI6:2025", "blue and green of one workload"),)
    ),
    Role("previews", ("data",), _accounts(["api"], ["data-pr-*"]), looks=(("NHI6:2025", "preview namespaces of one team"),)),
    Role(
        "api-and-worker",
        ("payments",),
        _accounts(["api", "worker"], ["payments"]),
        looks=(("NHI9:2025", "two parts of one program"),),
    ),
)
SERVICE_USERS = ("svc-nightly", "ci-runner", "backup-job")
"""Users of the userpass mount that are programs."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token made by hand; days. ``renewed``: days since; ``life`` 0: no end."""

    name: str
    policies: tuple[str, ...]
    age: float
    life: float
    more: dict[str, Any] = field(default_factory=dict)
    renewed: float | None = None
    labels: tuple[str, ...] = ()
    looks: tuple[tuple[str, str], ...] = ()


SCANNER = "token-scanner"
"""Keyrack's own. It reads every secret, to know it again elsewhere; whether that is too much is open to debate."""
TOKENS = (
    Token("root", ("root",), 500, 0, {"path": "auth/token/root"}, labels=("openbao_root_token", "openbao_endless")),
    Token("token-exporter", ("data", "default"), 200, 201, {"period": DAY}, 0.2, ("openbao_periodic",)),
    Token("token-metrics", ("data", "default"), 140, 141, {"period": DAY}, 0.4, ("openbao_periodic",)),
    Token("token-new-exporter", ("data",), 20, 21, {"period": DAY}, 0.1, looks=(("NHI7:2025", "three weeks old"),)),
    Token(
        "token-ends",
        ("data",),
        200,
        201,
        {"period": DAY, "explicit_max_ttl": 300 * DAY},
        0.1,
        looks=(("NHI7:2025", "has an explicit end"),),
    ),
    Token("token-forgotten", ("storefront",), 300, 320, {}, 120, ("openbao_token_idle",)),
    Token("token-quarterly", ("storefront",), 60, 90, {}, 29, looks=(("NHI1:2025", "renewed a month ago"),)),
    Token(SCANNER, ("scanner", "default"), 0.01, 1),
    Token("token-admin", ("everything",), 2, 12, labels=("openbao_rules_server",)),
)


@dataclass(frozen=True, slots=True)
class Kv:
    """A secret: days since it was made and last changed. ``same``: name of a value that lies under several paths."""

    path: str
    age: float
    changed: float
    versions: int = 1
    engine: str = "secret"
    same: str = ""
    deleted: bool = False
    labels: tuple[str, ...] = ()
    looks: tuple[tuple[str, str], ...] = ()


SECRETS = (
    Kv("payments/db", 500, 400, 2, same="payments-db", labels=("openbao_old_secret",)),
    Kv("payments/stripe", 700, 30, 8),
    Kv("payments/prod/queue", 80, 40, 2, same="payments-queue", labels=("openbao_both_environments",)),
    Kv("payments/dev/queue", 60, 40, 2, same="payments-queue", labels=("openbao_both_environments",)),
    Kv("storefront/prod/session", 300, 10, 12),
    Kv("storefront/dev/session", 300, 10, 12, looks=(("NHI8:2025", "a value of its own for each environment"),)),
    Kv("storefront/search", 1400, 1200, 1, labels=("openbao_old_secret",)),
    Kv("data/warehouse", 900, 200, 4, looks=(("NHI7:2025", "changed this year"),)),
    Kv("data/retired", 1400, 1300, 1, deleted=True, looks=(("NHI7:2025", "its current version is deleted"),)),
    Kv("prod/push", 200, 20, 6, "mobile"),
    Kv("dev/push", 200, 25, 6, "mobile"),
    Kv("dev/crashes", 150, 30, 2, "mobile"),
    Kv("ml/feature-store", 420, 380, 2, labels=("openbao_old_secret",)),
)

PKI_ROLES: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("any", {"allow_any_name": True, "max_ttl": 365 * DAY, "client_flag": True}, ("openbao_any_name",)),
    ("any-glob", {"allow_glob_domains": True, "allowed_domains": ["*"], "max_ttl": 30 * DAY}, ("openbao_any_name",)),
    ("web", {"allowed_domains": ["nordholm.example"], "allow_subdomains": True, "max_ttl": 30 * DAY}, ()),
    ("web-glob", {"allow_glob_domains": True, "allowed_domains": ["web-*.nordholm.example"], "max_ttl": 30 * DAY}, ()),
)
SSH_ROLES: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("all-users", {"allowed_users": "*", "allow_user_certificates": True, "max_ttl": 30 * DAY}, ("openbao_any_user",)),
    (
        "root",
        {"allowed_users": "root", "default_user": "root", "allow_user_certificates": True, "max_ttl": HOUR},
        ("openbao_any_user",),
    ),
    ("operations", {"allowed_users": "deploy", "default_user": "deploy", "allow_user_certificates": True, "max_ttl": HOUR}, ()),
    ("hosts", {"allowed_users": "*", "allow_host_certificates": True, "max_ttl": 90 * DAY}, ()),
)
TRANSIT_KEYS: tuple[tuple[str, dict[str, Any], tuple[float, ...], tuple[str, ...]], ...] = (
    ("orders", {"exportable": True}, (100, 20), ("openbao_exportable",)),
    ("tokens", {"allow_plaintext_backup": True}, (50,), ("openbao_exportable",)),
    ("sessions", {}, (300, 60), ()),
    ("archive", {}, (900,), ("openbao_old_key",)),
    ("rotates-itself", {"auto_rotate_period": 800 * DAY}, (700,), ()),
)
"""Name, what is unusual, ages of its versions in days, labels."""
STATIC_ROLES: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("ledger", "ledger_app", 12, ()),
    ("reporting", "reporting_ro", 260, ("openbao_overdue",)),
)
"""Name, login of the company's PostgreSQL server, days since the last rotation; both rotate every 30 days."""
