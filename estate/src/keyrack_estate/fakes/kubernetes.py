"""A fake kube-apiserver: the objects of a cluster over the wire, stateful, in the shapes of the real one.

From the published contract: "Kubernetes API Concepts" (lists with limit and continue, 410 for an expired continue, metadata-only
lists, field selectors), "Authenticating", "Authorization" (SelfSubjectAccessReview). A test compares it with a real server.
Tokens are checked; rights are not evaluated: :attr:`Fake.denied` lists path patterns that are refused.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from keyrack_estate.fakes.kubernetes_kinds import GROUPS, KINDS, Kind, status
from keyrack_estate.fakes.server import Answer, Fake, Request

Objects = dict[str, dict[tuple[str, str], dict[str, Any]]]
"""Plural (with its group, ``certificates.cert-manager.io``) -> (namespace, name) -> object."""


@dataclass
class State:
    """A cluster: objects, its token issuer and signing keys, and for benchmarks lists that are made as they are read."""

    name: str
    objects: Objects = field(default_factory=dict)
    issuer: str = "https://kubernetes.default.svc"
    version: str = "v1.33.4"
    keys: list[dict[str, str]] = field(default_factory=list)
    lazy: dict[str, Sequence[dict[str, Any]]] = field(default_factory=dict)
    made: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def add(self, plural: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Keep an object; what the server fills in is filled in."""
        kind = KINDS[plural]
        meta = dict(body.get("metadata") or {})
        space = str(meta.get("namespace") or "") if kind.namespaced else ""
        meta.setdefault("uid", str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.name}/{plural}/{space}/{meta['name']}")))
        meta.setdefault("resourceVersion", str(1000 + sum(map(len, self.objects.values()))))
        meta.setdefault("creationTimestamp", stamp(self.made))
        kept = {
            **{name: value for name, value in body.items() if name not in {"kind", "apiVersion", "stringData"}},
            "metadata": meta,
        }
        if kind.name == "Secret":
            kept.setdefault("type", "Opaque")
            plain = body.get("stringData") or {}
            if plain:
                encoded = {name: base64.b64encode(str(value).encode()).decode() for name, value in plain.items()}
                kept["data"] = {**(kept.get("data") or {}), **encoded}
        self.objects.setdefault(plural, {})[space, str(meta["name"])] = kept
        return kept

    def all(self, plural: str, space: str = "") -> Sequence[dict[str, Any]]:
        """Objects of a kind, of one namespace or all, in the order of etcd's keys."""
        if plural in self.lazy and not space:
            return self.lazy[plural]
        held = self.objects.get(plural, {})
        return [held[key] for key in sorted(held) if not space or key[0] == space]


