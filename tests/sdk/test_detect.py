"""The detector: every kind it must name, everything it must not report, and that it never raises or leaks."""

from __future__ import annotations

import base64
import json
import random
import shutil
import string
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokens import checked, unchecked

from keyrack.sdk import Fingerprinter, Secret
from keyrack.sdk.detect import Detector, is_test_path, shared
from keyrack.sdk.detection import naming, negatives

ALNUM = string.ascii_letters + string.digits


def rand(n: int, alphabet: str = ALNUM, seed: int = 7) -> str:
    source = random.Random(f"{seed}{n}{alphabet}")
    return "".join(source.choice(alphabet) for _ in range(n))


KEY_ID = "AKIA" + rand(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
SECRET_KEY = rand(40, ALNUM + "/+")
HEX32 = rand(32, "0123456789abcdef")
PASSWORD = rand(14) + "!9"
GITHUB = checked("ghp_", rand(36))


def jwt(**claims: object) -> str:
    def part(document: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()

    return ".".join([part({"alg": "HS256", "typ": "JWT"}), part({"sub": "svc-build-7", **claims}), rand(43)])


def pem(kind: str) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key, form = {
        "rsa": (rsa.generate_private_key(65537, 2048), PrivateFormat.TraditionalOpenSSL),
        "pkcs8": (ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8),
        "openssh": (ed25519.Ed25519PrivateKey.generate(), PrivateFormat.OpenSSH),
    }[kind]
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


@pytest.fixture(scope="module")
def detector() -> Detector:
    return shared()


def one(detector: Detector, text: str, path: str = "app/config.yml"):
    found = detector.scan(text.encode(), path)
    assert len(found) == 1, [(m.detector, m.name) for m in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "kind", "issuer", "value"),
    [
        (f"x = {GITHUB}", "api_token", "github", GITHUB),
        (f"t: github_pat_{rand(22)}_{rand(59)}", "api_token", "github", f"github_pat_{rand(22)}_{rand(59)}"),
        (f"glpat-{rand(20)}", "api_token", "gitlab", f"glpat-{rand(20)}"),
        (f"url: xoxb-{rand(12, '123456789')}-{rand(13, '123456789')}-{rand(24)}", "api_token", "slack", None),
        (f"K=sk_live_{rand(24)}", "api_token", "stripe", None),
        (f"ANTHROPIC_API_KEY=sk-ant-api03-{rand(93)}AA", "api_token", "anthropic", None),
        (f"OPENAI_API_KEY=sk-proj-{rand(74)}T3BlbkFJ{rand(74)}", "api_token", "openai", None),
        (f"//registry.npmjs.org/:_authToken={checked('npm_', rand(36))}", "api_token", "npm", checked("npm_", rand(36))),
        (f"pypi-AgEIcHlwaS5vcmc{rand(80)}", "api_token", "pypi", None),
        (f"key=AIza{rand(35)}", "api_token", "google", None),
        (f"DD_API_KEY={HEX32}", "api_token", "datadog", HEX32),
        (f"DATABASE_URL=postgres://app:{rand(16)}@db.corp:5432/app", "connection_string", "database", rand(16)),
        (f"Server=db;Database=x;User Id=sa;Password={rand(15)};", "connection_string", "database", rand(15)),
        (f"AccountName=a;AccountKey={rand(86)}==;EndpointSuffix=core.windows.net", "connection_string", "azure", f"{rand(86)}=="),
        (f"git clone https://bot:{rand(20)}@git.corp/x.git", "password", "http", rand(20)),
        ("Authorization: Basic " + base64.b64encode(f"bot:{rand(16)}".encode()).decode(), "password", "http", rand(16)),
        (f"DB_PASSWORD={rand(18)}", "password", "database", rand(18)),
        (f'password = "{PASSWORD}"', "password", "unknown", PASSWORD),
        (f'<add key="ApiPassword" value="{rand(14)}"/>', "password", "unknown", rand(14)),
        (f"<server><password>{rand(14)}</password></server>", "password", "unknown", rand(14)),
        (f"hvs.{rand(95)}", "api_token", "vault", None),
    ],
)
def test_names_kind_issuer_and_value(detector, text, kind, issuer, value):
    material = one(detector, text)
    assert (material.kind, material.issuer, material.line) == (kind, issuer, 1)
    assert material.secret is not None
    assert value is None or material.secret.reveal() == value.encode()


@pytest.mark.parametrize(
    "text",
    [
        f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET_KEY}\n",
        json.dumps({"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET_KEY}),
        f"AWS_SECRET_ACCESS_KEY={SECRET_KEY}\n\nAWS_ACCESS_KEY_ID={KEY_ID}\n",
    ],
)
def test_aws_pair_is_one_material(detector, text):
    material = one(detector, text)
    assert (material.kind, material.public_id, material.expiry) == ("access_key", KEY_ID, "never")
    assert material.secret == Secret(SECRET_KEY)


def test_two_aws_pairs_are_not_mixed_up(detector):
    ids = ["AKIA" + rand(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", seed) for seed in (1, 2, 3)]
    secrets = [rand(40, ALNUM + "/+", seed) for seed in (1, 2, 3)]
    text = "".join(
        f"[p{n}]\naws_access_key_id={i}\naws_secret_access_key={s}\n" for n, (i, s) in enumerate(zip(ids, secrets, strict=True))
    )
    found = detector.scan(text.encode(), "creds.ini")
    assert {(m.public_id, m.secret) for m in found} == {(i, Secret(s)) for i, s in zip(ids, secrets, strict=True)}


def test_a_file_full_of_secrets_takes_no_square_time(detector):
    source = random.Random(3)
    tokens = "".join(f"t{n}: {checked('ghp_', ''.join(source.choice(ALNUM) for _ in range(36)))}\n" for n in range(5_000))
    ids = ["AKIA" + "".join(source.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16)) for _ in range(1_500)]
    pairs = "".join(
        f"aws_access_key_id={i}\naws_secret_access_key={''.join(source.choice(ALNUM) for _ in range(40))}\n" for i in ids
    )
    started = time.process_time()
    found = detector.scan((tokens + pairs).encode(), "dump.ini")
    assert time.process_time() - started < 20
    assert len([m for m in found if m.issuer == "github"]) >= 4_990  # a few look like samples by chance
    assert len([m for m in found if m.issuer == "aws" and m.secret is not None]) == 1_500


def test_several_secrets_in_one_base64_text(detector):
    tokens = [checked("ghp_", rand(36, seed=n)) for n in range(3)]
    text = base64.b64encode("\n".join(tokens).encode()).decode()
    found = detector.scan(f"blob: {text}\n".encode(), "x.yml")
    assert {m.secret for m in found} == {Secret(token) for token in tokens}


def test_remembered_lines_are_forgotten(detector):
    detector.scan(f"password: {PASSWORD}\n".encode(), "x.yml")
    assert detector._samples
    detector.forget()
    assert not detector._samples
    assert not detector._judged


def test_lone_aws_key_id_has_no_value(detector):
    material = one(detector, f"# rotate {KEY_ID} before May")
    assert (material.public_id, material.secret) == (KEY_ID, None)


def test_jwt_expiry_is_read(detector):
    assert one(detector, f"token: {jwt(exp=1_999_999_999)}").expires_at == datetime.fromtimestamp(1_999_999_999, UTC)
    assert one(detector, f"token: {jwt()}").expiry == "never"


@pytest.mark.parametrize("kind", ["rsa", "pkcs8", "openssh"])
def test_private_key_is_the_same_in_any_surrounding(detector, kind):
    text = pem(kind)
    quoted = "key = (\n" + "".join(f'    "{line}\\n" +\n' for line in text.splitlines()) + ")\n"
    forms = [text, "key: |\n" + "".join(f"    {line}\n" for line in text.splitlines()), json.dumps({"k": text}), quoted]
    found = [one(detector, form, "deploy/x.txt") for form in forms]
    assert len({m.public_id for m in found}) == 1
    assert found[0].public_id
    assert len({Fingerprinter(b"k" * 32).of(m.secret) for m in found}) == 1
    assert found[0].protected is False
    assert found[0].bits in {2048, 256}


def test_google_service_account_goes_by_its_key_id(detector):
    key_id = rand(40, "0123456789abcdef")
    document = {"type": "service_account", "private_key_id": key_id, "private_key": pem("rsa")}
    document["client_email"] = "deployer@acme-prod.iam.gserviceaccount.com"
    material = one(detector, json.dumps(document, indent=2), "x.txt")
    assert (material.issuer, material.public_id, material.attrs["login"]) == ("gcp", key_id, document["client_email"])


def test_kubernetes_secret_is_decoded(detector):
    text = "kind: Secret\napiVersion: v1\ndata:\n  password: " + base64.b64encode(PASSWORD.encode()).decode() + "\n"
    assert one(detector, text).secret == Secret(PASSWORD)


EXAMPLE = "EXAMPLE"
NEGATIVES = {
    "aws documentation": f"aws_access_key_id = AKIAIOSFODNN7{EXAMPLE}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY{EXAMPLE}KEY",
    "uuid": "api_key: 3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "git hash": f"commit_token: {rand(40, '0123456789abcdef')}",
    "short hash": f'"ApiKey": "{rand(16, "0123456789abcdef")}"',
    "actions reference": "password: ${{ secrets.DB_PASSWORD }}",
    "shell reference": "password: ${DB_PASS}\nTOKEN=$TOKEN\nSECRET=$(pass show x)",
    "vault references": "token: vault:secret/data/x#token\nsecret: op://vault/item/field\npassword: arn:aws:secretsmanager:eu-west-1:1:secret:x",
    "integrity": f'"integrity": "sha512-{rand(86)}=="',
    "sops": f"password: ENC[AES256_GCM,data:{rand(20)},iv:{rand(20)}=,tag:x==,type:str]",
    "ansible vault file": f"$ANSIBLE_VAULT;1.1;AES256\n{rand(80, '0123456789')}",
    "ansible vault value": f"password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {rand(80, '0123456789')}",
    "sealed secret": f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: Ag{rand(300)}",
    "public key": f"ssh-rsa AAAAB3NzaC1yc2E{rand(300)} user@h",
    "publishable key": f"publishable_key: pk_live_{rand(24)}",
    "code": 'password = get_password(user)\ntoken = request.headers["Authorization"]\nself.token = response.token',
    "placeholders": 'password: "changeme"\nsecret = "your-secret-here"\nAPI_KEY=xxxxxxxxxxxx\nTOKEN=<your token>',
    "default login": "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app",
    "masked tokens": f"GITHUB_TOKEN=ghp_{'x' * 36}\nG=ghp_1234567890abcdefghijklmnopqrstuvwxyz",
    "cut key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n" + "." * 64 + "\n-----END RSA PRIVATE KEY-----",
    "paging": f'"nextToken": "{rand(40)}"',
    "path": "password_file: /run/secrets/db-password\nprivate_key: ~/.ssh/id_ed25519.key",
    "constant": 'TOKEN = "CIRCLE_OIDC_TOKEN_V2"',
    "unsigned token": f"token: {jwt()[: jwt().rfind('.') + 1]}{rand(12)}",
    "slug": "image_secret: release-upstream-token-with-32-plus-bytes\napi_token: latest-k8s-vault",
    "service container": "DATABASE_URL: postgresql://app:migrationpass@localhost:5432/app",
    "empty": "password:\ntoken: ''",
}


@pytest.mark.parametrize("name", NEGATIVES)
def test_hard_negatives_are_not_reported(detector, name):
    assert [(m.detector, m.name) for m in detector.scan(NEGATIVES[name].encode(), "app/config.yml")] == []


@pytest.mark.parametrize("path", ["package-lock.json", "app.min.js", "config.env.example", "locale/de.po", "api/openapi.json"])
def test_named_values_do_not_count_in_generated_files(detector, path):
    assert detector.scan(f'"password": "{PASSWORD}"\n'.encode(), path) == []


def test_vendor_format_counts_even_in_a_template(detector):
    assert one(detector, f"GITHUB_TOKEN={GITHUB}", ".env.example").issuer == "github"


@pytest.mark.parametrize("path", ["src/app.py", "README.md", "analysis.ipynb"])
@pytest.mark.parametrize("prefix", ["ghp_", "npm_"])
def test_a_checksum_decides_whatever_the_path(detector, path, prefix):
    text = f'GITHUB_TOKEN = "{{}}"\n{prefix[:3]} {{}}\n'
    assert detector.scan(text.format(*[unchecked(prefix, rand(30))] * 2).encode(), path) == []
    found = detector.scan(text.format(*[checked(prefix, rand(30))] * 2).encode(), path)
    assert [m.attrs.get("checksum") for m in found] == ["valid", "valid"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f'const firebaseConfig = {{ apiKey: "AIza{rand(35)}", authDomain: "shop.firebaseapp.com" }};', "src/firebase.js"),
        (json.dumps({"client": [{"client_info": {"mobilesdk_app_id": "1"}, "api_key": [{"current_key": "AIza" + rand(35)}]}]}), "google-services.json"),
        (f"NEXT_PUBLIC_FIREBASE_API_KEY=AIza{rand(35)}", ".env"),
    ],
)  # fmt: skip
def test_a_firebase_key_is_public(detector, text, path):
    assert "Firebase" in one(detector, text, path).attrs["public"]


def test_another_google_key_is_not_public(detector):
    assert "public" not in one(detector, f'maps_api_key = "AIza{rand(35)}"', "src/maps.js").attrs


def test_a_token_of_nobody_is_none(detector):
    dates = {"iat": 1_700_000_000, "exp": 2_000_000_000}
    assert detector.scan(f"NEXT_PUBLIC_SUPABASE_ANON_KEY={jwt(iss='supabase', role='anon', **dates)}".encode(), ".env") == []
    found = one(detector, f"SUPABASE_KEY={jwt(iss='supabase', role='service_role', **dates)}", ".env")
    assert found.created_at == datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_password_hash_is_none(detector, quote):
    text = f"ADMIN_PASSWORD={quote}$2b$12${rand(53)}{quote}\nADMIN_PASSWORD_HASH={quote}{rand(40)}{quote}\n"
    assert detector.scan(text.encode(), ".env") == []


def test_unquoted_value_counts_only_in_configuration(detector):
    assert detector.scan(f"password = {rand(18)}\n".encode(), "src/app.py") == []
    assert len(detector.scan(f"password = {rand(18)}\n".encode(), "src/app.ini")) == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_x.py", True), ("src/x_test.go", True), ("docs/setup.rst", True), ("README.md", True), ("a/fixtures/k.pem", True),
        ("src/latest/app.py", False), ("src/contest.py", False), ("deploy/prod.env", False), ("src/testify.go", False),
    ],
)  # fmt: skip
def test_test_paths(path, expected):
    assert is_test_path(path) is expected


