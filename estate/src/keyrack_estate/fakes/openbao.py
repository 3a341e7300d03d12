"""A fake of OpenBao's read side: what a real server cannot be given - ages, accessors known beforehand, and great numbers.

Shapes as the real server answers them (openbao.org/api-docs); a test holds the two to the same members, and the real server
stands behind every other test. Tokens are checked: one that nobody issued, or that was revoked, gets 403 in the server's words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from keyrack_estate.fakes.server import Answer, Fake, Request

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Crowd:
    """Numbers that stand for things, so that a million take no memory.

    Attributes:
        secrets: key-value secrets, ``folder`` in each folder.
        tokens: tokens by accessor ``t<number>``.
        approles: AppRoles ``app-<number>``, each with one secret-id.
    """

    secrets: int = 0
    folder: int = 1000
    tokens: int = 0
    approles: int = 0
    endless: bool = False
    """Every folder holds a folder."""

    def names(self, folder: str) -> list[str]:
        """Names in a folder of the engine."""
        if self.endless:
            return ["again/"]
        if not folder:
            return [f"f{n}/" for n in range((self.secrets + self.folder - 1) // self.folder)]
        number = folder.strip("/").removeprefix("f")
        first = int(number) * self.folder if number.isdigit() else self.secrets
        return [f"s{n}" for n in range(first, min(first + self.folder, self.secrets))]


@dataclass
class BaoState:
    """What the server holds: path -> data of a read; path -> keys of a list, with details where the real list has them."""

    reads: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    secret_ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    crowd: Crowd = field(default_factory=Crowd)

    def add(self, folder: str, name: str, data: Any, *, detail: Any = None) -> None:
        """A thing that is listed in ``folder`` and read below it; each folder above it lists the next."""
        self.reads[f"{folder}/{name}"] = data
        if detail is not None:
            self.details.setdefault(folder, {})[name] = detail
        listed = self.lists.setdefault(folder, [])
        if name not in listed:
            listed.append(name)

    def secret(self, mount: str, path: str, metadata: dict[str, Any], values: dict[str, str]) -> None:
        """A secret of a version 2 engine, with its folders."""
        pieces = path.split("/")
        for depth in range(len(pieces)):
            folder = "/".join([f"{mount}/metadata", *pieces[:depth]])
            name = pieces[depth] + ("/" if depth < len(pieces) - 1 else "")
            for kind, seen in (("metadata", None), ("detailed-metadata", {} if name.endswith("/") else metadata)):
                where = folder.replace(f"{mount}/metadata", f"{mount}/{kind}", 1)
                names = self.lists.setdefault(where, [])
                if name not in names:
                    names.append(name)
                if seen is not None:
                    self.details.setdefault(where, {})[name] = seen
        self.reads[f"{mount}/metadata/{path}"] = metadata
        self.reads[f"{mount}/data/{path}"] = {"data": values, "metadata": {"version": metadata["current_version"]}}


@dataclass
class OpenBaoFake(Fake):
    """The server. ``detailed``: whether the detailed lists are there, which HashiCorp Vault lacks."""

    state: BaoState = field(default_factory=BaoState)
    detailed: bool = True

    def __post_init__(self) -> None:
        """One route for everything: OpenBao's API is a tree of paths."""
        self.route("GET", "/v1/{rest:path}", self._get)
        self.route("LIST", "/v1/{rest:path}", self._get)
        self.route("POST", "/v1/{rest:path}", self._post)

    def allowed(self, request: Request) -> Answer | None:
        """403 in OpenBao's words for a token nobody issued, or that was revoked."""
        if request.path == "/v1/sys/seal-status" or request.headers.get("x-vault-token", "") in self.tokens:
            return None
        return Answer({"errors": ["permission denied"]}, 403)

    def _get(self, request: Request, rest: str) -> Answer:
        path = unquote(rest).rstrip("/")
        if request.headers.get("x-vault-namespace"):
            return _absent()
        if request.method == "LIST" or request.query.get("list") == "true":
            return self._list(path)
        if path == "sys/seal-status":
            return Answer({"type": "shamir", "sealed": False, "version": "2.7.2", "storage_type": "raft"})
        found = self.state.reads.get(path)
        return _data(found) if found is not None else self._crowd_read(path)

    def _list(self, path: str) -> Answer:
        if "detailed" in path.split("/") or "/detailed-metadata" in path:
            return self._detailed(path)
        names = self.state.lists.get(path) or self._crowd_names(path)
        return _data({"keys": names, **self._info(path)}) if names else _absent()

    def _detailed(self, path: str) -> Answer:
        if not self.detailed:
            return Answer({"errors": ["1 error occurred:\n\t* unsupported path\n\n"]}, 404)
        info = self.state.details.get(path) or self._crowd_details(path)
        return _data({"keys": list(info), "key_info": info}) if info else _absent()

    def _info(self, path: str) -> dict[str, Any]:
        found = self.state.details.get(path)
        return {"key_info": found} if found else {}

    def _post(self, request: Request, rest: str) -> Answer:
        body = request.body if isinstance(request.body, dict) else {}
        accessor = str(body.get("accessor") or body.get("secret_id_accessor") or "")
        if rest == "auth/token/lookup-accessor":
            return self._known(self.state.tokens.get(accessor) or self._crowd_token(accessor))
        if rest.endswith("/secret-id-accessor/lookup"):
            return self._known(self.state.secret_ids.get(accessor) or self._crowd_secret_id(accessor))
        return _data({path: ["root"] for path in body.get("paths", [])}) if rest == "sys/capabilities-self" else _absent()

    @staticmethod
    def _known(found: Any) -> Answer:
        return _data(found) if found else Answer({"errors": ["1 error occurred:\n\t* invalid accessor\n\n"]}, 400)

    def _crowd_names(self, path: str) -> list[str]:
        crowd = self.state.crowd
        lists: dict[str, Callable[[], list[str]]] = {
            "auth/token/accessors": lambda: [*self.state.tokens, *(f"t{n}" for n in range(crowd.tokens))],
            "auth/approle/role": lambda: [f"app-{n}" for n in range(crowd.approles)],
        }
        if path in lists:
            return lists[path]()
        if path.startswith("auth/approle/role/app-") and path.endswith("/secret-id"):
            return [f"sid-{path.split('/')[3]}"]
        return crowd.names(path.removeprefix("secret/metadata").strip("/")) if path.startswith("secret/metadata") else []

    def _crowd_details(self, path: str) -> dict[str, Any]:
        if not path.startswith("secret/detailed-metadata"):
            return {}
        names = self.state.crowd.names(path.removeprefix("secret/detailed-metadata").strip("/"))
        return {name: {} if name.endswith("/") else version(int(name[1:])) for name in names}

    def _crowd_read(self, path: str) -> Answer:
        if path.startswith("auth/approle/role/app-"):
            return _data({"token_policies": ["default"], "bind_secret_id": True, "secret_id_ttl": 0, "token_ttl": 3600})
        number = path.rpartition("/s")[2]
        return _data(version(int(number))) if path.startswith("secret/metadata/f") and number.isdigit() else _absent()

    def _crowd_token(self, accessor: str) -> dict[str, Any] | None:
        if not accessor[1:].isdigit() or int(accessor[1:]) >= self.state.crowd.tokens:
            return None
        made = START + timedelta(minutes=int(accessor[1:]) % 100_000)
        return token(accessor, f"token-{accessor}", made, made + timedelta(days=700), policies=["default"])

    def _crowd_secret_id(self, accessor: str) -> dict[str, Any] | None:
        return secret_id(accessor, START, None) if accessor.startswith("sid-app-") else None