def stamp(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class KubernetesFake(Fake):
    """The API over a State. Further quirk: ``expired-continue``, the first continue token is refused with 410, once."""

    state: State = field(default_factory=lambda: State("fake"))
    page: int = 500
    expired: int = 0

    def __post_init__(self) -> None:
        """Add the routes, most special first."""
        for path, answer in (
            ("/version", lambda _: Answer(_version(self.state.version))),
            ("/api", lambda _: Answer({"kind": "APIVersions", "versions": ["v1"]})),
            ("/apis", lambda _: Answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": GROUPS})),
            ("/.well-known/openid-configuration", lambda _: Answer(self._issuer())),
            ("/openid/v1/jwks", lambda _: Answer({"keys": self.state.keys}, content_type="application/jwk-set+json")),
        ):
            self.route("GET", path, answer)
        self.route("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._review)
        for root in ("/api/{version}", "/apis/{group}/{version}"):
            self.route("POST", f"{root}/namespaces/{{space}}/serviceaccounts/{{account}}/token", self._token)
            self.route("GET", f"{root}/namespaces/{{space}}/{{plural}}", self._list)
            self.route("POST", f"{root}/namespaces/{{space}}/{{plural}}", self._create)
            self.route("GET", f"{root}/namespaces/{{space}}/{{plural}}/{{name}}", self._get)
            self.route("DELETE", f"{root}/namespaces/{{space}}/{{plural}}/{{name}}", self._delete)
            self.route("GET", f"{root}/{{plural}}", self._list)
            self.route("POST", f"{root}/{{plural}}", self._create)
            self.route("GET", f"{root}/{{plural}}/{{name}}", self._get)
            self.route("DELETE", f"{root}/{{plural}}/{{name}}", self._delete)

    def allowed(self, request: Request) -> Answer | None:
        """401 and 403 as Status objects. A path is refused when a pattern of ``denied`` is found in it."""
        if request.token not in self.tokens:
            return Answer(status(401, "Unauthorized", "Unauthorized"), 401)
        if any(re.search(pattern, request.path) for pattern in self.denied):
            user = self.tokens[request.token]
            return Answer(status(403, "Forbidden", f'forbidden: User "{user}" cannot read {request.path}'), 403)
        return None

    def _issuer(self) -> dict[str, Any]:
        return {
            "issuer": self.state.issuer,
            "jwks_uri": f"{self.url}/openid/v1/jwks",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _kind(self, plural: str, group: str, version: str) -> tuple[str, Kind] | None:
        key = f"{plural}.{group}" if group else plural
        kind = KINDS.get(key)
        return (key, kind) if kind is not None and version in kind.versions else None

    def _list(self, request: Request, plural: str, version: str, group: str = "", space: str = "") -> Answer:
        found = self._kind(plural, group, version)
        if found is None:
            return _unknown(group)
        key, kind = found
        position = _position(request.query.get("continue"))
        if position and "expired-continue" in self.quirks and not self.expired:
            self.expired += 1
            return Answer(status(410, "Expired", "The provided continue parameter is too old"), 410)
        objects = _selected(self.state.all(key, space), request.query.get("fieldSelector", ""))
        limit = int(request.query.get("limit") or 0) or max(len(objects), 1)
        items, following = self.paged(objects, position, limit) if request.query.get("limit") else (list(objects), None)
        meta: dict[str, Any] = {"resourceVersion": "4711"}
        if following:
            meta["continue"] = base64.b64encode(json.dumps({"v": "meta.k8s.io/v1", "start": following}).encode()).decode()
        return Answer(
            _listed(kind, group, version, items, meta, partial="PartialObjectMetadata" in request.headers.get("accept", ""))
        )

    def _get(self, request: Request, plural: str, name: str, version: str, group: str = "", space: str = "") -> Answer:
        del request
        found = self._kind(plural, group, version)
        held = self.state.objects.get(found[0], {}).get((space, name)) if found else None
        if found is None or held is None:
            return Answer(status(404, "NotFound", f'{plural} "{name}" not found', name=name, kind=plural, group=group), 404)
        return Answer({"kind": found[1].name, "apiVersion": _api(group, version), **held})

    def _create(self, request: Request, plural: str, version: str, group: str = "", space: str = "") -> Answer:
        found = self._kind(plural, group, version)
        body = request.body
        name = ((body or {}).get("metadata") or {}).get("name") if isinstance(body, dict) else None
        if found is None or not isinstance(name, str):
            return Answer(
                status(404 if found is None else 422, "NotFound" if found is None else "Invalid", "refused"),
                404 if found is None else 422,
            )
        if (space, name) in self.state.objects.get(found[0], {}):
            return Answer(
                status(409, "AlreadyExists", f'{plural} "{name}" already exists', name=name, kind=plural, group=group), 409
            )
        meta = {**body["metadata"], **({"namespace": space} if space else {})}
        if not found[1].namespaced or space:
            made = self.state.add(found[0], {**body, "metadata": {**meta, "creationTimestamp": stamp(datetime.now(UTC))}})
            return Answer({"kind": found[1].name, "apiVersion": _api(group, version), **made}, 201)
        return Answer(status(405, "MethodNotAllowed", "an object of a namespace is created in one"), 405)

    def _delete(self, request: Request, plural: str, name: str, version: str, group: str = "", space: str = "") -> Answer:
        del request
        found = self._kind(plural, group, version)
        gone = self.state.objects.get(found[0], {}).pop((space, name), None) if found else None
        if gone is None:
            return Answer(status(404, "NotFound", f'{plural} "{name}" not found', name=name, kind=plural, group=group), 404)
        return Answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"})

    def _token(self, request: Request, space: str, account: str, version: str, group: str = "") -> Answer:
        """TokenRequest: a token of the account, which the fake takes from then on."""
        del version, group
        if (space, account) not in self.state.objects.get("serviceaccounts", {}):
            return Answer(
                status(404, "NotFound", f'serviceaccounts "{account}" not found', name=account, kind="serviceaccounts"), 404
            )
        token = f"fake.{uuid.uuid4().hex}.{account}"
        self.tokens[token] = f"system:serviceaccount:{space}:{account}"
        seconds = ((request.body or {}).get("spec") or {}).get("expirationSeconds") or 3600
        made = {
            "token": token,
            "expirationTimestamp": stamp(datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC)),
        }
        return Answer(
            {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": {}, "spec": {}, "status": made}, 201
        )

    def _review(self, request: Request) -> Answer:
        spec = (request.body or {}).get("spec") or {}
        resource, path = spec.get("resourceAttributes") or {}, (spec.get("nonResourceAttributes") or {}).get("path")
        if resource:
            root = f"/apis/{resource['group']}/v1" if resource.get("group") else "/api/v1"
            inner = f"/namespaces/{resource['namespace']}" if resource.get("namespace") else ""
            path = f"{root}{inner}/{resource.get('resource')}"
        refused = any(re.search(pattern, str(path)) for pattern in self.denied)
        answer = {"allowed": not refused, **({} if refused else {"reason": "RBAC: allowed"})}
        head = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "metadata": {}}
        return Answer({**head, "spec": spec, "status": answer}, 201)


def _unknown(group: str) -> Answer:
    """A group nobody serves is answered by the router, in plain text; a kind of a known group by the API."""
    if group and group not in {kind.group for kind in KINDS.values()}:
        return Answer(b"404 page not found\n", 404, content_type="text/plain; charset=utf-8")
    return Answer(status(404, "NotFound", "the server could not find the requested resource"), 404)


def _api(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


def _listed(kind: Kind, group: str, version: str, items: list[Any], meta: dict[str, Any], *, partial: bool) -> dict[str, Any]:
    """A list; objects of added kinds carry their kind and version each, the built-in ones do not."""
    if partial:
        head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        items = [{**head, "metadata": item["metadata"]} for item in items]
        return {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "items": items}
    if kind.added:
        items = [{"apiVersion": _api(group, version), "kind": kind.name, **item} for item in items]
    return {"kind": f"{kind.name}List", "apiVersion": _api(group, version), "metadata": meta, "items": items}


def _position(token: str | None) -> str | None:
    if not token:
        return None
    try:
        return str(json.loads(base64.b64decode(token))["start"])
    except (ValueError, KeyError, TypeError):
        return None


def _selected(objects: Sequence[dict[str, Any]], selector: str) -> Sequence[dict[str, Any]]:
    """Field selectors on name, namespace and type; lists made as they are read are taken to match."""
    terms = [term for term in selector.split(",") if term]
    if not terms or not isinstance(objects, list):
        return objects
    return [item for item in objects if all(_matches(item, term) for term in terms)]


def _matches(item: dict[str, Any], term: str) -> bool:
    name, unequal, value = term.partition("!=")
    if not unequal:
        name, _, value = term.partition("=")
    held: Any = item
    for part in name.split("."):
        held = held.get(part) if isinstance(held, dict) else None
    return (str(held or "") == value) is not bool(unequal)


def _version(version: str) -> dict[str, str]:
    major, minor = version.removeprefix("v").split(".")[:2]
    return {"major": major, "minor": minor, "gitVersion": version, "platform": "linux/amd64"}