def test_every_rule_of_the_engine_gets_a_kind_and_an_issuer(detector):
    from keyrack.records import Credential

    for rule in detector._scanner.rules.metadata():
        kind, issuer = naming.kind(rule["id"]), naming.issuer(rule["id"])
        assert Credential(uid="x", kind=kind, issuer=issuer, name="x").kind == kind
        assert issuer == issuer.lower() != ""


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(["a.env", "a.py", "a.yml", "x/.npmrc", "\udcff.txt"]))
def test_arbitrary_bytes_never_raise(data, path):
    shared().scan(data, path.encode("utf-8", "replace").decode())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_negatives_are_total(value, name):
    negatives.sample(value, name)
    negatives.unlikely(name, value, "a.env", bare=True)
    negatives.implausible(value, "a.env")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=ALNUM + "+/=", min_size=24, max_size=64), st.integers(0, 3))
def test_materials_never_show_their_value(value, indent):
    for material in shared().scan(f"{' ' * indent}api_token: {value}".encode(), "x.yml"):
        assert value not in repr(material)
        assert value not in str(material.attrs)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare(1)")
def test_scanning_needs_no_network():
    code = (
        "from keyrack.sdk.detect import shared\n"
        f"found = shared().scan(b'token: {GITHUB}', 'x.yml')\n"
        "import sys; sys.exit(0 if len(found) == 1 else 9)"
    )
    probe = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this user may not make a network namespace")
    done = subprocess.run(["unshare", "--net", sys.executable, "-c", code], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-500:]
