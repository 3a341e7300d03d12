"""The shapes of credentials: each issuer's form, references and samples that are none, and the laws of totality."""

from __future__ import annotations

import base64
import json
import random
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokens import checked, unchecked

from keyrack.sdk.placeholders import placeholder, reference, secret_name
from keyrack.sdk.shapes import Shape, classify, environment, suspect

RNG = random.Random(20261124)
ALNUM = string.ascii_letters + string.digits


def rand(n: int, alphabet: str = ALNUM) -> str:
    return "".join(RNG.choice(alphabet) for _ in range(n))


def aws_id(prefix: str = "AKIA") -> str:
    return prefix + rand(16, string.ascii_uppercase + "234567")


def jwt(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.{rand(43)}"


FORMS = [
    (checked("ghp_", rand(36)), "github", "api_token", True),
    ("github_pat_" + rand(22) + "_" + rand(59), "github", "api_token", True),
    (checked("gho_", rand(36)), "github", "api_token", True),
    (checked("ghs_", rand(36)), "github", "session_token", False),
    ("glpat-" + rand(20), "gitlab", "api_token", False),
    ("xoxb-" + rand(12, string.digits) + "-" + rand(24), "slack", "api_token", False),
    ("xoxp-" + rand(12, string.digits) + "-" + rand(32), "slack", "api_token", True),
    ("sk-proj-" + rand(60), "openai", "api_token", False),
    ("sk-svcacct-" + rand(60), "openai", "api_token", False),
    ("sk-ant-api03-" + rand(90), "anthropic", "api_token", False),
    ("sk-ant-oat01-" + rand(90), "anthropic", "session_token", True),
    ("sk_live_" + rand(24), "stripe", "api_token", False),
    ("rk_live_" + rand(24), "stripe", "api_token", False),
    (checked("npm_", rand(36)), "npm", "api_token", False),
    ("pypi-" + rand(80), "pypi", "api_token", False),
    ("hf_" + rand(34), "huggingface", "api_token", False),
    ("AIza" + rand(35), "google", "api_token", False),
    ("ya29.a0" + rand(60), "google", "session_token", True),
    ("ya29.c." + rand(60), "google", "session_token", False),
    ("lin_api_" + rand(40), "linear", "api_token", True),
    ("ntn_" + rand(46), "notion", "api_token", False),
]


@pytest.mark.parametrize(("value", "issuer", "kind", "person"), FORMS, ids=[f"{f[1]}-{f[0][:8]}" for f in FORMS])
def test_known_forms(value, issuer, kind, person):
    shape = classify(value.encode())
    assert (shape.issuer, shape.kind, shape.known, shape.person is not None) == (issuer, kind, True, person)
    assert suspect("X", value) is not None  # the name does not matter for a known form
    assert classify(f'"Bearer {value}"'.encode()).secret.reveal() == value.encode()


def test_connection_string_secret_is_the_password():
    password = rand(18)
    shape = suspect("DATABASE_URL", f"postgresql+psycopg://svc_billing:{password}@db.example.com:5432/billing?sslmode=require")
    assert shape is not None
    assert (shape.kind, shape.issuer, shape.login, shape.endpoint) == (
        "connection_string",
        "database",
        "svc_billing",
        "db.example.com",
    )
    assert shape.secret.reveal() == password.encode()


def test_token_inside_a_git_url():
    token = checked("ghp_", rand(36))
    shape = suspect("REMOTE", f"https://x-access-token:{token}@github.com/acme/web.git")
    assert shape is not None
    assert (shape.issuer, shape.endpoint) == ("github", "github.com")
    assert shape.secret.reveal() == token.encode()


def test_basic_authorization():
    password = rand(20)
    header = "Basic " + base64.b64encode(f"svc-jira:{password}".encode()).decode()
    shape = suspect("Authorization", header)
    assert shape is not None
    assert (shape.kind, shape.login, shape.secret.reveal()) == ("password", "svc-jira", password.encode())


def test_jwt_claims_are_read():
    shape = classify(jwt(iss="https://login.example.org/", sub="u1", email="ann@acme.example", exp=1800000000).encode())
    assert shape.person == "ann@acme.example"
    assert shape.expires_at == datetime.fromtimestamp(1800000000, UTC)
    assert shape.endpoint == "login.example.org"
    kube = classify(jwt(iss="kubernetes/serviceaccount", sub="system:serviceaccount:prod:deployer").encode())
    assert (kube.issuer, kube.person, kube.expiry, kube.login) == (
        "kubernetes",
        None,
        "never",
        "system:serviceaccount:prod:deployer",
    )


def test_service_account_key_file_plain_and_base64():
    key_id = rand(40, "0123456789abcdef")
    pem = f"-----BEGIN PRIVATE {''}KEY-----\n{rand(64)}\n-----END PRIVATE KEY-----\n"
    text = json.dumps(
        {"type": "service_account", "private_key_id": key_id, "private_key": pem, "client_email": "x@p.iam.gserviceaccount.com"}
    )
    for value in (text, base64.b64encode(text.encode()).decode()):
        shape = classify(value.encode())
        assert (shape.issuer, shape.public_id, shape.login) == ("gcp", key_id, "x@p.iam.gserviceaccount.com")
        assert shape.secret.reveal() == pem.encode()


def test_aws_pair_is_one_credential():
    key, secret = aws_id(), rand(40)
    found = list(environment({"AWS_REGION": "eu-west-1", "AWS_SECRET_ACCESS_KEY": secret, "AWS_ACCESS_KEY_ID": key}))
    assert [(name, shape.public_id, shape.kind, shape.secret.reveal()) for name, shape in found] == [
        ("AWS_SECRET_ACCESS_KEY", key, "access_key", secret.encode())
    ]


def test_two_prefixed_pairs_in_one_block():
    first, second = (aws_id(), rand(40)), (aws_id("ASIA"), rand(40))
    block = {
        "PROD_AWS_ACCESS_KEY_ID": first[0], "DEV_AWS_ACCESS_KEY_ID": second[0],
        "DEV_AWS_SECRET_ACCESS_KEY": second[1], "PROD_AWS_SECRET_ACCESS_KEY": first[1], "AWS_SESSION_TOKEN": rand(300),
    }  # fmt: skip
    found = {shape.public_id: shape for _, shape in environment(block)}
    assert {key: shape.secret.reveal() for key, shape in found.items()} == {
        first[0]: first[1].encode(),
        second[0]: second[1].encode(),
    }
    assert found[second[0]].expiry == "set"


def test_a_lone_key_id_gives_nothing_away():
    assert list(environment({"AWS_ACCESS_KEY_ID": aws_id(), "AWS_SECRET_ACCESS_KEY": "${AWS_SECRET_ACCESS_KEY}"})) == []


HARD_NEGATIVES = [
    ("GITHUB_TOKEN", "${GITHUB_TOKEN}"), ("GITHUB_TOKEN", "${env:GITHUB_TOKEN}"), ("TOKEN", "${input:token}"), ("TOKEN", "$GITHUB_TOKEN"),
    ("API_KEY", "op://vault/item/field"), ("API_KEY", "$(pass show api)"), ("API_KEY", "{env:API_KEY}"), ("TOKEN", "%GITHUB_TOKEN%"),
    ("Authorization", "Bearer ${TOKEN}"), ("API_KEY", "YOUR_TOKEN_HERE"), ("API_KEY", "<token>"), ("API_KEY", "xxx"), ("API_KEY", "xxxxxxxxxxxxxxxx"),
    ("PASSWORD", "changeme"), ("OPENAI_API_KEY", "sk-..."), ("OPENAI_API_KEY", "sk-xxxxxxxxxxxxxxxxxxxxxxxx"), ("OPENAI_API_KEY", "your-openai-api-key"),
    ("GITHUB_TOKEN", "ghp_" + "x" * 36), ("GITHUB_TOKEN", "ghp_your_token_goes_here_0123456789abcd"), ("TOKEN", "***REDACTED***"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"), ("MAX_TOKENS", "4096000000aB"), ("TOKEN_FILE", "/run/secrets/token"),
    ("API_KEY_PATH", "/home/ann/.keys/openai"), ("SECRET_NAME", "prod/billing/StripeKey9"), ("AUTH_URL", "https://auth.example.com/Token9"),
    ("DATABASE_URL", "postgres://postgres:postgres@localhost:5432/app"), ("DATABASE_URL", "postgres://user:${PW}@db/app"),
    ("DATABASE_URL", "postgres://user:password@db/app"), ("SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf"),
    ("firstTokenDate", "2025-06-01T10:00:00.000000Z"), ("lastKey", "2025-06-01"), ("env_key", "AZURE_OPENAI_API_KEY2"), ("TOKEN", "true"), ("GIT_AUTHOR_NAME", "Ann Smith Xq9"), ("SSH_AUTH_SOCK", "/run/user/1000/agent.9"), ("NODE_ENV", "production"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), HARD_NEGATIVES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(HARD_NEGATIVES)])
def test_hard_negatives(name, value):
    assert suspect(name, value) is None


@pytest.mark.parametrize(
    "name", ["API_TOKEN", "apiKey", "X-Api-Key", "Authorization", "clientSecret", "db_password", "BRAVE_API_KEY", "GITHUB_PAT"]
)
def test_secret_names(name):
    assert secret_name(name)
    shape = suspect(name, rand(32))
    assert shape is not None
    assert not shape.known


def test_a_wrong_checksum_a_hash_and_the_anonymous_role_are_no_credentials():
    assert suspect("GITHUB_TOKEN", unchecked("ghp_", rand(30))) is None
    assert suspect("GITHUB_TOKEN", checked("ghp_", rand(30))).attrs()["checksum"] == "valid"
    assert suspect("ANON_KEY", jwt(iss="supabase", role="anon", exp=2_000_000_000)) is None
    assert suspect("SERVICE_KEY", jwt(iss="supabase", role="service_role", exp=2_000_000_000)) is not None
    assert suspect("STRIPE_PUBLISHABLE_KEY", "pk_" + f"live_{rand(24)}") is None
    assert suspect("SUPABASE_KEY", "sb_" + f"publishable_{rand(24)}") is None
    assert suspect("STRIPE_KEY", "sk_" + f"live_{rand(24)}") is not None
    for value in (
        f"$2b$12${rand(53)}",
        f"$argon2id$v=19$m=65536,t=3,p=4${rand(22)}${rand(43)}",
        f"pbkdf2_sha256$600000${rand(22)}${rand(43)}=",
        f"{{SSHA}}{rand(32)}",
    ):
        assert suspect("ADMIN_PASSWORD", value) is None
    assert suspect("ADMIN_PASSWORD_HASH", rand(40)) is None
    assert suspect("ADMIN_PASSWORD", f"$2x{rand(20)}") is not None


def test_claims_give_both_dates():
    shape = suspect("TOKEN", jwt(sub="svc", iat=1_700_000_000, exp=2_000_000_000))
    assert (shape.created_at, shape.expires_at) == tuple(datetime.fromtimestamp(at, UTC) for at in (1_700_000_000, 2_000_000_000))


def test_personal_in_the_name_is_evidence_for_gitlab_only():
    assert classify(("glpat-" + rand(20)).encode(), "GITLAB_PERSONAL_ACCESS_TOKEN").person
    assert classify(("ghs_" + rand(36)).encode(), "GITHUB_PERSONAL_ACCESS_TOKEN").person is None


@pytest.mark.parametrize("form", FORMS, ids=[f"{f[1]}-{f[0][:8]}" for f in FORMS])
def test_random_tokens_are_no_placeholders(form):
    prefix = form[0][: len(form[0]) - 16]
    misses = sum(placeholder(prefix + rand(16)) is not None for _ in range(200))
    assert misses == 0


@given(st.binary(max_size=400), st.text(max_size=40))
def test_classify_is_total(value, hint):
    assert isinstance(classify(value, hint), Shape)


@given(st.text(max_size=300), st.text(max_size=300))
def test_suspect_is_total_and_agrees_with_reference_and_placeholder(name, value):
    shape = suspect(name, value)
    assert shape is None or not reference(value)
    if shape is not None:
        assert placeholder(shape.secret.reveal().decode("utf-8", "replace")) is None


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=8))
def test_environment_is_total(values):
    names = [name for name, _ in environment(values)]
    assert len(names) == len(set(names))
    assert set(names) <= set(values)


@given(st.sampled_from([f[0] for f in FORMS]), st.text(max_size=20))
def test_a_shape_never_shows_its_secret(value, hint):
    assert value not in repr(classify(value.encode(), hint))
