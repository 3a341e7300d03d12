"""JSON batching of Graph: up to 20 GETs in one POST ("Combine multiple HTTP requests using JSON batching").

A single request that was throttled or failed inside a good batch is asked again alone, where the client retries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from keyrack.records import Gap
from keyrack.sdk.fields import Raw, number, part, rows, text
from keyrack.sdk.web import Call, Failed, Page, Web
from keyrack.sdk.web.weather import TRANSIENT, of_status

SIZE: Final = 20


def batched(web: Web, template: Call, paths: Mapping[str, str], stage: str = "") -> Iterator[tuple[str, list[Raw]] | Gap]:
    """Objects listed at each of many paths; ``paths`` maps a key of the caller's to a path below the version.

    All pages of each; a path that answers 404 is left out (deleted meanwhile). Failures are one Gap for each reason.
    """
    keys = list(paths)
    calls = [_post(template, {key: paths[key] for key in keys[start : start + SIZE]}) for start in range(0, len(keys), SIZE)]
    failed: dict[str, Failed] = {}
    for reply in web.each(calls, stage):
        if isinstance(reply, Gap):
            yield reply
            continue
        for key, found in _answers(web, template, reply[1], paths, _asked(reply[0])):
            if isinstance(found, Failed):
                failed.setdefault(found.weather.kind, found)
            else:
                yield key, found
    for one in failed.values():
        yield template.gap(one.weather, "part of a batch")


def _post(template: Call, paths: Mapping[str, str]) -> Call:
    headers = {"headers": dict(template.headers)} if template.headers else {}
    requests = [{"id": key, "method": "GET", "url": path, **headers} for key, path in paths.items()]
    return replace(
        template,
        path="v1.0/$batch",
        params={},
        body={"requests": requests},
        items=("responses",),
        next=None,
        must=("responses",),
        headers={},
    )


def _asked(call: Call) -> Sequence[str]:
    return [text(item, "id") or "" for item in rows(call.body, "requests")]


def _answers(
    web: Web, template: Call, page: Page, paths: Mapping[str, str], asked: Sequence[str]
) -> Iterator[tuple[str, list[Raw] | Failed]]:
    answers = {text(item, "id"): item for item in rows(page.body, "responses")}
    for key in asked:
        answer = answers.get(key, {})
        status = number(answer, "status") or 500
        if status == 404:
            continue
        if status >= 400:
            bad = of_status(status)
            alone = replace(template, path=f"v1.0{paths[key].partition('?')[0]}", params=_params(paths[key]))
            yield key, _rest(web, alone) if bad.kind in TRANSIENT else Failed(template, bad)
            continue
        body = part(answer, "body")
        found = rows(body, "value")
        following = template.next(template, Page(body)) if template.next else None
        more = _rest(web, following) if following is not None else []
        yield key, more if isinstance(more, Failed) else [*found, *more]


def _rest(web: Web, call: Call) -> list[Raw] | Failed:
    found: list[Raw] = []
    for page in web.pages(call):
        if isinstance(page, Failed):
            return page
        found += web.listed(call, page)
    return found


def _params(path: str) -> dict[str, str]:
    query = path.partition("?")[2]
    return dict(item.split("=", 1) for item in query.split("&") if "=" in item)
