"""Each text format: what it yields, and what it must leave alone."""

from __future__ import annotations

import base64
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import Fakes

from keyrack.sdk import Material, Secret
from keyrack.sdk.formats import (
    ansible,
    aws,
    azure,
    crontab,
    database,
    docker,
    dotenv,
    forges,
    gcloud,
    git,
    kubeconfig,
    netrc,
    npmrc,
    packages,
    pypirc,
    settings,
    shell,
    systemd,
    terraform,
    tfstate,
)
from keyrack.sdk.formats.base import Parsed


def one(found: Parsed) -> Material:
    assert not found.troubles
    assert len(found.materials) == 1, [m.name for m in found.materials]
    return found.materials[0]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def values(found: Parsed) -> list[bytes]:
    return [m.secret.reveal() for m in found.materials if m.secret]


# ---------------------------------------------------------------- clouds


def test_aws_profiles_join_key_pairs(fakes: Fakes) -> None:
    first, second, session = fakes.aws_id(), fakes.aws_id(), fakes.aws_id("ASIA")
    secret, other, short = fakes.aws_secret(), fakes.aws_secret(), fakes.aws_secret()
    text = f"""
    # comment
    [default]
    aws_access_key_id = {first}
    aws_secret_access_key={secret}
    [profile ops]
    aws_secret_access_key = {other}
    aws_access_key_id={second}
    region = eu-west-1
    [temp]
    aws_access_key_id = {session}
    aws_secret_access_key = {short}
    aws_session_token = {fakes.word(120)}
    aws_expiration = 2026-11-24T12:00:00Z
    """
    found = aws.parse(text.encode())
    assert [(m.public_id, m.kind, m.expiry) for m in found.materials] == [
        (first, "access_key", "never"),
        (second, "access_key", "never"),
        (session, "session_token", "set"),
    ]
    assert values(found) == [secret.encode(), other.encode(), short.encode()]
    assert found.materials[0].attrs == {"cloud": "aws"}
    assert found.materials[0].line == 4
    assert found.materials[2].expires_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_aws_profiles_that_hold_no_secret() -> None:
    text = b"""[profile a]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = default
[profile b]
credential_process = /usr/bin/get --token abc
[profile c]
sso_session = corp
sso_account_id = 1
[profile d]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
[profile e]
aws_access_key_id = ${KEY}
aws_secret_access_key = ${SECRET}
"""
    found = aws.parse(text)
    assert found.materials == ()
    profiles = {p.name: p for p in found.profiles}
    assert profiles["a"].role_arn.endswith("role/deploy")
    assert profiles["a"].source_profile == "default"
    assert profiles["b"].helper
    assert profiles["c"].sso
    assert "abc" not in repr(profiles["b"])


def test_aws_key_id_alone_is_a_reference(fakes: Fakes) -> None:
    found = one(aws.parse(f"[x]\naws_access_key_id={fakes.aws_id()}\n".encode()))
    assert found.secret is None
    assert found.attrs["referenced"] == "true"


def test_aws_caches(fakes: Fakes) -> None:
    role = {
        "Credentials": {
            "AccessKeyId": fakes.aws_id("ASIA"),
            "SecretAccessKey": fakes.aws_secret(),
            "Expiration": "2026-11-24T01:00:00Z",
        }
    }
    assert one(aws.parse_cache(json.dumps(role).encode())).kind == "session_token"
    sso = {
        "accessToken": fakes.word(80),
        "refreshToken": fakes.word(80),
        "expiresAt": "2026-11-24T01:00:00Z",
        "startUrl": "https://acme.awsapps.com/start",
    }
    kinds = [m.kind for m in aws.parse_cache(json.dumps(sso).encode()).materials]
    assert kinds == ["session_token", "refresh_token"]
    assert aws.parse_cache(b"{").troubles[0].reason == "malformed"


