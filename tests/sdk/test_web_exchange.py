"""One call: retries are bounded, the server's wishes are respected, sign-ins are renewed once, bodies are bounded."""

from __future__ import annotations

import gzip
import json
import threading
from collections import Counter
from email.utils import formatdate

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st
from webserver import Say, serving

from keyrack.errors import KeyrackError
from keyrack.records import Gap
from keyrack.sdk import Secret
from keyrack.sdk.testing.leaks import as_text
from keyrack.sdk.web import Basic, Bearer, Call, Failed, Header, Nobody, Page, by_link_header, by_token, by_url, connect, weather
from keyrack.sdk.web.exchange import USED, WAITING, _decoded

CALL = Call(capability="t.things", path="/things", permission="things.read", items=("value",))


@pytest.fixture(autouse=True)
def fast():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


class Seen:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int | None]] = []

    def update(self, stage: str, done: int, total: int | None = None) -> None:
        self.told.append((stage, done, total))


def web(url: str, auth=None, **more):
    made = connect(url, auth or Nobody(), timeout=0.5, **more)
    made.wait = lambda _: None
    return made


def kind(reply: Page | Failed) -> str:
    return reply.weather.kind if isinstance(reply, Failed) else "good"


@pytest.mark.parametrize(
    ("status", "expected", "calls"),
    [
        (401, "unauthenticated", 2), (403, "denied", 1), (404, "absent", 1), (408, "slow", 4), (409, "conflict", 4), (410, "gone", 1),
        (418, "odd", 1), (429, "throttled", 4), (500, "broken", 4), (501, "odd", 1), (503, "broken", 4), (304, "moved", 1),
    ],
)  # fmt: skip
def test_status_becomes_weather_after_bounded_tries(status, expected, calls):
    with serving(lambda _: Say({"message": "canary"}, status)) as server:
        reply = web(server.url).one(CALL)
        assert kind(reply) == expected
        assert len(server.asked) == calls
        assert "canary" not in as_text(CALL.gap(reply.weather))


def test_a_retry_that_gets_through_is_a_page():
    with serving(lambda ask: Say({"value": []}, 200 if ask.number == 2 else 500)) as server:
        client = web(server.url)
        assert kind(client.one(CALL)) == "good"
        assert client.total() == len(server.asked) == 3


@pytest.mark.parametrize("value", ["3600", "inf", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_longer_than_our_patience_is_not_waited_for(value):
    with serving(lambda _: Say({}, 429, {"Retry-After": value})) as server:
        reply = web(server.url).one(CALL)
        assert kind(reply) == "throttled"
        assert "fills again" in reply.weather.hint
        assert len(server.asked) == 1


@pytest.mark.parametrize("value", ["nan", "-5", "soon", "Mon, 99 Foo", "", "\u0663"])
def test_odd_retry_after_never_breaks_the_client(value):
    with serving(lambda _: Say({}, 429, {"Retry-After": value.encode("utf-8").decode("latin-1")})) as server:
        assert kind(web(server.url).one(CALL)) == "throttled"
        assert len(server.asked) == 4


def test_retry_after_is_shown_as_it_is_waited_for():
    seen = Seen()
    with serving(lambda ask: Say({"value": []}, 200 if ask.number else 429, {"Retry-After": "7"})) as server:
        assert kind(web(server.url, progress=seen).one(CALL)) == "good"
    assert (WAITING, 0, 7) in seen.told


def test_a_403_with_retry_after_is_the_rate_limit():
    with serving(lambda _: Say({}, 403, {"Retry-After": "3600"})) as server:
        assert kind(web(server.url).one(CALL)) == "throttled"


def test_used_up_budget_waits_for_its_end_and_shows_it():
    seen, waited = Seen(), list[float]()
    with serving(lambda _: Say({"value": []}, 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "60", "X-RateLimit-Reset": "30"})) as server:  # fmt: skip
        client = web(server.url, progress=seen)
        client.wait = waited.append
        client.one(CALL)
        client.one(CALL)
    assert [round(seconds) for seconds in waited] == [30]
    assert (USED, 60, 60) in seen.told
    assert (WAITING, 0, 30) in seen.told
    assert seen.told[-2] == (WAITING, 30, 30)


def test_budget_far_off_fails_at_once_without_a_call():
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "60", "X-RateLimit-Reset": "3600"}
    with serving(lambda _: Say({"value": []}, 200, reset)) as server:
        client = web(server.url)
        assert kind(client.one(CALL)) == "good"
        assert kind(client.one(CALL)) == "throttled"
        assert len(server.asked) == 1


