"""An enterprise of two organisations on a server of its own: found, scanned one by one, its audit log read; as an App and by a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github_seed import NOW, ORG, ago, seed

from keyrack.errors import KeyrackError
from keyrack.providers.github import provider
from keyrack.providers.github.usage import logs
from keyrack.records import Gap, Identity, Resource
from keyrack.sdk import Context, Target
from keyrack.sdk.usage import LiveLog, Rows
from keyrack_estate.fakes.github import Github, RepoState
from keyrack_estate.fakes.server import serve

SLUG = "acme-group"
(LOG,) = logs


def entry(number: int, org: str) -> dict[str, Any]:
    stamp = int(ago(30 - number).timestamp() * 1000)
    base = {"action": "repo.create", "actor": "bo", "org": org, "repo": f"{org}/web", "business": SLUG, "created_at": stamp}
    return {"_document_id": f"e{number:03}", "@timestamp": stamp, **base}


@pytest.fixture
def group() -> Iterator[Github]:
    """``acme`` and ``acme-labs``, small pages."""
    fake, other = seed(page=7)[0], seed()[0].org
    other.login, other.repos = "acme-labs", {"trial": RepoState("trial", workflows=["ci.yml"])}
    other.chosen = {("actions", "SIGNING_KEY"): ["trial"]}
    fake.others, fake.enterprise = {"acme-labs": other}, {SLUG: [ORG, "acme-labs"]}
    fake.audit = {SLUG: [entry(number, ORG if number % 2 else "acme-labs") for number in range(20)]}
    with serve(fake):
        yield fake


@pytest.fixture(params=["token", "app"])
def options(request: pytest.FixtureRequest, group: Github, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Of an enterprise server, whose REST lies below ``/api/v3``."""
    base = {"enterprise": SLUG, "endpoint": f"{group.url}/api/v3", "timeout": "5"}
    if request.param == "token":
        monkeypatch.setenv("GITHUB_TOKEN", "app-token")
        return base
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (tmp_path / "app.pem").write_bytes(pem)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    group.tokens, group.app_key = {}, public.decode()
    return {**base, "app_id": group.app_id, "app_key": str(tmp_path / "app.pem")}


def test_both_organisations_are_scanned_whole(options: dict[str, str], ctx: Context) -> None:
    targets = list(provider.expand(Target("github", options=options), ctx))
    assert [t.options["organization"] for t in targets if isinstance(t, Target)] == [ORG, "acme-labs"]
    for target in targets:
        assert isinstance(target, Target)
        records = list(provider.discover(target, ctx))
        org = target.options["organization"]
        assert [r for r in records if isinstance(r, Gap) and r.incomplete] == []
        assert {r.scope for r in records if isinstance(r, Resource) and r.type == "github:repository"} == {org}
        assert any(isinstance(r, Identity) and r.uid.startswith(f"github:{org}:app/") for r in records)


def test_the_log_of_the_enterprise_is_read_once_and_then_only_what_is_new(group: Github, options: dict[str, str]) -> None:
    assert isinstance(LOG, LiveLog)
    pages = list(LOG.pages(None, now=NOW, options=options))
    rows = Rows()
    for page in pages:
        LOG.read(page.raw, rows)
    assert list(rows.columns["id"]) == [f"e{number:03}" for number in range(20)]
    assert set(rows.columns["scope"]) == {ORG, "acme-labs"}
    group.audit[SLUG].append(entry(29, ORG))
    again = Rows()
    for page in LOG.pages(pages[-1].cursor, now=NOW, options=options):
        LOG.read(page.raw, again)
    assert list(again.columns["id"])[-1] == "e029"
    assert len(again.columns["id"]) <= 2


def test_an_enterprise_that_refuses_names_its_own_permission(group: Github, options: dict[str, str]) -> None:
    group.audit = {}
    with pytest.raises(KeyrackError, match="audit log") as refused:
        list(LOG.pages(None, now=NOW, options=options))
    assert "enterprise_administration:read" in str(refused.value.hint)
