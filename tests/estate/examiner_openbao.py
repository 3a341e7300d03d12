"""OpenBao: what is wrong, on a real server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from examiner_kit import ANNA, OLOF, Case, bad
from openbao import Bao

GITHUB = "https://token.actions.githubusercontent.com"
ALL = '"create", "read", "update", "patch", "delete", "list"'
LATER = 400
"""Days after which the second scan looks: a server just made has nothing old."""


@dataclass
class Ground:
    """A server with its mounts."""

    bao: Bao
    mounts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        put = self.put
        for path, kind in (
            ("approle", "approle"),
            ("userpass", "userpass"),
            ("jwt", "jwt"),
            ("vendor", "jwt"),
            ("kubernetes", "kubernetes"),
            ("oidc", "oidc"),
        ):
            put(f"sys/auth/{path}", type=kind)
        for path in ("transit", "pki", "ssh"):
            put(f"sys/mounts/{path}", type=path)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        put("auth/jwt/config", jwt_validation_pubkeys=[pem], bound_issuer=GITHUB)
        put("auth/vendor/config", jwt_validation_pubkeys=[pem], bound_issuer="https://oidc.lumenwatch.example")
        put("pki/root/generate/internal", common_name="nordholm root", ttl="8760h")
        put("ssh/config/ca", generate_signing_key=True)
        self.policy("app-read", 'path "secret/data/app/*" { capabilities = ["read"] }')
        listed = self.bao.must("GET", "sys/auth")["data"]
        self.mounts = {path.strip("/"): entry["accessor"] for path, entry in listed.items()}

    def put(self, path: str, **body: object) -> dict[str, object]:
        """A write that must succeed; its data."""
        return dict((self.bao.must("POST", path, body) or {}).get("data") or {})

    def policy(self, name: str, text: str) -> str:
        self.put(f"sys/policies/acl/{name}", policy=text)
        return name

    def approle(self, name: str, *policies: str, owner: str | None = ANNA, issue: bool = True, **more: object) -> str:
        """An AppRole of Anna's with a secret-id that ends within a day, unless ``more`` says otherwise; its uid."""
        self.put(
            f"auth/approle/role/{name}",
            **{
                "token_policies": list(policies) or ["app-read"],
                "token_ttl": "1h",
                "token_max_ttl": "4h",
                "secret_id_ttl": "24h",
                "secret_id_bound_cidrs": ["10.2.0.0/16"],
                **more,
            },
        )
        if issue:
            self.secret_id(name, owner)
        return self.uid("approle", name)

    def secret_id(self, name: str, owner: str | None) -> str:
        """A secret-id; its accessor."""
        meta = f'{{"owner": "{owner}"}}' if owner else "{}"
        return str(self.put(f"auth/approle/role/{name}/secret-id", metadata=meta)["secret_id_accessor"])

    def uid(self, mount: str, name: str) -> str:
        return f"openbao:bao:role/{mount}/{name}"

    def jwt(self, name: str, *policies: str, mount: str = "jwt", **more: object) -> str:
        """A role of a JWT mount; its uid."""
        base = {
            "role_type": "jwt",
            "user_claim": "sub",
            "token_policies": list(policies) or ["app-read"],
            "bound_audiences": ["https://bao.nordholm.example"],
            "token_ttl": "15m",
        }
        self.put(f"auth/{mount}/role/{name}", **{**base, **more})
        return self.uid(mount, name)

    def kubernetes(self, name: str, names: list[str], spaces: list[str], *policies: str) -> str:
        """A role of the Kubernetes mount; its uid."""
        bound = {"bound_service_account_names": names, "bound_service_account_namespaces": spaces, "audience": "bao"}
        self.put(f"auth/kubernetes/role/{name}", token_policies=list(policies) or ["app-read"], token_ttl="15m", **bound)
        return self.uid("kubernetes", name)

    def token(self, **body: object) -> str:
        """A token made by hand; its accessor."""
        return str(self.bao.must("POST", "auth/token/create-orphan", body)["auth"]["accessor"])

    def secret(self, path: str, meta: dict[str, str] | None = None, **values: str) -> None:
        """A key-value secret."""
        self.put(f"secret/data/{path}", data=values)
        if meta:
            self.bao.must("POST", f"secret/metadata/{path}", {"custom_metadata": meta})


