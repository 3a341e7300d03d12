"""Shared by the aws provider's tests: one moto server for the session, a clean slate and a quiet environment for each test."""

import sys
from pathlib import Path

import pytest

from keyrack.providers.aws import provider
from keyrack.sdk import Context, Fingerprinter, Target

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "support")]

from account_seed import NOW, seed_account
from aws_kit import quiet_settings
from motoserver import moto_server

EVERYTHING = {"user_data": "true", "read_plain_parameters": "true", "all_ssh_keys": "true"}


@pytest.fixture(scope="session")
def moto_session(tmp_path_factory):
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture(scope="session")
def bare_moto_session(tmp_path_factory):
    """Without AWS's managed policies it starts and resets at once."""
    with moto_server(tmp_path_factory.mktemp("moto") / "bare-log", managed_policies=False) as server:
        yield server


@pytest.fixture
def moto(bare_moto_session):
    """An empty account."""
    bare_moto_session.reset()
    return bare_moto_session


@pytest.fixture(autouse=True)
def _own_aws_settings(monkeypatch, tmp_path):
    quiet_settings(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def seeded(moto_session):
    """The account of ``account_seed`` in moto, for tests that only read."""
    moto_session.reset()
    return seed_account(moto_session)


@pytest.fixture(scope="module")
def records(seeded, moto_session, tmp_path_factory):
    """One scan of it with every option on."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        quiet_settings(monkeypatch, tmp_path_factory.mktemp("aws"))
        options = {"endpoint_url": moto_session.url, **EVERYTHING}
        return list(provider.discover(Target("aws", options=options), Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))))


@pytest.fixture
def ctx():
    return Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def scan(ctx):
    """Run the provider: ``scan(url, regions="all")`` -> list of records."""

    def run(url=None, **options):
        if url:
            options["endpoint_url"] = url
        return list(provider.discover(Target("aws", options=options), ctx))

    return run
