"""What the openbao provider sees, what each part costs in permissions and calls, and what it cannot see."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.providers.openbao.vocabulary import WORDS
from keyrack.records import (
    Credential,
    Event,
    Grant,
    Identity,
    Ownership,
    Placement,
    Policy,
    Record,
    Resource,
    Trust,
    Usage,
)
from keyrack.sdk import Capability, Manifest, Option, Permission


def _needs(why: str, *names: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(name, why, optional) for name in names)


def _sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    return Capability(f"openbao.{name}", title, yields, permissions, blind, calls)


_CAPABILITIES = (
    _sees(
        "server",
        "seal, version, audit devices, namespaces, mounts",
        (Resource,),
        (
            *_needs("mounts and their limits", "read on sys/auth", "read on sys/mounts"),
            *_needs("whether use leaves a trace", "read, sudo on sys/audit"),
            *_needs("namespaces below (OpenBao, Vault Enterprise)", "list on sys/namespaces/"),
        ),
        "2, and 3 a namespace",
        "where an audit device's file goes from there, and whether anybody reads it",
        "what the server's own configuration file says (listeners, TLS)",
    ),
    _sees(
        "policies",
        "ACL policies, whole, and what each identity holds",
        (Policy, Grant),
        _needs(
            "the text of policies",
            "list on sys/policies/detailed/acl/",
            "list on sys/policies/acl/",
            "read on sys/policies/acl/*",
        ),
        "1 a namespace; on servers without the detailed list 2 and 1 a policy",
        "Sentinel policies of Vault Enterprise (RGP, EGP) and control groups",
        "templated paths are kept as written: they differ for each entity",
    ),
    _sees(
        "roles",
        "roles and users of auth mounts, and who may log in as them",
        (Identity, Trust, Resource, Grant),
        _needs(
            "roles of every mount",
            "list on auth/+/role/",
            "read on auth/+/role/*",
            "list on auth/+/roles/",
            "read on auth/+/roles/*",
            "list on auth/+/users/",
            "read on auth/+/users/*",
            "list on auth/+/certs/",
            "read on auth/+/certs/*",
            "read on auth/+/config",
        ),
        "1 a mount (2 for JWT, OIDC and Kubernetes) + 1 a role",
        "users of LDAP, GitHub, Okta and RADIUS mounts: they live in those systems",
        "when a role was made, and by whom: the server does not keep it",
        "mounts below a path of several segments need one more line of policy each",
    ),
    _sees(
        "secret_ids",
        "AppRole secret-ids by accessor",
        (Credential, Ownership),
        _needs(
            "age and limits of secret-ids",
            "list on auth/+/role/+/secret-id/",
            "update on auth/+/role/+/secret-id-accessor/lookup",
        ),
        "1 an AppRole + 1 a secret-id; the API has nothing in bulk",
        "when a secret-id was last used: the server keeps no such field; the audit log tells",
    ),
    _sees(
        "entities",
        "entities, aliases, groups",
        (Identity, Trust, Ownership, Grant),
        _needs(
            "who stands behind several logins",
            "list on identity/entity/id/",
            "read on identity/entity/id/*",
            "list on identity/group/id/",
            "read on identity/group/id/*",
        ),
        "2 a namespace + 1 an entity + 1 a group; the lists leave out policies",
        "entities the server made by itself are folded into their role",
    ),
    _sees(
        "tokens",
        "tokens by accessor: root, orphan, periodic, and the last login of each role",
        (Identity, Credential, Usage, Ownership, Grant),
        _needs("tokens that live", "list, sudo on auth/token/accessors/", "update on auth/token/lookup-accessor", optional=False),
        "1 a namespace + 1 a token; the API has nothing in bulk (`limit` bounds it)",
        "batch tokens: the server does not store them",
        "when a token was last used: only its last renewal is kept; the audit log tells",
    ),
    _sees(
        "kv",
        "paths and versions of key-value engines",
        (Credential, Placement),
        _needs(
            "ages of secrets, never their values", "list on +/metadata/*", "read on +/metadata/*", "list on +/detailed-metadata/*"
        ),
        "1 a folder (2 where it is empty); on servers without detailed metadata 1 a folder + 1 a secret",
        "who read a secret: only the audit log tells",
        "version 1 engines keep no times at all, and need a line of policy each (`list on <mount>/*`)",
        "what lies at a path is not known without `values`",
    ),
    _sees(
        "kv_values",
        "fingerprints of the fields of secrets (only with `values`)",
        (Credential, Placement),
        _needs(
            "recognise the same secret elsewhere; values are fingerprinted in memory and dropped",
            "read on +/data/*",
            optional=True,
        ),
        "1 a secret",
        "older versions of a secret; fields whose name and form do not say that they hold a secret",
    ),
    _sees(
        "engines",
        "database, PKI, transit, SSH and Kubernetes engines",
        (Resource, Credential, Placement, Trust),
        _needs(
            "roles and keys of engines",
            "list on +/roles/",
            "read on +/roles/*",
            "list on +/static-roles/",
            "read on +/static-roles/*",
            "list on +/config/",
            "read on +/config/*",
            "list on +/keys/",
            "read on +/keys/*",
        ),
        "1 a list + 1 a role, connection or key; 3 lists for a database engine, 1 for the others",
        "when the password of a database connection was last rotated: the server does not tell",
        "roles of other engines (AWS, Azure, Google, LDAP of HashiCorp Vault)",
    ),
    _sees(
        "certificates",
        "certificates of PKI engines",
        (Credential,),
        _needs(
            "validity of issued certificates",
            "list on +/certs/detailed/",
            "list on +/certs/",
            "list on +/certs/revoked/",
            "read on +/cert/*",
        ),
        "2 an engine; with `thumbprints`, or on servers without the detailed list, 2 and 1 a certificate",
        "certificates of roles with `no_store`; where a certificate is in use",
    ),
    _sees(
        "leases",
        "credentials that engines issued and that still live (only with `leases`)",
        (Credential,),
        _needs(
            "live leases",
            "list, sudo on sys/leases/lookup/",
            "list, sudo on sys/leases/lookup/*",
            "update on sys/leases/lookup",
            optional=True,
        ),
        "1 a prefix + 1 a lease",
        "who holds a lease: the server does not tell",
    ),
    _sees(
        "audit",
        "audit devices' lines as usage, and as who read what (keyrack usage ingest)",
        (Event,),
        _needs("the file of an audit device", "read the audit device's file"),
        "none: files",
        "everything while no audit device was on; values and accessors are hashed by the server",
    ),
)
_OPTIONS = (
    Option("endpoint", "--openbao-endpoint", "base URL of the server; default: BAO_ADDR, VAULT_ADDR"),
    Option("server", "--openbao-server", "name of the server in uids; default: host of the URL"),
    Option(
        "namespace",
        "--openbao-namespace",
        "namespace to start in; default: BAO_NAMESPACE, else the root; those below are read too",
    ),
    Option("role", "--openbao-role", "role to log in as with the workload's own token"),
    Option("login_mount", "--openbao-login-mount", "mount to log in at; default: kubernetes in a pod, else jwt"),
    Option(
        "token_file",
        "--openbao-token-file",
        "file with the workload's token (with role), or with a server token that an agent renews",
        "path",
    ),
    Option("ca_file", "--openbao-ca", "CA certificates of the server; default: BAO_CACERT", "path"),
    Option("timeout", "--openbao-timeout", "seconds for one call; default 30"),
    Option("limit", "--openbao-limit", "at most so many tokens, entities, leases, keys, and secrets an engine; default: all"),
    Option("values", "--openbao-values", "read the values of key-value secrets and keep their fingerprints", "switch"),
    Option("leases", "--openbao-leases", "read live leases", "switch"),
    Option("thumbprints", "--openbao-thumbprints", "read each certificate of PKI engines for its thumbprint", "switch"),
)


def grant(permissions: Sequence[Permission]) -> str:
    """The ACL policy to write: ``bao policy write keyrack -``, and a JWT or Kubernetes role that carries it."""
    paths: dict[str, set[str]] = {}
    for permission in permissions:
        capabilities, _, path = permission.name.partition(" on ")
        if path:
            paths.setdefault(path, set()).update(word.strip() for word in capabilities.split(","))
    blocks = [
        f'path "{path}" {{ capabilities = [{", ".join(f"{chr(34)}{word}{chr(34)}" for word in sorted(words))}] }}'
        for path, words in sorted(paths.items())
    ]
    return "# Read-only. Keyrack reads no value unless `values` is switched on.\n" + "\n".join(blocks) + "\n"


MANIFEST = Manifest(
    name="openbao",
    title="OpenBao and HashiCorp Vault",
    summary="roles, tokens, policies, engines and secrets of one server, through its API",
    capabilities=_CAPABILITIES,
    options=_OPTIONS,
    words=WORDS,
    grant=grant,
)
