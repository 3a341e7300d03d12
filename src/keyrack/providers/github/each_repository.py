"""What REST tells one repository at a time: asked only where there is something to tell (:meth:`Scan.asked`).

Each listing is asked of many repositories at once, so a slow one never holds up the others; records are made as replies come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from keyrack.providers.github import calls, delivery, keys, repositories, stores
from keyrack.providers.github.scan import Repo, Scan
from keyrack.records import Gap, Record
from keyrack.sdk.fields import Raw, text
from keyrack.sdk.web import Call

Answers = Iterator[tuple[Repo, list[Raw]] | Gap]
BATCH = 512
"""Repositories asked before their answers are made into records: bounds memory, whatever the size of the organisation."""


def each_repository(scan: Scan) -> Iterator[Record]:
    """Records of all repositories."""
    wanted = {repo.name for repo in scan.asked()}
    for start in range(0, len(scan.repos), BATCH):
        batch = scan.repos[start : start + BATCH]
        asked = [repo for repo in batch if repo.name in wanted]
        yield from deploy_keys(scan, [repo for repo in batch if repo.keys])
        yield from pipelines(scan, batch, asked)
        yield from own_stores(scan, asked)
        yield from environments(scan, [repo for repo in asked if repo.environments])
        yield from webhooks(scan, asked)
        scan.ctx.progress.update("github: in repositories", start + len(batch), len(scan.repos))


def _listed(scan: Scan, call: Call, repos: Sequence[Repo]) -> Answers:
    by_path = {(asked := calls.at(call, scan.org, repo.name)).path: (repo, asked) for repo in repos}
    for item in scan.web.each_items([asked for _, asked in by_path.values()], f"github: {call.what}"):
        yield item if isinstance(item, Gap) else (by_path[item[0].path][0], item[1])


def _each(scan: Scan, call: Call, repos: Iterable[Repo]) -> Iterator[tuple[Repo, Raw] | Gap]:
    by_path = {(asked := calls.at(call, scan.org, repo.name)).path: (repo, asked) for repo in repos}
    for item in scan.web.each([asked for _, asked in by_path.values()], f"github: {call.what}"):
        yield item if isinstance(item, Gap) else (by_path[item[0].path][0], item[1].body)


def deploy_keys(scan: Scan, repos: Sequence[Repo]) -> Iterator[Record]:
    """Keys of the repositories that have any."""
    for item in _listed(scan, calls.KEYS, repos):
        if isinstance(item, Gap):
            yield item
            continue
        repo, raws = item
        for raw in raws:
            login = text(raw, "added_by")
            adder = scan.address(login) if login else None
            yield from keys.deploy_key(raw, repo, scan.org, adder=adder, left=scan.left(login))
            if number := text(raw, "id"):
                uid = scan.uid("deploy-key", f"{repo.name}/{number}")
                yield from scan.owned(uid, (adder,) if adder and not scan.left(login) else (), "creator", "added the deploy key")
                yield from _owners(scan, uid, repo)


def _owners(scan: Scan, uid: str, repo: Repo) -> Iterator[Record]:
    yield from scan.owned(uid, repo.owners, "codeowners", f"CODEOWNERS of {repo.name}")
    stated = repositories.property_owners(scan.properties.get(repo.name.lower(), {}), scan.emails)
    yield from scan.owned(uid, stated, "tag", f"custom property of {repo.name}")


def pipelines(scan: Scan, repos: Sequence[Repo], asked: Sequence[Repo]) -> Iterator[Record]:
    """Actions of the repositories that have workflows: their token's default, their OIDC subject, their owners.

    Where the organisation's default is read-only, GitHub lets no repository widen it, so none is asked.
    """
    running = [repo for repo in asked if repo.workflows]
    subjects: dict[str, Raw] = {}
    defaults = dict.fromkeys((repo.name for repo in running), scan.token)
    for item in _each(scan, calls.REPO_OIDC, running):
        if isinstance(item, Gap):
            yield item
        else:
            subjects[item[0].name] = item[1]
    for item in _each(scan, calls.REPO_WORKFLOW_TOKEN, running if scan.token != "read" else ()):  # noqa: S105 - a level
        if isinstance(item, Gap):
            yield item
        else:
            defaults[item[0].name] = text(item[1], "default_workflow_permissions") or scan.token
    for repo in repos:
        if repo.workflows and not repo.archived:
            attrs = delivery.subject(subjects.get(repo.name), scan.subject, repo)
            yield from repositories.pipeline(repo, scan.org, defaults.get(repo.name, ""), attrs)
            yield from _owners(scan, scan.uid("actions", repo.name), repo)


def own_stores(scan: Scan, asked: Sequence[Repo]) -> Iterator[Record]:
    """Secrets and variables of repositories; those of Dependabot and Codespaces only where all repositories are asked."""
    every = scan.options.get("repositories") == "all"
    for store, call in calls.REPO_SECRETS.items():
        for item in _listed(scan, call, asked if store == "actions" or every else ()):
            if isinstance(item, Gap):
                yield item
                continue
            repo, raws = item
            shelf = stores.Shelf(scan.org, store, repo.name)
            consumers = (scan.uid("actions", repo.name),) if store == "actions" and repo.workflows else ()
            for raw in raws:
                yield from stores.secret(raw, shelf, consumers=consumers, public=repo.visibility == "public")
    for item in _listed(scan, calls.REPO_VARIABLES, asked):
        if isinstance(item, Gap):
            yield item
            continue
        repo, raws = item
        consumer = scan.uid("actions", repo.name) if repo.workflows else None
        yield from stores.variables(raws, stores.Shelf(scan.org, "actions", repo.name), scan.ctx.fingerprint, consumer=consumer)


def environments(scan: Scan, repos: Sequence[Repo]) -> Iterator[Record]:
    """Environments, and two calls for the secrets and the variables of each."""
    found: list[tuple[Repo, Raw, str]] = []
    for item in _listed(scan, calls.ENVIRONMENTS, repos):
        if isinstance(item, Gap):
            yield item
        else:
            found += [(item[0], raw, name) for raw in item[1] if (name := text(raw, "name"))]
    held: Counter[tuple[str, str]] = Counter()
    answered: set[tuple[str, str]] = set()
    for shelf, repo, raws in _inside(scan, calls.ENVIRONMENT_SECRETS, found):
        if isinstance(raws, Gap):
            yield raws
            continue
        answered.add((repo.name, shelf.environment))
        held[repo.name, shelf.environment] += len(raws)
        consumers = (scan.uid("actions", repo.name),) if repo.workflows else ()
        for raw in raws:
            yield from stores.secret(raw, shelf, consumers=consumers, public=repo.visibility == "public")
    for shelf, repo, raws in _inside(scan, calls.ENVIRONMENT_VARIABLES, found):
        if isinstance(raws, Gap):
            yield raws
        else:
            consumer = scan.uid("actions", repo.name) if repo.workflows else None
            yield from stores.variables(raws, shelf, scan.ctx.fingerprint, consumer=consumer)
    for repo, raw, name in found:
        secrets = held[repo.name, name] if (repo.name, name) in answered else None
        yield from delivery.environment(raw, repo, scan.org, secrets)


def _inside(
    scan: Scan, call: Call, found: Sequence[tuple[Repo, Raw, str]]
) -> Iterator[tuple[stores.Shelf, Repo, list[Raw] | Gap]]:
    """What lies in each environment; a Gap comes with the first of them."""
    by_path = {calls.at(call, scan.org, repo.name, name).path: (repo, name) for repo, _, name in found}
    asked = [calls.at(call, scan.org, repo.name, name) for repo, _, name in found]
    for item in scan.web.each_items(asked, f"github: {call.what}"):
        repo, name = next(iter(by_path.values())) if isinstance(item, Gap) else by_path[item[0].path]
        yield stores.Shelf(scan.org, "actions", repo.name, name), repo, item if isinstance(item, Gap) else item[1]


def webhooks(scan: Scan, asked: Sequence[Repo]) -> Iterator[Record]:
    """Webhooks of repositories."""
    for item in _listed(scan, calls.REPO_HOOKS, asked):
        if isinstance(item, Gap):
            yield item
            continue
        for raw in item[1]:
            yield from delivery.webhook(raw, scan.org, item[0].name)