def service_account(fakes: Fakes, key: str = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n") -> dict[str, str]:
    return {
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": "ab12" * 10,
        "private_key": key,
        "client_email": "deploy@acme.iam.gserviceaccount.com",
    }


def test_google_service_account_key(fakes: Fakes) -> None:
    found = one(gcloud.parse(json.dumps(service_account(fakes)).encode()))
    assert (found.kind, found.issuer, found.public_id) == ("private_key", "gcp", "ab12" * 10)
    assert found.attrs == {"login": "deploy@acme.iam.gserviceaccount.com", "cloud": "gcp"}


def test_google_user_credentials_are_a_persons(fakes: Fakes) -> None:
    user = {
        "type": "authorized_user",
        "client_id": "x",
        "client_secret": fakes.word(),
        "refresh_token": fakes.google_refresh(),
        "account": "ann@acme.example",
    }
    found = one(gcloud.parse(json.dumps(user).encode()))
    assert (found.kind, found.attrs["person"], found.attrs["login"]) == ("refresh_token", "ann@acme.example", "ann@acme.example")
    wrapped = {
        "type": "impersonated_service_account",
        "source_credentials": user,
        "service_account_impersonation_url": "https://x",
    }
    assert one(gcloud.parse(json.dumps(wrapped).encode())).field == "source_credentials.refresh_token"


def test_google_federation_holds_no_secret() -> None:
    federated = {"type": "external_account", "audience": "//iam.googleapis.com/x", "credential_source": {"file": "/token"}}
    assert gcloud.parse(json.dumps(federated).encode()) == Parsed()


def test_gcloud_databases(tmp_path: Path, fakes: Fakes) -> None:
    path = tmp_path / "credentials.db"
    user = {"type": "authorized_user", "refresh_token": fakes.google_refresh()}
    with sqlite3.connect(path) as database_:
        database_.execute("CREATE TABLE credentials (account_id TEXT PRIMARY KEY, value BLOB)")
        database_.execute("INSERT INTO credentials VALUES ('ann@acme.example', ?)", (json.dumps(user).encode(),))
        database_.execute("INSERT INTO credentials VALUES ('sa', ?)", (json.dumps(service_account(fakes)),))
    found = gcloud.parse_database(path.read_bytes())
    assert [m.kind for m in found.materials] == ["refresh_token", "private_key"]
    assert found.materials[0].attrs["login"] == "ann@acme.example"
    tokens = tmp_path / "access_tokens.db"
    with sqlite3.connect(tokens) as database_:
        database_.execute("PRAGMA journal_mode = WAL")
        database_.execute(
            "CREATE TABLE access_tokens (account_id TEXT, access_token TEXT, token_expiry TIMESTAMP, rapt_token TEXT)"
        )
        database_.execute(
            "INSERT INTO access_tokens VALUES ('ann@acme.example', ?, '2026-11-24 01:02:03.5', '')", (fakes.word(60),)
        )
    database_.close()
    token = one(gcloud.parse_database(tokens.read_bytes()))
    assert (token.kind, token.expiry, token.attrs["person"]) == ("session_token", "set", "ann@acme.example")


def test_hostile_database_cannot_spin(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as database_:
        database_.execute(
            "CREATE VIEW credentials AS WITH RECURSIVE c(account_id) AS (SELECT 'a' UNION ALL SELECT account_id || 'b' FROM c)"
            " SELECT account_id, account_id AS value FROM c ORDER BY 2"
        )
    assert gcloud.parse_database(path.read_bytes()).troubles[0].reason == "malformed"
    assert gcloud.parse_database(path.read_bytes()[:300]).troubles


def test_azure_token_cache(fakes: Fakes) -> None:
    cache = {
        "Account": {"a": {"home_account_id": "h", "username": "ann@acme.example"}},
        "RefreshToken": {"r": {"home_account_id": "h", "secret": fakes.word(200), "environment": "login.microsoftonline.com"}},
        "AccessToken": {
            "t": {
                "home_account_id": "h",
                "secret": fakes.word(200),
                "expires_on": "1795000000",
                "target": "https://graph/.default",
            }
        },
    }
    found = azure.parse_token_cache(json.dumps(cache).encode())
    assert [(m.kind, m.attrs["person"], m.expiry) for m in found.materials] == [
        ("refresh_token", "ann@acme.example", "unknown"),
        ("session_token", "ann@acme.example", "set"),
    ]


def test_azure_service_principals_and_profile(fakes: Fakes) -> None:
    entries = [
        {"client_id": "11111111-aaaa", "tenant": "t", "client_secret": fakes.word(40)},
        {"client_id": "22222222-bbbb", "tenant": "t", "certificate": "/home/a/sp.pem"},
        {"servicePrincipalId": "33333333-cccc", "servicePrincipalTenant": "t", "accessToken": fakes.word(40)},
        {"userId": "ann@acme.example", "refreshToken": fakes.word(100), "accessToken": "x"},
    ]
    found = azure.parse_service_principals(json.dumps(entries).encode())
    assert [(m.kind, m.attrs["login"]) for m in found.materials] == [
        ("oauth_secret", "11111111-aaaa"),
        ("oauth_secret", "33333333-cccc"),
        ("refresh_token", "ann@acme.example"),
    ]
    assert azure.parse_profile(b'\xef\xbb\xbf{"subscriptions": []}') == Parsed()
    settings = {"Values": {"FUNCTIONS_WORKER_RUNTIME": "python", "STRIPE_KEY": fakes.stripe()}}
    assert one(azure.parse_app_settings(json.dumps(settings).encode())).issuer == "stripe"


def kube(fakes: Fakes, **user: object) -> bytes:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": "https://k8s.acme.example:6443", "insecure-skip-tls-verify": True}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "admin"}}],
            "users": [{"name": "admin", "user": user}],
        }
    ).encode()


