"""JWT roles: our answers are the real server's, for every probe of many roles; and FIELD's examples."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from openbao import Bao, openbao_server

from keyrack.access.trust.fuzz import fuzz
from keyrack.access.trust.openbao import OpenBaoTrust

GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"
MAIN = "repo:acme/web:ref:refs/heads/main"
Login = Callable[[OpenBaoTrust, dict[str, Any]], bool]

ROLES = [
    OpenBaoTrust("subject", GITHUB, ("openbao",), MAIN),
    OpenBaoTrust("audience-only", GITHUB, ("openbao",)),
    OpenBaoTrust("no-audience", GITHUB, (), MAIN),
    OpenBaoTrust("owner-name", GITHUB, ("openbao",), bound_claims={"repository_owner": ("acme",)}),
    OpenBaoTrust("owner-id", GITHUB, ("openbao",), bound_claims={"repository_owner_id": ("4711",), "ref": ("refs/heads/main",)}),
    OpenBaoTrust("several", GITHUB, ("a", "openbao"), bound_claims={"repository": ("acme/web", "acme/api")}),
    OpenBaoTrust("glob-sub", GITHUB, ("openbao",), bound_claims={"sub": ("repo:acme/web*",)}, bound_claims_type="glob"),
    OpenBaoTrust("glob-all", GITHUB, ("openbao",), bound_claims={"sub": ("repo:*",)}, bound_claims_type="glob"),
    OpenBaoTrust("glob-middle", GITHUB, ("openbao",), bound_claims={"sub": ("repo:*/web:ref:*main",)}, bound_claims_type="glob"),
    OpenBaoTrust("glob-mark", GITHUB, ("openbao",), bound_claims={"repository": ("acme/we?",)}, bound_claims_type="glob"),
    OpenBaoTrust("star-is-text", GITHUB, ("openbao",), bound_claims={"sub": ("repo:acme/*",)}),
    OpenBaoTrust("user-claim", GITHUB, ("openbao",), MAIN, user_claim="environment"),
    OpenBaoTrust("workflow", GITHUB, ("openbao",), bound_claims={"job_workflow_ref": ("acme/ci/.github/workflows/x.yml@refs/heads/main",)}),
    OpenBaoTrust("project", GITLAB, ("openbao",), bound_claims={"project_path": ("acme/web",), "ref": ("main",)}),
    OpenBaoTrust("group", GITLAB, ("openbao",), bound_claims={"namespace_path": ("acme*",)}, bound_claims_type="glob"),
    OpenBaoTrust("issuer", GITLAB, ("openbao",), bound_claims={"project_id": ("42",)}, bound_issuer=GITLAB),
]  # fmt: skip


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    """Ask a real server whether a role lets claims in; the key is made here and signs them (RFC 7515, RS256)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with openbao_server(tmp_path_factory.mktemp("bao") / "log") as bao:

        def ask(role: OpenBaoTrust, claims: dict[str, Any]) -> bool:
            mount = f"jwt-{role.name}"
            if mount not in mounted:
                _mount(bao, mount, public, role)
                mounted.add(mount)
            if written.get(mount) != role:
                document = {name: value for name, value in role.document().items() if name not in {"issuer", "bound_issuer"}}
                bao.must("POST", f"auth/{mount}/role/r", document)
                written[mount] = role
            now = int(time.time())
            parts = ({"alg": "RS256", "typ": "JWT"}, {**claims, "iat": now, "nbf": now - 5, "exp": now + 300})
            text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
            signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
            status, _ = bao.call("POST", f"auth/{mount}/login", {"role": "r", "jwt": f"{text}.{_encoded(signature)}"})
            assert status in {200, 400, 403}, status
            return status == 200

        mounted: set[str] = set()
        written: dict[str, OpenBaoTrust] = {}
        yield ask


def _mount(bao: Bao, mount: str, public: str, role: OpenBaoTrust) -> None:
    bao.must("POST", f"sys/auth/{mount}", {"type": "jwt"})
    config = {"jwt_validation_pubkeys": [public], **({"bound_issuer": role.bound_issuer} if role.bound_issuer else {})}
    bao.must("POST", f"auth/{mount}/config", config)


@pytest.mark.parametrize("role", ROLES, ids=[role.name for role in ROLES])
def test_every_probe_is_answered_as_the_server_answers(login: Login, role: OpenBaoTrust) -> None:
    for probe in role.probes():
        assert role.admits(probe).admitted == login(role, dict(probe.claims)), (probe.name, probe.claims)


@pytest.mark.parametrize("role", ROLES, ids=[role.name for role in ROLES])
def test_a_fix_holds_on_the_server_too(login: Login, role: OpenBaoTrust) -> None:
    result = fuzz(role)
    if result.fix is None:
        return
    document = result.fix.document
    claims = {name: tuple(values) for name, values in document["bound_claims"].items()}
    fixed = OpenBaoTrust(
        role.name, role.issuer, tuple(document["bound_audiences"]), document["bound_subject"], claims,
        document["bound_claims_type"], role.user_claim, role.bound_issuer,
    )  # fmt: skip
    left = {entry.probe.name for entry in result.fix.left}
    for probe in role.probes():
        assert login(fixed, dict(probe.claims)) == (probe.level == "meant" or probe.name in left), probe.name


def test_a_role_without_bounds_is_refused_by_the_server_as_unwritable(login: Login) -> None:
    bare = OpenBaoTrust("bare", GITHUB)
    assert not bare.writable
    with pytest.raises(RuntimeError, match="400"):
        login(bare, {"iss": GITHUB, "sub": MAIN})
    assert all(role.writable for role in ROLES)


def test_without_bound_claims_or_subject_every_job_of_the_issuer_gets_in() -> None:
    result = fuzz(OpenBaoTrust("open", GITHUB, ("openbao",)))
    assert "a stranger's repository (by name)" in {entry.probe.name for entry in result.breached}
    assert result.fix is not None
    assert {entry.probe.level for entry in result.fix.left} == {"same"}
    assert all(
        "neither bound_subject nor bound_claims" in entry.why for entry in result.entered if entry.probe.level == "stranger"
    )


def test_without_bound_audiences_a_token_for_nobody_gets_in() -> None:
    role = OpenBaoTrust("no-audience", GITHUB, (), MAIN)
    result = fuzz(role)
    assert all("aud" not in probe.claims for probe in role.probes())
    assert {entry.probe.level for entry in result.breached} == {"recycled"}


def test_a_subject_and_an_audience_keep_everybody_else_out() -> None:
    result = fuzz(OpenBaoTrust("tight", GITHUB, ("openbao",), "repo:acme@4711/web@42:ref:refs/heads/main"))
    assert not result.entered
    assert result.fix is None
    assert [probe.claims["sub"] for probe in result.meant] == ["repo:acme@4711/web@42:ref:refs/heads/main"]
