"""The audit log asked for live: every entry once, gone on from where it ended, and who it was that acted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from github_seed import NOW, ORG, ago, at, seed

from keyrack.app.home import Home
from keyrack.app.usage import Ask, IngestRequest, ingest
from keyrack.errors import KeyrackError
from keyrack.providers.github.audit import event
from keyrack.providers.github.usage import logs
from keyrack.sdk.usage import LiveLog, Rows
from keyrack_estate.fakes.github import Github
from keyrack_estate.fakes.server import serve

(LOG,) = logs


def entry(number: int, days: float, **more: Any) -> dict[str, Any]:
    stamp = int(ago(days).timestamp() * 1000)
    base = {"action": "repo.create", "actor": "bo", "org": ORG, "repo": f"{ORG}/web", "created_at": stamp}
    return {"_document_id": f"d{number:05}", "@timestamp": stamp, **base, **more}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Github]:
    monkeypatch.setenv("GITHUB_TOKEN", "user-token")
    fake = seed(page=10)[0]
    fake.org.lists["audit-log"] = [entry(number, 179 - number) for number in range(95)]
    with serve(fake):
        yield fake


def ids(pages: list[Any]) -> list[str]:
    rows = Rows()
    for page in pages:
        LOG.read(page.raw, rows)
    return list(rows.columns["id"])


def options(fake: Github) -> dict[str, str]:
    return dict(at(fake.url).options)


def test_every_entry_once_and_then_only_what_is_new(fake: Github) -> None:
    assert isinstance(LOG, LiveLog)
    first = list(LOG.pages(None, now=NOW, options=options(fake)))
    assert ids(first) == [f"d{number:05}" for number in range(95)]
    fake.org.lists["audit-log"].append(entry(95, 0.01))
    again = ids(list(LOG.pages(first[-1].cursor, now=NOW + timedelta(hours=1), options=options(fake))))
    assert again[-1] == "d00095"
    assert len(again) <= 2, "the day of the last entry is asked for again, no more"


def test_a_look_cut_short_goes_on_after_the_last_page_kept(fake: Github) -> None:
    kept = next(iter(LOG.pages(None, now=NOW, options=options(fake))))
    rest = ids(list(LOG.pages(kept.cursor, now=NOW, options=options(fake))))
    assert rest == [f"d{number:05}" for number in range(10, 95)]


def test_a_refusal_is_a_sentence_with_the_permission(fake: Github) -> None:
    del fake.org.lists["audit-log"]
    with pytest.raises(KeyrackError, match="audit log") as refused:
        list(LOG.pages(None, now=NOW, options=options(fake)))
    assert "organization_administration:read" in str(refused.value.hint)


def test_through_the_house_nothing_is_counted_twice(fake: Github, tmp_path: Any) -> None:
    home = Home(tmp_path)
    request = IngestRequest(targets=(), now=NOW, asks=(Ask(word="github", options=options(fake)),))
    assert ingest(home, request).new == 95
    assert ingest(home, request).new == 0


@pytest.mark.parametrize(
    ("raw", "identity", "credential"),
    [
        ({"actor": "github-actions[bot]"}, "github:acme:actions/web", None),
        ({"actor": "github-actions[bot]", "repo": None}, "github:acme:app/github-actions", None),
        ({"actor": "watcher[bot]", "hashed_token": "h="}, "github:acme:app/watcher", "cred:github:h="),
        (
            {
                "actor": "Bo",
                "token_id": 500031,
                "hashed_token": "h=",
                "programmatic_access_type": "Fine-grained personal access token",
            },
            "saas:github:account/bo",
            "cred:github:token/500031",
        ),
        (
            {"actor": "bo", "token_id": 7, "hashed_token": "h=", "programmatic_access_type": "Personal access token (classic)"},
            "saas:github:account/bo",
            "cred:github:h=",
        ),
        ({"actor": "deploy_key", "action": "git.clone", "programmatic_access_type": "Public Key (User/Deploy)"}, None, None),
        ({"actor": "deploy_key", "action": "git.push", "deploy_key_fingerprint": "SHA256:k"}, None, "cred:ssh:SHA256:k"),
    ],
)
def test_who_acted_and_with_what(raw: dict[str, Any], identity: str | None, credential: str | None) -> None:
    found = event({key: value for key, value in entry(1, 1, **raw).items() if value is not None}, None)
    assert found is not None
    assert (found.identity_uid, found.credential_uid) == (identity, credential)
