"""The directory, step by step: tenant, users, service principals, applications, what they hold and how they were used."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping

from keyrack.providers.entra import calls
from keyrack.providers.entra.batch import batched
from keyrack.providers.entra.federation import federated
from keyrack.providers.entra.grants import app_role, consent, directory_role
from keyrack.providers.entra.keys import credentials
from keyrack.providers.entra.names import environment_of, flag, guid, known, named
from keyrack.providers.entra.people import user_records
from keyrack.providers.entra.principals import (
    Principal,
    kind_of,
    lone_application,
    noted,
    other_identity,
    ours,
    own_identity,
    owners_of,
    ownership,
    principal,
)
from keyrack.providers.entra.scan import Api, Scan
from keyrack.providers.entra.session import ORGANIZATION
from keyrack.records import Gap, Grant, Record, Resource
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, part, rows, text, texts
from keyrack.sdk.web import Call


def tenant(scan: Scan) -> Iterator[Record]:
    """The tenant itself, and whether its users may consent to applications ("authorizationPolicy")."""
    name, domains = scan.tenant.id, ""
    for item in scan.listing(scan.graph, ORGANIZATION):
        if isinstance(item, Gap):
            yield item
        elif guid(text(item, "id")) == scan.tenant.id:
            name = named(item, "displayName", fallback=name)
            domains = ",".join(named(row, "name") for row in rows(item, "verifiedDomains")[:20])
    policy = scan.graph.answer(calls.AUTHORIZATION)
    if isinstance(policy, Gap):
        yield policy
    facts = policy if policy is not None and not isinstance(policy, Gap) else {}
    allowed = texts(facts, "defaultUserRolePermissions", "permissionGrantPoliciesAssigned")
    may_register = part(facts, "defaultUserRolePermissions").get("allowedToCreateApps")
    yield Resource(
        uid=f"entra:{scan.tenant.id}",
        type="entra:tenant",
        name=name,
        provider="entra",
        scope=scan.tenant.id,
        attrs=known(
            domains=domains or None,
            user_consent=(",".join(sorted(allowed))[:500] or "none") if facts else None,
            users_register_apps=flag(may_register),
            cloud=scan.session.cloud,
        ),
    )


def users(scan: Scan) -> Iterator[Record]:
    """Everybody in the directory."""
    for item in scan.listing(scan.graph, calls.USERS, "users"):
        if isinstance(item, Gap):
            yield item
            continue
        if object_id := guid(text(item, "id")):
            scan.users.add(object_id)
        yield from user_records(scan.tenant, item)


def principals(scan: Scan) -> Iterator[Record]:
    """Service principals and applications: one identity for both where both are ours."""
    held: dict[str, Principal] = {}
    agents = yield from _agents(scan)
    for item in scan.listing(scan.graph, calls.PRINCIPALS, "service principals"):
        if isinstance(item, Gap):
            yield item
        elif object_id := guid(text(item, "id")):
            yield from _principal(scan, item, object_id, held, agents)
    yield from _applications(scan, held)
    for one in held.values():  # registered here once, or the listing of applications is not whole
        yield own_identity(scan.tenant, one, None, _guards(scan, one.uid))
        yield from ownership(scan.tenant, one.uid, one.owners)
        yield from noted(one.uid, one.notes)
    yield from _federated(scan)
    yield from _sponsors(scan, agents)


def _agents(scan: Scan) -> Generator[Record, None, dict[str, str]]:
    """Agent identities: object id to the application id of the blueprint they were made from."""
    found: dict[str, str] = {}
    for item in scan.listing(scan.graph, calls.AGENTS):
        if isinstance(item, Gap):
            yield item
        elif object_id := guid(text(item, "id")):
            found[object_id] = guid(text(item, "agentIdentityBlueprintId")) or ""
    return found


def _principal(scan: Scan, raw: Raw, object_id: str, held: dict[str, Principal], agents: dict[str, str]) -> Iterator[Record]:
    """One service principal. Ours waits in ``held`` for its application."""
    one = principal(scan.tenant, raw, object_id)
    kind, app_id = kind_of(raw), guid(text(raw, "appId"))
    scan.uids[object_id] = one.uid
    scan.api_names[object_id] = one.name
    if app_id and kind == "sp":
        scan.apps[app_id] = one.uid
    roles = {role: value for item in rows(raw, "appRoles") if (role := guid(text(item, "id"))) and (value := text(item, "value"))}
    if roles and any("Application" in texts(item, "allowedMemberTypes") for item in rows(raw, "appRoles")):
        scan.apis[object_id] = Api(one.uid, one.name, app_id or "", roles)
    yield from credentials(one.uid, raw, scan.ctx.now)
    if kind == "agent":
        agents.setdefault(object_id, "")
    if ours(scan.tenant, raw) and kind == "sp" and app_id:
        held[app_id] = one
        return
    extra = {**scan.extra.get(object_id, {}), **_guards(scan, one.uid), **_blueprint(scan, agents.get(object_id))}
    yield other_identity(scan.tenant, raw, one, extra, scan.environments.get(object_id))
    yield from ownership(scan.tenant, one.uid, one.owners)


def _blueprint(scan: Scan, blueprint: str | None) -> dict[str, str]:
    """The blueprint an agent identity was made from: its identity, where that was seen already, else its application id."""
    return known(blueprint=scan.apps.get(blueprint, blueprint) if blueprint else None)


def _guards(scan: Scan, uid: str) -> dict[str, str]:
    """Names of the conditional access policies that are on and hold for it."""
    object_id = uid.rpartition("/")[2]
    names = [*scan.guarded.get("*", []), *scan.guarded.get(object_id, [])]
    return known(conditional_access=",".join(dict.fromkeys(names))[:500] or None)


def _applications(scan: Scan, held: dict[str, Principal]) -> Iterator[Record]:
    for item in scan.listing(scan.graph, calls.APPLICATIONS, "applications"):
        if isinstance(item, Gap):
            yield item
            continue
        object_id, app_id = guid(text(item, "id")), guid(text(item, "appId"))
        if object_id is None:
            continue
        one = held.pop(app_id or "", None)
        identity = (
            own_identity(scan.tenant, one, item, _guards(scan, one.uid))
            if one
            else lone_application(scan.tenant, item, object_id)
        )
        scan.registered[object_id] = identity.uid
        yield identity
        yield from credentials(identity.uid, item, scan.ctx.now)
        yield from ownership(scan.tenant, identity.uid, (*owners_of(item), *(one.owners if one else ())))
        yield from noted(identity.uid, text(item, "notes"))
        yield from noted(identity.uid, one.notes if one else None)


def _federated(scan: Scan) -> Iterator[Record]:
    for item in scan.listing(scan.graph, calls.FEDERATED, "federated credentials"):
        if isinstance(item, Gap):
            yield item
            continue
        holder = scan.registered.get(guid(text(item, "id")) or "")
        for credential in rows(item, "federatedIdentityCredentials") if holder else ():
            yield from federated(scan.tenant, holder or "", credential)


def _sponsors(scan: Scan, agents: Mapping[str, str]) -> Iterator[Record]:
    """Sponsors of agent identities and of blueprints: one request each, twenty in a call."""
    paths = {object_id: calls.sponsors("agentIdentity", object_id) for object_id in agents}
    holders = {object_id: scan.uids.get(object_id) or scan.tenant.uid("agent", object_id) for object_id in agents}
    for item in scan.listing(scan.graph, calls.BLUEPRINTS):
        if isinstance(item, Gap):
            yield item
        elif (object_id := guid(text(item, "id"))) and object_id in scan.registered:
            paths[object_id] = calls.sponsors("agentIdentityBlueprint", object_id)
            holders[object_id] = scan.registered[object_id]
    for answer in batched(scan.graph, calls.SPONSORS, paths, "entra: sponsors"):
        if isinstance(answer, Gap):
            yield answer
            continue
        holder = holders[answer[0]]
        yield from ownership(scan.tenant, holder, owners_of({"sponsors": answer[1]}, "sponsors"), "sponsor", "sponsor in Entra")


def permissions(scan: Scan) -> Iterator[Record]:
    """Application permissions, by API: twenty APIs a call, a page for every 999 assignments."""
    paths = {object_id: f"/servicePrincipals/{object_id}/appRoleAssignedTo?$top=999" for object_id in scan.apis}
    for answer in batched(scan.graph, calls.ASSIGNED, paths, "entra: application permissions"):
        if isinstance(answer, Gap):
            yield answer
            continue
        api = scan.apis[answer[0]]
        for raw in answer[1]:
            holder = scan.uids.get(guid(text(raw, "principalId")) or "")
            if holder and text(raw, "principalType") in {None, "ServicePrincipal"} and (grant := app_role(holder, raw, api)):
                yield grant
    for item in scan.listing(scan.graph, calls.CONSENTS, "consents"):
        if isinstance(item, Gap):
            yield item
        elif (given := _consent(scan, item)) is not None:
            yield given


def _consent(scan: Scan, raw: Raw) -> Grant | None:
    holder = scan.uids.get(guid(text(raw, "clientId")) or "")
    api = scan.api_names.get(guid(text(raw, "resourceId")) or "", "an API of the tenant")
    person = guid(text(raw, "principalId"))
    who = scan.tenant.uid("user", person) if person else None
    return consent(holder, raw, api, who) if holder else None


def directory_roles(scan: Scan) -> Iterator[Record]:
    """Active and eligible assignments of directory roles; a group's roles reach the service principals in it."""
    roles: dict[str, Raw] = {}
    for item in scan.listing(scan.graph, calls.ROLE_DEFINITIONS):
        if isinstance(item, Gap):
            yield item
        elif role := guid(text(item, "id")):
            roles[role] = item
    yield from _roles_held(scan, calls.ROLE_ASSIGNMENTS, roles, eligible=False)
    yield from _roles_held(scan, calls.ELIGIBLE, roles, eligible=True)
    if scan.groups:
        yield from _through_groups(scan, roles)


