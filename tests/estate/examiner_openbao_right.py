"""OpenBao: what looks wrong and is right, on a real server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from examiner_kit import ANNA, BO, OLOF, Case, fine
from examiner_openbao import Ground


def right(g: Ground) -> Iterator[Case]:
    """Seed what is right."""
    for part in (
        _offboarding,
        _third_parties,
        _sign_in,
        _rights,
        _more_rights,
        _engines,
        _federations,
        _ending,
        _shared,
        _people,
    ):
        yield from part(g)


def aged(g: Ground) -> Iterator[Case]:
    """Seed what is right though it is old."""
    g.put("transit/keys/self-turning", auto_rotate_period="720h")
    yield fine("B91", "NHI7", "~self-turning", "Rotates by itself every thirty days.", "Transit: auto_rotate_period")
    g.secret("app/erased", password=secrets.token_urlsafe(18))
    g.put("secret/destroy/app/erased", versions=[1])
    yield fine("B92", "NHI7", "~secret/app/erased", "Its only version is destroyed: nothing is left to rotate.", "KV v2: destroy")
    g.secret("app/removed", password=secrets.token_urlsafe(18))
    g.bao.must("DELETE", "secret/data/app/removed")
    yield fine("B93", "NHI7", "~secret/app/removed", "Its only version is deleted and answers 404.", "KV v2: delete")


def _offboarding(g: Ground) -> Iterator[Case]:
    uid = g.approle("owned")
    yield fine(
        "B51",
        "NHI1 NHI4 NHI5 NHI7",
        uid,
        "A secret-id of one day from one network, and a living owner.",
        "AppRole: recommended settings",
    )
    entity = str(g.put("identity/entity", name="olof-former", metadata={"owner": OLOF}, disabled=True)["id"])
    yield fine(
        "B52",
        "NHI1",
        f"openbao:bao:entity/{entity}",
        "A leaver's entity, disabled, without alias or policy.",
        "Identity API: disabled",
    )
    uid = g.approle("empty-template", issue=False)
    g.put("auth/approle/role/empty-template", token_policies=["app-read"])
    yield fine("B53", "NHI4 NHI5 NHI7", uid, "A role without any secret-id: nobody can log in.", "AppRole: secret-id accessors")


def _third_parties(g: Ground) -> Iterator[Case]:
    one = g.policy("lumen", 'path "secret/data/shared/lumenwatch" { capabilities = ["read"] }')
    uid = g.jwt("reader", one, mount="vendor", bound_subject="tenant:nordholm:collector")
    yield fine(
        "B54", "NHI3 NHI5 NHI6", uid, "The vendor's one collector for us reads the one secret meant for it.", "FIELD 1 NHI3 V"
    )


def _sign_in(g: Ground) -> Iterator[Case]:
    g.put("auth/userpass/users/anna.berg", password=secrets.token_urlsafe(16), token_policies=["app-read"])
    yield fine(
        "B55",
        "NHI1 NHI4 NHI10",
        g.uid("userpass", "anna.berg"),
        "A person with a user name and a password: that is what it is for.",
        "Userpass auth",
    )
    uid = g.approle("once", secret_id_num_uses=1, secret_id_ttl="10m", token_bound_cidrs=["10.2.0.0/16"])
    yield fine(
        "B56", "NHI4 NHI5 NHI7", uid, "Secret-ids of one use and ten minutes.", "AppRole: response wrapping, one-time secret-ids"
    )


def _rights(g: Ground) -> Iterator[Case]:
    uid = g.approle("scary", g.policy("admin-root-all", 'path "secret/data/app/scary" { capabilities = ["read"] }'))
    yield fine("B57", "NHI5", uid, "A frightening name over one read.", "OpenBao: policies")
    uid = g.approle(
        "walled",
        g.policy("walled", 'path "*" { capabilities = ["deny"] }\npath "secret/data/app/walled" { capabilities = ["read"] }'),
    )
    yield fine("B58", "NHI5", uid, "`*` with deny: the longer path gives one read.", "OpenBao: policies, priority and deny")
    uid = g.approle(
        "auditor",
        g.policy(
            "auditor", 'path "sys/*" { capabilities = ["read", "list"] }\npath "auth/*" { capabilities = ["read", "list"] }'
        ),
    )
    yield fine(
        "B59", "NHI5", uid, "Reads the configuration of everything and changes nothing.", "OpenBao: policies; keyrack's own"
    )
    uid = g.approle("spawner", g.policy("spawner", 'path "auth/token/create" { capabilities = ["update"] }'))
    yield fine(
        "B60", "NHI5", uid, "Without sudo, child tokens carry no more than their parent.", "Token auth API: create, policies"
    )
    uid = g.approle("broker", g.policy("broker", 'path "auth/approle/role/owned/secret-id" { capabilities = ["update"] }'))
    yield fine(
        "B61",
        "NHI5",
        uid,
        "Delivers secret-ids of one weak role: the trusted orchestrator.",
        "AppRole: trusted orchestrator pattern",
    )


def _more_rights(g: Ground) -> Iterator[Case]:
    text = 'path "secret/data/{{identity.entity.id}}/*" { capabilities = ["create", "read", "update", "delete", "list"] }'
    uid = g.approle("own-corner", g.policy("own-corner", text))
    yield fine("B62", "NHI5", uid, "A templated path: each entity its own folder.", "OpenBao: templated policies")
    text = 'path "sys/policies/acl/*" { capabilities = ["create", "update", "deny"] }\npath "sys/policies/acl" { capabilities = ["list"] }'
    uid = g.approle("denied", g.policy("denied", text))
    yield fine("B63", "NHI5", uid, "deny beside others wins: it may list policies.", "OpenBao: policies, deny takes precedence")
    text = 'path "sys/leases/renew" { capabilities = ["update"] }\npath "auth/token/renew-self" { capabilities = ["update"] }\npath "auth/token/revoke-self" { capabilities = ["update"] }\npath "sys/wrapping/wrap" { capabilities = ["update"] }'
    uid = g.approle("renewer", g.policy("renewer", text))
    yield fine("B64", "NHI5", uid, "What every agent needs to keep its own token.", "OpenBao: default policy")
    uid = g.approle(
        "restarter",
        g.policy(
            "restarter",
            'path "transit/encrypt/app" { capabilities = ["update"] }\npath "pki/issue/internal-service" { capabilities = ["update"] }',
        ),
    )
    yield fine("B65", "NHI5", uid, "Encrypts with one key and gets one kind of certificate.", "Transit and PKI API")


def _engines(g: Ground) -> Iterator[Case]:
    g.put("pki/roles/internal-service", allowed_domains=["svc.nordholm.example"], allow_subdomains=True, max_ttl="72h")
    yield fine(
        "B66", "NHI5 NHI7", "~pki/internal-service", "Certificates of three days below one domain.", "PKI API: allowed_domains"
    )
    g.put(
        "ssh/roles/deploy-only",
        key_type="ca",
        allowed_users="deploy",
        default_user="deploy",
        allow_user_certificates=True,
        ttl="30m",
        max_ttl="1h",
    )
    yield fine("B67", "NHI5", "~deploy-only", "SSH certificates for one user and half an hour.", "SSH API: allowed_users")
    g.put(
        "ssh/roles/hosts-ca",
        key_type="ca",
        allowed_users="*",
        allow_user_certificates=False,
        allow_host_certificates=True,
        allowed_domains="nordholm.example",
        allow_subdomains=True,
        ttl="24h",
    )
    yield fine(
        "B68",
        "NHI5",
        "~hosts-ca",
        "Signs hosts only: whom it would allow as user does not matter.",
        "SSH API: allow_user_certificates",
    )
    g.put("transit/keys/closed-chest", exportable=False)
    yield fine("B69", "NHI2", "~closed-chest", "Not exportable.", "Transit API: exportable")
    g.put("transit/keys/signer-public", type="ed25519")
    yield fine("B70", "NHI2 NHI7", "~signer-public", "A young signing key whose public half anybody may have.", "Transit API")


def _federations(g: Ground) -> Iterator[Case]:
    uid = g.jwt("exact", bound_subject="repo:nordholm@81204733/web@71:environment:production")
    yield fine("B71", "NHI3 NHI6", uid, "One repository and one environment by immutable ids.", "GitHub changelog 2026-04-23")
    claims = {"sub": "repo:nordholm@81204733/infra@42:environment:prod-*", "repository_id": "42"}
    uid = g.jwt("regions", bound_claims=claims, bound_claims_type="glob")
    yield fine(
        "B72", "NHI6", uid, "A glob over one repository's production environments, and its number.", "JWT auth: bound_claims_type"
    )
    uid = g.jwt("by-number", bound_claims={"repository_id": "71", "environment": "production"})
    yield fine("B73", "NHI6", uid, "No sub, but the repository's number and its protected environment.", "GitHub: OIDC claims")
    uid = g.kubernetes("payments", ["api"], ["payments"])
    yield fine("B74", "NHI6 NHI9", uid, "One account of one namespace.", "Kubernetes auth")


def _ending(g: Ground) -> Iterator[Case]:
    accessor = g.token(policies=["app-read"], ttl="30m", explicit_max_ttl="1h", display_name="debug", meta={"owner": ANNA})
    yield fine("B75", "NHI1 NHI7", f"~{accessor}", "Half an hour, one at most.", "Tokens: explicit max TTL")
    accessor = g.token(policies=["app-read"], period="1h", explicit_max_ttl="24h", display_name="bounded", meta={"owner": ANNA})
    yield fine(
        "B76",
        "NHI7",
        f"~{accessor}",
        "Periodic, but over after a day whatever happens.",
        "Tokens: periodic tokens with explicit_max_ttl",
    )
    accessor = g.token(policies=["app-read"], ttl="24h", num_uses=3, renewable=False, display_name="wrapped", meta={"owner": BO})
    yield fine("B77", "NHI7", f"~{accessor}", "Three uses, not renewable, one day.", "Tokens: num_uses")
    g.approle("daily", issue=False)
    accessor = g.secret_id("daily", ANNA)
    yield fine("B78", "NHI1 NHI7", f"~{accessor}", "A secret-id of one day.", "AppRole: secret_id_ttl")


def _shared(g: Ground) -> Iterator[Case]:
    for world in ("prod", "dev"):
        g.secret(
            f"{world}/catalogue",
            username="catalogue",
            host="db.nordholm.example",
            region="eu-north-1",
            password=secrets.token_urlsafe(18),
        )
    yield fine(
        "B79",
        "NHI8 NHI9",
        "~catalogue",
        "The same user name, host and region; different passwords.",
        "OWASP NHI8: separate credentials",
    )
    for app in ("lamps", "chairs"):
        g.secret(f"{app}/settings", debug="false", port="5432", url="https://login.nordholm.example/oauth2")
    yield fine("B80", "NHI8 NHI9", "~chairs/settings", "Equal settings that are no secrets.", "OWASP NHI9")
    one = g.policy(
        "product-only",
        'path "secret/data/dev/product/*" { capabilities = ["read"] }\npath "secret/data/dev/products" { capabilities = ["read"] }',
    )
    uid = g.approle("product-reader", one)
    yield fine("B81", "NHI8", uid, "`product` is no `prod`: both paths are development's.", "FIELD 1 NHI8")
    uid = g.jwt(
        "settle-dev",
        g.policy("dev-settle", 'path "secret/data/dev/settlement" { capabilities = ["read"] }'),
        bound_subject="repo:nordholm@81204733/settlement@93:environment:staging",
    )
    yield fine("B82", "NHI8", uid, "Staging reads development: neither is production.", "OWASP NHI8")
    same = secrets.token_urlsafe(18)
    for _ in range(3):
        g.secret("versions/smtp", password=same)
    yield fine("B83", "NHI9", "~versions/smtp", "Three versions of one path with one value.", "KV v2: versions")


def _people(g: Ground) -> Iterator[Case]:
    entity = str(g.put("identity/entity", name="anna", metadata={"team": "payments"})["id"])
    for name, mount in (("anna.berg", "userpass"), (ANNA, "oidc")):
        g.put("identity/entity-alias", name=name, canonical_id=entity, mount_accessor=g.mounts[mount])
    yield fine(
        "B84", "NHI1 NHI4 NHI10", f"openbao:bao:entity/{entity}", "One person with two ways to log in.", "Identity: aliases"
    )
    role = g.bao.must("GET", "auth/approle/role/once/role-id")["data"]["role_id"]
    entity = str(g.put("identity/entity", name="orders-app", metadata={"owner": ANNA})["id"])
    g.put("identity/entity-alias", name=role, canonical_id=entity, mount_accessor=g.mounts["approle"])
    g.put("identity/entity-alias", name="payments/api-uid", canonical_id=entity, mount_accessor=g.mounts["kubernetes"])
    yield fine("B85", "NHI10", f"openbao:bao:entity/{entity}", "One program with two machine logins.", "Identity: aliases")
