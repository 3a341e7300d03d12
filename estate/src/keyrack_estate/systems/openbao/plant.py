"""Plants Nordholm's OpenBao server: state and truth."""

from __future__ import annotations

from typing import Any

from keyrack_estate.certificates import certificate
from keyrack_estate.chance import HEX
from keyrack_estate.company import Person
from keyrack_estate.fakes.openbao import BaoState, base, metadata, secret_id, token
from keyrack_estate.systems.openbao.things import (
    APPROLES,
    DAY,
    GITHUB,
    JWT_ROLES,
    KUBERNETES_ROLES,
    PKI_ROLES,
    POLICIES,
    SCANNER,
    SECRETS,
    SERVICE_USERS,
    SSH_ROLES,
    STATIC_ROLES,
    TOKENS,
    TRANSIT_KEYS,
    Role,
)
from keyrack_estate.truth import Anchor, key, native, place
from keyrack_estate.world import World

SERVER = "vault.nordholm.example"
DATABASE = "payments-db.nordholm.example"
_TOKEN = {
    "token_bound_cidrs": [],
    "token_explicit_max_ttl": 0,
    "token_max_ttl": 4 * 3600,
    "token_no_default_policy": False,
    "token_num_uses": 0,
    "token_period": 0,
    "token_ttl": 3600,
    "token_type": "default",
}