def _roles_held(scan: Scan, call: Call, roles: Mapping[str, Raw], *, eligible: bool) -> Iterator[Record]:
    for item in scan.listing(scan.graph, call):
        if isinstance(item, Gap):
            yield item
            continue
        principal_id = guid(text(item, "principalId")) or ""
        holder = holder_of(scan, principal_id)
        if holder and (grant := directory_role(holder, item, roles, eligible=eligible)):
            yield grant
        elif not holder and principal_id:
            scan.groups.setdefault(principal_id, []).append({**item, "\0eligible": eligible})


def holder_of(scan: Scan, object_id: str) -> str | None:
    """Identity of a principal id, when it is a service principal or a user."""
    return scan.uids.get(object_id) or (scan.tenant.uid("user", object_id) if object_id in scan.users else None)


def _through_groups(scan: Scan, roles: Mapping[str, Raw]) -> Iterator[Record]:
    for item in members(scan, scan.groups):
        if isinstance(item, Gap):
            yield item
            continue
        group, holder = item
        for raw in scan.groups[group]:
            grant = directory_role(
                holder, raw, roles, eligible=bool(raw.get("\0eligible")), group=scan.tenant.uid("group", group)
            )
            if grant:
                yield grant


def members(scan: Scan, groups: Mapping[str, object]) -> Iterator[tuple[str, str] | Gap]:
    """(group, service principal in it, nested ones too), twenty groups a call ("List group transitive members")."""
    paths = {
        group: f"/groups/{group}/transitiveMembers/microsoft.graph.servicePrincipal?$count=true&$select=id&$top=999"
        for group in groups
    }
    for answer in batched(scan.graph, calls.MEMBERS, paths, "entra: groups"):
        if isinstance(answer, Gap):
            yield answer
            continue
        for raw in answer[1]:
            if holder := scan.uids.get(guid(text(raw, "id")) or ""):
                yield answer[0], holder


def conditional_access(scan: Scan) -> Iterator[Record]:
    """Which policies guard which workload identity ("Conditional Access for workload identities"); only those that are on."""
    for item in scan.listing(scan.graph, calls.CONDITIONAL):
        if isinstance(item, Gap):
            yield item
            continue
        clients = part(item, "conditions", "clientApplications")
        included = texts(clients, "includeServicePrincipals")
        if text(item, "state") != "enabled" or not included:
            continue
        name = named(item, "displayName")
        for target in included:
            key = "*" if target == "ServicePrincipalsInMyTenant" else guid(target)
            if key:
                scan.guarded.setdefault(key, []).append(name)


def unread(scan: Scan) -> Iterator[Gap]:
    """What a whole scan of the directory still does not tell."""
    if not scan.session.reports:
        yield gap(
            "entra.sign_in_activity", "sign-in reports", "unsupported", "This national cloud has no sign-in reports.",
            hint="ingest exported sign-in logs with `keyrack usage ingest`", incomplete=False,
        )  # fmt: skip


def environments(scan: Scan, object_id: str, tags: Mapping[str, str]) -> None:
    """Remember the environment a tag states for a managed identity."""
    found = environment_of(tags)
    if found:
        scan.environments[object_id] = found
