"""Shared by the entra provider's tests: a small tenant behind the fakes, and a target that reads it."""

import sys
from pathlib import Path

import pytest
import stamina

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "support")]

from entra_tenant import NOW, small_tenant

from keyrack.sdk import Context, Fingerprinter, Target
from keyrack_estate.fakes.server import serve


@pytest.fixture(autouse=True)
def _fast_retries():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def tenant(monkeypatch):
    """A fresh tenant, its tokens in the environment."""
    made = small_tenant()
    monkeypatch.setenv("KEYRACK_TEST_GRAPH", made.graph_token)
    monkeypatch.setenv("KEYRACK_TEST_ARM", made.arm_token)
    return made


@pytest.fixture
def fakes(tenant):
    return tenant.fakes()


@pytest.fixture
def url(fakes):
    with serve(fakes) as address:
        yield address


@pytest.fixture
def ctx():
    return Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def target_of(tenant):
    """Makes the target for an address that answers for both APIs."""

    def make(address, **options):
        settings = {
            "endpoint": address, "arm_endpoint": address, "token_env": "KEYRACK_TEST_GRAPH", "arm_token_env": "KEYRACK_TEST_ARM",
            "tenant": tenant.maker.directory.tenant, "app_settings": "true", "timeout": "5", **options,
        }  # fmt: skip
        return Target("entra", options={name: value for name, value in settings.items() if value})

    return make
