"""A company's corner of an OpenBao server, made through its API with hvac and plain writes; nothing key-shaped in the source."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import hvac
from openbao import Bao

ADMIN = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'
READER = 'path "secret/data/payments/*" { capabilities = ["read"] }\npath "secret/metadata/*" { capabilities = ["list"] }'
GITHUB = "https://token.actions.githubusercontent.com"


@dataclass
class Seed:
    """What was made, for assertions; ``planted`` are the values that must never come out."""

    planted: list[str] = field(default_factory=list)
    accessors: dict[str, str] = field(default_factory=dict)
    serials: list[str] = field(default_factory=list)
    entity: str = ""


def client(bao: Bao, token: str | None = None) -> Any:
    """The vendor community's own client."""
    return hvac.Client(url=f"http://127.0.0.1:{bao.port}", token=token or bao.root)


def seed(bao: Bao) -> Seed:
    """Make it all."""
    made = Seed()
    hv = client(bao)
    hv.sys.create_or_update_policy("admin", ADMIN)
    hv.sys.create_or_update_policy("payments", READER)
    hv.sys.create_or_update_policy("keeper", 'path "sys/policies/acl/*" { capabilities = ["create", "update"] }')
    _approle(hv, made)
    _federated(bao, hv)
    _people(hv, made)
    _tokens(hv, made)
    _engines(bao, hv, made)
    _kv(hv, made)
    bao.must("POST", "sys/namespaces/team", {})
    inside = {"headers": {"X-Vault-Namespace": "team"}}
    bao.must("POST", "sys/auth/approle", {"type": "approle"}, **inside)
    bao.must("POST", "auth/approle/role/inner", {"token_policies": ["default"]}, **inside)
    return made


def _approle(hv: Any, made: Seed) -> None:
    hv.sys.enable_auth_method("approle")
    hv.auth.approle.create_or_update_approle("payments", token_policies=["payments"], secret_id_ttl="24h", token_ttl="1h")
    hv.auth.approle.create_or_update_approle("old", token_policies=["admin"])
    hv.auth.approle.create_or_update_approle(
        "open", token_policies=["payments"], bind_secret_id=False, token_bound_cidrs=["127.0.0.0/8"]
    )
    for name, extra in (
        ("payments", {"cidr_list": ["127.0.0.0/8"]}),
        ("old", {"metadata": {"owner": "maja.lindqvist@nordholm.example"}}),
    ):
        answer = hv.auth.approle.generate_secret_id(name, **extra)["data"]
        made.accessors[name] = answer["secret_id_accessor"]
        made.planted.append(answer["secret_id"])
        role_id = hv.auth.approle.read_role_id(name)["data"]["role_id"]
        login = hv.auth.approle.login(role_id=role_id, secret_id=answer["secret_id"], use_token=False)
        made.planted.append(login["auth"]["client_token"])
        made.accessors[f"{name}-login"] = login["auth"]["accessor"]
        made.entity = login["auth"]["entity_id"]


def _federated(bao: Bao, hv: Any) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    hv.sys.enable_auth_method("jwt")
    bao.must("POST", "auth/jwt/config", {"jwt_validation_pubkeys": [pem], "bound_issuer": GITHUB})
    roles = {
        "web": {"bound_claims": {"sub": "repo:nordholm/web:ref:refs/heads/main"}, "bound_audiences": ["bao"]},
        "any": {"bound_claims": {"repository": "*"}, "bound_claims_type": "glob", "bound_audiences": ["bao"]},
    }
    for name, extra in roles.items():
        bao.must(
            "POST", f"auth/jwt/role/{name}", {"role_type": "jwt", "user_claim": "sub", "token_policies": ["payments"], **extra}
        )
    hv.sys.enable_auth_method("kubernetes")
    for name, account, space in (("payments", "api", "payments"), ("wide", "*", "payments")):
        bao.must(
            "POST",
            f"auth/kubernetes/role/{name}",
            {
                "bound_service_account_names": [account],
                "bound_service_account_namespaces": [space],
                "token_policies": ["payments"],
            },
        )
    hv.sys.enable_auth_method("cert")
    bao.must("POST", "auth/token/roles/batch", {"allowed_policies": ["payments"], "orphan": True, "period": "24h"})