def test_plenty_of_budget_is_not_worth_a_word():
    seen = Seen()
    with serving(lambda _: Say({"value": []}, 200, {"RateLimit-Remaining": "59", "RateLimit-Limit": "60"})) as server:
        web(server.url, progress=seen).one(CALL)
    assert seen.told == []


class Tokens:
    """A sign-in whose tokens end."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Secret:
        self.made += 1
        return Secret(f"token-{self.made}".encode())


def test_token_that_ends_midway_is_renewed_once():
    tokens = Tokens()
    with serving(
        lambda ask: Say({}, 200 if ask.headers["authorization"] == f"Bearer token-{1 if ask.number < 2 else 2}" else 401)
    ) as server:
        client = web(server.url, Bearer(tokens))
        assert [kind(client.one(CALL)) for _ in range(4)] == ["good"] * 4
        assert tokens.made == 2
        assert len(server.asked) == 5


def test_token_that_cannot_be_renewed_is_said_to_have_ended():
    with serving(lambda ask: Say({}, 401 if ask.number else 200)) as server:
        client = web(server.url, Bearer(Tokens()))
        assert [kind(client.one(CALL)) for _ in range(2)] == ["good", "expired"]


def test_a_refused_sign_in_is_told_by_the_sign_in():
    def nobody() -> Secret:
        raise KeyrackError("t.sign_in", "no way to sign in")

    with serving(lambda _: Say()) as server, pytest.raises(KeyrackError, match="no way"):
        web(server.url, Bearer(nobody)).one(CALL)


def test_headers_of_basic_and_header():
    with serving(lambda ask: Say({"got": ask.headers.get("authorization") or ask.headers.get("x-vault-token")})) as server:
        assert web(server.url, Basic("ann", Secret(b"pw"))).one(CALL).body["got"] == "Basic YW5uOnB3"
        assert web(server.url, Header("X-Vault-Token", Secret(b"tok"))).one(CALL).body["got"] == "tok"


def test_body_above_the_cap_is_left(monkeypatch):
    monkeypatch.setattr("keyrack.sdk.web.exchange.MAX_BODY", 10_000)
    with serving(lambda _: Say({"value": ["x" * 20_000]})) as server:
        assert kind(web(server.url).one(CALL)) == "too_large"
        assert len(server.asked) == 1


def test_zipped_body_is_measured_unzipped(monkeypatch):
    monkeypatch.setattr("keyrack.sdk.web.exchange.MAX_BODY", 1_000_000)
    bomb = gzip.compress(b'{"a":"' + b"x" * 50_000_000 + b'"}')
    assert len(bomb) < 100_000
    with serving(lambda _: Say(bomb, headers={"Content-Encoding": "gzip"})) as server:
        assert kind(web(server.url).one(CALL)) == "too_large"


def test_a_server_that_drips_is_left():
    with serving(lambda _: Say(b"", claimed=10_000_000, drip=True)) as server:
        client = web(server.url)
        client.patience = 0.2
        assert kind(client.one(CALL)) == "slow"
        assert len(server.asked) == 4


@pytest.mark.parametrize(
    "say",
    [
        Say(b"<html>", headers={"Content-Type": "text/html"}), Say(b"{", headers={}), Say(b'"text"'), Say(b"null"), Say(b""), Say(b"\xff\xfe"),
        Say(b'{"value":[]}', headers={"Content-Type": "text/plain"}), Say(b"[" * 100_000), Say(b"not gzip", headers={"Content-Encoding": "gzip"}),
    ],
)  # fmt: skip
def test_replies_that_are_no_json_are_malformed_or_cut(say):
    with serving(lambda _: say) as server:
        assert kind(web(server.url).one(CALL)) in {"malformed", "cut"}


def test_truncated_body_is_tried_again_then_cut():
    with serving(lambda _: Say(b'{"value":', claimed=500)) as server:
        assert kind(web(server.url).one(CALL)) == "cut"
        assert len(server.asked) == 4


def test_promised_names_must_be_there():
    with serving(lambda _: Say({"other": 1})) as server:
        assert (
            kind(web(server.url).one(Call(capability="t.x", path="/", permission="p", must=("value", "values")))) == "malformed"
        )


def test_no_content_is_an_empty_page():
    with serving(lambda _: Say(b"", 204)) as server:
        assert kind(web(server.url).one(CALL)) == "good"


def test_nobody_listens_is_said_once_and_remembered():
    client = web("http://127.0.0.1:1")
    assert [kind(client.one(CALL)) for _ in range(3)] == ["unreachable"] * 3
    assert client.total() == 4


def test_absent_may_be_an_answer():
    from dataclasses import replace

    with serving(lambda _: Say({}, 404)) as server:
        client = web(server.url)
        assert client.answer(replace(CALL, absent_ok=True)) is None
        assert isinstance(client.answer(CALL), Gap)
        assert list(client.items(replace(CALL, absent_ok=True))) == []


def test_explained_weather_wins_and_its_words_are_ours():
    def explain(status, headers, body):
        return weather("denied").saying("consent is missing") if body.get("code") == "consent" else None

    with serving(lambda _: Say({"code": "consent"}, 400)) as server:
        gap = web(server.url, explain=explain).answer(CALL)
        assert isinstance(gap, Gap)
        assert gap.detail.startswith("consent is missing")


def test_clock_that_differs_is_remarked():
    with serving(lambda _: Say({"value": []}, headers={"Date": formatdate(0, usegmt=True)})) as server:
        client = web(server.url)
        client.one(CALL)
        assert [gap.reason for gap in client.remarks("t.things")] == ["unreadable"]
    with serving(lambda _: Say({"value": []}, headers={"Date": formatdate(usegmt=True)})) as server:
        client = web(server.url)
        client.one(CALL)
        assert list(client.remarks("t.things")) == []


def test_one_connection_serves_many_threads_and_counts_each_call():
    with serving(lambda ask: Say({"value": []}, 500 if ask.number % 5 == 0 else 200)) as server:
        client = web(server.url)
        kinds: Counter[str] = Counter()
        lock = threading.Lock()

        def work() -> None:
            for _ in range(25):
                with lock:
                    pass
                outcome = kind(client.one(CALL))
                with lock:
                    kinds[outcome] += 1

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert kinds["good"] + kinds["broken"] == 200
        assert client.total() == len(server.asked)


_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "next", "token", "error", "\0after"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
_BODY = (
    st.binary(max_size=40)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.just(b'{"value":["\\ud800"],"token":"\\udfff"}')
)
_SAYS = st.builds(
    Say,
    body=_BODY,
    status=st.sampled_from([200, 201, 202, 203, 206, 299, 301, 302, 307, 400, 401, 403, 404, 409, 410, 429, 451, 500, 502, 599]),
    headers=st.dictionaries(
        st.sampled_from(
            ["Content-Type", "Location", "Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Limit", "Link", "Date"]
        ),
        _HEADER | st.sampled_from(["application/json", "0", "1", "</x>; rel=next", "/things"]),
        max_size=5,
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    says=st.lists(_SAYS, min_size=1, max_size=6),
    how=st.sampled_from([by_token("token", param="from"), by_url("next"), by_link_header]),
)
def test_hostile_replies_end_as_data(says, how):
    from dataclasses import replace

    with serving(lambda ask: says[ask.number % len(says)]) as server:
        client = web(server.url)
        client.patience = 5.0
        found = list(client.items(replace(CALL, next=how)))
        assert all(isinstance(item, Gap) or hasattr(item, "keys") for item in found)
        assert len(server.asked) <= 600
        assert list(client.remarks("t.things")) is not None


@given(st.lists(st.sampled_from(["\\ud83d", "\\ude00", "\\\\", "\\\\ud83d", "\\u0041", "x", "\\n"]), max_size=8))
def test_half_a_surrogate_pair_does_not_spoil_a_page(pieces):
    text = '{"name": "' + "".join(pieces) + '"}'
    said = json.loads(text)["name"].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert _decoded(text.encode()) == {"name": said}
