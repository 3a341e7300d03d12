"""Signing in, naming the target, one source or many, and which permissions are missing."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stamina
import yaml
from gcp_kit import target
from gcp_seed import DEV, PROD, TOKEN_ENV

from keyrack.errors import KeyrackError
from keyrack.providers.gcp import provider
from keyrack.records import Gap, Identity
from keyrack.sdk import Expanding, Probing, Target

ORG = "100000000001"
CLOSED = "/assets$|searchAllIamPolicies$"


@pytest.fixture(autouse=True)
def fast():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def test_it_is_probing_and_expanding():
    assert isinstance(provider, Probing)
    assert isinstance(provider, Expanding)


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({"project": PROD}, f"gcp:project/{PROD}"),
        ({"project": f"projects/{PROD}"}, f"gcp:project/{PROD}"),
        ({"organization": f"organizations/{ORG}"}, f"gcp:organization/{ORG}"),
        ({"folder": "300000000001"}, "gcp:folder/300000000001"),
        ({"project": "acme.example:site-1"}, "gcp:project/acme.example:site-1"),
    ],
)
def test_sources_are_named_without_a_call(ctx, options, source):
    assert provider.source(Target("gcp", "", options), ctx).id == source


@pytest.mark.parametrize(
    "options",
    [
        {"project": PROD, "folder": "1"},
        {"organization": "acme"},
        {"project": "../../etc"},
        {"project": "x/../y"},
        {"project": "a b"},
        {"folder": "٣٣"},
    ],
)
def test_what_is_no_target_is_refused(ctx, options):
    with pytest.raises(KeyrackError) as error:
        provider.source(Target("gcp", "", options), ctx)
    assert error.value.code == "gcp.target"


def test_the_project_of_the_environment_is_the_default(ctx, monkeypatch):
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", PROD)
    assert provider.source(Target("gcp", "", {"token_env": TOKEN_ENV}), ctx).id == f"gcp:project/{PROD}"


@pytest.mark.parametrize("options", [{"timeout": "soon"}, {"endpoint": "ftp://x"}, {"endpoint": "http://elsewhere.example"}])
def test_what_cannot_be_asked_is_a_sentence(seed, fake, ctx, options):
    with pytest.raises(KeyrackError) as error:
        list(provider.discover(target(fake.url, **options), ctx))
    assert error.value.code.startswith("gcp.")
    assert seed.token not in f"{error.value} {error.value.hint}"


class _Metadata(BaseHTTPRequestHandler):
    """The metadata server of a workload, and a token endpoint (compute/docs/metadata/overview)."""

    token = ""
    asked: list[str] = []  # noqa: RUF012 - one server a test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        answers = {"/computeMetadata/v1/project/project-id": PROD, "/": ""}
        path = self.path.partition("?")[0]
        body = answers.get(path)
        if path.endswith("/token"):
            body = json.dumps({"access_token": self.token, "expires_in": 3600, "token_type": "Bearer"})
        elif path.endswith("/service-accounts/default/"):
            body = json.dumps({"email": f"keyrack@{PROD}.iam.gserviceaccount.com", "scopes": []})
        elif path.endswith("universe-domain"):
            body = "googleapis.com"
        self.send_response(200 if body is not None else 404)
        self.send_header("Metadata-Flavor", "Google")
        self.send_header("Content-Type", "application/json" if (body or "").startswith("{") else "text/plain")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def metadata(seed, monkeypatch, tmp_path):
    handler = type("Metadata", (_Metadata,), {"token": seed.token, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"):
        monkeypatch.setenv(name, host)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    from google.auth.compute_engine import _metadata as module

    monkeypatch.setattr(module, "_METADATA_ROOT", f"http://{host}/computeMetadata/v1/", raising=False)
    monkeypatch.setattr(module, "_METADATA_IP_ROOT", f"http://{host}", raising=False)
    monkeypatch.setattr(module, "_GCE_METADATA_HOST", host, raising=False)
    yield handler
    server.shutdown()
    server.server_close()


def test_a_workload_signs_in_by_its_metadata_server(seed, fake, ctx, metadata):
    found = list(provider.discover(Target("gcp", "", {"endpoint": fake.url}), ctx))
    assert any(isinstance(record, Identity) for record in found)
    assert not [record for record in found if isinstance(record, Gap) and record.reason == "denied"]
    assert any(path.partition("?")[0].endswith("/token") for path in metadata.asked)
    assert provider.source(Target("gcp", "", {"endpoint": fake.url}), ctx).id == f"gcp:project/{PROD}"


def test_federation_by_a_token_file(seed, fake, ctx, monkeypatch, tmp_path):
    """Workload identity federation: the file names a token file and Google's token exchange, and holds no secret."""

    class Exchange(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            good = b"subject_token=header.payload.signature" in sent
            body = json.dumps({"access_token": seed.token, "expires_in": 3600, "token_type": "Bearer", "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"})  # fmt: skip
            self.send_response(200 if good else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode() if good else b"{}")

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "token").write_text("header.payload.signature")
    audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/keyrack/providers/github"
    document = {
        "type": "external_account", "audience": audience, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"http://127.0.0.1:{server.server_address[1]}/v1/token", "credential_source": {"file": str(tmp_path / "token")},
    }  # fmt: skip
    (tmp_path / "federation.json").write_text(json.dumps(document))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "federation.json"))
    try:
        found = list(provider.discover(Target("gcp", "", {"endpoint": fake.url, "project": PROD}), ctx))  # and asks nobody else
    finally:
        server.shutdown()
        server.server_close()
    assert any(isinstance(record, Identity) for record in found)