def test_kubeconfig_users(fakes: Fakes) -> None:
    token = fakes.jwt({"sub": "system:serviceaccount:ci:deployer", "iss": "kubernetes/serviceaccount"})
    found = kubeconfig.parse(kube(fakes, token=token))
    user = found.users[0]
    assert (user.name, user.servers, user.insecure_tls, user.plugin) == ("admin", ("https://k8s.acme.example:6443",), True, "")
    material = found.materials[0]
    assert (material.issuer, material.expiry, material.attrs["login"]) == (
        "kubernetes",
        "never",
        "system:serviceaccount:ci:deployer",
    )
    password = kubeconfig.parse(kube(fakes, username="root", password=fakes.word()))
    assert (password.materials[0].kind, password.materials[0].attrs["login"]) == ("password", "root")


def test_kubeconfig_exec_plugin_is_no_secret(fakes: Fakes) -> None:
    plugin = {"command": "/usr/local/bin/aws", "args": ["eks", "get-token"], "env": [{"name": "AWS_PROFILE", "value": "ops"}]}
    found = kubeconfig.parse(kube(fakes, exec=plugin))
    assert found.materials == ()
    assert found.users[0].plugin == "aws"
    leaky = {**plugin, "env": [{"name": "API_TOKEN", "value": fakes.github()}]}
    assert kubeconfig.parse(kube(fakes, exec=leaky)).materials[0].issuer == "github"
    assert kubeconfig.parse(b"a: 1").troubles[0].reason == "malformed"
    assert kubeconfig.parse(b"\x00\x01").troubles


# ---------------------------------------------------------------- tools


def test_netrc(fakes: Fakes) -> None:
    text = f"""machine api.github.com login ann password {fakes.github()}
# machine dead.example login x password {fakes.word()}
machine ftp.acme.example
  login bob
  password "{fakes.word()}"
macdef init
password {fakes.word()}

default login anonymous password ${{FTP}}
"""
    found = netrc.parse(text.encode())
    assert [(m.issuer, m.kind, m.attrs["login"], m.attrs["endpoint"], m.line) for m in found.materials] == [
        ("github", "api_token", "ann", "api.github.com", 1),
        ("http", "password", "bob", "ftp.acme.example", 5),
    ]


def test_npmrc(fakes: Fakes) -> None:
    password = fakes.word()
    text = f"""//registry.npmjs.org/:_authToken={fakes.npm()}
//npm.acme.example/repo/:_authToken=${{NPM_TOKEN}}
//art.acme.example/:username=bob
//art.acme.example/:_password="{b64(password)}"
registry=https://registry.npmjs.org/
always-auth=true
"""
    found = npmrc.parse(text.encode())
    assert [(m.issuer, m.kind, m.attrs["endpoint"], m.attrs.get("login")) for m in found.materials] == [
        ("npm", "api_token", "registry.npmjs.org", None),
        ("npm", "password", "art.acme.example", "bob"),
    ]
    assert values(found)[1] == password.encode()
    basic = one(npmrc.parse(f"_auth={b64('ann:' + password)}\n".encode()))
    assert (basic.attrs["login"], basic.secret) == ("ann", Secret(password))


