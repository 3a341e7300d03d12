"""Listings: every page once, loops and endless listings cut and said, nothing followed to a stranger."""

from __future__ import annotations

import pytest
import stamina
from webserver import Ask, Say, serving

from keyrack.errors import KeyrackError
from keyrack.records import Gap
from keyrack.sdk import Secret
from keyrack.sdk.web import Call, Failed, Header, Nobody, Page, by_link_header, by_token, by_url, connect
from keyrack.sdk.web.client import MAX_EMPTY, Web


@pytest.fixture(autouse=True)
def fast():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def listing(**more: object) -> Call:
    return Call(capability="t.things", path="/things", permission="things.read", items=("value",), **more)


def web(url: str) -> Web:
    return connect(url, Nobody(), timeout=2.0)


def names(found: list[object]) -> list[object]:
    return [item.reason if isinstance(item, Gap) else item["n"] for item in found]


def pages_of(total: int, size: int):
    def answer(ask: Ask) -> Say:
        start = int(ask.query.get("from", "0"))
        body = {"value": [{"n": n} for n in range(start, min(start + size, total))]}
        if start + size < total:
            body["token"] = str(start + size)
        return Say(body)

    return answer


@pytest.mark.parametrize(("total", "size"), [(0, 5), (1, 5), (5, 5), (6, 5), (23, 5)])
def test_by_token_brings_each_object_once(total, size):
    with serving(pages_of(total, size)) as server:
        found = list(web(server.url).items(listing(next=by_token("token", param="from"), params={"kind": "all"})))
        assert names(found) == list(range(total))
        assert len(server.asked) == max(1, -(-total // size))
        assert {ask.query["kind"] for ask in server.asked} == {"all"}


def test_lists_inside_a_map_are_one_list():
    """As Compute Engine answers: a map of zones, each with its instances or a warning."""
    body = {
        "items": {
            "zones/a": {"value": [{"n": 1}, {"n": 2}]},
            "zones/b": {"warning": {}},
            "zones/c": {"value": [{"n": 3}]},
            "zones/d": 7,
        }
    }
    with serving(lambda _: Say(body)) as server:
        call = Call(capability="t.things", path="/things", permission="p", items=("items", "*", "value"))
        assert names(list(web(server.url).items(call))) == [1, 2, 3]


def test_next_url_replaces_the_query_and_may_be_relative():
    def answer(ask: Ask) -> Say:
        if ask.query.get("page") == "2":
            return Say({"value": [{"n": 2}]})
        return Say({"value": [{"n": 1}], "next": "things?page=2"})

    with serving(answer) as server:
        found = list(web(f"{server.url}/api/v3").items(listing(next=by_url("next"), params={"top": "1"})))
        assert names(found) == [1, 2]
        assert [(ask.path, ask.query) for ask in server.asked] == [
            ("/api/v3/things", {"top": "1"}),
            ("/api/v3/things", {"page": "2"}),
        ]


def test_link_header_of_github():
    def answer(ask: Ask) -> Say:
        page = int(ask.query.get("page", "1"))
        host = ask.headers["host"]
        link = f'<http://{host}/things?page={page + 1}>; rel="next", <http://{host}/things?page=9>; rel="last"'
        return Say([{"n": page}], headers={"Link": link} if page < 3 else {})

    with serving(answer) as server:
        call = Call(capability="t.things", path="/things", permission="p", items=("",), next=by_link_header)
        assert names(list(web(server.url).items(call))) == [1, 2, 3]


def test_posted_listing_pages_by_its_body():
    import json
    from dataclasses import replace

    def answer(ask: Ask) -> Say:
        page = json.loads(ask.body)["page"]
        return Say({"value": [{"n": page}], "more": page < 3})

    def following(call: Call, page: Page) -> Call | None:
        return replace(call, body={"page": call.body["page"] + 1}) if page.body["more"] else None

    with serving(answer) as server:
        assert names(list(web(server.url).items(listing(next=following, body={"page": 1})))) == [1, 2, 3]


def test_repeating_page_is_cut_and_said():
    with serving(lambda ask: Say({"value": [{"n": 1}], "token": str(int(ask.query.get("from", "0")) + 1)})) as server:
        found = list(web(server.url).items(listing(next=by_token("token", param="from"))))
        assert names(found) == [1, "truncated"]
        assert len(server.asked) == 2


def test_link_to_itself_is_cut_and_said():
    def answer(ask: Ask) -> Say:
        return Say({"value": [{"n": len(server.asked)}], "token": "same"})

    with serving(answer) as server:
        found = list(web(server.url).items(listing(next=by_token("token", param="from"))))
        assert names(found)[-1] == "truncated"
        assert len(server.asked) == 3


def test_empty_page_with_a_next_link_goes_on():
    def answer(ask: Ask) -> Say:
        token = int(ask.query.get("from", "0"))
        return Say({"value": [{"n": token}] if token % 2 == 0 else [], **({"token": str(token + 1)} if token < 6 else {})})

    with serving(answer) as server:
        assert names(list(web(server.url).items(listing(next=by_token("token", param="from"))))) == [0, 2, 4, 6]


def test_endless_empty_pages_are_cut_and_said():
    with serving(lambda ask: Say({"value": [], "token": str(int(ask.query.get("from", "0")) + 1)})) as server:
        found = list(web(server.url).items(listing(next=by_token("token", param="from"))))
        assert names(found) == ["truncated"]
        assert len(server.asked) == MAX_EMPTY + 1


def test_failure_midway_keeps_what_came_and_ends_with_a_gap():
    def answer(ask: Ask) -> Say:
        return Say({"value": [{"n": 1}], "token": "2"}) if "from" not in ask.query else Say({}, 403)

    with serving(answer) as server:
        found = list(web(server.url).items(listing(next=by_token("token", param="from"))))
        assert names(found) == [1, "denied"]
        assert isinstance(found[-1], Gap)
        assert found[-1].permission == "things.read"


@pytest.mark.parametrize(
    "there",
    [
        "http://127.0.0.1:1/steal", "https://evil.example/x", "//evil.example/x", "http://[", "javascript:alert(1)", "file:///etc/passwd",
        "http://user:secret@{host}/things", "\x00",
    ],
)  # fmt: skip
def test_next_link_to_a_stranger_is_never_followed(there):
    def answer(ask: Ask) -> Say:
        return Say({"value": [{"n": 1}], "next": there.replace("{host}", ask.headers["host"])})

    with serving(answer) as server:
        found = list(web(server.url).items(listing(next=by_url("next"))))
        assert names(found)[0] == 1
        assert isinstance(found[-1], Gap)
        assert found[-1].reason in {"malformed", "truncated"}
        assert all(ask.path == "/things" or ask.number for ask in server.asked)
        assert len(server.asked) <= 2


@pytest.mark.parametrize("place", ["/things/", "things2?ticket=9", "{base}/moved"])
def test_redirect_within_the_origin_is_followed_with_its_own_query(place):
    def answer(ask: Ask) -> Say:
        if ask.path == "/api/things":
            return Say({}, 307, {"Location": place.replace("{base}", f"http://{ask.headers['host']}")})
        return Say({"value": [{"n": ask.path}], "q": ask.query})

    with serving(answer) as server:
        reply = web(f"{server.url}/api").one(listing(params={"top": "5"}))
        assert isinstance(reply, Page)
        goal = {"/things/": "/things/", "things2?ticket=9": "/api/things2", "{base}/moved": "/moved"}[place]
        assert reply.body["value"] == [{"n": goal}]
        assert reply.body["q"] == ({"ticket": "9"} if "ticket" in place else {})


@pytest.mark.parametrize("place", ["http://127.0.0.1:1/x", "https://evil.example/", "//evil.example/", "", "http://["])
def test_redirect_to_a_stranger_is_a_gap(place):
    with serving(lambda _: Say({}, 302, {"Location": place})) as server:
        reply = web(server.url).one(listing())
        assert isinstance(reply, Failed)
        assert reply.weather.kind == "moved"
        assert len(server.asked) == 1


def test_redirects_in_a_circle_end():
    with serving(lambda _: Say({}, 302, {"Location": "/things"})) as server:
        reply = web(server.url).one(listing())
        assert isinstance(reply, Failed)
        assert len(server.asked) == 4


def test_posts_are_not_redirected():
    with serving(lambda _: Say({}, 307, {"Location": "/elsewhere"})) as server:
        reply = web(server.url).one(listing(body={"a": 1}))
        assert isinstance(reply, Failed)
        assert len(server.asked) == 1


def test_fan_out_keeps_order_and_says_failures_once():
    def answer(ask: Ask) -> Say:
        number = int(ask.path.rpartition("/")[2])
        return Say({"value": [{"n": number}]}, 403 if number % 3 == 0 else 200)

    with serving(answer) as server:
        calls = [listing().of(f"/things/{n}") for n in range(30)]
        found = list(web(server.url).each(calls))
        replies = [item[1].body["value"][0]["n"] for item in found if not isinstance(item, Gap)]
        gaps = [item for item in found if isinstance(item, Gap)]
        assert replies == [n for n in range(30) if n % 3]
        assert [gap.reason for gap in gaps] == ["denied"]
        assert "10 of 30" in gaps[0].detail


def test_fan_out_gives_up_when_nothing_answers():
    with serving(lambda _: Say({}, 403)) as server:
        found = list(web(server.url).each([listing().of(f"/things/{n}") for n in range(500)]))
        assert len(found) == 1
        assert len(server.asked) < 40
        assert "more not made" in found[0].detail


def test_fanned_out_listing_that_breaks_keeps_its_beginning():
    def answer(ask: Ask) -> Say:
        if "from" in ask.query and ask.path.endswith("/1"):
            return Say({}, 404)
        return Say({"value": [{"n": ask.path}], **({} if "from" in ask.query else {"token": "1"})})

    with serving(answer) as server:
        call = listing(next=by_token("token", param="from"))
        found = list(web(server.url).each_items([call.of(f"/things/{n}") for n in range(3)]))
        sizes = [len(item[1]) for item in found if not isinstance(item, Gap)]
        assert sizes == [2, 1, 2]
        assert [item.reason for item in found if isinstance(item, Gap)] == ["missing"]


@pytest.mark.parametrize("base", ["", "ftp://x", "http://", "http://[", "nonsense", "http://example.com"])
def test_addresses_that_are_none_or_would_leak_a_token_are_refused(base):
    with pytest.raises(KeyrackError):
        connect(base, Header("Authorization", Secret("a-token")))
