"""Allow and deny policies, custom roles: grants, trusts, documents, and the principals named in them. Pure and total.

References: "Allow policies" and "Deny policies" (cloud.google.com/iam/docs), "Roles for service account authentication"
(cloud.google.com/iam/docs/service-account-permissions), "Service account impersonation".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.gcp.accounts import principal
from keyrack.providers.gcp.assets import Asset
from keyrack.providers.gcp.federation import Pools, federated
from keyrack.providers.gcp.names import Member, Projects, account_uid, last, member, node_of, project_of
from keyrack.records import Gap, Grant, Policy, Record, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, part, rows, text, texts

BECOME = {
    "roles/iam.serviceAccountTokenCreator": "gcp:impersonation",
    "roles/iam.serviceAccountOpenIdTokenCreator": "gcp:impersonation",
    "roles/iam.workloadIdentityUser": "gcp:impersonation",
    "roles/iam.serviceAccountKeyAdmin": "gcp:key-creation",
}
"""Roles on an account that suffice to act as it. ``serviceAccountUser`` (actAs) does not: it takes a workload to attach the
account to, so it is a Grant, and the graph joins the two halves."""


@dataclass(slots=True)
class Reader:
    """What reading policies needs and gathers: groups whose members we do not see, roles made here, accounts by unique id."""

    projects: Projects
    pools: Pools
    emails: dict[str, str] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)

    def account_of(self, resource: str) -> str | None:
        """Address of the service account a full resource name means; ``None`` for other resources."""
        head, marker, name = resource.partition("/serviceAccounts/")
        if not marker or not head.startswith("//iam.googleapis.com/") or "/" in name:
            return None
        return self.emails.get(name, name).lower()

    def target(self, resource: str) -> str:
        """Uid of what a policy is set on."""
        email = self.account_of(resource)
        if email:
            return account_uid(email)
        node = node_of(resource)
        return f"gcp:project/{self.projects.id(last(node))}" if node and node.startswith("projects/") else resource

    def actions(self, role: str) -> list[str]:
        """A role as a Grant names it: by name, or, when it was made here, by its permissions."""
        return self.roles.get(role) or [role]


def role(item: Asset, reader: Reader) -> Iterator[Policy]:
    """A custom role. One that is deleted gives nothing, though bindings may still name it."""
    name = text(item.data, "name") or item.name.removeprefix("//iam.googleapis.com/")
    if item.data.get("deleted") is True:
        return
    permissions = sorted(set(texts(item.data, "includedPermissions")))
    reader.roles[name] = permissions
    yield Policy(
        uid=row_uid("policy", "gcp-iam", "role", name), language="gcp-iam", kind="role", name=name,
        scope=reader.projects.id(project_of(name)) or reader.projects.home, targets=[],
        document=_json({"name": name, "title": text(item.data, "title") or "", "includedPermissions": permissions}),
    )  # fmt: skip


def allow(item: Asset, reader: Reader) -> Iterator[Record]:
    """Records of one allow policy: principals not seen before (the caller drops repeats), their grants, and trusts."""
    target = reader.target(item.name)
    email = reader.account_of(item.name)
    scope = reader.projects.id(project_of(item.name) or item.project) or reader.projects.home
    if not rows(item.data, "bindings"):
        return
    yield Policy(
        uid=row_uid("policy", "gcp-iam", "allow", target), language="gcp-iam", kind="binding", name=item.name, scope=scope,
        targets=[target], document=_json({"version": 3, "bindings": [dict(row) for row in rows(item.data, "bindings")]}),
    )  # fmt: skip
    admitted: list[Member] = []
    for binding in rows(item.data, "bindings"):
        named, condition = text(binding, "role"), _condition(binding)
        if not named:
            continue
        for who in map(member, texts(binding, "members")):
            outside = who.kind in {"principal", "set", "workload"}
            if not (email and named in BECOME and outside):  # else the trust says it all
                yield from _held(who, named, condition, item.name, target, reader)
            if email and named in BECOME:
                yield from _becomes(who, named, condition, email, reader)
                admitted += [who] if outside and who.kind != "workload" else []
    if email and admitted:
        yield from reader.pools.documents(account_uid(email), admitted, scope)


def _held(who: Member, named: str, condition: str | None, resource: str, target: str, reader: Reader) -> Iterator[Record]:
    """The principal and its grant. Convenience members (``projectEditor:p``) double what the project itself grants: left out."""
    if who.kind == "group":
        reader.groups.add(who.name)
    identity = principal(who, reader.projects)
    if identity is None:
        return
    yield identity
    if who.deleted:
        yield from _left_behind(who, named, target, identity.uid)
    yield Grant(
        uid=row_uid("grant", identity.uid, resource, named, condition),
        identity_uid=identity.uid,
        language="gcp",
        effect="allow",
        actions=reader.actions(named),
        resources=["*"] if _whole(identity.scope, resource, reader.projects) else [target],
        conditions=condition,
        policy=named,
        attrs={"level": _level(resource), "on": target},
    )


def _left_behind(who: Member, named: str, target: str, uid: str) -> Iterator[Trust]:
    """A deleted principal on somebody's policy: whoever gets its unique id back, by undelete, is let in again."""
    if target.startswith("gcp:sa/"):
        yield Trust(
            uid=row_uid("trust", target, "deleted", who.text, named), identity_uid=target, subject=uid, subject_kind="identity",
            mechanism=BECOME.get(named, "gcp:impersonation"), attrs={"deleted_principal": "true", "role": named},
        )  # fmt: skip