def _people(hv: Any, made: Seed) -> None:
    hv.sys.enable_auth_method("userpass")
    for name in ("maja.lindqvist", "svc-nightly"):
        password = secrets.token_urlsafe(16)
        made.planted.append(password)
        hv.auth.userpass.create_or_update_user(name, password=password, policies="payments")
    mounts = hv.sys.list_auth_methods()["data"]
    entity = hv.secrets.identity.create_or_update_entity("maja", metadata={"team": "payments"}, policies=["keeper"])["data"]["id"]
    hv.secrets.identity.create_or_update_entity_alias("maja.lindqvist", entity, mounts["userpass/"]["accessor"])
    group = hv.secrets.identity.create_or_update_group("keepers", member_entity_ids=[entity], policies=["admin"])["data"]["id"]
    made.accessors |= {"entity": entity, "group": group}


def _tokens(hv: Any, made: Seed) -> None:
    periodic = hv.auth.token.create_orphan(
        policies=["payments"], period="24h", display_name="exporter", meta={"owner": "team-data"}
    )
    templated = (
        hv.auth.token.create(role_name="batch", policies=["payments"])
        if False
        else hv.write_data("auth/token/create/batch", data={})
    )
    for name, answer in (("exporter", periodic), ("batch", templated)):
        made.planted.append(answer["auth"]["client_token"])
        made.accessors[name] = answer["auth"]["accessor"]
    client_ = hvac.Client(url=hv.url, token=periodic["auth"]["client_token"])
    client_.auth.token.renew_self()


def _engines(bao: Bao, hv: Any, made: Seed) -> None:
    hv.sys.enable_secrets_engine("transit")
    hv.secrets.transit.create_key("orders", exportable=True)
    hv.sys.enable_secrets_engine("pki")
    hv.secrets.pki.generate_root("internal", "nordholm root")
    hv.secrets.pki.create_or_update_role("any", {"allow_any_name": True, "max_ttl": "700h"})
    for number in range(2):
        answer = hv.secrets.pki.generate_certificate("any", f"s{number}.nordholm.example")["data"]
        made.serials.append(answer["serial_number"])
        made.planted.append(answer["private_key"])
    hv.secrets.pki.revoke_certificate(made.serials[0])
    hv.sys.enable_secrets_engine("ssh")
    bao.must("POST", "ssh/config/ca", {"generate_signing_key": True})
    bao.must("POST", "ssh/roles/root", {"key_type": "ca", "allowed_users": "*", "allow_user_certificates": True, "ttl": "24h"})
    hv.sys.enable_secrets_engine("kubernetes")
    bao.must("POST", "kubernetes/roles/deploy", {"allowed_kubernetes_namespaces": ["*"], "service_account_name": "deployer"})


def _kv(hv: Any, made: Seed) -> None:
    password, token = secrets.token_urlsafe(18), secrets.token_urlsafe(24)
    made.planted += [password, token]
    for path in ("payments/db", "payments/dev/db"):
        hv.secrets.kv.v2.create_or_update_secret(path, secret={"username": "payments_app", "password": password})
    hv.secrets.kv.v2.create_or_update_secret("payments/api", secret={"nested": {"api_token": token}})
    hv.secrets.kv.v2.update_metadata("payments/api", custom_metadata={"owner": "team-payments", "environment": "prod"})
    hv.sys.enable_secrets_engine("kv", path="old", options={"version": "1"})
    hv.secrets.kv.v1.create_or_update_secret("legacy/app", secret={"password": password}, mount_point="old")