def test_without_any_sign_in_it_says_how_to_get_one(ctx, monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "missing.json"))
    with pytest.raises(KeyrackError) as error:
        list(provider.discover(Target("gcp", "", {"project": PROD}), ctx))
    assert error.value.code == "gcp.sign_in"


def test_an_organisation_is_one_source_in_bulk(fake, ctx):
    wish = target(fake.url, organization=ORG)
    assert list(provider.expand(wish, ctx)) == [wish]
    assert fake.total() == 1


def test_an_organisation_is_its_projects_where_cloud_asset_is_closed(fake, ctx):
    fake.denied |= {CLOSED}
    for options in ({"organization": ORG}, {"folder": "300000000001"}):
        found = list(provider.expand(target(fake.url, **options), ctx))
        assert [item.options["project"] for item in found if isinstance(item, Target)] == [DEV, PROD]
        assert [item.incomplete for item in found if isinstance(item, Gap)] == [False]
        assert not any({"organization", "folder"} & set(item.options) for item in found if isinstance(item, Target))


def test_a_folder_without_projects_stands_for_nothing(fake, ctx):
    fake.denied |= {CLOSED}
    found = list(provider.expand(target(fake.url, folder="999"), ctx))
    assert [item for item in found if isinstance(item, Target)] == []


def test_a_project_is_itself(fake, ctx):
    wish = target(fake.url)
    assert list(provider.expand(wish, ctx)) == [wish]
    assert fake.total() == 0


def probes(fake, ctx, **options):
    return {probe.capability: probe for probe in provider.probe(target(fake.url, **options), ctx)}


@pytest.mark.parametrize("options", [{}, {"organization": ORG}, {"folder": "300000000001"}])
def test_probes_are_good_with_the_printed_role(fake, ctx, options):
    found = probes(fake, ctx, **options)
    assert {name for name, probe in found.items() if not probe.ok} == set()
    assert set(found) == provider.manifest.names() - {"gcp.secret_values"}
    assert fake.total() == 1


def test_a_missing_permission_is_named(fake, ctx):
    fake.missing |= {"storage.hmacKeys.list", "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query"}
    found = probes(fake, ctx)
    assert {name: probe.permission for name, probe in found.items() if not probe.ok} == {
        "gcp.hmac_keys": "storage.hmacKeys.list",
        "gcp.activity": "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
    }


def test_without_cloud_asset_the_long_way_is_open_for_a_project_alone(fake, ctx):
    fake.missing |= {"cloudasset.assets.listResource", "cloudasset.assets.searchAllIamPolicies"}
    assert {name for name, probe in probes(fake, ctx).items() if not probe.ok} == set()
    assert "gcp.service_accounts" in {name for name, probe in probes(fake, ctx, organization=ORG).items() if not probe.ok}


def test_probes_of_somebody_refused(fake, ctx):
    fake.tokens = {}
    found = probes(fake, ctx)
    assert {probe.ok for probe in found.values()} == {False}


def test_the_printed_role_is_yaml_of_permissions_and_reads_only():
    manifest = provider.manifest
    assert manifest.grant is not None
    role = yaml.safe_load(manifest.grant([p for c in manifest.capabilities for p in c.permissions]))
    verbs = {name.rpartition(".")[2] for name in role["includedPermissions"]}
    assert verbs <= {"list", "get", "getIamPolicy", "query", "access", "listResource", "searchAllIamPolicies"}
    assert len(role["includedPermissions"]) == len(set(role["includedPermissions"])) > 25