def test_pypirc_and_pip(fakes: Fakes) -> None:
    text = f"""[distutils]
index-servers = pypi
[pypi]
username = __token__
password = {fakes.pypi()}
[private]
repository: https://pypi.acme.example/simple
username: bob
password: {fakes.word()}
"""
    found = pypirc.parse(text.encode())
    assert [(m.issuer, m.kind, m.attrs["login"]) for m in found.materials] == [
        ("pypi", "api_token", "__token__"),
        ("pypi", "password", "bob"),
    ]
    pip = one(pypirc.parse_pip(f"[global]\nindex-url = https://bob:{fakes.word()}@pypi.acme.example/simple\n".encode()))
    assert (pip.attrs["endpoint"], pip.attrs["login"], pip.line) == ("https://pypi.acme.example/simple", "bob", 2)
    assert pypirc.parse_pip(b"[global]\nindex-url = https://$USER:$PASS@pypi.acme.example/simple\n").materials == ()


def test_docker_config(fakes: Fakes) -> None:
    password = fakes.word()
    config = {
        "auths": {
            "https://index.docker.io/v1/": {"auth": b64(f"bob:{password}")},
            "ghcr.io": {"auth": b64(f"ann:{fakes.github()}")},
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com": {"auth": b64(f"AWS:{fakes.word(200)}")},
            "kept.example": {},
        },
        "credsStore": "desktop",
        "credHelpers": {"gcr.io": "gcloud"},
    }
    found = docker.parse(json.dumps(config).encode())
    assert [(m.issuer, m.kind, m.attrs["login"]) for m in found.materials] == [
        ("docker", "password", "bob"),
        ("github", "api_token", "ann"),
        ("aws", "session_token", "AWS"),
    ]
    assert docker.parse(b'{"credsStore": "osxkeychain", "auths": {"x": {}}}') == Parsed()
    assert docker.parse(b"[]").troubles


def test_git_credentials_and_config(fakes: Fakes) -> None:
    token, other, third = fakes.github(), fakes.word(), fakes.github()
    store = git.parse_store(f"https://ann:{token}@github.com\nhttps://bob:{other}@git.acme.example\n".encode())
    assert [(m.issuer, m.attrs["login"], m.line) for m in store.materials] == [("github", "ann", 1), ("http", "bob", 2)]
    config = f"""[remote "origin"]
	url = https://{third}@github.com/acme/web.git
[remote "ssh"]
	url = ssh://git@github.com/acme/web.git
[remote "plain"]
	url = https://bob@git.acme.example/x.git
[http "https://dev.azure.com/"]
	extraheader = AUTHORIZATION: basic {b64("x:" + other)}
[credential]
	helper = store
"""
    found = git.parse_config(config.encode())
    assert [(m.issuer, m.kind) for m in found.materials] == [("github", "api_token"), ("azure", "password")]
    assert values(found) == [third.encode(), other.encode()]


def test_forge_clients(fakes: Fakes) -> None:
    gh = f"""github.com:
    user: ann
    oauth_token: {fakes.github()}
    git_protocol: https
    users:
        ann:
            oauth_token: {fakes.planted[-1]}
        bot:
            oauth_token: {fakes.github()}
"""
    found = forges.parse_gh(gh.encode())
    assert [(m.issuer, m.attrs["login"], bool(m.attrs["person"])) for m in found.materials] == [
        ("github", "ann", True),
        ("github", "bot", True),
    ]
    assert forges.parse_gh(b"github.com:\n    user: ann\n    git_protocol: ssh\n") == Parsed()
    glab = one(
        forges.parse_glab(f"hosts:\n    gitlab.acme.example:\n        token: {fakes.gitlab()}\n        user: bob\n".encode())
    )
    assert (glab.issuer, glab.attrs["login"], glab.attrs["endpoint"]) == ("gitlab", "bob", "gitlab.acme.example")


def test_terraform_cli(fakes: Fakes) -> None:
    token = fakes.word(60)
    tfrc = {"credentials": {"app.terraform.io": {"token": token}}}
    assert one(terraform.parse_credentials(json.dumps(tfrc).encode())).issuer == "terraform"
    rc = f'plugin_cache_dir = "x"\ncredentials "tf.acme.example" {{\n  token = "{token}"\n}}\ncredentials_helper "x" {{ args = [] }}\n'
    found = one(terraform.parse_rc(rc.encode()))
    assert (found.line, found.attrs["endpoint"], found.secret) == (3, "tf.acme.example", Secret(token))