def wrong(g: Ground) -> Iterator[Case]:
    """Seed what is wrong."""
    for part in (
        _offboarding,
        _third_parties,
        _sign_in,
        _rights,
        _more_rights,
        _engines,
        _federations,
        _endless,
        _shared,
        _people,
    ):
        yield from part(g)


def aged(g: Ground) -> Iterator[Case]:
    """Seed what is wrong when it is :data:`LATER` days old."""
    g.secret("app/erp", password=secrets.token_urlsafe(18))
    yield bad("B41", "NHI7", "~secret/app/erp", "One version, 400 days old.", "FIELD 1 NHI7; KV v2: versions")
    g.put("transit/keys/invoices")
    yield bad("B42", "NHI7", "~invoices", "A key never rotated in 400 days, and none is planned.", "Transit: auto_rotate_period")


def _offboarding(g: Ground) -> Iterator[Case]:
    uid = g.approle("returns", owner=OLOF)
    yield bad("B01", "NHI1", uid, "The secret-id was made for somebody who left in May.", "FIELD 1 NHI1 V")
    accessor = g.token(policies=["app-read"], ttl="48h", explicit_max_ttl="72h", display_name="handmade", meta={"owner": OLOF})
    yield bad("B02", "NHI1", f"~{accessor}", "A leaver's own token still answers.", "OWASP NHI1: leaver's credentials")
    g.put("auth/userpass/users/olof.ek", password=secrets.token_urlsafe(16), token_policies=["app-read"])
    yield bad(
        "B03", "NHI1", g.uid("userpass", "olof.ek"), "A leaver can still log in.", "OWASP NHI1: partially offboarded employee"
    )
    uid = g.approle("mystery", owner=None)
    yield bad("B04", "NHI1", uid, "A secret-id is out, and nobody says whose it is.", "OWASP NHI1: orphaned")


def _third_parties(g: Ground) -> Iterator[Case]:
    wide = g.policy("collector", f'path "secret/*" {{ capabilities = [{ALL}] }}')
    uid = g.jwt("collector", wide, mount="vendor", bound_claims={})
    yield bad(
        "B05",
        "NHI3 NHI6",
        uid,
        "Whatever token the vendor's issuer signs reads and writes every secret.",
        "FIELD 1 NHI3 V: auth mounts trusting vendor OIDC",
    )


def _sign_in(g: Ground) -> Iterator[Case]:
    uid = g.approle("badge-reader", bind_secret_id=False, issue=False, token_bound_cidrs=["0.0.0.0/0"], secret_id_bound_cidrs=[])
    yield bad("B06", "NHI4", uid, "The role-id, which is no secret, logs in from everywhere.", "AppRole: bind_secret_id")
    g.put("auth/userpass/users/svc-nightly", password=secrets.token_urlsafe(16), token_policies=["app-read"])
    yield bad(
        "B07",
        "NHI4",
        g.uid("userpass", "svc-nightly"),
        "A nightly job with a user name and a password.",
        "FIELD 1 NHI4 V: userpass",
    )
    g.put("auth/userpass/users/jenkins", password=secrets.token_urlsafe(16), token_policies=["app-read"])
    yield bad(
        "B08", "NHI4", g.uid("userpass", "jenkins"), "A build server with a user name and a password.", "FIELD 1 NHI4 V: userpass"
    )


