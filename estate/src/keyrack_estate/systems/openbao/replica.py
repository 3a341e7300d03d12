"""Nordholm's OpenBao state put into a real server through its API: what can be made there is made there.

What cannot: ages, names the server chooses itself (accessors, entity ids), and logins that need a cluster or another issuer's
key. ``front.py`` adds those to the real server's answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from keyrack_estate.fakes.openbao import BaoState
from keyrack_estate.systems.openbao.server import Bao


def replicate(state: BaoState, bao: Bao) -> tuple[dict[str, str], dict[str, str]]:
    """Make everything: the names the real server chose, and tokens made by hand, both by the planted names.

    Raises:
        RuntimeError: the server refuses something; says what.
    """
    copy = _Copy(state, bao)
    for step in (copy.mounts, copy.policies, copy.roles, copy.secret_ids, copy.entities, copy.tokens, copy.secrets, copy.engines):
        step()
    return copy.names, copy.made


class _Copy:
    """One replication."""

    def __init__(self, state: BaoState, bao: Bao) -> None:
        self.state, self.bao = state, bao
        self.names: dict[str, str] = {}
        self.made: dict[str, str] = {}

    def _make(self, path: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self.bao.must("POST", path, {key: value for key, value in data.items() if value is not None})
        return cast("Mapping[str, Any]", answer or {})

    def _below(self, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Name and data of each thing listed in a folder."""
        for name in self.state.lists.get(folder, ()):
            yield name, self.state.reads[f"{folder}/{name}"]

    def mounts(self) -> None:
        """Auth methods and engines, configured without asking anybody."""
        for kind, there in (("auth", {"token"}), ("mounts", {"secret"})):
            for path, mount in self.state.reads[f"sys/{kind}"].items():
                if path.rstrip("/") not in there:
                    self._make(f"sys/{kind}/{path.rstrip('/')}", {key: mount.get(key) for key in ("type", "options")})
        self._make("auth/kubernetes/config", self.state.reads["auth/kubernetes/config"])
        issuer = self.state.reads["auth/jwt/config"]["bound_issuer"]
        self._make("auth/jwt/config", {"bound_issuer": issuer, "jwt_validation_pubkeys": [_public_key()]})

    def policies(self) -> None:
        """ACL policies as written."""
        for name, entry in self.state.details["sys/policies/detailed/acl"].items():
            if name != "root":
                self._make(f"sys/policies/acl/{name}", {"policy": entry["policy"]})

    def roles(self) -> None:
        """Roles of every auth method, and users with a password nobody keeps."""
        more = {"oidc": {"allowed_redirect_uris": ["https://vault.nordholm.example/callback"]}}
        for mount in ("approle", "jwt", "kubernetes", "oidc"):
            for name, data in self._below(f"auth/{mount}/role"):
                self._make(f"auth/{mount}/role/{name}", {**data, **more.get(mount, {})})
        for name, data in self._below("auth/userpass/users"):
            self._make(f"auth/userpass/users/{name}", {**data, "password": secrets.token_urlsafe(16)})

    def secret_ids(self) -> None:
        """One for each planted, with what is left of its life."""
        for folder, accessors in self.state.lists.items():
            if not folder.endswith("/secret-id"):
                continue
            for accessor in accessors:
                held = self.state.secret_ids[accessor]
                asked = {"cidr_list": held["cidr_list"], "ttl": _left(held["expiration_time"])}
                self.names[accessor] = self._make(folder, asked)["data"]["secret_id_accessor"]

    def entities(self) -> None:
        """Entities with their aliases; an AppRole logs in once, which is how the server learns an alias's role."""
        mounts = self.bao.must("GET", "sys/auth")["data"]
        members: dict[str, list[str]] = {}
        for planted, data in self._below("identity/entity/id"):
            made = self._make("identity/entity", {key: data[key] for key in ("name", "metadata", "policies")})["data"]["id"]
            self.names[planted] = made
            for group in data["group_ids"]:
                members.setdefault(group, []).append(made)
            for alias in data["aliases"]:
                accessor = mounts[f"{alias['mount_type']}/"]["accessor"]
                self._alias(alias, {"canonical_id": made, "mount_accessor": accessor})
            self._make(f"identity/entity/id/{made}", {"disabled": data["disabled"]})  # last: nobody logs in by a disabled one
        for planted, data in self._below("identity/group/id"):
            asked = {"name": data["name"], "policies": data["policies"], "member_entity_ids": members.get(planted, [])}
            self.names[planted] = self._make("identity/group", asked)["data"]["id"]

    def _alias(self, alias: Mapping[str, Any], to: Mapping[str, Any]) -> None:
        if alias["mount_type"] != "approle":
            self._make("identity/entity-alias", {"name": alias["name"], **to})
            return
        role = f"auth/approle/role/{alias['metadata']['role_name']}"
        role_id = self.bao.must("GET", f"{role}/role-id")["data"]["role_id"]
        self._make("identity/entity-alias", {"name": role_id, **to})
        once = self._make(f"{role}/secret-id", {})["data"]
        login = self._make("auth/approle/login", {"role_id": role_id, "secret_id": once["secret_id"]})["auth"]
        self._make("auth/token/revoke", {"token": login["client_token"]})
        self._make(f"{role}/secret-id-accessor/destroy", {"secret_id_accessor": once["secret_id_accessor"]})

    def tokens(self) -> None:
        """Tokens made by hand; the planted root token is the server's own. Tokens of logins stay planted."""
        for accessor, data in self.state.tokens.items():
            if "root" in data["policies"]:
                self.names[accessor] = self.bao.must("GET", "auth/token/lookup-self")["data"]["accessor"]
            elif data["path"] == "auth/token/create":
                asked = {
                    "policies": data["policies"],
                    "no_default_policy": "default" not in data["policies"],
                    "no_parent": True,
                    "display_name": data["display_name"].removeprefix("token-"),
                    "meta": data["meta"],
                    "period": data.get("period"),
                    "explicit_max_ttl": data["explicit_max_ttl"],
                    "ttl": _left(data["expire_time"]),
                }
                answer = self._make("auth/token/create", asked)["auth"]
                self.names[accessor], self.made[accessor] = answer["accessor"], answer["client_token"]

    def secrets(self) -> None:
        """Key-value secrets, as many versions as planted; one whose newest version is deleted loses it."""
        for path, held in self.state.reads.items():
            mount, data, name = path.partition("/data/")
            if not data or "/" in mount:
                continue
            about = self.state.reads[f"{mount}/metadata/{name}"]
            for _ in range(about["current_version"]):
                self._make(path, {"data": held["data"]})
            self._make(f"{mount}/metadata/{name}", {"custom_metadata": about["custom_metadata"]})
            if about["versions"][str(about["current_version"])]["deletion_time"]:
                self.bao.must("DELETE", path)

    def engines(self) -> None:
        """PKI, SSH and database roles and transit keys. Static database roles need their database, and stay planted."""
        for folder in ("pki/roles", "ssh/roles"):
            for name, data in self._below(folder):
                self._make(f"{folder}/{name}", data)
        for name, data in self._below("transit/keys"):
            asked = ("type", "exportable", "allow_plaintext_backup", "auto_rotate_period")
            self._make(f"transit/keys/{name}", {key: data[key] for key in asked})
            for _ in range(data["latest_version"] - 1):
                self._make(f"transit/keys/{name}/rotate", {})
        for name, data in self._below("database/config"):
            kept = {key: value for key, value in data.items() if key != "connection_details"}
            self._make(f"database/config/{name}", {**kept, **data["connection_details"], "verify_connection": False})
        for name, data in self._below("database/roles"):
            self._make(f"database/roles/{name}", data)


def _left(moment: str | None) -> int:
    """Seconds until then; 0 for the server's year 1, and for nothing."""
    left = (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds() if moment else 0
    return max(0, int(left))


def _public_key() -> str:
    """Of a key pair that nobody keeps: nobody logs in."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