def test_database_clients(fakes: Fakes) -> None:
    first, second = fakes.word(), fakes.word()
    cnf = one(database.parse_my_cnf(f"[client]\nuser=app\nhost=db1\npassword='{first}'\n[mysqld]\nport=3306\n".encode()))
    assert (cnf.secret, cnf.attrs) == (Secret(first), {"login": "app", "endpoint": "db1"})
    escaped = second[:5] + ":" + second[5:]
    pgpass = f"# c\ndb:5432:shop:app:{escaped.replace(':', chr(92) + ':')}\n*:*:*:x:${{PW}}\nbroken\n"
    found = one(database.parse_pgpass(pgpass.encode()))
    assert (found.secret, found.attrs["login"], found.attrs["endpoint"], found.line) == (
        Secret(escaped),
        "app",
        "db:5432/shop",
        2,
    )


def test_package_registries(fakes: Fakes) -> None:
    cargo = one(packages.parse_cargo(f'[registry]\ntoken = "cio{fakes.word(32)}"\n'.encode()))
    assert (cargo.issuer, cargo.attrs["endpoint"]) == ("cargo", "crates.io")
    maven = f"""<settings><servers>
      <server><id>nexus</id><username>ci</username><password>{fakes.word()}</password></server>
      <server><id>enc</id><username>ci</username><password>{{COQLCE6DU6GtcS5P=COQLCE6DU6GtcS5P}}</password></server>
      <server><id>env</id><username>ci</username><password>${{env.PW}}</password></server>
    </servers></settings>"""
    found = one(packages.parse_maven(maven.encode()))
    assert (found.attrs["login"], found.attrs["endpoint"]) == ("ci", "nexus")
    composer = {
        "http-basic": {"repo.acme.example": {"username": "u", "password": fakes.word()}},
        "github-oauth": {"github.com": fakes.github()},
    }
    assert [m.issuer for m in packages.parse_composer(json.dumps(composer).encode()).materials] == ["http", "github"]
    gem = one(packages.parse_gem(f":rubygems_api_key: rubygems_{fakes.text(48, '0123456789abcdef')}\n".encode()))
    assert gem.issuer == "rubygems"
    assert one(packages.parse_vault_token(f"hv{'s.'}{fakes.word(40)}\n".encode())).issuer == "vault"


def test_ansible(fakes: Fakes) -> None:
    first, second = fakes.word(), fakes.word()
    text = f"""ansible_user: deploy
ansible_password: {first}
ansible_become_password: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  62313365396662343061393464336163383764373764613633653634306231386433626436623361
ansible_ssh_private_key_file: ~/.ssh/id_rsa
db:
  users:
    - name: app
      db_password: {second}
"""
    found = ansible.parse_vars(text.encode())
    assert [(m.field, m.line, m.issuer) for m in found.materials] == [
        ("ansible_password", 2, "ansible"),
        ("db.users.0.db_password", 10, "database"),
    ]
    assert values(found) == [first.encode(), second.encode()]
    assert ansible.parse_vars(b"$ANSIBLE_VAULT;1.1;AES256\n6231336539666234\n") == Parsed()
    inventory = one(
        ansible.parse_inventory(
            f"[web]\nweb1 ansible_host=10.0.0.1 ansible_password='{first}' ansible_become_pass={{{{ vault_pw }}}}\n".encode()
        )
    )
    assert (inventory.field, inventory.line) == ("web1.ansible_password", 2)
    assert one(ansible.parse_vault_password(f"{first}\n".encode())).kind == "password"
    assert ansible.parse_vault_password(b"#!/bin/sh\npass show ansible\n") == Parsed()