def _rights(g: Ground) -> Iterator[Case]:
    uid = g.approle("stock", g.policy("reader", f'path "*" {{ capabilities = [{ALL}, "sudo"] }}'))
    yield bad("B09", "NHI5", uid, "Everything, under the name `reader`.", "OpenBao: policies")
    uid = g.approle("docs", g.policy("docs-writer", 'path "sys/policies/acl/*" { capabilities = ["create", "update"] }'))
    yield bad("B10", "NHI5", uid, "Rewrites its own policy.", "Vault privilege escalation: sys/policies/acl")
    uid = g.approle("kiosk", g.policy("kiosk", 'path "auth/token/create" { capabilities = ["update", "sudo"] }'))
    yield bad("B11", "NHI5", uid, "With sudo a token may name any policy, root too.", "Token auth API: create, policies")
    uid = g.approle(
        "onboarder", g.policy("onboarder", 'path "auth/approle/role/*" { capabilities = ["create", "update", "read"] }')
    )
    yield bad(
        "B12",
        "NHI5",
        uid,
        "Gives itself a role with any policy, and a secret-id of it.",
        "AppRole API: create/update AppRole, token_policies",
    )
    uid = g.approle("groups", g.policy("groups", 'path "identity/*" { capabilities = ["create", "update"] }'))
    yield bad("B13", "NHI5", uid, "Puts its own entity into any group, with any policy.", "Identity: groups and policies")


def _more_rights(g: Ground) -> Iterator[Case]:
    uid = g.approle(
        "plus", g.policy("plus", 'path "+/*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }')
    )
    yield bad("B14", "NHI5", uid, "`+/*` is every path with a slash: the same as `*`.", "OpenBao: policies, + and *")
    uid = g.approle(
        "mounter",
        g.policy(
            "mounter",
            'path "sys/auth/*" { capabilities = ["create", "update", "sudo"] }\npath "auth/*" { capabilities = ["create", "update"] }',
        ),
    )
    yield bad("B15", "NHI5", uid, "Mounts and configures a login of its own, with any policy.", "OpenBao: sys/auth")
    boss = g.policy("platform-all", f'path "*" {{ capabilities = [{ALL}, "sudo"] }}')
    uid = g.approle("helper", "app-read")
    role = g.bao.must("GET", "auth/approle/role/helper/role-id")["data"]["role_id"]
    entity = str(g.put("identity/entity", name="helper-app", metadata={"owner": ANNA})["id"])
    g.put("identity/entity-alias", name=role, canonical_id=entity, mount_accessor=g.mounts["approle"])
    g.put("identity/group", name="platform", member_entity_ids=[entity], policies=[boss], type="internal")
    yield bad(
        "B16",
        "NHI5",
        f"openbao:bao:entity/{entity}",
        "A weak role whose entity is in a group that may do everything.",
        "Identity: group policies",
    )


def _engines(g: Ground) -> Iterator[Case]:
    g.put("pki/roles/anything", allow_any_name=True, enforce_hostnames=False, max_ttl="720h")
    yield bad("B17", "NHI5", "~anything", "Certificates for any name under the company's root.", "PKI API: allow_any_name")
    g.put(
        "ssh/roles/any-login",
        key_type="ca",
        allowed_users="*",
        allow_user_certificates=True,
        ttl="1h",
        default_extensions={"permit-pty": ""},
    )
    yield bad("B18", "NHI5", "~any-login", "SSH certificates for root on every host.", "SSH API: allowed_users")
    g.put("transit/keys/open-chest", exportable=True)
    yield bad("B19", "NHI2", "~open-chest", "Key material may be exported from its engine.", "Transit API: exportable")


def _federations(g: Ground) -> Iterator[Case]:
    uid = g.jwt("anybody", bound_claims={"sub": "repo:*"}, bound_claims_type="glob")
    yield bad("B20", "NHI6", uid, "Every repository of GitHub.", "FIELD 1 NHI6 V")
    uid = g.jwt("whole-org", bound_claims={"repository_owner": "nordholm"})
    yield bad(
        "B21",
        "NHI6",
        uid,
        "Every repository and pull request of the organisation, by a name that can be taken over.",
        "GitHub: OIDC claims",
    )
    uid = g.jwt("actor", bound_claims={"actor": "anna-berg"})
    yield bad(
        "B22",
        "NHI6",
        uid,
        "Any repository of the world in which Anna starts a workflow - a fork's too.",
        "GitHub: OIDC claims, actor",
    )
    uid = g.kubernetes("wide", ["*"], ["payments", "storefront"])
    yield bad("B23", "NHI6", uid, "Every account of two namespaces.", "FIELD 1 NHI6 K8s")
    uid = g.kubernetes("default-anywhere", ["default"], ["*"])
    yield bad(
        "B24",
        "NHI6",
        uid,
        "The account that every pod of the cluster has by default.",
        "Kubernetes auth: bound_service_account_namespaces",
    )
    yield bad("B25", "NHI6", "~audit", "No audit device: nobody will know who read what.", "OpenBao: audit devices")


