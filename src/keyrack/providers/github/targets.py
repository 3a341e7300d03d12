"""Which organisations a target stands for, and what a scan of one would miss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.errors import KeyrackError
from keyrack.providers.github import calls, graph
from keyrack.providers.github.session import app, connect, organizations
from keyrack.records import Gap
from keyrack.sdk import Context, Probe, Target
from keyrack.sdk.fields import text
from keyrack.sdk.web import Call, Failed, by_link_header

_INSTALLATIONS = Call(
    capability="github.organization", path="app/installations", permission="metadata:read", what="where the App is installed",
    params={"per_page": "100"}, next=by_link_header, must=("",),
)  # fmt: skip
_PROBED = (
    calls.ORGANIZATION, calls.INSTALLATIONS, calls.OUTSIDE, calls.TOKENS, calls.REQUESTS, calls.AUTHORIZATIONS,
    *calls.ORG_SECRETS.values(), calls.ORG_VARIABLES, calls.ORG_HOOKS, calls.RUNNERS, calls.ALERTS, calls.PROPERTIES,
)  # fmt: skip
_OF_A_REPOSITORY = (
    calls.KEYS, *calls.REPO_SECRETS.values(), calls.REPO_VARIABLES, calls.ENVIRONMENTS, calls.REPO_HOOKS, calls.REPO_OIDC,
)  # fmt: skip


def expand(target: Target, ctx: Context) -> Iterator[Target | Gap]:
    """The organisations of an enterprise, of a list, or (as an App) all that installed it.

    Raises:
        KeyrackError: there is no way to sign in, or nothing says which organisation.
    """
    names = organizations(target.options)
    enterprise = target.options.get("enterprise", "")
    if enterprise:
        call = graph.query(
            target.options, graph.ORGANIZATIONS, "enterprise", "organizations", capability="github.organization",
            permission="enterprise_organizations:read", what=f"organisations of enterprise {enterprise}", slug=enterprise,
        )  # fmt: skip
        web = connect(target.options, ctx, names[0] if names else "")
        found = [node if isinstance(node, Gap) else (text(node, "login") or "") for node in graph.items(web, call)]
    elif names:
        found = list(names)
    elif target.options.get("app_id"):
        replies = app(target.options, ctx).items(_INSTALLATIONS)
        found = [node if isinstance(node, Gap) else _where(node) for node in replies]
    else:
        raise KeyrackError("github.organization", "which organisation?", hint="--github-organization or --github-enterprise")
    yield from (item for item in found if isinstance(item, Gap))
    for name in sorted({item.lower() for item in found if isinstance(item, str) and item}):
        options = {key: value for key, value in target.options.items() if key != "enterprise"} | {"organization": name}
        yield replace(target, options=options)


def _where(node: object) -> str:
    return (text(node, "account", "login") or "") if text(node, "target_type") == "Organization" else ""


def probe(target: Target, ctx: Context, org: str) -> Iterator[Probe]:
    """One small call for each permission.

    Raises:
        KeyrackError: there is no way to sign in.
    """
    web = connect(target.options, ctx, org)
    for call in _PROBED:
        yield _tried(calls.at(call, org), web.one(replace(calls.at(call, org), params={"per_page": "1"} if call.next else {})))
    listing = graph.query(
        target.options, graph.REPOSITORIES, "organization", "repositories", capability="github.repositories",
        permission="contents:read", what="repositories", org=org,
    )  # fmt: skip
    page = web.one(listing)
    yield _tried(listing, page)
    names = [] if isinstance(page, Failed) else [name for node in web.listed(listing, page) if (name := text(node, "name"))]
    for call in _OF_A_REPOSITORY if names else ():
        asked = calls.at(call, org, names[0])
        yield _tried(asked, web.one(replace(asked, params={"per_page": "1"} if call.next else {})))


def _tried(call: Call, reply: object) -> Probe:
    if not isinstance(reply, Failed):
        return Probe(call.capability, True, f"{call.what}: readable")
    kind = reply.weather.kind
    missing = call.permission if kind in {"denied", "unauthenticated", "absent"} else None
    return Probe(call.capability, False, f"{call.what}: {reply.weather.sentence}", missing, reply.weather.hint)