def test_terraform_state(fakes: Fakes) -> None:
    key_id, secret, password = fakes.aws_id(), fakes.aws_secret(), fakes.word()
    account_key = base64.b64encode(json.dumps(service_account(fakes)).encode()).decode()
    output, unknown, marked = fakes.word(), fakes.word(), fakes.word()

    def resource(kind: str, attributes: dict[str, object], **more: object) -> dict[str, object]:
        return {"mode": "managed", "type": kind, "name": "main", "instances": [{"attributes": attributes, **more}]}

    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 3,
        "lineage": "x",
        "outputs": {"pw": {"value": output, "type": "string", "sensitive": True}, "plain": {"value": unknown, "type": "string"}},
        "resources": [
            resource("aws_iam_access_key", {"id": key_id, "secret": secret, "user": "ci", "create_date": "2024-01-02T03:04:05Z"}),
            resource("random_password", {"result": password, "length": 24}, index_key="a"),
            resource("google_service_account_key", {"private_key": account_key}),
            resource("aws_db_instance", {"username": "root", "password": "${x}"}),
            resource(
                "some_thing",
                {"nested": [{"token": marked}], "x": unknown},
                sensitive_attributes=[
                    [
                        {"type": "get_attr", "value": "nested"},
                        {"type": "index", "value": {"value": 0, "type": "number"}},
                        {"type": "get_attr", "value": "token"},
                    ]
                ],
            ),
        ],
    }
    found = tfstate.parse(json.dumps(state).encode())
    assert [(m.field, m.kind, m.issuer, m.public_id) for m in found.materials] == [
        ("aws_iam_access_key.main.secret", "access_key", "aws", key_id),
        ("random_password.main[a].result", "password", "unknown", None),
        ("google_service_account_key.main.private_key", "private_key", "gcp", "ab12" * 10),
        ("some_thing.main.nested.0.token", "secret", "unknown", None),
        ("outputs.pw", "secret", "unknown", None),
    ]
    assert found.materials[0].created_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert tfstate.parse(b'{"version": 3, "terraform_version": "0.11", "modules": []}').troubles[0].reason == "unsupported"
    assert tfstate.parse(b'{"serial": 1, "lineage": "x", "encrypted_data": "abc"}').troubles[0].reason == "encrypted"
    assert tfstate.parse(b"{}").troubles[0].reason == "malformed"


# ---------------------------------------------------------------- environments


def test_dotenv(fakes: Fakes) -> None:
    key_id, secret = fakes.aws_id(), fakes.aws_secret()
    text = f"""# settings
PORT=8080
export AWS_ACCESS_KEY_ID={key_id}
AWS_SECRET_ACCESS_KEY="{secret}"
STRIPE_KEY='{fakes.stripe()}' # live
DATABASE_URL=postgres://app:{fakes.word()}@db.acme.example/shop
API_TOKEN=${{OTHER}}
SECRET_KEY=changeme
GITHUB_TOKEN=op://vault/gh/token
"""
    found = dotenv.parse(text.encode())
    assert {(m.field, m.issuer, m.kind, m.line) for m in found.materials} == {
        ("AWS_SECRET_ACCESS_KEY", "aws", "access_key", 4),
        ("STRIPE_KEY", "stripe", "api_token", 5),
        ("DATABASE_URL", "database", "connection_string", 6),
    }
    pair = next(m for m in found.materials if m.issuer == "aws")
    assert (pair.public_id, pair.secret, pair.attrs["cloud"]) == (key_id, Secret(secret), "aws")


def test_shell_files(fakes: Fakes) -> None:
    rc = one(shell.parse_rc(f"alias x=y\nexport GITHUB_TOKEN={fakes.github()}\nPS1='\\u@\\h '\n".encode()))
    assert (rc.issuer, rc.attrs["variable"], rc.line) == ("github", "GITHUB_TOKEN", 2)
    password, other = fakes.word(), fakes.word()
    lines = [
        "#1700000000",
        f"mysql -u root -p{password} shop",
        f": 1700000001:0;curl -u ann:{other} https://x.example",
        f"mysql -u root -p{password} shop",
        "ls -la",
        'curl -H "Authorization: Bearer $TOKEN" https://x.example',
        f"git clone https://{fakes.github()}@github.com/acme/web",
    ]
    found = shell.parse_history("\n".join(lines).encode())
    assert [(m.kind, m.line) for m in found.materials] == [("password", 2), ("password", 3), ("api_token", 7)]
    assert values(found)[:2] == [password.encode(), other.encode()]