def token(accessor: str, name: str, made: datetime, ends: datetime | None, **more: Any) -> dict[str, Any]:
    """What a lookup by accessor says of a token."""
    return {
        "accessor": accessor,
        "creation_time": int(made.timestamp()),
        "creation_ttl": int((ends - made).total_seconds()) if ends else 0,
        "display_name": name,
        "entity_id": "",
        "expire_time": ends.isoformat() if ends else None,
        "explicit_max_ttl": 0,
        "id": "",
        "issue_time": made.isoformat(),
        "meta": None,
        "num_uses": 0,
        "orphan": True,
        "path": "auth/token/create",
        "policies": ["default"],
        "renewable": ends is not None,
        "ttl": 3600,
        "type": "service",
        **more,
    }


def secret_id(accessor: str, made: datetime, ends: datetime | None, **more: Any) -> dict[str, Any]:
    """What a lookup by accessor says of a secret-id."""
    return {
        "cidr_list": [],
        "creation_time": made.isoformat(),
        "expiration_time": ends.isoformat() if ends else "0001-01-01T00:00:00Z",
        "last_updated_time": made.isoformat(),
        "metadata": {},
        "secret_id_accessor": accessor,
        "secret_id_num_uses": 0,
        "secret_id_ttl": int((ends - made).total_seconds()) if ends else 0,
        "token_bound_cidrs": [],
        **more,
    }


def metadata(
    made: datetime, changed: datetime, versions: int = 1, *, deleted: datetime | None = None, **custom: str
) -> dict[str, Any]:
    """Metadata of a secret of a version 2 engine."""
    span = (changed - made) / max(1, versions - 1)
    return {
        "cas_required": False,
        "created_time": made.isoformat(),
        "current_version": versions,
        "custom_metadata": custom or None,
        "delete_version_after": "0s",
        "max_versions": 0,
        "oldest_version": 0,
        "updated_time": changed.isoformat(),
        "versions": {
            str(number): {
                "created_time": (changed - span * (versions - number)).isoformat(),
                "deletion_time": deleted.isoformat() if deleted and number == versions else "",
                "destroyed": False,
            }
            for number in range(1, versions + 1)
        },
    }


def version(number: int) -> dict[str, Any]:
    """Metadata of the crowd's secret of that number."""
    made = START + timedelta(minutes=number % 100_000)
    return metadata(made, made)


def base() -> BaoState:
    """A server with a token mount and one key-value engine, as it starts."""
    state = BaoState()
    mount = {
        "accessor": "x",
        "config": {"default_lease_ttl": 0, "max_lease_ttl": 0},
        "description": "",
        "local": False,
        "options": None,
    }
    state.reads |= {
        "sys/auth": {"token/": {**mount, "type": "token"}},
        "sys/mounts": {"secret/": {**mount, "type": "kv", "options": {"version": "2"}}},
        "sys/audit": {},
    }
    state.lists["sys/policies/acl"] = ["root"]
    state.details["sys/policies/detailed/acl"] = {"root": {"name": "root", "policy": ""}}
    return state


def crowd(*, secrets: int = 0, folder: int = 1000, tokens: int = 0, approles: int = 0, endless: bool = False) -> BaoState:
    """A server that is full of things without truth."""
    state = base()
    state.crowd = Crowd(secrets, folder, tokens, approles, endless)
    if approles:
        state.reads["sys/auth"]["approle/"] = {"type": "approle", "config": {}}
    return state


def _data(data: Any) -> Answer:
    return Answer({"data": data})


def _absent() -> Answer:
    return Answer({"errors": []}, 404)
