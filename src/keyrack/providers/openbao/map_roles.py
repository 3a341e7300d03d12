"""Roles, users and certificate entries of auth mounts to Identities and Trusts. Pure and total.

Facts: openbao.org/api-docs/auth/{approle,jwt,kubernetes,userpass,cert,token} and hashicorp.com's pages of the cloud mounts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.openbao.map_policies import Held
from keyrack.providers.openbao.names import Home, clean, flag, seconds, service_name, words
from keyrack.records import Identity, Record, Resource, Trust
from keyrack.records.identity import IdentityKind
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, text


@dataclass(frozen=True, slots=True)
class Mount:
    """An auth mount: ``path`` without slash at the end, its type, accessor and configuration."""

    path: str
    type: str
    accessor: str = ""
    max_ttl: int = 0
    config: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of mount lists and reads its roles, and what they become."""

    listing: str
    type: str
    kind: IdentityKind
    trusts: Callable[[Home, Mount, str, Raw], Iterator[Trust]] = lambda home, mount, name, role: iter(())  # noqa: ARG005


CI_ISSUERS = (
    "token.actions.githubusercontent.com",
    "gitlab",
    "circleci",
    "buildkite",
    "app.terraform.io",
    "bitbucket",
    "jenkins",
)


def policies(role: Raw) -> list[str]:
    """Policies its tokens carry, ``default`` among them unless switched off. ``policies`` is the older name."""
    named = [*words(role, "token_policies"), *words(role, "policies"), *words(role, "allowed_policies")]
    extra = [] if role.get("token_no_default_policy") is True else ["default"]
    return list(dict.fromkeys([*named, *extra]))


def role_records(home: Home, mount: Mount, name: str, role: Raw) -> Iterator[Record | Held]:
    """One role: an Identity, its trusts, and the policies it holds. OIDC roles are doors for people: a Resource."""
    kind = KINDS[mount.type]
    uid = home.role(mount.path, name)
    attrs = role_attrs(mount, role)
    if mount.type in {"jwt", "oidc"} and text(role, "role_type") != "jwt":
        yield Resource(
            uid=uid,
            type="openbao:oidc-role",
            name=clean(name),
            provider="openbao",
            scope=home.server,
            attrs={key: value for key, value in attrs.items() if key in {"mount", "max_ttl"}},
        )
        return
    if mount.type == "userpass" and not service_name(name):
        yield _identity(home, uid, kind, "human", name, attrs | {"human_evidence": "password login, name of no service"})
    else:
        evidence = {"service_evidence": "name"} if mount.type == "userpass" else {}
        yield _identity(home, uid, kind, _who(kind, mount), name, attrs | evidence)
    yield from kind.trusts(home, mount, name, role)
    for policy in policies(role):
        yield Held(uid, policy, via="role")


def _who(kind: Kind, mount: Mount) -> IdentityKind:
    """Tokens of a pipeline's issuer make the role a pipeline's."""
    issuer = issuer_of(mount.config)
    return "cicd" if mount.type == "jwt" and any(word in issuer for word in CI_ISSUERS) else kind.kind


def _identity(home: Home, uid: str, kind: Kind, who: IdentityKind, name: str, attrs: Mapping[str, str]) -> Identity:
    return Identity(uid=uid, kind=who, type=kind.type, name=clean(name), provider="openbao", scope=home.server, attrs=dict(attrs))


def role_attrs(mount: Mount, role: Raw) -> dict[str, str]:
    """What bounds the tokens and secrets of a role."""
    longest = seconds(role, "token_explicit_max_ttl") or seconds(role, "token_max_ttl") or mount.max_ttl
    cidrs = [*words(role, "token_bound_cidrs"), *words(role, "secret_id_bound_cidrs"), *words(role, "bound_cidrs")]
    attrs = {
        "mount": clean(mount.path),
        "mount_type": clean(mount.type),
        "max_ttl": str(longest),
        "period": str(seconds(role, "token_period") or seconds(role, "period")),
        "cidrs": ",".join(dict.fromkeys(cidrs)),
        "policies": ",".join(policies(role)),
    }
    if mount.type == "approle":
        attrs |= {
            "bind_secret_id": flag(role, "bind_secret_id"),
            "secret_id_ttl": str(seconds(role, "secret_id_ttl")),
            "secret_id_num_uses": str(seconds(role, "secret_id_num_uses")),
        }
    if mount.type == "token":
        attrs |= {"orphan": flag(role, "orphan"), "policies_glob": ",".join(words(role, "allowed_policies_glob"))}
    return {key: value for key, value in attrs.items() if value not in {"", "0"}}


def issuer_of(config: Raw) -> str:
    """The token issuer of a JWT mount, without scheme: where its keys come from, else the one it insists on."""
    url = text(config, "oidc_discovery_url") or text(config, "bound_issuer") or text(config, "jwks_url") or ""
    bare = url.partition("://")[2] or url
    return clean(bare.removesuffix("/.well-known/jwks").removesuffix("/.well-known/jwks.json").rstrip("/").lower())


