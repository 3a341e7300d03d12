"""What a scan costs is counted where it is spent, whoever asks: calls with retries, waits, and what the server says is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import stamina
from webserver import Say, serving

from keyrack.sdk import Silent
from keyrack.sdk.spending import Purse, Spent, note, together
from keyrack.sdk.web import Call, Nobody, connect

RESETS = datetime(2026, 11, 1, 13, tzinfo=UTC)


class Account(Purse):
    """Progress that keeps the account, as the house's own does."""

    def update(self, stage, done, total=None): ...


@pytest.fixture(autouse=True)
def quick():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def spent(answer, calls=1):
    account = Account()
    with serving(answer) as server:
        web = connect(server.url, Nobody(), progress=account)
        for number in range(calls):
            web.one(Call(capability="t.x", path=f"/{number}", permission="p"))
        assert web.total() == len(server.asked)
    (one,) = account.all()
    assert one.system == urlsplit(server.url).netloc
    assert one.calls == len(server.asked)
    return one


def test_calls_are_counted_with_their_retries():
    assert spent(lambda ask: Say({"a": 1}), 3).calls == 3
    assert spent(lambda ask: Say(status=500 if ask.number < 2 else 200), 1).calls == 3


def test_the_servers_word_on_its_budget_is_kept():
    headers = {"X-RateLimit-Remaining": "41", "X-RateLimit-Limit": "5000", "X-RateLimit-Reset": str(int(RESETS.timestamp()))}
    one = spent(lambda ask: Say(headers=headers))
    assert (one.left, one.limit, one.resets) == (41, 5000, RESETS)


@pytest.mark.parametrize("reset", ["999999999999999", "nan", "soon", "-1", ""])
def test_a_reset_that_is_no_moment_is_none(reset):
    one = spent(lambda ask: Say(headers={"X-RateLimit-Remaining": "4", "X-RateLimit-Reset": reset}))
    assert (one.left, one.resets) == (4, None)


def test_waiting_that_the_server_asked_for_is_counted():
    one = spent(lambda ask: Say(status=429 if ask.number == 0 else 200, headers={"Retry-After": "7"} if ask.number == 0 else {}))
    assert (one.calls, one.waited) == (2, 7.0)


def test_a_provider_with_a_client_of_its_own_tells_by_note():
    account = Account()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: note(account, "db:5432", waited=0.5), range(200)))
    assert account.all() == [Spent(system="db:5432", calls=200, waited=100.0)]
    note(Silent(), "db:5432")  # where nobody counts it is nothing


def test_accounts_of_several_sources_are_one_for_each_system():
    whole = together(
        [
            Spent(system="b", calls=2, left=7),
            Spent(system="a", calls=1),
            Spent(system="b", calls=3, waited=1.5, left=4),
            Spent(system="b"),
        ]
    )
    assert whole == [Spent(system="a", calls=1), Spent(system="b", calls=5, waited=1.5, left=4)]
