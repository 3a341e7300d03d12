"""A list fake of OpenBao for sizes a real server takes too long to fill: tokens, AppRoles and key-value secrets by number.

Shapes as the real server answers them (openbao.org/api-docs); the real server stands behind every other test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from keyrack_estate.fakes.server import Answer, Fake, Request

_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class OpenBaoFake(Fake):
    """Numbers stand for things, so that a million take no memory.

    Attributes:
        secrets: key-value secrets, ``folder`` in each folder; every folder costs a call.
        named_tokens: tokens by accessor ``t<number>``.
        approles: AppRoles ``app-<number>``, each with one secret-id.
        endless: every folder holds a folder.
        detailed: whether the detailed lists are there, which HashiCorp Vault lacks.
    """

    secrets: int = 0
    folder: int = 1000
    named_tokens: int = 0
    approles: int = 0
    endless: bool = False
    detailed: bool = True
    prefix: str = ""

    def __post_init__(self) -> None:
        """Add the routes."""
        for path, handler in (
            ("sys/seal-status", self._seal),
            ("sys/auth", self._auth),
            ("sys/mounts", self._mounts),
            ("sys/audit", lambda _: _data({})),
            ("sys/policies/detailed/acl", lambda _: self._bulk({"root": {"policy": ""}})),
            ("sys/policies/acl", lambda _: _keys(["root"])),
            ("auth/token/accessors", lambda _: _keys([f"t{n}" for n in range(self.named_tokens)])),
            ("auth/approle/role", lambda _: _keys([f"app-{n}" for n in range(self.approles)])),
            ("auth/approle/role/{name}", lambda _, name: _data({"token_policies": ["root"], "bind_secret_id": True, "n": name})),
            ("auth/approle/role/{name}/secret-id", lambda _, name: _keys([f"sid-{name}"])),
            ("secret/detailed-metadata/{rest:path}", self._detailed),
            ("secret/metadata/{rest:path}", self._metadata),
        ):
            self.route("GET", f"/v1/{path}", handler)
        self.route("POST", "/v1/auth/token/lookup-accessor", self._lookup)
        self.route("POST", "/v1/auth/approle/role/{name}/secret-id-accessor/lookup", self._secret_id)

    def crowd(self, *, secrets: int = 0, folder: int = 1000, tokens: int = 0, approles: int = 0) -> None:
        """Set the numbers."""
        self.secrets, self.folder, self.named_tokens, self.approles = secrets, folder, tokens, approles

    def allowed(self, request: Request) -> Answer | None:
        """403 in OpenBao's shape for a token nobody issued, or that was revoked."""
        if request.path == "/v1/sys/seal-status" or request.headers.get("x-vault-token", "") in self.tokens:
            return None
        return Answer({"errors": ["permission denied", "invalid token"]}, 403)

    def answer(self, request: Request) -> Answer:
        """As the base does; the root folder of the engine ends in a slash, and what is not there is 404 without words."""
        path = request.path if not request.path.endswith("metadata/") else f"{request.path}."
        found = super().answer(Request(request.method, path, request.query, request.headers, request.body, request.base))
        return Answer({"errors": []}, 404) if found.status == 404 else found

    def _seal(self, _: Request) -> Answer:
        return Answer({"type": "shamir", "sealed": False, "version": "2.7.2", "storage_type": "inmem"})

    def _auth(self, _: Request) -> Answer:
        mounts = {"token/": {"type": "token", "config": {}}}
        return _data({**mounts, **({"approle/": {"type": "approle", "config": {}}} if self.approles else {})})

    def _mounts(self, _: Request) -> Answer:
        return _data({"secret/": {"type": "kv", "options": {"version": "2"}, "config": {}}})

    def _bulk(self, info: dict[str, Any]) -> Answer:
        return _data({"keys": list(info), "key_info": info}) if self.detailed and info else Answer({"errors": []}, 404)

    def _names(self, rest: str) -> list[str]:
        if self.endless:
            return ["again/"]
        if rest == ".":
            return [f"f{n}/" for n in range((self.secrets + self.folder - 1) // self.folder)]
        number = rest.strip("/").removeprefix("f")
        first = int(number) * self.folder if number.isdigit() else self.secrets
        return [f"s{n}" for n in range(first, min(first + self.folder, self.secrets))]

    def _detailed(self, _: Request, rest: str) -> Answer:
        return self._bulk({name: {} if name.endswith("/") else _version(int(name[1:])) for name in self._names(rest)})

    def _metadata(self, request: Request, rest: str) -> Answer:
        if request.query.get("list") == "true":
            names = self._names(rest)
            return _keys(names) if names else Answer({"errors": []}, 404)
        return _data(_version(int(rest.rpartition("/s")[2])))

    def _lookup(self, request: Request) -> Answer:
        accessor = str((request.body or {}).get("accessor", ""))
        made = _START + timedelta(minutes=int(accessor[1:] or 0) % 100_000)
        return _data(
            {
                "accessor": accessor,
                "display_name": f"token-{accessor}",
                "path": "auth/token/create",
                "policies": ["default"],
                "issue_time": made.isoformat(),
                "expire_time": (made + timedelta(days=700)).isoformat(),
                "orphan": True,
                "type": "service",
            }
        )

    def _secret_id(self, request: Request, name: str) -> Answer:
        accessor = str((request.body or {}).get("secret_id_accessor", name))
        return _data(
            {"secret_id_accessor": accessor, "creation_time": _START.isoformat(), "expiration_time": "0001-01-01T00:00:00Z"}
        )


def _version(number: int) -> dict[str, Any]:
    made = (_START + timedelta(minutes=number % 100_000)).isoformat()
    return {
        "created_time": made,
        "current_version": 1,
        "versions": {"1": {"created_time": made, "deletion_time": "", "destroyed": False}},
    }


def _data(data: Any) -> Answer:
    return Answer({"data": data})


def _keys(keys: list[str]) -> Answer:
    return _data({"keys": keys}) if keys else Answer({"errors": []}, 404)
