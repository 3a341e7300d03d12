"""One cluster, from its API server to records: what is listed first tells what the later listings mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from keyrack.providers.kubernetes import accounts, certificates, kinds, outside, rbac, secrets, workloads
from keyrack.providers.kubernetes.fetch import Api
from keyrack.providers.kubernetes.kinds import Kind
from keyrack.providers.kubernetes.names import Cluster, Meta, attrs, texts_of
from keyrack.records import Gap, Record, Resource
from keyrack.sdk import Context, gap
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.formats.base import clean
from keyrack.sdk.web import Call

Mapping = Callable[[str, Raw, Meta], Iterator[Record]]
"""Kind, object and its metadata to records."""
VERSION = Call(capability="kubernetes.cluster", path="/version", permission="get /version", name="version", must=("gitVersion",))
ISSUER = Call(
    capability="kubernetes.cluster", path="/.well-known/openid-configuration", permission="get /.well-known/openid-configuration",
    name="issuer", must=("issuer",), optional=True, absent_ok=True,
)  # fmt: skip
KEYS = Call(
    capability="kubernetes.cluster", path="/openid/v1/jwks", permission="get /openid/v1/jwks", name="keys", must=("keys",),
    optional=True, absent_ok=True, headers={"Accept": "application/jwk-set+json"},
)  # fmt: skip


@dataclass(slots=True)
class Scan:
    """A scan as it goes on."""

    api: Api
    cluster: Cluster
    ctx: Context
    secret_values: str = "values"  # noqa: S105 - how much of Secrets to read
    issuer: str | None = None
    namespaces: dict[str, accounts.Namespace] = field(default_factory=dict)
    roles: rbac.Roles = field(default_factory=rbac.Roles)
    subjects: rbac.Subjects = field(default_factory=rbac.Subjects)
    seen: workloads.Seen = field(default_factory=workloads.Seen)
    remote: outside.Remote = field(default_factory=dict)

    def each(self, kind: Kind, mapping: Mapping) -> Iterator[Record]:
        """Records of every object of a kind, and Gaps."""
        for item in self.api.objects(kind):
            if isinstance(item, Gap):
                yield item
            else:
                yield from mapping(kind.name, *item)


def discover(scan: Scan) -> Iterator[Record]:
    """Records and Gaps of the cluster."""
    yield from _cluster(scan)
    scan.api.look()
    yield from scan.each(kinds.NAMESPACES, _namespace(scan))
    yield from _rbac(scan)
    yield from _external(scan)
    stage = workloads.Stage(scan.cluster, scan.namespaces, scan.ctx.fingerprint, scan.seen)
    for kind in kinds.WORKLOADS:
        yield from scan.each(kind, lambda name, raw, _: workloads.workload(stage, name, raw))
    yield from _accounts(scan)
    yield from _secrets(scan)
    yield from _certificates(scan)
    yield from scan.each(kinds.NODES, lambda _, raw, found: workloads.node(scan.cluster, raw, found))
    for kind in kinds.WEBHOOKS:
        yield from scan.each(kind, lambda name, raw, found: outside.webhook(scan.cluster, name, raw, found))
    yield from scan.api.web.remarks("kubernetes.cluster")


def _cluster(scan: Scan) -> Iterator[Record]:
    """The cluster itself: version, the issuer of its accounts' tokens, and the keys that sign them."""
    version, issuer, keys = (scan.api.one(call) for call in (VERSION, ISSUER, KEYS))
    url = None if isinstance(issuer, Gap) or issuer is None else text(issuer, "issuer")
    scan.issuer = clean(url.partition("://")[2] or url, 300) if url else None
    yield from (item for item in (version, issuer, keys) if isinstance(item, Gap))
    yield Resource(
        uid=scan.cluster.uid,
        type="k8s:cluster",
        name=scan.cluster.name,
        provider="kubernetes",
        scope=scan.cluster.name,
        attrs=attrs(url=url, version=None if isinstance(version, Gap) else text(version, "gitVersion")),
    )
    if keys is not None and not isinstance(keys, Gap):
        yield from certificates.signing_keys(scan.cluster, keys)


def _namespace(scan: Scan) -> Mapping:
    def mapping(_: str, __: Raw, found: Meta) -> Iterator[Record]:
        said, record = accounts.namespace(scan.cluster, found)
        scan.namespaces[found.name] = said
        yield record

    return mapping