def _whole(scope: str, resource: str, projects: Projects) -> bool:
    """Whether a policy's level covers everything beside its holder: the holder's own project, or a node above it."""
    node = node_of(resource)
    if node is None:
        return False
    kind, _, key = node.partition("/")
    name = f"projects/{projects.id(key)}" if kind == "projects" else node
    return name in projects.above(f"projects/{scope}") or name == scope


def _level(resource: str) -> str:
    node = node_of(resource)
    return node.partition("/")[0].removesuffix("s") if node else "resource"


def _becomes(who: Member, named: str, condition: str | None, email: str, reader: Reader) -> Iterator[Record]:
    """Who may act as an account, by a role on the account itself."""
    target = account_uid(email)
    if who.kind in {"principal", "set", "workload"}:
        yield from federated(who, target, condition, reader.pools)
        return
    subject = "*" if who.kind == "anyone" else who.uid or who.text
    if who.deleted or subject == target or who.kind == "basic":
        return
    yield Trust(
        uid=row_uid("trust", target, BECOME[named], subject, named, condition),
        identity_uid=target,
        subject=subject,
        subject_kind="anyone" if who.kind == "anyone" else "identity",
        mechanism=BECOME[named],
        conditions=condition,
        attrs={"role": named, "member": who.text},
    )


def deny(raw: Raw, node: str, reader: Reader) -> Iterator[Record]:
    """A deny policy: its document, and what it takes from principals it names one by one."""
    name, on = text(raw, "name") or "", reader.target(f"//cloudresourcemanager.googleapis.com/{node}")
    yield Policy(
        uid=row_uid("policy", "gcp-iam", "deny", name), language="gcp-iam", kind="deny", name=name, scope=reader.projects.home,
        targets=[on],
        document=_json({"name": name, "rules": [dict(row) for row in rows(raw, "rules")]}),
    )  # fmt: skip
    for number, rule in enumerate(rows(raw, "rules")):
        body = part(rule, "denyRule")
        said = text(body, "denialCondition", "expression")
        condition = _json({"expression": said}) if said else None
        excepted, left = set(texts(body, "exceptionPrincipals")), set(texts(body, "exceptionPermissions"))
        taken = [_v1(permission) for permission in texts(body, "deniedPermissions") if permission not in left]
        for who in texts(body, "deniedPrincipals"):
            uid = denied_uid(who)
            if uid is None or who in excepted:
                continue
            yield Grant(
                uid=row_uid("grant", uid, "deny", name, number, who), identity_uid=uid, language="gcp", effect="deny",
                actions=taken, resources=["*"], conditions=condition,
                policy=last(name), attrs={"level": node.partition("/")[0].removesuffix("s"), "on": on},
            )  # fmt: skip


def denied_uid(who: str) -> str | None:
    """Uid of a principal as deny policies write it; ``None`` for sets of them."""
    rest = who.removeprefix("principal://")
    if rest == who:
        return None
    if rest.startswith("goog/subject/"):
        return f"gcp:user/{last(rest).lower()}"
    head, marker, email = rest.partition("/serviceAccounts/")
    return account_uid(email) if marker and head.startswith("iam.googleapis.com/") else f"gcp:principal/{rest}"


def _v1(permission: str) -> str:
    """``iam.googleapis.com/roles.create`` is ``iam.roles.create`` in allow policies ("Permissions in deny policies")."""
    host, slash, rest = permission.partition("/")
    service = host.removesuffix(".googleapis.com")
    return f"{'resourcemanager' if service == 'cloudresourcemanager' else service}.{rest}" if slash else permission


def unseen_groups(reader: Reader) -> Iterator[Gap]:
    """Members of groups live in Cloud Identity: one Gap for all of them."""
    if reader.groups:
        yield gap(
            "gcp.policies", "members of groups", "not_configured",
            f"{len(reader.groups)} groups hold roles; who is in them stands in Cloud Identity or Workspace, not in Google Cloud.",
            permission="cloudidentity.googleapis.com groups.readonly", hint="scan Google Workspace as well", incomplete=False,
        )  # fmt: skip


def _condition(binding: Raw) -> str | None:
    expression = text(binding, "condition", "expression")
    title = text(binding, "condition", "title")
    return _json({"expression": expression, **({"title": title} if title else {})}) if expression else None


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "replace").decode()
