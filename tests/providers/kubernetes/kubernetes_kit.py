"""Shared by the kubernetes provider's tests: a seeded real API server and a seeded fake, and one way to scan them."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyrack.providers.kubernetes import provider
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack_estate.fakes.kubernetes import KubernetesFake, State
from keyrack_estate.fakes.server import serve

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "support")]

from kubeapi import kube_api
from kubernetes_seed import Planted, seed

TOKEN = "fake-" + "admin"


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """A real server with the seed in it; ``real.planted`` are the values."""
    with kube_api(tmp_path_factory.mktemp("kube")) as server:
        made = Planted()
        api = server.client()
        seed(api, made, added=False)
        server.settle()
        yield server, made


def official(url, token=TOKEN):
    """The official client for a fake."""
    from kubernetes import client

    settings = client.Configuration()
    settings.host = url
    settings.api_key = {"authorization": f"Bearer {token}"}
    return client.ApiClient(settings)


@pytest.fixture
def fake():
    """An empty fake, served."""
    server = KubernetesFake(state=State("fake"), tokens={TOKEN: "admin"})
    with serve(server):
        yield server


@pytest.fixture(scope="module")
def seeded():
    """A fake with the seed in it, and the values."""
    server = KubernetesFake(state=State("fake"), tokens={TOKEN: "admin"})
    with serve(server) as url:
        made = Planted()
        seed(official(url), made, batch="batch/v1")
        yield server, made


@pytest.fixture
def ctx():
    return Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def target(tmp_path):
    """A target for a URL; ``ca`` for the real server."""

    def make(url, token=TOKEN, ca=None, **options):
        path = tmp_path / "token"
        path.write_text(token)
        found = {"endpoint": url, "token_file": str(path), "cluster": "prod-eu", **options}
        return Target("kubernetes", options={**found, **({"ca_file": str(ca)} if ca else {})})

    return make


@pytest.fixture
def scan(ctx, target):
    """Run the provider against a URL -> list of records."""

    def run(url, **options):
        return list(provider.discover(target(url, **options), ctx))

    return run
