"""Signing in as an App or with a token, telling what is missing, and what one target stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fakes import Fakes
from github_seed import ORG, at, seed

from keyrack.errors import KeyrackError
from keyrack.providers.github import provider, session
from keyrack.providers.github.capabilities import MANIFEST
from keyrack.records import Gap
from keyrack.sdk import Context, Expanding, Probing, Target
from keyrack_estate.fakes.github import Github
from keyrack_estate.fakes.server import serve


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A key file as GitHub hands it out, and its public half."""
    key = rsa.generate_private_key(65537, 2048)
    path = tmp_path_factory.mktemp("app") / "app.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return path, public.decode()


@pytest.fixture
def app(pair: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Github, Target]]:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.delenv("GH_TOKEN", raising=False)
    fake = seed()[0]
    fake.tokens, fake.app_key = {}, pair[1]
    with serve(fake):
        yield fake, at(fake.url, app_id=fake.app_id, app_key=str(pair[0]))


def incomplete(records: object) -> list[Gap]:
    return [record for record in list(records) if isinstance(record, Gap) and record.incomplete]  # type: ignore[call-overload]


def test_an_app_sees_everything(app: tuple[Github, Target], ctx: Context) -> None:
    assert incomplete(provider.discover(app[1], ctx)) == []


def test_a_token_of_an_app_that_ends_midway_is_renewed(app: tuple[Github, Target], ctx: Context) -> None:
    fake, target = app
    whole = {repr(record) for record in provider.discover(target, ctx)}
    signed = fake.calls[r"POST /app/installations/(?P<number>[^/]+)/access_tokens"]
    fake.lifetime = 7
    assert {repr(record) for record in provider.discover(target, ctx)} == whole
    assert fake.calls[r"POST /app/installations/(?P<number>[^/]+)/access_tokens"] > signed + 4


@pytest.mark.parametrize("wrong", ["other-app", "no-file", "no-pem", "elliptic", "not-installed"])
def test_a_sign_in_that_fails_is_a_sentence(app: tuple[Github, Target], ctx: Context, tmp_path: Path, wrong: str) -> None:
    _, target = app
    options = dict(target.options)
    file = tmp_path / "key.pem"
    if wrong == "other-app":
        options["app_id"] = "99"
    elif wrong == "not-installed":
        options["organization"] = "somebody-else"
    else:
        key = ec.generate_private_key(ec.SECP256R1())
        plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        options["app_key"] = str(file)
        if wrong != "no-file":
            file.write_bytes(plain if wrong == "elliptic" else b"no key at all")
    with pytest.raises(KeyrackError) as refused:
        list(provider.discover(replace(target, options=options), ctx))
    assert refused.value.code in {"github.sign_in", "github.app_key"}
    assert refused.value.hint or "App" in str(refused.value)


def test_without_any_way_to_sign_in_nothing_is_sent(
    github: tuple[Github, Fakes], target: Target, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.delenv("GH_TOKEN", raising=False)
    with pytest.raises(KeyrackError, match="no way to sign in"):
        list(provider.discover(target, ctx))
    assert github[0].total() == 0


def test_a_token_may_lie_in_a_variable_of_ones_own(
    github: tuple[Github, Fakes], ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("KEYRACK_GITHUB", "app-token")
    assert incomplete(provider.discover(at(github[0].url, token_env="KEYRACK_GITHUB"), ctx)) == []


@pytest.mark.parametrize("name", ["", "a,b", "-a", "a b", "a/b", "https://github.com/a"])
def test_one_organisation_by_its_name(name: str, ctx: Context) -> None:
    with pytest.raises(KeyrackError):
        provider.source(Target("github", options={"organization": name}), ctx)


def test_names_are_compared_in_lower_case(ctx: Context) -> None:
    assert provider.source(Target("github", options={"organization": "ACME"}), ctx).id == "github:acme"


@pytest.mark.parametrize(
    ("endpoint", "graphql"),
    [
        ("", "https://api.github.com/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://github.acme.example/api/v3/", "https://github.acme.example/api/graphql"),
    ],
)
def test_graphql_lies_beside_rest(endpoint: str, graphql: str) -> None:
    assert session.graphql({"endpoint": endpoint}) == graphql


def test_a_probe_names_the_missing_permission(github: tuple[Github, Fakes], target: Target, ctx: Context) -> None:
    assert isinstance(provider, Probing)
    assert all(probe.ok for probe in provider.probe(target, ctx))
    before = github[0].total()
    github[0].denied = {"/hooks$"}
    probes = list(provider.probe(target, ctx))
    assert {probe.permission for probe in probes if not probe.ok} == {"organization_hooks:read", "repository_hooks:read"}
    assert github[0].total() - before <= 30


def test_an_enterprise_stands_for_its_organisations(github: tuple[Github, Fakes], ctx: Context) -> None:
    fake = github[0]
    fake.enterprise, fake.page = {"acme-group": [f"org-{number:02}" for number in range(7)]}, 3
    assert isinstance(provider, Expanding)
    target = Target("github", options={"enterprise": "acme-group", "endpoint": fake.url})
    found = list(provider.expand(target, ctx))
    assert [item.options["organization"] for item in found if isinstance(item, Target)] == [f"org-{n:02}" for n in range(7)]
    assert all(not isinstance(item, Target) or "enterprise" not in item.options for item in found)


def test_an_enterprise_that_cannot_be_read_is_a_gap(github: tuple[Github, Fakes], ctx: Context) -> None:
    github[0].denied = {"/graphql"}
    target = Target("github", options={"enterprise": "acme-group", "endpoint": github[0].url})
    (gap,) = provider.expand(target, ctx)
    assert isinstance(gap, Gap)
    assert gap.permission == "enterprise_organizations:read"


def test_a_list_and_an_app_stand_for_their_organisations(app: tuple[Github, Target], ctx: Context) -> None:
    _, target = app
    named = replace(target, options={**target.options, "organization": "b,A"})
    assert [item.options["organization"] for item in provider.expand(named, ctx) if isinstance(item, Target)] == ["a", "b"]
    unnamed = replace(target, options={key: value for key, value in target.options.items() if key != "organization"})
    assert [item.options["organization"] for item in provider.expand(unnamed, ctx) if isinstance(item, Target)] == [ORG]


def test_the_app_to_create_reads_and_nothing_else() -> None:
    assert MANIFEST.grant is not None
    wanted = [permission for capability in MANIFEST.capabilities for permission in capability.permissions]
    manifest = json.loads(MANIFEST.grant(wanted))
    assert set(manifest["default_permissions"].values()) == {"read"}
    assert manifest["public"] is False
    assert "organization_personal_access_tokens" in manifest["default_permissions"]