def _endless(g: Ground) -> Iterator[Case]:
    accessor = g.token(policies=["app-read"], period="768h", display_name="exporter", meta={"owner": ANNA})
    yield bad(
        "B26",
        "NHI7",
        f"~{accessor}",
        "Periodic, orphaned, no maximum: it lives as long as somebody renews it.",
        "Tokens: periodic tokens",
    )
    g.approle("forever", secret_id_ttl=0, issue=False)
    accessor = g.secret_id("forever", ANNA)
    yield bad(
        "B27",
        "NHI7",
        f"~{accessor}",
        "A secret-id that never ends, for unlimited uses.",
        "AppRole: secret_id_ttl, secret_id_num_uses",
    )
    made = g.bao.must(
        "POST", "auth/token/create-orphan", {"policies": ["root"], "display_name": "rescue", "no_default_policy": True}
    )
    yield bad(
        "B28",
        "NHI5 NHI7 NHI10",
        f"~{made['auth']['accessor']}",
        "A second root token, made after the set-up and never ending.",
        "OpenBao: revoke root tokens",
    )


def _shared(g: Ground) -> Iterator[Case]:
    both = g.policy(
        "both-worlds",
        'path "secret/data/prod/ledger" { capabilities = ["read"] }\npath "secret/data/dev/ledger" { capabilities = ["read"] }',
    )
    uid = g.approle("ledger-both", both)
    yield bad("B29", "NHI8", uid, "One role reads the secrets of production and of development.", "OWASP NHI8")
    same = secrets.token_urlsafe(18)
    for world in ("prod", "dev"):
        g.secret(f"{world}/journal", username="journal", password=same)
    yield bad(
        "B30",
        "NHI8",
        "~journal",
        "One password in production and development.",
        "OWASP NHI8; FIELD 1 NHI8: same hash in two env paths",
    )
    prod = g.policy("prod-settle", 'path "secret/data/prod/settlement" { capabilities = ["read"] }')
    uid = g.jwt("settle", prod, bound_subject="repo:nordholm@81204733/settlement@93:environment:staging")
    yield bad("B31", "NHI8", uid, "Jobs of staging read secrets of production.", "FIELD 1 NHI8: trust edge crosses prod/non-prod")
    uid = g.kubernetes("everybody", ["api"], ["payments", "storefront", "data", "ml"])
    yield bad("B32", "NHI9", uid, "Four teams' workloads are one role.", "OWASP NHI9")
    same = secrets.token_urlsafe(18)
    for app in ("billing", "newsletter", "chatbot"):
        g.secret(f"{app}/smtp", username="relay", password=same)
    yield bad(
        "B33",
        "NHI9",
        "~newsletter/smtp",
        "Three applications share one password.",
        "OWASP NHI9; FIELD 1 NHI9: same fingerprint in n vault paths",
    )


def _people(g: Ground) -> Iterator[Case]:
    g.put("auth/userpass/users/bo.dahl", password=secrets.token_urlsafe(16), token_policies=["default"])
    g.approle("report-batch")
    role = g.bao.must("GET", "auth/approle/role/report-batch/role-id")["data"]["role_id"]
    entity = str(g.put("identity/entity", name="bo", metadata={"owner": ANNA})["id"])
    for name, mount in (("bo.dahl", "userpass"), (role, "approle")):
        g.put("identity/entity-alias", name=name, canonical_id=entity, mount_accessor=g.mounts[mount])
    yield bad(
        "B34",
        "NHI10",
        f"openbao:bao:entity/{entity}",
        "One entity is a person's login and a batch's AppRole.",
        "OWASP NHI10; Identity: aliases",
    )
