"""Azure, step by step: subscriptions, managed identities and where they are attached, roles, vaults, settings.

Nearly everything comes from Resource Graph, across all subscriptions at once; only what it does not hold is asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from keyrack.providers.entra import calls
from keyrack.providers.entra.directory import environments, holder_of, members
from keyrack.providers.entra.federation import federated
from keyrack.providers.entra.names import arm_uid, environment_of, guid, known, named, tags_of
from keyrack.providers.entra.rbac import assignment, custom_role, denial, role_id, vault_policies
from keyrack.providers.entra.scan import Scan
from keyrack.providers.entra.vaults import key, secret, vault
from keyrack.providers.entra.workloads import (
    attached,
    automation_variable,
    resource,
    runs_as,
    sightings,
    subscription_of,
    tagged_owner,
    variables,
)
from keyrack.records import Gap, Identity, Record
from keyrack.records.identity import Environment
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.web import Call, Web


class Azure:
    """One pass over Azure; keeps the subscriptions' environments and the user-assigned identities it saw."""

    def __init__(self, scan: Scan, web: Web) -> None:
        self.scan = scan
        self.web = web
        self.stated: dict[str, Environment] = {}
        self.subscriptions: list[str] = []
        self.assigned: dict[str, Raw] = {}

    def before(self) -> Iterator[Record]:
        """What the directory's mapping needs first: managed identities' places and environments."""
        yield from self._containers()
        for raw in self._listed(calls.USER_ASSIGNED):
            if isinstance(raw, Gap):
                yield raw
            elif object_id := guid(text(raw, "properties", "principalId")):
                self.assigned[object_id] = raw
                self._remember(object_id, raw, own=False)
        for raw in self._listed(calls.WORKLOADS, "resources with identities"):
            if isinstance(raw, Gap):
                yield raw
                continue
            if made := resource(self.scan.tenant, raw, self._stated(raw)):
                yield made
            yield from runs_as(self.scan.tenant, raw)
            for item in attached(raw):
                if item.own:
                    self._remember(item.object_id, raw, own=True)

    def after(self) -> Iterator[Record]:
        """What needs the directory's principals: roles, vaults, settings."""
        yield from self._unseen()
        yield from self._federated()
        yield from self._roles()
        yield from self._vaults()
        yield from self._containers_env()
        yield from self._automation()
        yield from self._settings()
        yield from self.web.remarks("entra.azure")

    def _listed(self, call: Call, stage: str = "") -> Iterator[Raw | Gap]:
        return self.scan.listing(self.web, call, stage)

    def _stated(self, raw: Raw) -> Environment | None:
        return self.stated.get(subscription_of(text(raw, "id") or ""))

    def _remember(self, object_id: str, raw: Raw, *, own: bool) -> None:
        environments(self.scan, object_id, tags_of(raw))
        if object_id not in self.scan.environments and (stated := self._stated(raw)):
            self.scan.environments[object_id] = stated
        uid = arm_uid(text(raw, "id") or "")
        self.scan.extra[object_id] = known(resource=uid, assigned="system" if own else "user", subscription=subscription_of(uid))

    def _containers(self) -> Iterator[Record]:
        for raw in self._listed(calls.CONTAINERS):
            if isinstance(raw, Gap):
                yield raw
                continue
            subscription = subscription_of(text(raw, "id") or "")
            if subscription:
                self.subscriptions.append(subscription)
                if stated := environment_of(tags_of(raw)):
                    self.stated[subscription] = stated
            if made := resource(self.scan.tenant, raw):
                yield made

    def _unseen(self) -> Iterator[Record]:
        """User-assigned identities whose service principal the directory did not show, and the owners their tags name."""
        for object_id, raw in self.assigned.items():
            uid = self.scan.uids.get(object_id) or self.scan.tenant.uid("managed-identity", object_id)
            if object_id not in self.scan.uids:
                yield Identity(
                    uid=uid,
                    kind="service_account",
                    type="azure:managed-identity",
                    name=named(raw, "name", fallback=object_id),
                    provider="entra",
                    scope=self.scan.tenant.id,
                    environment=self.scan.environments.get(object_id),
                    attrs=self.scan.extra[object_id],
                )
                self.scan.uids[object_id] = uid
            yield from tagged_owner(uid, raw)

    def _federated(self) -> Iterator[Record]:
        """One listing for each user-assigned identity: Resource Graph does not hold these credentials."""
        asked = {
            f"{_path(raw)}/federatedIdentityCredentials": object_id for object_id, raw in self.assigned.items() if _path(raw)
        }
        for item in self.web.each_items([calls.IDENTITY_FEDERATED.of(path) for path in asked], "entra: federated credentials"):
            if isinstance(item, Gap):
                yield item
                continue
            holder = self.scan.uids[asked[item[0].path]]
            for raw in item[1]:
                yield from federated(self.scan.tenant, holder, raw)

    def _roles(self) -> Iterator[Record]:
        roles: dict[str, Raw] = {}
        for raw in self._listed(calls.ROLES):
            if isinstance(raw, Gap):
                yield raw
                continue
            roles[role_id(text(raw, "name") or text(raw, "id"))] = part(raw, "properties")
            if policy := custom_role(self.scan.tenant, raw):
                yield policy
        yield from self._assignments(roles)
        yield from self._denials()

    def _assignments(self, roles: Mapping[str, Raw]) -> Iterator[Record]:
        groups: dict[str, list[Raw]] = {}
        for raw in self._listed(calls.ASSIGNMENTS, "role assignments"):
            if isinstance(raw, Gap):
                yield raw
                continue
            principal_id = guid(text(raw, "properties", "principalId")) or ""
            holder = holder_of(self.scan, principal_id)
            if holder and (grant := assignment(self.scan.tenant, holder, raw, roles)):
                yield grant
            elif not holder and text(raw, "properties", "principalType") == "Group" and principal_id:
                groups.setdefault(principal_id, []).append(raw)
        yield from self._through_groups(groups, roles)

    def _through_groups(self, groups: Mapping[str, list[Raw]], roles: Mapping[str, Raw]) -> Iterator[Record]:
        for item in members(self.scan, groups) if groups else ():
            if isinstance(item, Gap):
                yield item
                continue
            group, holder = item
            for raw in groups[group]:
                if grant := assignment(self.scan.tenant, holder, raw, roles, self.scan.tenant.uid("group", group)):
                    yield grant

    def _denials(self) -> Iterator[Record]:
        path = "subscriptions/{}/providers/Microsoft.Authorization/denyAssignments"
        for item in self.web.each_items([calls.DENIALS.of(path.format(quote(name))) for name in self.subscriptions]):
            if isinstance(item, Gap):
                yield item
                continue
            yield from (policy for raw in item[1] if (policy := denial(self.scan.tenant, raw)))

    def _vaults(self) -> Iterator[Record]:
        vaults: dict[str, Raw] = {}
        for raw in self._listed(calls.VAULTS):
            if isinstance(raw, Gap):
                yield raw
                continue
            if made := vault(self.scan.tenant, raw, self._stated(raw)):
                yield made
            yield from vault_policies(raw, self.scan.uids)
            if path := _path(raw):
                vaults[path] = raw
        for call, kind in ((calls.VAULT_SECRETS, "secrets"), (calls.VAULT_KEYS, "keys")):
            for item in self.web.each_items([call.of(f"{path}/{kind}") for path in vaults], f"entra: vault {kind}"):
                if isinstance(item, Gap):
                    yield item
                    continue
                store = vaults[item[0].path.removesuffix(f"/{kind}")]
                environment = environment_of(tags_of(store)) or self._stated(store)
                for raw in item[1]:
                    yield from _in_vault(self.scan, raw, store, environment, kind)

    def _containers_env(self) -> Iterator[Record]:
        for raw in self._listed(calls.CONTAINER_APPS):
            if isinstance(raw, Gap):
                yield raw
                continue
            if made := resource(self.scan.tenant, raw, self._stated(raw)):
                yield made
            for container, values in variables(raw).items():
                yield from sightings(self.scan.tenant, raw, container, values, self.scan.ctx.fingerprint, env=True)

    def _automation(self) -> Iterator[Record]:
        accounts: dict[str, Raw] = {}
        for raw in self._listed(calls.AUTOMATION):
            if isinstance(raw, Gap):
                yield raw
                continue
            if made := resource(self.scan.tenant, raw, self._stated(raw)):
                yield made
            if (text(raw, "type") or "").lower() == "microsoft.automation/automationaccounts" and (path := _path(raw)):
                accounts[path] = raw
        for item in self.web.each_items(
            [calls.VARIABLES.of(f"{path}/variables") for path in accounts], "entra: automation variables"
        ):
            if isinstance(item, Gap):
                yield item
                continue
            account = accounts[item[0].path.removesuffix("/variables")]
            for raw in item[1]:
                yield from automation_variable(self.scan.tenant, account, raw, self.scan.ctx.fingerprint)

    def _settings(self) -> Iterator[Record]:
        if not self.scan.wants("app_settings"):
            yield gap(
                "entra.app_settings", "settings of App Service and Functions apps", "not_configured",
                "Settings were not read: listing them takes an action that Azure counts among the writing ones.",
                permission=calls.SETTINGS.permission, hint="scan with --entra-app-settings", incomplete=False,
            )  # fmt: skip
            return
        sites: dict[str, Raw] = {}
        for raw in self._listed(calls.SITES):
            if isinstance(raw, Gap):
                yield raw
                continue
            if made := resource(self.scan.tenant, raw, self._stated(raw)):
                yield made
            if path := _path(raw):
                sites[path] = raw
        for call, kind in ((calls.SETTINGS, "appsettings"), (calls.CONNECTION_STRINGS, "connectionstrings")):
            yield from self._of_sites(sites, call, kind)

    def _of_sites(self, sites: dict[str, Raw], call: Call, kind: str) -> Iterator[Record]:
        tail = f"/config/{kind}/list"
        for reply in self.web.each([call.of(f"{path}{tail}") for path in sites], f"entra: {kind}"):
            if isinstance(reply, Gap):
                yield reply
                continue
            site = sites[reply[0].path.removesuffix(tail)]
            listed = part(reply[1].body, "properties")
            values = {name: text(listed, name) or text(part(listed, name), "value") or "" for name in listed}
            yield from sightings(self.scan.tenant, site, kind, values, self.scan.ctx.fingerprint, env=False)


def _path(raw: Raw) -> str:
    """Path of an ARM id, percent-encoded; empty for what is no id below a subscription."""
    resource_id = text(raw, "id") or ""
    parts = resource_id.strip("/").split("/")
    safe = resource_id.lower().startswith("/subscriptions/") and not any(piece in {"", ".", ".."} for piece in parts)
    return "/".join(quote(piece, safe="") for piece in parts) if safe else ""


def _in_vault(scan: Scan, raw: Raw, store: Raw, environment: Environment | None, kind: str) -> Iterable[Record]:
    if kind == "secrets":
        return secret(raw, store, environment)
    made = key(scan.tenant, raw, environment)
    return [made] if made else []