def test_systemd_unit(fakes: Fakes) -> None:
    text = f"""[Unit]
Description=Shop
[Service]
User=shop
Environment="STRIPE_KEY={fakes.stripe()}" PORT=80
Environment=API_TOKEN=%d/token
EnvironmentFile=-/etc/shop/shop.env
SetCredential=db:{fakes.word()}
LoadCredential=api:/etc/shop/api
ExecStart=-/usr/bin/shop --password={fakes.word()} \\
  --verbose
"""
    unit = systemd.parse(text.encode())
    assert (unit.service, unit.user, unit.command, unit.environment_files) == (
        True,
        "shop",
        "/usr/bin/shop",
        ("/etc/shop/shop.env",),
    )
    assert [(m.detector, m.line) for m in unit.materials] == [
        ("systemd.environment", 5),
        ("systemd.credential", 8),
        ("systemd.command", 10),
    ]


def test_crontab(fakes: Fakes) -> None:
    text = f"""SHELL=/bin/sh
MAILTO=root
API_KEY={fakes.stripe()}
0 3 * * * root [ -x /usr/bin/backup ] && PGPASSWORD={fakes.word()} /usr/bin/backup --all
@daily deploy /opt/run.sh
"""
    table = crontab.parse_system(text.encode())
    assert [(j.line, j.user, j.command, len(j.materials)) for j in table.jobs] == [
        (4, "root", "/usr/bin/backup", 1),
        (5, "deploy", "/opt/run.sh", 0),
    ]
    assert [m.field for m in table.materials] == ["API_KEY"]
    assert [(j.user, j.command) for j in crontab.parse_user(b"*/5 * * * * /bin/tick\n").jobs] == [("", "/bin/tick")]


@pytest.mark.parametrize(
    "sample", ["changeme", "<your-token>", "${TOKEN}", "xxxxxxxx", "op://a/b/c", "ENC[AES256_GCM,data:abc=]", "{{ lookup('x') }}"]
)
def test_samples_and_references_never_count(sample: str) -> None:
    assert netrc.parse(f"machine x login y password {sample.replace(' ', '')}".encode()).materials == ()
    assert npmrc.parse(f"//x/:_authToken={sample}".encode()).materials == ()
    assert docker.parse(json.dumps({"auths": {"x": {"auth": b64(f"u:{sample}")}}}).encode()).materials == ()
    assert ansible.parse_vars(json.dumps({"ansible_password": sample}).encode()).materials == ()


def test_settings_files(fakes: Fakes) -> None:
    password, token = fakes.word(), fakes.github()
    text = f"""# comment
db_password  = "{password}"
region = "eu-west-1"
github:
  token: {token}
"apiKey": "{fakes.stripe()}",
define('DB_PASSWORD', '{fakes.word()}');
url = postgres://app:{fakes.word()}@db.acme.example/x
api_token = var.token
secret_key = ENC[AES256_GCM,data:abc=,type:str]
password: changeme
"""
    found = settings.parse(text.encode())
    assert [(m.field, m.line) for m in found.materials] == [
        ("db_password", 2),
        ("token", 5),
        ("apiKey", 6),
        ("DB_PASSWORD", 7),
        ("url", 8),
    ]
    client = one(settings.parse_client(f"host = https://x.cloud.example\ntoken = {fakes.text(12, 'abcdef')}\n".encode()))
    assert (client.kind, client.field, client.line) == ("api_token", "token", 2)
    pod = one(settings.parse_token(fakes.jwt({"sub": "system:serviceaccount:ci:runner", "exp": 1_795_000_000}).encode()))
    assert (pod.issuer, pod.attrs["login"], pod.expiry) == ("kubernetes", "system:serviceaccount:ci:runner", "set")
    age = one(
        settings.parse_token(
            f"# created: 2026\n# public key: age1x\nAGE-SECRET-{'KEY'}-1{fakes.text(58, 'ACDEFGHJKLMNPQRSTUVWXYZ0234567')}\n".encode()
        )
    )
    assert (age.issuer, age.kind, age.line) == ("age", "private_key", 3)


def test_assignments_of_every_shell() -> None:
    text = "set -gx A one\nsetenv B two\nexport C=3 # c\nalias ll ls\nD='x y'\nE=\"a\nb\"\n  F = f\nfoo bar baz\nG=#h\n"
    assert list(dotenv.assignments(text)) == [
        ("A", "one", 1),
        ("B", "two", 2),
        ("C", "3", 3),
        ("D", "x y", 5),
        ("E", "a\nb", 6),
        ("F", "f", 8),
        ("G", "", 10),
    ]