def _jwt(home: Home, mount: Mount, name: str, role: Raw) -> Iterator[Trust]:
    """``bound_subject`` equals; ``bound_claims`` are any of their values, with ``*`` when the type is glob."""
    claims = part(role, "bound_claims")
    subject = text(role, "bound_subject")
    glob = text(role, "bound_claims_type") == "glob"
    subs = [subject] if subject else words(claims, "sub")
    issuer = issuer_of(mount.config)
    pinned = sorted(
        clean(str(key)).strip("/") for key in claims if key not in {"sub", "aud"} and not _open(claims.get(key), glob=glob)
    )
    attrs = {
        "sub_operator": "StringLike" if glob and not subject and subs else "StringEquals" if subs else "",
        "claims": ",".join(pinned),
    }
    yield _trust(
        home.role(mount.path, name),
        issuer or "unknown",
        "openbao:jwt-login",
        issuer or None,
        subs,
        words(role, "bound_audiences"),
        {key: value for key, value in attrs.items() if value},
        _conditions(role, "bound_claims", "bound_claims_type", "bound_subject"),
    )


def _open(value: object, *, glob: bool) -> bool:
    """A glob of stars only binds nothing."""
    values = value if isinstance(value, list) else [value]
    return glob and any(isinstance(item, str) and item and not item.strip("*") for item in values)


def _kubernetes(home: Home, mount: Mount, name: str, role: Raw) -> Iterator[Trust]:
    """Service accounts by name and namespace; ``*`` is any, a glob is allowed in both lists."""
    names, spaces = words(role, "bound_service_account_names"), words(role, "bound_service_account_namespaces")
    selector = text(role, "bound_service_account_namespace_selector")
    host = (text(mount.config, "kubernetes_host") or "").partition("://")[2].rstrip("/").lower()
    issuer = (text(mount.config, "issuer") or "").partition("://")[2].rstrip("/").lower() or host
    spaces = spaces or (["*"] if selector else [])
    subs = [f"system:serviceaccount:{space}:{account}" for space in spaces for account in names]
    audience = words(role, "audience")
    wild = any("*" in sub for sub in subs)
    attrs = {
        "sub_operator": "StringLike" if wild else "StringEquals",
        **({"namespace_selector": clean(selector)} if selector else {}),
    }
    conditions = _conditions(role, "bound_service_account_names", "bound_service_account_namespaces")
    yield _trust(
        home.role(mount.path, name),
        clean(issuer) or "kubernetes",
        "openbao:kubernetes-login",
        clean(issuer) or None,
        subs,
        audience,
        attrs,
        conditions,
    )


def _cert(home: Home, mount: Mount, name: str, role: Raw) -> Iterator[Trust]:
    """A client certificate of this issuer, with one of the allowed names."""
    named = [
        name
        for key in ("allowed_common_names", "allowed_dns_sans", "allowed_uri_sans", "allowed_email_sans")
        for name in words(role, key)
    ]
    wild = any("*" in item for item in named)
    attrs = {"sub_operator": "StringLike" if wild else "StringEquals"} if named else {}
    subject = text(role, "display_name") or "certificate"
    yield _trust(home.role(mount.path, name), clean(subject), "openbao:cert-login", None, named, [], attrs, None)


def _trust(
    uid: str,
    subject: str,
    mechanism: str,
    issuer: str | None,
    subs: list[str],
    audiences: list[str],
    attrs: dict[str, str],
    conditions: str | None,
) -> Trust:
    return Trust(
        uid=row_uid("trust", uid, mechanism, subject, *subs, *audiences, conditions),
        identity_uid=uid,
        subject=subject,
        subject_kind="federated",
        mechanism=mechanism,
        issuer=issuer,
        subs=subs,
        audiences=audiences,
        conditions=conditions,
        attrs=attrs,
    )


def _conditions(role: Raw, *names: str) -> str | None:
    found = {name: role[name] for name in names if role.get(name)}
    return clean(json.dumps(found, sort_keys=True, default=str)) if found else None


KINDS: Mapping[str, Kind] = {
    "approle": Kind("role", "openbao:approle", "service_account"),
    "jwt": Kind("role", "openbao:jwt-role", "service_account", _jwt),
    "oidc": Kind("role", "openbao:jwt-role", "service_account", _jwt),
    "kubernetes": Kind("role", "openbao:kubernetes-role", "service_account", _kubernetes),
    "userpass": Kind("users", "openbao:user", "service_account"),
    "cert": Kind("certs", "openbao:cert-role", "certificate", _cert),
    "token": Kind("roles", "openbao:token-role", "service_account"),
    "ns_token": Kind("roles", "openbao:token-role", "service_account"),
    "aws": Kind("roles", "openbao:cloud-role", "service_account"),
    "gcp": Kind("roles", "openbao:cloud-role", "service_account"),
    "azure": Kind("role", "openbao:cloud-role", "service_account"),
}
"""Types of mounts whose roles are read; the cloud ones exist in HashiCorp Vault only, and are contract-tested."""
PEOPLE = frozenset({"ldap", "okta", "radius", "github", "kerberos", "saml"})
"""Mounts people log in through: their users live in another system, which has its own provider."""
