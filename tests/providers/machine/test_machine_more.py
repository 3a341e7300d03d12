"""Work trees, account passwords, stores that stay shut, and secrets that only the detector sees."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from machine_tree import Tree


def git(folder: Path, *arguments: str) -> None:
    identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@t.example",
        "-c",
        "protocol.file.allow=always",
        "-c",
        "init.defaultBranch=main",
    ]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_committed_files_are_left_to_the_repository_provider(tree: Tree) -> None:
    tree.write("/home/ann/web/.gitignore", ".env.local\n", 0o644)
    tree.write("/home/ann/web/.env", f"A_TOKEN={tree.fakes.github()}\n")
    tree.write("/home/ann/web/deploy/prod.env", f"A_TOKEN={tree.fakes.github()}\n")
    web = tree.base / "home/ann/web"
    git(web, "init", "-q")
    git(web, "add", ".")
    git(web, "commit", "-qm", "x")
    tree.write("/home/ann/web/.env.local", f"B_TOKEN={tree.fakes.github()}\n")
    tree.write("/home/ann/web/.env.new", f"C_TOKEN={tree.fakes.github()}\n")
    git(web, "remote", "add", "origin", f"https://ann:{tree.fakes.github()}@github.com/acme/web.git")
    git(web, "worktree", "add", "-q", "../web-fix", "-b", "fix")
    tree.write("/home/ann/web-fix/.git", "gitdir: /home/ann/web/.git/worktrees/web-fix\n", 0o644)  # as it reads below the root
    git(tree.base / "home/ann", "init", "-q", "empty")
    found = tree.scan()
    assert sorted(p.path for p in found.placements) == [
        "/home/ann/web/.env.local",
        "/home/ann/web/.env.new",
        "/home/ann/web/.git/config",
    ]
    note = found.gap("/home/ann/web")
    assert (note.reason, note.incomplete, note.hint) == ("unsupported", False, "keyrack scan /home/ann/web")
    (tree.base / "home/ann/web/.git/index").write_bytes(b"broken")
    again = tree.scan()
    assert again.gap("/home/ann/web/.git/index").reason == "unsupported"
    assert {p.path for p in again.placements} > {p.path for p in found.placements}


def test_account_passwords_by_age_and_never_by_hash(tree: Tree) -> None:
    hashes = [f"$y$j9T${tree.fakes.word(20)}${tree.fakes.word(40)}", f"$1${tree.fakes.word(8)}${tree.fakes.word(22)}"]
    tree.write(
        "/etc/shadow",
        f"root:!:19000:0:99999:7:::\nann:{hashes[0]}:20400:0:90:7:::\ndeploy:{hashes[1]}:18000:0:99999:7:::\nmail:*:1:0:99999:7:::\nshort:x\n",
        0o640,
    )
    found = tree.scan()
    passwords = {c.attrs["login"]: c for c in found.credentials.values() if c.issuer == "unix"}
    assert set(passwords) == {"ann", "deploy"}
    ann, deploy = passwords["ann"], passwords["deploy"]
    assert (ann.algorithm, ann.expiry, ann.status, ann.identity_uid) == (
        "yescrypt",
        "set",
        "expired",
        "machine:build-7:unix-user/ann",
    )
    assert (deploy.algorithm, deploy.expiry, deploy.status) == ("MD5-crypt", "never", "active")
    assert str(deploy.rotated_at)[:10] == "2019-04-14"
    assert deploy.fingerprint is None
    assert all(value not in repr(found.records) for text in hashes for value in text.split("$")[3:])


def test_closed_stores_are_named(tree: Tree) -> None:
    tree.write("/home/ann/.local/share/keyrings/login.keyring", b"\x00")
    tree.write("/home/ann/.password-store/x.gpg", b"\x00")
    tree.write("/home/ann/.azure/msal_token_cache.bin", b"\x00")
    found = tree.scan()
    assert {(g.subject.rpartition("/")[2], g.reason, g.incomplete) for g in found.gaps} == {
        ("keyrings", "encrypted", False),
        (".password-store", "encrypted", False),
        ("msal_token_cache.bin", "encrypted", False),
    }


def test_the_detector_adds_what_the_parser_cannot_see_and_nothing_twice(tree: Tree) -> None:
    token, plain = tree.fakes.github(), tree.fakes.word()
    text = f"alias gh-api='curl -H \"Authorization: token {token}\" https://api.github.com'\nexport DATABASE_URL=postgres://app:{plain}@db.acme.internal/x\nexport AWS_ACCESS_KEY_ID={tree.fakes.aws_id()}\nexport AWS_SECRET_ACCESS_KEY={tree.fakes.aws_secret()}\nexport STRIPE_KEY={tree.fakes.stripe()}\n"
    tree.write("/home/ann/.bashrc", text)
    found = tree.scan()
    lines = sorted((p.line or 0, c.issuer) for c, p in found.at("/home/ann/.bashrc"))
    assert lines == [(1, "github"), (2, "database"), (4, "aws"), (5, "stripe")]


def test_pod_token_and_client_settings(tree: Tree) -> None:
    tree.write(
        "/run/secrets/kubernetes.io/serviceaccount/token", tree.fakes.jwt({"sub": "system:serviceaccount:ci:runner"}), 0o644
    )
    tree.write(
        "/home/ann/.databrickscfg",
        f"[DEFAULT]\nhost = https://x.example\ntoken = da{'pi'}{tree.fakes.text(32, '0123456789abcdef')}\n",
    )
    tree.write("/home/ann/infra/prod.tfvars", f'db_password = "{tree.fakes.word()}"\n')
    found = tree.scan()
    assert found.one("/run/secrets/kubernetes.io/serviceaccount/token")[0].issuer == "kubernetes"
    assert found.one("/home/ann/.databrickscfg")[0].issuer == "databricks"
    assert found.one("/home/ann/infra/prod.tfvars")[1].environment == "prod"


def test_test_material_is_marked_and_runtimes_are_not_searched(tree: Tree) -> None:
    tree.write("/home/ann/shop/tests/fixtures/.env", f"API_TOKEN={tree.fakes.word()}\n")
    tree.write("/home/ann/shop/.env", f"API_TOKEN={tree.fakes.word()}\n")
    tree.write("/opt/lib/python3.11/test/.env", f"API_TOKEN={tree.fakes.word()}\n")
    tree.write("/opt/google-cloud-sdk/x/.env", f"API_TOKEN={tree.fakes.word()}\n")
    found = tree.scan()
    marks = {p.path: p.attrs.get("test_path") for p in found.placements}
    assert marks == {"/home/ann/shop/tests/fixtures/.env": "true", "/home/ann/shop/.env": None}


def test_central_authorized_keys_and_submodule_urls(tree: Tree) -> None:
    tree.ssh_key("/home/ann/.ssh/id_ed25519", comment="ann@acme.example")
    tree.write("/etc/ssh/authorized_keys/deploy", (tree.base / "home/ann/.ssh/id_ed25519.pub").read_text(), 0o644)
    web = tree.base / "home/ann/web"
    web.mkdir()
    git(web, "init", "-q")
    tree.write(
        "/home/ann/web/.git/modules/lib/config", f'[remote "origin"]\n  url = https://x:{tree.fakes.github()}@github.com/a/lib\n'
    )
    found = tree.scan()
    key, placement = found.one("/etc/ssh/authorized_keys/deploy")
    assert (key.identity_uid, placement.consumer_uid) == ("machine:build-7:unix-user/deploy",) * 2
    assert found.one("/home/ann/web/.git/modules/lib/config")[0].issuer == "github"


@pytest.mark.parametrize("path", ["/opt/etl/sa.json", "/home/ann/sa.json", "/etc/gcp/key.json"])
def test_a_google_key_is_known_by_its_content(tree: Tree, path: str) -> None:
    body = {
        "type": "service_account",
        "private_key": tree.fakes.word(200),
        "private_key_id": "ab" * 20,
        "client_email": "etl@p.iam.gserviceaccount.com",
    }
    tree.write(path, json.dumps(body), 0o644)
    tree.write("/opt/etl/report.json", "{" + " " * 70_000)
    found = tree.scan()
    assert [(p.path, p.readers) for p in found.placements if "sa.json" in p.path or "key.json" in p.path] == [(path, "world")]
    assert not [g for g in found.gaps if "report.json" in g.subject]


def test_a_password_in_a_compose_file(tree: Tree) -> None:
    password = tree.fakes.word()
    text = f"services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {password}\n  dev:\n    environment:\n      - POSTGRES_PASSWORD=postgres\n"
    tree.write("/srv/shop/docker-compose.yml", text + "      - OTHER_PASSWORD=${OTHER}\n")
    assert [(p.path, p.line) for p in tree.scan().placements if "compose" in p.path] == [("/srv/shop/docker-compose.yml", 4)]
