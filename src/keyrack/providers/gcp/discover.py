"""One scan, kind by kind. Order matters: projects and accounts first, since all else names them by number or unique id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from keyrack.providers.gcp import accounts, bindings, hierarchy, secrets
from keyrack.providers.gcp.activity import ACCOUNTS, KEYS, usage
from keyrack.providers.gcp.assets import KINDS, LIST, Asset, Bulk, Sight
from keyrack.providers.gcp.direct import POLICY, Direct
from keyrack.providers.gcp.federation import Pools
from keyrack.providers.gcp.names import Projects
from keyrack.providers.gcp.session import Apis, Where
from keyrack.providers.gcp.workloads import workload_records
from keyrack.records import Credential, Gap, Record
from keyrack.sdk import Context, gap
from keyrack.sdk.fields import text
from keyrack.sdk.web import Call, Failed, by_token

WORKLOADS = ("service", "job", "function", "function_v1", "instance", "cluster")
_ACTIVITY_PERMISSIONS = {
    ACCOUNTS: "policyanalyzer.serviceAccountLastAuthenticationActivities.query",
    KEYS: "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
}
_NEXT = by_token("nextPageToken", param="pageToken")


@dataclass(slots=True)
class Scan:
    """What one run knows so far."""

    apis: Apis
    where: Where
    ctx: Context
    read_secrets: bool
    projects: Projects
    sight: Sight
    reader: bindings.Reader
    keys: set[str] = field(default_factory=set)
    hmac: int = 0

    def each(self, kind: str, read: Callable[[Asset], Iterator[Record]]) -> Iterator[Record]:
        """Records of every asset of a kind, and the Gaps of its listing."""
        self.ctx.progress.update(f"gcp: {KINDS[kind].what}", 0)
        for number, item in enumerate(self.sight.assets(kind), 1):
            if isinstance(item, Gap):
                yield settled(item)
            else:
                yield from read(item)
            if number % 500 == 0:
                self.ctx.progress.update(f"gcp: {KINDS[kind].what}", number)


def settled(item: Gap) -> Gap:
    """An API that is switched off holds nothing we would report: the scan is whole without it."""
    if item.reason != "not_configured":
        return item
    return gap(
        item.capability, item.subject, item.reason, item.detail, permission=item.permission, hint=item.hint, incomplete=False
    )


def discover(apis: Apis, where: Where, ctx: Context, *, read_secrets: bool) -> Iterator[Record]:
    """All records of a project, folder or organisation.

    Raises:
        KeyrackError: there is no way to sign in.
    """
    projects = Projects(where.id, whole=where.kind == "organization")
    bulk = Bulk(apis, where)
    sight: Sight = bulk
    if where.kind == "project" and not bulk.open():
        sight = Direct(apis, where.id)
        yield from _fallen_back(bulk.refused)
    reader = bindings.Reader(projects, Pools(projects))
    scan = Scan(apis, where, ctx, read_secrets, projects, sight, reader)
    for part in (_hierarchy, _accounts, _federation, _policies, _deny, _keys, _secrets, _workloads, _activities, _remarks):
        yield from part(scan)


def _fallen_back(refused: Failed | None) -> Iterator[Gap]:
    """Why the long way was taken. Everything is still asked for, so nothing is missing by this alone."""
    if refused is not None:
        yield gap(
            "gcp.hierarchy", "Cloud Asset Inventory", refused.weather.reason,
            "Cloud Asset Inventory did not answer us, so each API was asked by itself, with a call for each account and secret.",
            permission=LIST, hint="grant roles/cloudasset.viewer and switch the API on: fewer calls", incomplete=False,
        )  # fmt: skip


def _hierarchy(scan: Scan) -> Iterator[Record]:
    for kind in ("organization", "folder"):
        if scan.where.kind != "project":
            yield from scan.each(kind, lambda item: _node(scan, item))
    yield from scan.each("project", lambda item: _project(scan, item))
    yield from _ancestors(scan)
    for project in scan.projects.all():
        if project.state != "DELETE_REQUESTED":
            yield hierarchy.project_resource(project, scan.projects.above(f"projects/{project.id}")[1:])


def _node(scan: Scan, item: Asset) -> Iterator[Record]:
    hierarchy.node(item.data, scan.projects)
    yield from ()


def _project(scan: Scan, item: Asset) -> Iterator[Record]:
    found = hierarchy.project(item.data, item.name)
    if found:
        scan.projects.add(found)
        if scan.where.id == found.number:
            scan.projects.home = found.id
    yield from ()


def _ancestors(scan: Scan) -> Iterator[Record]:
    """Nodes above the target and their policies: what they grant holds in it as well."""
    if scan.where.kind == "project":
        start = [project.parent for project in scan.projects.all()]
    else:
        start = [scan.projects.parents.get(scan.where.name, "")]
    node, steps = next(filter(None, start), ""), 0
    while node and steps < 12:
        kind = node.partition("/")[0]
        call = Call(
            capability="gcp.hierarchy", path=f"v3/{node}", permission=f"resourcemanager.{kind}.get", must=("name",),
            what="nodes above the target", optional=True,
        )  # fmt: skip
        answer = scan.apis.of("cloudresourcemanager").answer(call)
        if isinstance(answer, Gap):
            yield settled(answer)
        elif answer is not None:
            hierarchy.node(answer, scan.projects)
        node, steps = scan.projects.parents.get(node, ""), steps + 1


def _accounts(scan: Scan) -> Iterator[Record]:
    yield from scan.each("account", lambda item: _account(scan, item))
    yield from scan.each("key", lambda item: _key(scan, item))


def _account(scan: Scan, item: Asset) -> Iterator[Record]:
    email, unique = (text(item.data, "email") or "").lower(), text(item.data, "uniqueId")
    if email and unique:
        scan.reader.emails[unique] = email
    yield from accounts.account(item, scan.projects)


def _key(scan: Scan, item: Asset) -> Iterator[Credential]:
    found = accounts.key(item, scan.reader.emails, scan.ctx.now)
    if found:
        scan.keys.add(found.public_id or "")
        yield found


def _federation(scan: Scan) -> Iterator[Record]:
    pools = scan.reader.pools
    for item in scan.sight.assets("pool"):
        if isinstance(item, Gap):
            yield settled(item)
        else:
            pools.pool(item)
    yield from scan.each("provider", pools.provider)


def _policies(scan: Scan) -> Iterator[Record]:
    yield from scan.each("role", lambda item: bindings.role(item, scan.reader))
    if isinstance(scan.sight, Direct):
        yield from _names_of_secrets(scan.sight)
    for item in scan.sight.policies():
        yield from [settled(item)] if isinstance(item, Gap) else bindings.allow(item, scan.reader)
    for node in _above(scan):
        call = Call(
            capability="gcp.policies", path=f"v3/{node}:getIamPolicy", body=POLICY, optional=True,
            permission=f"resourcemanager.{node.partition('/')[0]}.getIamPolicy", what="allow policies of nodes above the target",
        )  # fmt: skip
        answer = scan.apis.of("cloudresourcemanager").answer(call)
        if isinstance(answer, Gap):
            yield settled(answer)
        elif answer is not None:
            item = Asset("policy", f"//cloudresourcemanager.googleapis.com/{node}", answer, scan.projects.home)
            yield from bindings.allow(item, scan.reader)
    yield from bindings.unseen_groups(scan.reader)


def _names_of_secrets(sight: Direct) -> Iterator[Gap]:
    """Secrets are listed before their policies; what fails is told where secrets themselves are read."""
    for _ in sight.assets("secret"):
        pass
    yield from ()


def _above(scan: Scan) -> list[str]:
    """Nodes above the target, which no listing within it reaches."""
    return [node for node in scan.projects.above(scan.where.name) if not node.startswith("projects/") and node != scan.where.name]


def _deny(scan: Scan) -> Iterator[Record]:
    """Deny policies: a listing for each node, and a call for each policy, since listings leave the rules out."""
    nodes = [scan.where.name] if scan.where.kind != "project" else []
    nodes += [f"projects/{project.id}" for project in scan.projects.all()] or [f"projects/{scan.where.id}"]
    calls = {}
    for node in dict.fromkeys([*nodes, *_above(scan)]):
        point = quote(f"cloudresourcemanager.googleapis.com/{node}", safe="")
        path = f"v2/policies/{point}/denypolicies"
        calls[path] = node
    listing = [
        Call(
            capability="gcp.policies", path=path, permission="iam.denypolicies.list", items=("policies",), next=_NEXT,
            what="deny policies", optional=True,
        )
        for path in calls
    ]  # fmt: skip
    web = scan.apis.of("iam")
    named: dict[str, str] = {}
    for item in web.each_items(listing, "gcp: deny policies"):
        if isinstance(item, Gap):
            yield settled(item)
        else:
            for raw in item[1]:
                if name := text(raw, "name"):
                    named[f"v2/{quote(name, safe='/%')}"] = calls[item[0].path]
    gets = [Call(capability="gcp.policies", path=path, permission="iam.denypolicies.get", optional=True) for path in named]
    for found in web.each(gets, "gcp: deny policies"):
        if isinstance(found, Gap):
            yield settled(found)
        else:
            yield from bindings.deny(found[1].body, named[found[0].path], scan.reader)


def _keys(scan: Scan) -> Iterator[Record]:
    """Keys that are not of IAM: API keys, and HMAC keys, which Cloud Asset does not know."""
    yield from scan.each("api_key", lambda item: accounts.api_key(item, scan.projects))
    calls = [
        Call(
            capability="gcp.hmac_keys", path=f"storage/v1/projects/{project}/hmacKeys", permission="storage.hmacKeys.list",
            params={"maxResults": "250"}, items=("items",), next=_NEXT, what="HMAC keys",
        )
        for project in _project_ids(scan)
    ]  # fmt: skip
    for item in scan.apis.of("storage").each_items(calls, "gcp: HMAC keys"):
        if isinstance(item, Gap):
            yield settled(item)
            continue
        for raw in item[1]:
            if (found := accounts.hmac_key(raw)) and found.status != "revoked":
                scan.hmac += 1
                yield found


def _project_ids(scan: Scan) -> list[str]:
    found = [project.id for project in scan.projects.all() if project.state == "ACTIVE"]
    return found or ([scan.where.id] if scan.where.kind == "project" else [])


def _secrets(scan: Scan) -> Iterator[Record]:
    store = secrets.Store(scan.projects)
    for item in scan.sight.assets("version"):
        if isinstance(item, Gap):
            store.counted = False
            yield settled(item)
        else:
            store.count(item)
    yield from scan.each("secret", lambda item: _secret(scan, item, store))


def _secret(scan: Scan, item: Asset, store: secrets.Store) -> Iterator[Record]:
    value: bytes | None = None
    held = store.versions.get(store.name(text(item.data, "name") or item.name))
    if scan.read_secrets and (held is None or held.enabled):
        path = text(item.data, "name") or item.name.removeprefix("//secretmanager.googleapis.com/")
        call = Call(
            capability="gcp.secret_values", path=f"v1/{quote(path, safe='/')}/versions/latest:access",
            permission="secretmanager.versions.access", what="values of secrets", optional=True, absent_ok=True,
        )  # fmt: skip
        answer = scan.apis.of("secretmanager").answer(call)
        if isinstance(answer, Gap):
            yield settled(answer)
        elif answer is not None:
            value = secrets.payload(answer)
    yield from secrets.secret(item, store, value, scan.ctx.fingerprint)


def _workloads(scan: Scan) -> Iterator[Record]:
    for kind in WORKLOADS:
        yield from scan.each(kind, lambda item: workload_records(item, scan.projects, scan.ctx.fingerprint))


def _activities(scan: Scan) -> Iterator[Record]:
    """Two listings for each project, and no way to have them for a whole organisation."""
    for activity, permission in _ACTIVITY_PERMISSIONS.items():
        calls = [
            Call(
                capability="gcp.activity",
                path=f"v1/projects/{project}/locations/global/activityTypes/{activity}/activities:query",
                permission=permission, params={"pageSize": "1000"}, items=("activities",), next=_NEXT,
                what="last authentication of keys" if activity == KEYS else "last authentication of service accounts",
            )
            for project in _project_ids(scan)
        ]  # fmt: skip
        for item in scan.apis.of("policyanalyzer").each_items(calls, f"gcp: {activity}"):
            if isinstance(item, Gap):
                yield settled(item)
            else:
                for raw in item[1]:
                    yield from usage(raw, activity, scan.reader.emails, scan.keys)


def _remarks(scan: Scan) -> Iterator[Gap]:
    """What no call can tell, said once; and what the exchange as a whole tells."""
    if scan.reader.emails:
        yield gap(
            "gcp.service_accounts", "domain-wide delegation", "unsupported",
            "Which service accounts Google Workspace lets act as any of its users stands in the Workspace admin console alone; "
            "no API lists it.",
            hint="compare admin.google.com > Security > API controls > Domain-wide delegation with each oauth2_client_id",
            incomplete=False,
        )  # fmt: skip
    if scan.hmac:
        yield gap(
            "gcp.hmac_keys", "use of HMAC keys", "unsupported",
            "Google reports no last use of HMAC keys, and Activity Analyzer does not count it for their accounts either.",
            hint="switch on Data Access logs of Cloud Storage and import them with `keyrack usage`", incomplete=False,
        )  # fmt: skip
    for web in list(scan.apis.webs.values()):
        yield from web.remarks("gcp.hierarchy")
