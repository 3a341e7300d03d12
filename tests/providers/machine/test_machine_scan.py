"""What the machine provider sees on a real tree of files."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

import pytest
from certificate_kit import authority, leaf
from machine_tree import CTX, Tree

from keyrack.errors import KeyrackError
from keyrack.providers.machine import MachineProvider, provider
from keyrack.records import Resource
from keyrack.sdk import Target
from keyrack.sdk.testing import check_contract


def test_source_is_named_after_the_host(tree: Tree, tmp_path: Path) -> None:
    assert provider.source(tree.target(), CTX).id == "machine:build-7"
    bare = tmp_path / "image-42"
    bare.mkdir()
    assert provider.source(Target("machine", options={"root": str(bare)}), CTX).id == "machine:image-42"
    with pytest.raises(KeyrackError, match="cannot look into"):
        provider.source(Target("machine", options={"root": str(tmp_path / "nowhere")}), CTX)
    with pytest.raises(KeyrackError, match="not a directory"):
        list(provider.discover(Target("machine", options={"root": str(tree.write("/f", "x"))}), CTX))


def test_accounts_and_their_evidence(tree: Tree) -> None:
    tree.write("/home/ann/.bash_history", "ls\n")
    tree.write("/home/eve/.profile", "")
    found = tree.scan()
    kinds = {i.name: (i.kind, i.attrs.get("service_evidence"), i.attrs.get("human_evidence")) for i in found.identities.values()}
    assert kinds["ann"] == ("human", None, "shell history")
    assert kinds["deploy"] == ("service_account", "name", None)
    assert kinds["root"][0] == "human"
    assert kinds["eve"] == ("human", None, "home directory")
    assert "daemon" not in kinds
    assert "nobody" not in kinds
    ann = found.identities["machine:build-7:unix-user/ann"]
    assert (ann.attrs["shell"], ann.attrs["interactive"], ann.attrs["unix_uid"]) == ("/bin/bash", "true", "1001")
    assert [r.uid for r in found.records if isinstance(r, Resource)] == ["machine:build-7"]


def test_a_home_without_a_host_around_it(tmp_path: Path) -> None:
    home = Tree(tmp_path / "ann")
    home.base.mkdir()
    home.write(
        "/.aws/credentials",
        f"[default]\naws_access_key_id={(key := home.fakes.aws_id())}\naws_secret_access_key={home.fakes.aws_secret()}\n",
    )
    found = home.scan()
    credential, placement = found.one("/.aws/credentials")
    assert (credential.public_id, placement.consumer_uid) == (key, "machine:ann:unix-user/ann")


def test_windows_and_mac_homes(tmp_path: Path) -> None:
    disk = Tree(tmp_path / "disk")
    disk.base.mkdir()
    disk.write("/Users/bob/.npmrc", f"//registry.npmjs.org/:_authToken={disk.fakes.npm()}\n")
    disk.write("/Users/Public/.npmrc", f"//registry.npmjs.org/:_authToken={disk.fakes.npm()}\n")
    disk.write(
        "/Users/bob/AppData/Roaming/GitHub CLI/hosts.yml", f"github.com:\n  user: bob\n  oauth_token: {disk.fakes.github()}\n"
    )
    found = disk.scan()
    assert found.one("/Users/bob/.npmrc")[1].consumer_uid == "machine:disk:unix-user/bob"
    assert found.one("/Users/bob/AppData/Roaming/GitHub CLI/hosts.yml")[0].identity_uid == "saas:github:account/bob"
    assert "machine:disk:unix-user/Public" not in found.identities


def test_aws_keys_and_profiles(tree: Tree) -> None:
    key = tree.fakes.aws_id()
    text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {tree.fakes.aws_secret()}\n"
    tree.write("/home/ann/.aws/credentials", text)
    tree.write("/home/deploy/.aws/credentials", text, 0o644)
    tree.write(
        "/home/ann/.aws/config", "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = default\n"
    )
    found = tree.scan()
    (credential, mine), (same, theirs) = found.one("/home/ann/.aws/credentials"), found.one("/home/deploy/.aws/credentials")
    assert credential == same
    assert credential.uid == f"cred:aws:{key}"
    assert (mine.readers, mine.exposure, mine.mode, mine.consumer_uid) == (
        "owner",
        "sanctioned",
        "0600",
        "machine:build-7:unix-user/ann",
    )
    assert (theirs.readers, theirs.exposure, theirs.mode) == ("world", "config", "0644")
    (trust,) = [t for t in found.trusts if t.mechanism == "os:assumes-role"]
    assert (trust.identity_uid, trust.subject) == ("aws:iam::111122223333:role/ops", "machine:build-7:unix-user/ann")


def test_google_service_account_is_an_identity(tree: Tree) -> None:
    document = {
        "type": "service_account",
        "private_key_id": "ab" * 20,
        "private_key": tree.fakes.word(300),
        "client_email": "ci@acme.iam.gserviceaccount.com",
    }
    tree.write("/home/ann/keys/acme-0123456789ab.json", document)
    found = tree.scan()
    credential, placement = found.one("/home/ann/keys/acme-0123456789ab.json")
    assert (credential.uid, credential.identity_uid) == (
        f"cred:gcp:{'ab' * 20}",
        "saas:gcp:account/ci@acme.iam.gserviceaccount.com",
    )
    assert found.identities[credential.identity_uid or ""].kind == "service_account"
    assert placement.attrs["field"] == "private_key"


def test_gcloud_databases_of_a_person(tree: Tree) -> None:
    path = tree.base / "home/ann/.config/gcloud/credentials.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE credentials (account_id TEXT PRIMARY KEY, value BLOB)")
        value = json.dumps({"type": "authorized_user", "refresh_token": tree.fakes.google_refresh()})
        database.execute("INSERT INTO credentials VALUES ('ann@acme.example', ?)", (value,))
    credential, _ = tree.scan().one("/home/ann/.config/gcloud/credentials.db")
    assert (credential.kind, credential.attrs["person"], credential.identity_uid) == (
        "refresh_token",
        "ann@acme.example",
        "saas:google:account/ann@acme.example",
    )


def test_kubeconfig_users_are_identities(tree: Tree) -> None:
    config = {
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://k8s.acme.example", "insecure-skip-tls-verify": True}}],
        "contexts": [
            {"name": "a", "context": {"cluster": "c", "user": "ci"}},
            {"name": "b", "context": {"cluster": "c", "user": "ann"}},
        ],
        "users": [
            {"name": "ci", "user": {"token": tree.fakes.word(40)}},
            {"name": "ann", "user": {"exec": {"command": "kubelogin"}}},
        ],
    }
    tree.write("/home/ann/.kube/config", config)
    found = tree.scan()
    ci = found.identities["machine:build-7:kube-user/k8s.acme.example/ci"]
    assert (ci.kind, ci.type, ci.attrs["insecure_tls"], ci.attrs["cluster"]) == (
        "service_account",
        "kube:user",
        "true",
        "https://k8s.acme.example",
    )
    ann = found.identities["machine:build-7:kube-user/k8s.acme.example/ann"]
    assert (ann.kind, ann.attrs["exec"]) == ("human", "kubelogin")
    assert found.one("/home/ann/.kube/config")[0].identity_uid == ci.uid


def test_ssh_keys_join_private_half_and_authorized_entry(tree: Tree) -> None:
    print_ = tree.ssh_key("/home/ann/.ssh/id_ed25519", comment="ann@acme.example")
    locked = tree.ssh_key("/home/ann/.ssh/id_rsa_work", kind="rsa", phrase="correct horse battery")
    public = (tree.base / "home/ann/.ssh/id_ed25519.pub").read_text()
    tree.write("/home/deploy/.ssh/authorized_keys", f'from="10.0.0.0/8" {public}')
    tree.write("/root/.ssh/authorized_keys", public)
    host = tree.ssh_key("/etc/ssh/ssh_host_ed25519_key", comment="root@build-7")
    found = tree.scan()
    key, mine = found.one("/home/ann/.ssh/id_ed25519")
    assert (key.uid, key.protected, key.fingerprint is not None) == (f"cred:ssh:{print_}", False, True)
    assert (mine.exposure, mine.consumer_uid) == ("sanctioned", "machine:build-7:unix-user/ann")
    opens = {p.path: p.consumer_uid for p in found.placements if p.credential_uid == key.uid and "authorized" in p.path}
    assert opens == {
        "/home/deploy/.ssh/authorized_keys": "machine:build-7:unix-user/deploy",
        "/root/.ssh/authorized_keys": "machine:build-7:unix-user/root",
    }
    assert key.identity_uid in opens.values()
    assert key.attrs["login"] == "ann@acme.example"
    work, _ = found.one("/home/ann/.ssh/id_rsa_work")
    assert (work.protected, work.public_id, work.algorithm) == (True, locked, "RSA")
    hostkey, _ = found.one("/etc/ssh/ssh_host_ed25519_key")
    assert (hostkey.public_id, hostkey.identity_uid) == (host, "machine:build-7:host/build-7")
    assert found.identities["machine:build-7:host/build-7"].type == "machine:host"


def test_certificates_but_not_trust_anchors(tree: Tree) -> None:
    root_pem, root_key = authority()
    pem, key = leaf(root_key)
    stranger, _ = authority("Public Root")
    tree.write("/srv/shop/tls/server.crt", pem + root_pem, 0o644)
    tree.write("/srv/shop/tls/server.key", key)
    tree.write("/etc/ssl/certs/Public_Root.pem", stranger, 0o644)
    tree.write("/etc/ssl/certs/ca-certificates.crt", stranger + root_pem, 0o644)
    tree.write("/home/ann/app/certifi/cacert.pem", stranger + root_pem, 0o644)
    own, own_key = authority("Internal CA")
    tree.write("/srv/ca/ca.crt", own, 0o644)
    tree.write("/srv/ca/private/ca.key", own_key)
    found = tree.scan()
    certificates = {c.name: c for c in found.credentials.values() if c.kind == "certificate"}
    assert set(certificates) == {"web.acme.example", "Internal CA"}
    web = certificates["web.acme.example"]
    assert (web.issuer, web.expiry, len(web.public_id or "")) == ("x509", "set", 64)
    private, placement = found.one("/srv/shop/tls/server.key")
    assert (private.kind, private.attrs["spki"], placement.readers) == ("private_key", web.attrs["spki"], "owner")


def test_services_and_what_they_run_as(tree: Tree) -> None:
    secret, other = tree.fakes.stripe(), tree.fakes.word()
    tree.write(
        "/etc/systemd/system/shop.service",
        f"[Unit]\nDescription=Shop\n[Service]\nUser=www-data\nEnvironment=STRIPE_KEY={secret}\nEnvironmentFile=-/etc/shop/*.conf\nExecStart=/opt/shop/run\n",
        0o644,
    )
    tree.write("/etc/systemd/system/shop.service.d/override.conf", "[Service]\nUser=deploy\n", 0o644)
    tree.write("/etc/shop/db.conf", f"DB_PASSWORD={other}\n", 0o640)
    tree.write("/usr/lib/systemd/system/noise.service", "[Service]\nExecStart=/bin/true\n", 0o644)
    tree.write("/usr/lib/systemd/system/vendor.service", "[Service]\nUser=daemon\nExecStart=/bin/vendor\n", 0o644)
    (tree.base / "etc/systemd/system/multi-user.target.wants").mkdir()
    (tree.base / "etc/systemd/system/multi-user.target.wants/vendor.service").symlink_to("/usr/lib/systemd/system/vendor.service")
    (tree.base / "etc/systemd/system/masked.service").symlink_to("/dev/null")
    tree.write("/home/ann/.config/systemd/user/sync.service", "[Service]\nExecStart=/usr/bin/sync-it\n")
    found = tree.scan()
    units = {i.name: i for i in found.identities.values() if i.type == "systemd:unit"}
    assert set(units) == {"shop.service", "vendor.service", "sync.service"}
    shop = units["shop.service"]
    assert (shop.attrs["run_as"], shop.attrs["command"], shop.attrs["path"]) == (
        "deploy",
        "/opt/shop/run",
        "/etc/systemd/system/shop.service",
    )
    runs = {t.subject: t.identity_uid for t in found.trusts if t.mechanism == "os:runs-as"}
    assert runs[shop.uid] == "machine:build-7:unix-user/deploy"
    assert runs["machine:build-7:systemd-unit/ann/sync.service"] == "machine:build-7:unix-user/ann"
    _, placement = found.one("/etc/systemd/system/shop.service")
    assert (placement.system, placement.consumer_uid, placement.readers, placement.line) == ("env", shop.uid, "world", 5)
    _, file = found.one("/etc/shop/db.conf")
    assert (file.system, file.consumer_uid, file.readers) == ("file", shop.uid, "group")
    assert not found.gaps
    assert "machine:build-7:unix-user/daemon" in found.identities


def test_scheduled_jobs(tree: Tree) -> None:
    password = tree.fakes.word()
    tree.write("/etc/crontab", f"MAILTO=root\n5 4 * * * root PGPASSWORD={password} /usr/bin/pg_dump shop\n", 0o644)
    tree.write("/etc/cron.d/tick", "* * * * * deploy /opt/tick\n* * * * * deploy /opt/tick --again\n", 0o644)
    tree.write("/var/spool/cron/crontabs/ann", f"API_TOKEN={tree.fakes.github()}\n@daily /home/ann/report\n")
    found = tree.scan()
    jobs = {i.name: i for i in found.identities.values() if i.type == "cron:job"}
    assert set(jobs) == {"root/pg_dump", "deploy/tick", "deploy/tick#2", "ann/report"}
    credential, placement = found.one("/etc/crontab")
    assert (credential.kind, credential.issuer, placement.consumer_uid, placement.line) == (
        "password",
        "database",
        jobs["root/pg_dump"].uid,
        2,
    )
    assert found.one("/var/spool/cron/crontabs/ann")[1].consumer_uid == jobs["ann/report"].uid


def test_project_files_and_environments(tree: Tree) -> None:
    same = tree.fakes.stripe()
    tree.write("/home/ann/dev/shop/.env.production", f"STRIPE_KEY={same}\n")
    tree.write("/home/ann/dev/shop/.env.staging", f"STRIPE_KEY={same}\n")
    tree.write("/home/ann/dev/shop/.env.example", f"STRIPE_KEY={tree.fakes.stripe()}\n")
    tree.write("/home/ann/dev/shop/node_modules/x/.env", f"STRIPE_KEY={tree.fakes.stripe()}\n")
    tree.write("/srv/prod/app/.env", f"DB_PASSWORD={tree.fakes.word()}\n", 0o644)
    tree.write("/home/ann/.bashrc", f"export GITHUB_TOKEN={tree.fakes.github()}\n", 0o644)
    state = {
        "version": 4,
        "terraform_version": "1.11",
        "resources": [{"type": "random_password", "name": "db", "instances": [{"attributes": {"result": tree.fakes.word()}}]}],
    }
    tree.write("/home/ann/infra/terraform.tfstate", state, 0o644)
    found = tree.scan()
    places = {p.path: (p.environment, p.system) for p in found.placements}
    assert places == {
        "/home/ann/dev/shop/.env.production": ("prod", "file"),
        "/home/ann/dev/shop/.env.staging": ("nonprod", "file"),
        "/srv/prod/app/.env": ("prod", "file"),
        "/home/ann/.bashrc": (None, "file"),
        "/home/ann/infra/terraform.tfstate": (None, "state_file"),
    }
    assert len(found.credentials) == 4


def test_contract_and_canary(tree: Tree) -> None:
    fakes = tree.fakes
    tree.write(
        "/home/ann/.aws/credentials",
        f"[default]\naws_access_key_id={fakes.aws_id()}\naws_secret_access_key={fakes.aws_secret()}\n",
    )
    tree.write("/home/ann/.netrc", f"machine github.com login ann password {fakes.github()}\n")
    tree.write("/home/ann/.npmrc", f"//registry.npmjs.org/:_authToken={fakes.npm()}\n")
    tree.write("/home/ann/.pypirc", f"[pypi]\nusername=__token__\npassword={fakes.pypi()}\n")
    tree.write(
        "/home/ann/.docker/config.json",
        {"auths": {f"https://u:{fakes.word()}@reg.example": {"auth": base64.b64encode(f"u:{fakes.word()}".encode()).decode()}}},
    )
    tree.write("/home/ann/.git-credentials", f"https://ann:{fakes.word()}@git.example/a?token={fakes.word()}\n")
    tree.write("/home/ann/.config/gh/hosts.yml", f"github.com:\n  user: ann\n  oauth_token: {fakes.github()}\n")
    tree.write(
        "/home/ann/.kube/config",
        {"kind": "Config", "users": [{"name": "x", "user": {"token": fakes.word(), "password": fakes.word(), "username": "r"}}]},
    )
    tree.write("/home/ann/.pgpass", f"h:1:d:u:{fakes.word()}\n")
    tree.write("/home/ann/.my.cnf", f"[client]\npassword={fakes.word()}\n")
    tree.write("/home/ann/.bash_history", f"mysql -p{fakes.word()} x\ncurl -H 'X-Api-Key: {fakes.word()}' https://x.example/\n")
    tree.write("/home/ann/.vault_pass", fakes.word())
    tree.write("/home/ann/.vault-token", fakes.word())
    tree.write("/home/ann/.terraform.d/credentials.tfrc.json", {"credentials": {"app.terraform.io": {"token": fakes.word(60)}}})
    tree.write(
        "/home/ann/p/.env",
        f"A_TOKEN={fakes.jwt({'sub': 'x'})}\nDATABASE_URL=postgres://app:{fakes.word()}@db/x\nB_SECRET={fakes.word()}\n",
    )
    tree.write("/home/ann/p/group_vars/all.yml", f"ansible_password: {fakes.word()}\n")
    tree.write("/home/ann/p/jwks.json", {"keys": [{"kty": "oct", "k": fakes.word(), "kid": "k"}]})
    tree.write(
        "/etc/systemd/system/x.service",
        f"[Service]\nEnvironment=A_TOKEN={fakes.word()}\nSetCredential=a:{fakes.word()}\nExecStart=/x --token={fakes.word()} https://u:{fakes.word()}@h/\n",
    )
    tree.write("/etc/crontab", f"A_TOKEN={fakes.word()}\n* * * * * root /x --api-key {fakes.word()}\n")
    tree.ssh_key("/home/ann/.ssh/id_ed25519")
    tree.ssh_key("/home/ann/.ssh/id_rsa", kind="rsa")
    tree.write(
        "/home/ann/.ssh/authorized_keys",
        f'environment="A={fakes.word()}",command="x --password {fakes.word()}" '
        + (tree.base / "home/ann/.ssh/id_rsa.pub").read_text(),
    )
    _, key = authority()
    fakes.planted += [line for line in key.decode().splitlines() if not line.startswith("-")][:-1]
    tree.write("/home/ann/tls/server.key", key)
    records = check_contract(MachineProvider(), tree.target(), CTX, planted=fakes.planted)
    assert len(records) > 60
