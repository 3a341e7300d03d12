"""A scan of one organisation, step by step. Order matters only where one answer is needed for the next."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.github import (
    accounts,
    alerts,
    apps,
    calls,
    delivery,
    graph,
    repositories,
    settings,
    stores,
    tokens,
)
from keyrack.providers.github.each_repository import each_repository
from keyrack.providers.github.scan import Scan
from keyrack.records import Gap, Record
from keyrack.records.uids import account_uid
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, number, part, rows, text
from keyrack.sdk.web import Call, Failed


def discover(scan: Scan) -> Iterator[Record]:
    """All records of the organisation."""
    yield from organization(scan)
    yield from people(scan)
    yield from repository_list(scan)
    yield from installed_apps(scan)
    yield from personal_tokens(scan)
    yield from shared_stores(scan)
    yield from runners(scan)
    yield from hooks(scan)
    yield from each_repository(scan)
    yield from leaked(scan)
    yield from unseen(scan)
    yield from scan.web.remarks("github.organization")


def organization(scan: Scan) -> Iterator[Record]:
    """Settings, one call each."""
    wanted = {
        "organization": calls.ORGANIZATION,
        "actions": calls.ACTIONS,
        "token": calls.WORKFLOW_TOKEN,
        "forks": calls.FORKS,
        "approval": calls.FORK_APPROVAL,
        "oidc": calls.OIDC,
        "rulesets": calls.RULESETS,
    }
    told: dict[str, Raw] = {}
    for name, call in wanted.items():
        reply = scan.web.one(calls.at(call, scan.org))
        if isinstance(reply, Failed):
            yield calls.at(call, scan.org).gap(reply.weather)
        else:
            told[name] = reply.body
    if "default_repository_permission" not in told.get("organization", {"default_repository_permission": None}):
        yield gap(
            "github.organization", "settings that only owners see",
            "denied", "GitHub left the organisation's settings out of its reply.",
            permission=calls.ORGANIZATION.permission, hint="grant what `keyrack permissions github` prints",
        )  # fmt: skip
    scan.token = text(told.get("token", {}), "default_workflow_permissions") or ""
    scan.subject = told.get("oidc", {})
    yield settings.organization(scan.org, told)


def people(scan: Scan) -> Iterator[Record]:
    """Members with their addresses, and outside collaborators: pages of 100."""
    for node in graph.items(scan.web, _identities(scan)):
        if isinstance(node, Gap):
            yield node
        elif pair := accounts.sso_address(node):
            scan.emails[pair[0]] = pair[1]
    found: set[str] = set()
    whole = True
    for edge in graph.items(scan.web, _members(scan)):
        whole = whole and not isinstance(edge, Gap)
        yield from [edge] if isinstance(edge, Gap) else _member(scan, edge, found)
    for raw in scan.listing(calls.at(calls.OUTSIDE, scan.org)):
        whole = whole and not isinstance(raw, Gap)
        found.add((text(raw, "login") or "").lower())
        yield from [raw] if isinstance(raw, Gap) else accounts.outside(raw, scan.org)
    scan.members = found if whole and found else None


def _member(scan: Scan, edge: Raw, found: set[str]) -> Iterator[Record]:
    login = (text(edge, "node", "login") or "").lower()
    if pair := accounts.addresses(part(edge, "node")):
        scan.emails.setdefault(*pair)
    found.add(login)
    address = scan.emails.get(login)
    yield from accounts.member(edge, scan.org, address=address)
    if address:
        yield from scan.owned(account_uid("github", login), (address,), "owner", "address of the account in single sign-on")


def _identities(scan: Scan) -> Call:
    return graph.query(
        scan.options, graph.IDENTITIES, "organization", "samlIdentityProvider", "externalIdentities",
        capability="github.people", permission="organization_administration:read", what="addresses of single sign-on",
        optional=True, org=scan.org,
    )  # fmt: skip


def _members(scan: Scan) -> Call:
    return graph.query(
        scan.options, graph.MEMBERS, "organization", "membersWithRole", capability="github.people", permission="members:read",
        what="members", listed="edges", org=scan.org,
    )  # fmt: skip


def repository_list(scan: Scan) -> Iterator[Record]:
    """All repositories, fifty a call, with their custom properties."""
    for raw in scan.listing(calls.at(calls.PROPERTIES, scan.org)):
        if isinstance(raw, Gap):
            yield raw
        elif name := text(raw, "repository_name"):
            values = {key: _value(item) for item in rows(raw, "properties") if (key := text(item, "property_name"))}
            scan.properties[name.lower()] = {key: value for key, value in values.items() if value}
    call = graph.query(
        scan.options, graph.REPOSITORIES, "organization", "repositories", capability="github.repositories",
        permission="contents:read", what="repositories", org=scan.org,
    )  # fmt: skip
    for count, node in enumerate(graph.items(scan.web, call), 1):
        if isinstance(node, Gap):
            yield node
        elif found := repositories.repo(node, scan.org, scan.emails):
            scan.repos.append(found)
            yield repositories.resource(found, scan.org, scan.properties.get(found.name.lower(), {}))
        if count % 50 == 0:
            scan.ctx.progress.update("github: repositories", count)


def _value(item: Raw) -> str:
    value = item.get("value")
    return ",".join(str(part) for part in value) if isinstance(value, list) else text(item, "value") or ""


def installed_apps(scan: Scan) -> Iterator[Record]:
    """Installations in pages of 100, and one call for the maker of each App."""
    found: dict[str, Raw] = {}
    for raw in scan.listing(calls.at(calls.INSTALLATIONS, scan.org)):
        if isinstance(raw, Gap):
            yield raw
        elif slug := text(raw, "app_slug"):
            found.setdefault(slug, raw)
    makers: dict[str, Raw] = {}
    for item in scan.web.each([calls.at(calls.APP, slug) for slug in found], "github: apps"):
        if isinstance(item, Gap):
            yield item
        else:
            makers[item[0].path] = item[1].body
    for slug, raw in found.items():
        yield from apps.installation(raw, scan.org, makers.get(calls.at(calls.APP, slug).path))


def personal_tokens(scan: Scan) -> Iterator[Record]:
    """Fine-grained tokens and requests (Apps only), classic tokens and SSH keys authorised for single sign-on."""
    now = scan.ctx.now
    for call, pending in ((calls.TOKENS, False), (calls.REQUESTS, True)):
        for raw in scan.listing(calls.at(call, scan.org)):
            if isinstance(raw, Gap):
                yield raw
            else:
                yield from tokens.fine_grained(raw, scan.org, now, left=scan.left(text(raw, "owner", "login")), pending=pending)
    for raw in scan.listing(calls.at(calls.AUTHORIZATIONS, scan.org)):
        if isinstance(raw, Gap):
            yield raw
        else:
            yield from tokens.authorization(raw, scan.org, now, left=scan.left(text(raw, "login")))


def shared_stores(scan: Scan) -> Iterator[Record]:
    """Secrets and variables of the organisation; one call more for each secret that selected repositories get."""
    visibility = {repo.name.lower(): repo.visibility for repo in scan.repos if not repo.archived}
    for store, listing in calls.ORG_SECRETS.items():
        shelf = stores.Shelf(scan.org, store)
        chosen: list[Raw] = []
        for raw in scan.listing(calls.at(listing, scan.org)):
            if isinstance(raw, Gap):
                yield raw
            elif text(raw, "visibility") == "selected" and text(raw, "name"):
                chosen.append(raw)
            else:
                everybody = text(raw, "visibility") == "all"
                yield from stores.secret(raw, shelf, public=everybody and "public" in visibility.values())
        yield from _chosen(scan, shelf, chosen, visibility)
    raws: list[Raw] = []
    for raw in scan.listing(calls.at(calls.ORG_VARIABLES, scan.org)):
        if isinstance(raw, Gap):
            yield raw
        else:
            raws.append(raw)
    yield from stores.variables(raws, stores.Shelf(scan.org), scan.ctx.fingerprint)


def _chosen(scan: Scan, shelf: stores.Shelf, chosen: list[Raw], visibility: dict[str, str]) -> Iterator[Record]:
    """Secrets for selected repositories, with the pipelines of those."""
    asked = [calls.at(calls.ORG_SECRET_REPOSITORIES[shelf.store], scan.org, text(raw, "name") or "") for raw in chosen]
    left = {call.path: raw for call, raw in zip(asked, chosen, strict=True)}
    for item in scan.web.each_items(asked, "github: who gets a secret"):
        if isinstance(item, Gap):
            yield item
            continue
        raw = left.pop(item[0].path, None)
        names = [name for repo in item[1] if (name := text(repo, "name"))]
        consumers = tuple(scan.uid("actions", name) for name in names) if shelf.store == "actions" else ()
        if raw is not None:
            yield from stores.secret(
                raw, shelf, consumers=consumers, public=any(visibility.get(name.lower()) == "public" for name in names)
            )
    for raw in left.values():
        yield from stores.secret(raw, shelf)


def runners(scan: Scan) -> Iterator[Record]:
    """Groups and runners of the organisation."""
    groups: list[Raw] = []
    for raw in scan.listing(calls.at(calls.RUNNER_GROUPS, scan.org)):
        if isinstance(raw, Gap):
            yield raw
        else:
            groups.append(raw)
    names = {str(number(raw, "id")): text(raw, "name") or "" for raw in groups}
    count: dict[str, int] | None = {}
    for raw in scan.listing(calls.at(calls.RUNNERS, scan.org)):
        if isinstance(raw, Gap):
            count = None
            yield raw
            continue
        group = text(raw, "runner_group_id") or ""
        if count is not None:
            count[group] = count.get(group, 0) + 1
        yield from delivery.runner(raw, scan.org, names)
    for raw in groups:
        yield from delivery.runner_group(raw, scan.org, None if count is None else count.get(str(number(raw, "id")), 0))


def hooks(scan: Scan) -> Iterator[Record]:
    """Webhooks of the organisation."""
    for raw in scan.listing(calls.at(calls.ORG_HOOKS, scan.org)):
        yield from [raw] if isinstance(raw, Gap) else delivery.webhook(raw, scan.org)


def leaked(scan: Scan) -> Iterator[Record]:
    """Secret-scanning alerts, open and resolved, in pages of 100."""
    visibility = {repo.name.lower(): repo.visibility for repo in scan.repos}
    for raw in scan.listing(calls.at(calls.ALERTS, scan.org)):
        yield from [raw] if isinstance(raw, Gap) else alerts.alert(raw, scan.ctx.fingerprint, visibility)


def unseen(scan: Scan) -> Iterator[Gap]:
    """What GitHub shows to no administrator."""
    yield gap(
        "github.sso_credentials", "classic tokens without SSO", "unsupported",
        "GitHub lists classic tokens and SSH keys only where their owner authorised them for single sign-on.",
        hint="require SSO, and forbid classic tokens in the organisation's settings", incomplete=False,
    )  # fmt: skip
    yield gap(
        "github.apps", "OAuth apps", "unsupported", "GitHub's API lists no OAuth apps that an organisation approved.",
        hint="look at Settings > Third-party access, and ingest the audit log (oauth_application.*)", incomplete=False,
    )  # fmt: skip
    asked = len(scan.asked())
    if left := sum(not repo.archived for repo in scan.repos) - asked:
        yield gap(
            "github.secrets", "repositories without workflows", "not_configured",
            f"{left} repositories without workflow files and environments were not asked for secrets, variables and webhooks.",
            hint="scan with --github-repositories all", incomplete=False,
        )  # fmt: skip
