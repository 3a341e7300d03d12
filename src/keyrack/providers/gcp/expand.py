"""Which sources a target stands for: an organisation in bulk, or project by project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.providers.gcp.assets import LIST, Bulk
from keyrack.providers.gcp.session import Apis, ambient_project, signed_in, where
from keyrack.records import Gap
from keyrack.sdk import Context, Target, gap
from keyrack.sdk.fields import text
from keyrack.sdk.web import Call, by_token


def expand(target: Target, ctx: Context) -> Iterator[Target | Gap]:
    """See :meth:`keyrack.providers.gcp.Gcp.expand`. At most one call, plus two listings where Cloud Asset is closed.

    Raises:
        KeyrackError: there is no way to sign in at all, or the target is none.
    """
    found = where(target.options, lambda: ambient_project(target.options))
    if found.kind == "project":
        yield target
        return
    apis = signed_in(target.options, ctx.progress)
    bulk = Bulk(apis, found)
    if bulk.open():
        yield target
        return
    reason = bulk.refused.weather.reason if bulk.refused else "denied"
    yield gap(
        "gcp.hierarchy", "Cloud Asset Inventory", reason,
        f"Cloud Asset Inventory is closed to us on the {found.kind}, so each of its projects is a source of its own.",
        permission=LIST, hint=f"grant roles/cloudasset.viewer on the {found.kind}", incomplete=False,
    )  # fmt: skip
    options = {name: value for name, value in target.options.items() if name not in {"folder", "organization"}}
    projects: list[str] = []
    for item in _projects(apis, found.name):
        if isinstance(item, Gap):
            yield item
        elif item:
            projects.append(item)
    for project in sorted(projects):
        yield replace(target, options={**options, "project": project})


def _projects(apis: Apis, root: str) -> Iterator[str | Gap]:
    """Ids of the active projects below a node, by two listings of what we may see."""
    web = apis.of("cloudresourcemanager")
    parents: dict[str, str] = {}
    for item in web.items(_search("folders", "resourcemanager.folders.get")):
        if isinstance(item, Gap):
            yield item
        elif name := text(item, "name"):
            parents[name] = text(item, "parent") or ""
    for item in web.items(_search("projects", "resourcemanager.projects.get")):
        if isinstance(item, Gap):
            yield item
        elif text(item, "state") != "DELETE_REQUESTED" and _below(text(item, "parent") or "", root, parents):
            yield text(item, "projectId") or ""


def _search(kind: str, permission: str) -> Call:
    return Call(
        capability="gcp.hierarchy", path=f"v3/{kind}:search", permission=permission, params={"pageSize": "500"}, items=(kind,),
        next=by_token("nextPageToken", param="pageToken"), what=kind,
    )  # fmt: skip


def _below(node: str, root: str, parents: dict[str, str]) -> bool:
    for _ in range(20):
        if node == root or not node:
            return node == root
        node = parents.get(node, "")
    return False
