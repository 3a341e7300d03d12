"""What stands before the real server: it answers everything itself, and this adds what it could not be given.

Ages; the names of accessors and entities that the truth was written with; and the few things that need a cluster, another
issuer or a database to be made. Who may ask, and what there is, the real server decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from keyrack_estate.fakes.openbao import BaoState
from keyrack_estate.fakes.server import Answer, Fake, Request
from keyrack_estate.systems.openbao.server import Bao

_AGES = frozenset(
    {
        *("creation_time", "issue_time", "expire_time", "expiration_time", "last_updated_time", "last_renewal"),
        *("created_time", "updated_time", "versions", "keys", "oidc_discovery_url"),
    }
)
"""Fields whose planted value stands: times, versions with their times, and the issuer nobody was asked about."""
_LOOKUPS = ("auth/token/lookup-accessor", "/secret-id-accessor/lookup")


@dataclass
class Front(Fake):
    """The real server with the planted past. ``names``: planted name -> the server's."""

    bao: Bao = field(default_factory=lambda: Bao(0, ""))
    state: BaoState = field(default_factory=BaoState)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One route for everything."""
        for method in ("GET", "LIST", "POST", "PUT", "DELETE"):
            self.route(method, "/v1/{rest:path}", self._ask)
        self._inward = _translator(self.names)
        self._outward = _translator({real: planted for planted, real in self.names.items()})

    def allowed(self, request: Request) -> Answer | None:
        """The server itself decides."""
        del request
        return None

    def _ask(self, request: Request, rest: str) -> Answer:
        path = unquote(rest)
        headers = {"X-Vault-Namespace": request.headers.get("x-vault-namespace", "")}
        body = json.loads(self._inward(json.dumps(request.body))) if request.body is not None else None
        token = request.headers.get("x-vault-token", "")
        sent = self._inward(path)
        status, answer = self.bao.call(request.method, sent, body, token=token, query=request.query, headers=headers)
        if status == 403 or headers["X-Vault-Namespace"]:
            return Answer(answer, status)
        told = json.loads(self._outward(json.dumps(answer)))
        return self._with_past(request, path.rstrip("/"), status, told)

    def _with_past(self, request: Request, path: str, status: int, told: Any) -> Answer:
        listing = request.method == "LIST" or request.query.get("list") == "true"
        planted = self._planted(path, request.body)
        if listing:
            return self._list(path, status, told)
        if status >= 400:
            return Answer({"data": planted}) if planted else Answer(told, status)
        if planted and isinstance(told, dict) and isinstance(told.get("data"), dict):
            told["data"] |= _past(planted)
            _aliases(told["data"], planted)
        return Answer(told, status)

    def _list(self, path: str, status: int, told: Any) -> Answer:
        """Keys of the server, and those it could not be given; details with the planted ages."""
        data = told["data"] if status < 400 else {"keys": []}
        more = list(self.state.tokens) if path == "auth/token/accessors" else self.state.lists.get(path, [])
        data["keys"] = list(dict.fromkeys([*data["keys"], *(more if "detailed" not in path else [])]))
        details = self.state.details.get(path, {})
        for name, info in (data.get("key_info") or {}).items():
            info.update(_past(details.get(name, {})))
        return Answer({"data": data}) if data["keys"] else Answer(told, status)

    def _planted(self, path: str, body: Any) -> Mapping[str, Any]:
        if path.endswith(_LOOKUPS) and isinstance(body, dict):
            accessor = str(body.get("accessor") or body.get("secret_id_accessor") or "")
            return self.state.tokens.get(accessor) or self.state.secret_ids.get(accessor) or {}
        return {} if path.startswith(("sys/", "secret/data/")) else self.state.reads.get(path) or {}


def _past(planted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in planted.items() if name in _AGES}


def _aliases(data: dict[str, Any], planted: Mapping[str, Any]) -> None:
    """An alias learns its role when somebody logs in by it: those that could not log in know it from the plan."""
    known = {alias["name"]: alias["metadata"] for alias in planted.get("aliases", ())}
    for alias in data.get("aliases") or ():
        alias["metadata"] = alias["metadata"] or known.get(alias["name"])


def _translator(names: Mapping[str, str]) -> Any:
    pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")
    return lambda text: pattern.sub(lambda found: names[found[0]], text)