class Planter:
    """One planting."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self.chance = world.chance.child("openbao")
        self.state: BaoState = base()
        self.values: dict[str, str] = {}
        self.anchors: list[Anchor] = []

    def plant(self) -> BaoState:
        """Everything."""
        self._mounts()
        for name, text in POLICIES.items():
            entry = {"name": name, "policy": text}
            self.state.add("sys/policies/acl", name, entry)
            self.state.details["sys/policies/detailed/acl"][name] = entry
        for mount, roles in (("approle", APPROLES), ("jwt", JWT_ROLES), ("kubernetes", KUBERNETES_ROLES)):
            for role in roles:
                self._role(mount, role)
        self._people()
        self._entities()
        self._tokens()
        self._secrets()
        self._engines()
        self._marked(native("openbao", SERVER), ("openbao_no_audit",))
        self.truth.debatable("NHI5:2025", native("openbao", SCANNER), "Keyrack's own token reads every value, which is its task")
        for anchor in self.anchors:
            self.truth.fine(anchor, "nothing of this risk was planted there")
        return self.state

    def _mounts(self) -> None:
        auth, engines = self.state.reads["sys/auth"], self.state.reads["sys/mounts"]
        for name in ("approle", "jwt", "kubernetes", "userpass", "oidc"):
            auth[f"{name}/"] = {**auth["token/"], "type": name, "accessor": f"auth_{name}_1"}
        for name in ("database", "pki", "ssh", "transit"):
            engines[f"{name}/"] = {**engines["secret/"], "type": name, "options": None}
        engines["mobile/"] = dict(engines["secret/"])
        self.state.reads |= {
            "auth/jwt/config": {"oidc_discovery_url": GITHUB, "bound_issuer": GITHUB},
            "auth/oidc/config": {"oidc_discovery_url": "https://login.nordholm.example"},
            "auth/kubernetes/config": {
                "kubernetes_host": "https://prod-eu.nordholm.example:6443",
                "issuer": "https://oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLMPROD",
                "disable_local_ca_jwt": True,
                "kubernetes_ca_cert": certificate(
                    self.chance.child("ca"), "prod-eu", self.world.days_ago(400), 3650, ca=True
                ).text,
            },
        }
        self.state.add(
            "auth/oidc/role", "staff", {**_TOKEN, "role_type": "oidc", "token_policies": ["default"], "user_claim": "email"}
        )

    def _marked(self, anchor: Anchor, labels: tuple[str, ...], looks: tuple[tuple[str, str], ...] = ()) -> None:
        self.anchors.append(anchor)
        for owasp, why in looks:
            self.truth.decoy(owasp, anchor, why)
        for label in labels:
            self.truth.planted(label, anchor)

    def _uuid(self) -> str:
        digits = self.chance.text(32, HEX)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _role(self, mount: str, role: Role) -> None:
        extra = {"bind_secret_id": True, "secret_id_ttl": 0, "secret_id_num_uses": 0} if mount == "approle" else {}
        self.state.add(f"auth/{mount}/role", role.name, {**_TOKEN, "token_policies": list(role.policies), **extra, **role.more})
        self._marked(native("openbao", f"{mount}/{role.name}"), role.labels, role.looks)
        for number, held in enumerate(role.secret_ids):
            accessor = self._uuid()
            made = self.world.days_ago(held.age)
            ends = self.world.days_ago(held.age - held.life) if held.life else None
            self.state.secret_ids[accessor] = secret_id(accessor, made, ends, cidr_list=list(held.cidrs))
            self.state.lists.setdefault(f"auth/{mount}/role/{role.name}/secret-id", []).append(accessor)
            self._marked(key(accessor), held.labels, role.looks if number == 0 else ())

    def _people(self) -> None:
        for name in SERVICE_USERS:
            self.state.add("auth/userpass/users", name, {**_TOKEN, "token_policies": ["data"]})
            self._marked(native("openbao", f"userpass/{name}"), ("openbao_password",))
        for person in self.world.company.active[:4]:
            self.state.add("auth/userpass/users", person.login, {**_TOKEN, "token_policies": ["default"]})
            self._marked(native("openbao", f"userpass/{person.login}"), (), (("NHI4:2025", "a person"),))

    def _alias(self, mount: str, role: str) -> dict[str, Any]:
        named = {"approle": "role_name", "kubernetes": "role"}.get(mount)
        return {
            "id": self._uuid(),
            "mount_path": f"auth/{mount}/",
            "mount_type": mount,
            "mount_accessor": f"auth_{mount}_1",
            "name": role if named is None else self._uuid(),
            "metadata": {named: role} if named else {},
        }

    def _entity(self, name: str, aliases: list[dict[str, Any]], labels: tuple[str, ...], **more: Any) -> str:
        number = self._uuid()
        data = {
            "id": number,
            "name": name,
            "aliases": aliases,
            "creation_time": self.world.days_ago(300).isoformat(),
            "disabled": False,
            "group_ids": [],
            "metadata": None,
            "policies": [],
            **more,
        }
        self.state.add("identity/entity/id", number, data, detail={"name": name, "aliases": aliases})
        self._marked(native("openbao", number), labels)
        return number

    def _entities(self) -> None:
        maja, second, admin = self.world.company.active[:3]
        gone: Person = self.world.company.gone[0]
        group = self._uuid()
        self.state.add("identity/group/id", group, {"id": group, "name": "vault-admins", "policies": ["everything"]})
        both = [self._alias("userpass", maja.login), self._alias("approle", "maja-deploy")]
        self._entity(maja.login, both, ("openbao_person_and_machine",), metadata={"team": maja.team})
        twice = [self._alias("userpass", second.login), self._alias("oidc", second.email)]
        self._entity(second.login, twice, (), metadata={"team": second.team})
        self._entity(admin.login, [self._alias("oidc", admin.email)], (), group_ids=[group], metadata={"team": admin.team})
        machine = [self._alias("approle", "shop-deploy"), self._alias("kubernetes", "blue-green")]
        self._entity("shop-deploy", machine, (), metadata={"team": "storefront"})
        self._entity(
            "orders-sync", [self._alias("approle", "orders-sync")], ("openbao_owner_gone",), metadata={"owner": gone.email}
        )
        self._entity(
            "lumenwatch-sync", [self._alias("approle", "lumenwatch-sync")], (), metadata={"vendor": "Lumenwatch", "team": "data"}
        )
        for name, disabled, labels in (("cobalt-desk", False, ("openbao_vendor_left",)), ("cobalt-archive", True, ())):
            about = {"vendor": "cobalt-support", "team": "platform"}
            self._entity(name, [self._alias("approle", name)], labels, metadata=about, disabled=disabled)
        feed = [self._alias("approle", "brightcost-feed")]
        self._entity("brightcost-feed", feed, (), metadata={"vendor": "brightcost", "team": "data"})

    def _tokens(self) -> None:
        for item in TOKENS:
            accessor = SCANNER if item.name == SCANNER else self.chance.text(24)
            made = self.world.days_ago(item.age)
            ends = self.world.days_ago(item.age - item.life) if item.life else None
            more: dict[str, Any] = {"policies": list(item.policies), "meta": {"team": "data"}, **item.more}
            if item.renewed is not None:
                more["last_renewal"] = self.world.days_ago(item.renewed).isoformat()
            self.state.tokens[accessor] = token(accessor, item.name, made, ends, **more)
            self._marked(key(accessor), tuple(label for label in item.labels if label != "openbao_rules_server"), item.looks)
            owned = tuple(label for label in item.labels if label in {"openbao_rules_server", "openbao_root_token"})
            self._marked(native("openbao", accessor), owned, item.looks)
        for mount, name in (("approle", "payments-batch"), ("kubernetes", "payments"), ("kubernetes", "shared")):
            accessor, named = self.chance.text(24), "role_name" if mount == "approle" else "role"
            made, ends = self.world.days_ago(0.02), self.world.days_ago(-0.03)
            login = token(accessor, mount, made, ends, path=f"auth/{mount}/login", meta={named: name})
            self.state.tokens[accessor] = login
            self._marked(key(accessor), ())

    def _secrets(self) -> None:
        for item in SECRETS:
            changed = self.world.days_ago(item.changed)
            deleted = self.world.days_ago(item.changed - 1) if item.deleted else None
            about = metadata(self.world.days_ago(item.age), changed, item.versions, deleted=deleted, team=item.path.split("/")[0])
            value = self.world.share(item.same) if item.same else self.chance.dense(24)
            self.values[f"{item.engine}/{item.path}"] = value
            database = {"username": "payments_app", "host": DATABASE}
            fields = {"password": value, **(database if item.same == "payments-db" else {"host": "10.0.0.7"})}
            self.state.secret(item.engine, item.path, about, {} if item.deleted else fields)
            self._marked(place(SERVER, f"{item.engine}/{item.path}"), item.labels, item.looks)

    def _engines(self) -> None:
        common = {
            "allow_any_name": False,
            "allow_subdomains": False,
            "allow_glob_domains": False,
            "allowed_domains": [],
            "client_flag": True,
        }
        for name, more, labels in PKI_ROLES:
            self.state.add("pki/roles", name, {**common, "ttl": 0, "no_store": False, **more})
            self._marked(native("openbao", f"pki/{name}"), labels)
        for name, more, labels in SSH_ROLES:
            ssh = {
                "key_type": "ca",
                "allow_user_certificates": False,
                "allow_host_certificates": False,
                "default_user": "",
                "ttl": 0,
            }
            self.state.add("ssh/roles", name, {**ssh, **more})
            self._marked(native("openbao", f"ssh/{name}"), labels)
        for name, more, ages, labels in TRANSIT_KEYS:
            versions = {str(number): int(self.world.days_ago(age).timestamp()) for number, age in enumerate(ages, 1)}
            transit = {"type": "aes256-gcm96", "exportable": False, "allow_plaintext_backup": False, "auto_rotate_period": 0}
            self.state.add("transit/keys", name, {**transit, "name": name, "keys": versions, "latest_version": len(ages), **more})
            self._marked(native("openbao", f"transit/{name}"), labels)
        self._database()

    def _database(self) -> None:
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@{DATABASE}:5432/nordholm?sslmode=verify-full"
        connection = {"plugin_name": "postgresql-database-plugin", "allowed_roles": ["*"]}
        self.state.add(
            "database/config", "main", {**connection, "connection_details": {"connection_url": url, "username": "vault_admin"}}
        )
        for name, login, rotated, labels in STATIC_ROLES:
            role = {"db_name": "main", "username": login, "rotation_period": 30 * DAY, "rotation_statements": []}
            self.state.add(
                "database/static-roles", name, {**role, "last_vault_rotation": self.world.days_ago(rotated).isoformat()}
            )
            self._marked(place(SERVER, f"database/static-creds/{name}"), labels)
            for label in labels:
                self.truth.planted(label, native("pg", login))
            if not labels:
                self.truth.decoy("NHI7:2025", native("pg", login), "the engine rotates it every month")
        statements = ['CREATE ROLE "{{name}}" LOGIN PASSWORD \'{{password}}\'; GRANT reporting_ro TO "{{name}}"']
        self.state.add(
            "database/roles",
            "reporting",
            {"db_name": "main", "creation_statements": statements, "default_ttl": 3600, "max_ttl": DAY},
        )