def _rbac(scan: Scan) -> Iterator[Record]:
    def role(kind: str, raw: Raw, found: Meta) -> Iterator[Record]:
        scan.roles.add(raw, found)
        yield rbac.policy(scan.cluster, raw, found, kind)

    def binding(kind: str, raw: Raw, found: Meta) -> Iterator[Record]:
        yield rbac.policy(scan.cluster, raw, found, kind)
        yield from rbac.binding(scan.cluster, raw, found, scan.roles, scan.subjects)

    for kind in kinds.ROLES:
        yield from scan.each(kind, role)
    scan.roles.settle()
    for kind in kinds.BINDINGS:
        yield from scan.each(kind, binding)


def _accounts(scan: Scan) -> Iterator[Record]:
    """Accounts; and the ones that bindings name and the listing, being whole, does not."""
    scene = accounts.Scene(scan.cluster, scan.subjects, scan.namespaces, scan.seen.running, scan.issuer)
    waiting = set(scan.subjects.accounts)

    def account(_: str, raw: Raw, found: Meta) -> Iterator[Record]:
        waiting.discard((found.namespace, found.name))
        yield from accounts.account(scene, raw, found)

    yield from scan.each(kinds.ACCOUNTS, account)
    if kinds.ACCOUNTS.plural not in scan.api.incomplete:
        within = scan.api.namespaces
        yield from rbac.missing(scan.cluster, {key for key in waiting if not within or key[0] in within}, scan.subjects)


def _external(scan: Scan) -> Iterator[Record]:
    stores: dict[tuple[str, str, str], outside.Store] = {}

    def store(kind: str, raw: Raw, found: Meta) -> Iterator[Record]:
        known, records = outside.secret_store(scan.cluster, kind, raw, found)
        stores[outside.store_key(kind, found.namespace, found.name)] = known
        yield from records

    def external(_: str, raw: Raw, found: Meta) -> Iterator[Record]:
        record, places = outside.external_secret(scan.cluster, raw, found, stores)
        scan.remote[found.namespace, record.attrs.get("secret", found.name)] = places
        yield record

    for kind in kinds.STORES:
        yield from scan.each(kind, store)
    yield from scan.each(kinds.EXTERNAL_SECRETS, external)


def _secrets(scan: Scan) -> Iterator[Record]:
    tracked = None
    for item in scan.api.objects(kinds.TRACKING):
        if not isinstance(item, Gap):
            tracked = secrets.tracked_since(item[0])
    shelf = secrets.Shelf(scan.cluster, scan.namespaces, scan.seen, scan.ctx.fingerprint, scan.ctx.now, tracked, scan.remote)
    if scan.secret_values == "values":  # noqa: S105
        yield from scan.each(kinds.SECRETS, lambda _, raw, found: secrets.secret(shelf, raw, found))
    else:
        yield _unread(scan.secret_values)
    if scan.secret_values == "metadata":  # noqa: S105
        yield from scan.each(kinds.SECRET_NAMES, lambda _, raw, found: secrets.named_only(shelf, raw, found))

    def config(_: str, raw: Raw, found: Meta) -> Iterator[Record]:
        if (found.namespace, found.name) == ("kube-system", "aws-auth"):
            yield from accounts.aws_auth(scan.cluster, texts_of(part(raw, "data")))
        yield from secrets.config_map(shelf, raw, found)

    yield from scan.each(kinds.CONFIG_MAPS, config)


def _unread(how: str) -> Gap:
    named = how == "metadata"
    return gap(
        "kubernetes.secrets",
        "values of Secrets" if named else "Secrets",
        "not_configured",
        "Only names of Secrets were asked for, so no value is recognised elsewhere." if named else "Secrets were not looked at.",
        hint="scan with --kubernetes-secrets values",
        incomplete=False,
    )


def _certificates(scan: Scan) -> Iterator[Record]:
    cluster, fingerprint = scan.cluster, scan.ctx.fingerprint
    yield from scan.each(kinds.REQUESTS, lambda _, raw, found: certificates.signing_request(cluster, raw, found, fingerprint))
    yield from scan.each(kinds.CERTIFICATES, lambda _, raw, found: certificates.managed(cluster, raw, found))
    for kind in kinds.ISSUERS:
        yield from scan.each(kind, lambda name, raw, found: certificates.issuer(cluster, name, raw, found))
