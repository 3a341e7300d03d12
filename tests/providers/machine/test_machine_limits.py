"""Bad input, closed doors and budgets: each becomes a Gap, none a traceback, none silence."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_tree import CTX, Tree, open_folder, unprivileged

from keyrack.providers.machine import MANIFEST, MachineProvider, accounts
from keyrack.providers.machine.emit import environment_of
from keyrack.providers.machine.places import HOME_FILES, SYSTEM_FILES
from keyrack.providers.machine.root import Root, shown
from keyrack.sdk.testing import check_contract, check_words


def test_unreadable_files_and_folders_are_gaps_with_the_permission() -> None:
    with open_folder() as base:
        tree = Tree(base).host()
        tree.write("/home/ann/.netrc", f"machine x login y password {tree.fakes.word()}\n", 0o000)
        tree.write("/home/ann/secret/.env", "A=1\n")
        tree.write("/etc/systemd/system/x.service", "[Service]\nUser=deploy\nEnvironmentFile=/etc/x.env\nExecStart=/x\n", 0o644)
        tree.write("/etc/x.env", "A=1\n", 0o000)
        tree.write("/etc/cron.d/x", "* * * * * root /x\n", 0o000)
        (base / "home/ann/secret").chmod(0o000)
        (base / "root").chmod(0o700 if os.geteuid() == 0 else 0o000)
        list(tree.scan().records)  # as root first: everything the scan imports lazily is loaded before privileges go
        with unprivileged():
            found = tree.scan()
        (base / "root").chmod(0o700)
        (base / "home/ann/secret").chmod(0o700)
    gaps = {g.subject: (g.reason, g.capability) for g in found.gaps}
    assert gaps["/home/ann/.netrc"] == ("denied", "machine.tool_credentials")
    assert gaps["/home/ann/secret"] == ("denied", "machine.env_files")
    assert gaps["/etc/x.env"] == ("denied", "machine.services")
    assert gaps["/etc/cron.d/x"] == ("denied", "machine.services")
    assert [g.capability for g in found.gaps if g.subject == "/root"].count("machine.ssh") == 1
    assert len([g for g in found.gaps if g.subject.startswith("/root")]) <= 10
    assert all(g.permission for g in found.gaps if g.reason == "denied")
    assert "machine:build-7:systemd-unit/x.service" in found.identities


def test_readers_follow_the_folders_above(tree: Tree) -> None:
    for name, mode in (("open", 0o755), ("team", 0o750), ("shut", 0o700)):
        tree.write(f"/srv/{name}/.env", f"API_TOKEN={tree.fakes.word()}\n", 0o644)
        (tree.base / f"srv/{name}").chmod(mode)
    tree.write("/srv/open/group.env", f"API_TOKEN={tree.fakes.word()}\n", 0o640)
    found = tree.scan()
    readers = {p.path: p.readers for p in found.placements}
    assert readers == {
        "/srv/open/.env": "world",
        "/srv/team/.env": "group",
        "/srv/shut/.env": "owner",
        "/srv/open/group.env": "group",
    }


def test_malformed_huge_and_odd_files(tree: Tree) -> None:
    tree.write("/home/ann/.docker/config.json", "{broken")
    tree.write("/home/ann/.kube/config", b"\x00\xff\xfe")
    tree.write("/home/ann/.netrc", b"machine x login y password " + b"A" * (2 * 1024 * 1024))
    tree.write("/home/ann/.npmrc", b"")
    tree.write("/home/ann/.ssh/id_rsa", "not a key")
    tree.write("/home/ann/.ssh/id_ed25519", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
    tree.write("/home/ann/notes/credentials.json", "{not json")
    (tree.base / "home/ann/.pypirc").mkdir()
    os.mkfifo(tree.base / "home/ann/.pgpass")
    listener = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tree.base / "home/ann")
    listener.bind(".my.cnf")
    os.chdir(here)
    found = tree.scan()
    listener.close()
    reasons = {g.subject.rpartition("/")[2]: g.reason for g in found.gaps}
    assert reasons == {
        "config.json": "malformed",
        "config": "malformed",
        ".netrc": "too_large",
        "id_ed25519": "malformed",
        ".pypirc": "unreadable",
        ".pgpass": "unreadable",
        ".my.cnf": "unreadable",
        "id_rsa": "malformed",
    }
    assert not found.credentials


def test_links_never_leave_the_root(tree: Tree, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = tree.fakes.word()
    (outside / ".env").write_text(f"API_TOKEN={secret}\n")
    (outside / "credentials").write_text(
        f"[default]\naws_access_key_id={tree.fakes.aws_id()}\naws_secret_access_key={tree.fakes.aws_secret()}\n"
    )
    (tree.base / "home/ann/.aws").symlink_to(outside)
    (tree.base / "home/ann/project").symlink_to(outside)
    (tree.base / "home/ann/.env").symlink_to(outside / ".env")
    (tree.base / "home/ann/up.env").symlink_to("../../../../../../../../.." + str(outside / ".env"))
    (tree.base / "home/ann/loop.env").symlink_to("loop.env")
    (tree.base / "home/ann/circle").symlink_to(".")
    tree.write("/opt/dotfiles/npmrc", f"//registry.npmjs.org/:_authToken={tree.fakes.npm()}\n")
    (tree.base / "home/ann/.npmrc").symlink_to("/opt/dotfiles/npmrc")
    found = tree.scan()
    assert [p.path for p in found.placements] == ["/home/ann/.npmrc"]
    assert {g.subject: g.reason for g in found.gaps} == {"/home/ann/loop.env": "unreadable"}


def test_names_that_are_no_text(tree: Tree) -> None:
    folder = tree.base / "home/ann" / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / ".env").write_bytes(f"API_TOKEN={tree.fakes.word()}\n".encode() + b"NAME\xff_TOKEN=\xff\xfe\n")
    (folder / os.fsdecode(b"\xff.pem")).write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA")
    records = check_contract(MachineProvider(), tree.target(), CTX, planted=tree.fakes.planted)
    paths = [r.path for r in records if hasattr(r, "path")]
    assert r"/home/ann/caf\xe9/.env" in paths


def test_budgets_yield_gaps(tree: Tree) -> None:
    for number in range(12):
        tree.write(f"/srv/many/f{number}.txt", "")
        tree.write(f"/opt/d{number}/.env", f"API_TOKEN={tree.fakes.word()}\n")
    tree.write("/srv/a/b/c/d/e/.env", f"API_TOKEN={tree.fakes.word()}\n")
    assert tree.scan(entries=10).gap("/srv/many").reason == "truncated"
    assert tree.scan(folders=6).gap("/opt").reason == "truncated"
    assert tree.scan(depth=3).gap("/srv/a/b/c/d").reason == "truncated"
    assert tree.scan(total=300).gap("machine").reason == "truncated"
    full = tree.scan()
    assert len(full.placements) == 13
    assert not full.gaps


def test_hard_negatives(tree: Tree) -> None:
    tree.write(
        "/home/ann/.aws/config", "[default]\ncredential_process = /usr/bin/vend --token abcdefgh12345678\nsso_session = corp\n"
    )
    tree.write(
        "/home/ann/.aws/credentials",
        "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    )
    tree.write("/home/ann/.docker/config.json", {"auths": {"reg.example": {}}, "credsStore": "pass"})
    tree.write("/home/ann/.npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n", 0o644)
    tree.write("/home/ann/.netrc", "machine x login y password changeme\n")
    tree.write("/home/ann/.gitconfig", '[remote "o"]\nurl = git@github.com:a/b.git\n[credential]\nhelper = store\n', 0o644)
    tree.write("/home/ann/.config/gh/hosts.yml", "github.com:\n    user: ann\n    git_protocol: ssh\n")
    tree.write(
        "/home/ann/p/.env",
        "API_TOKEN=op://vault/x/token\nSECRET_KEY=${OTHER}\nPASSWORD=<your-password>\nPORT=80\nDEBUG=true\n",
        0o644,
    )
    tree.write("/home/ann/p/group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n616263\n", 0o644)
    tree.write("/home/ann/p/jwks.json", {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "k"}]}, 0o644)
    tree.write("/home/ann/p/sa-key.json", {"type": "external_account", "audience": "x", "credential_source": {"file": "/t"}})
    tree.write("/home/ann/p/package.json", {"name": "x"}, 0o644)
    tree.write("/home/ann/p/public.pem", "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n", 0o644)
    tree.write("/home/ann/.ssh/known_hosts", "github.com ssh-ed25519 AAAA\n")
    tree.write("/home/ann/.ssh/config", "Host *\n  IdentityFile ~/.ssh/id_ed25519\n")
    tree.write("/home/ann/.vault_pass", "#!/bin/sh\npass show vault\n", 0o755)
    tree.write(
        "/etc/systemd/system/a.service",
        "[Service]\nLoadCredential=a:/etc/a\nEnvironment=API_TOKEN_FILE=/run/a LOG=info\nExecStart=/a --password-file /x --token $TOKEN\n",
        0o644,
    )
    tree.write("/etc/crontab", "PATH=/usr/bin\n* * * * * root /x --password-file=/y\n", 0o644)
    found = tree.scan()
    assert [(c.name, p.path) for c in found.credentials.values() for p in found.placements if p.credential_uid == c.uid] == []
    assert found.gaps == []


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_passwd_is_read(data: bytes) -> None:
    for account in accounts.from_passwd(data):
        assert account.name


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_path_has_an_environment_or_none(path: str) -> None:
    assert environment_of("/" + path) in (None, "prod", "nonprod")
    assert shown(path).isprintable()


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        ("/home/a/dev/x/.env", None),
        ("/home/a/x/.env.dev", "nonprod"),
        ("/home/a/x/.env.local", "nonprod"),
        ("/srv/production/.env", "prod"),
        ("/srv/prod/staging.env", None),
        ("/home/a/product/.env", None),
        ("/home/a/x/prod.env", "prod"),
    ],
)
def test_environment_of_paths(path: str, environment: str | None) -> None:
    assert environment_of(path) == environment


def test_root_resolves_like_a_changed_root(tree: Tree) -> None:
    (tree.base / "home/ann/link").symlink_to("/etc")
    (tree.base / "home/ann/up").symlink_to("../../../../etc")
    root = Root(str(tree.base))
    assert root.resolve("/home/ann/link/passwd") == "/etc/passwd"
    assert root.resolve("/home/ann/up/hostname") == "/etc/hostname"
    assert root.resolve("/../../etc/passwd") == "/etc/passwd"
    assert not root.exists("/home/ann/link/nothing")


@settings(max_examples=15, deadline=None)
@given(blob=st.binary(max_size=400), seed=st.integers(0, 2**32))
def test_any_content_in_every_known_place(blob: bytes, seed: int) -> None:
    rng = random.Random(seed)
    with open_folder() as base:
        tree = Tree(base).host()
        for path in [
            *(f"/home/ann/{name}" for name in HOME_FILES),
            *SYSTEM_FILES,
            "/etc/shadow",
            "/etc/crontab",
            "/etc/cron.d/x",
        ]:
            tree.write(path, blob[: rng.randrange(len(blob) + 1)] or b"\x00")
        tree.write("/etc/systemd/system/x.service", b"[Service]\nEnvironmentFile=/etc/\x00x\nUser=" + blob)
        tree.write("/home/ann/.git/index", blob)
        check_words(MANIFEST, tree.scan().records)


def test_an_empty_root_is_an_empty_home(tmp_path: Path) -> None:
    found = Tree(tmp_path).scan()
    assert not found.gaps
    assert not found.credentials
    assert len(found.identities) == 1


def test_control_characters_in_names_are_escaped(tree: Tree) -> None:
    tree.write("/srv/a\nb\x1b[31m/.env", f"API_TOKEN={tree.fakes.word()}\n")
    assert [p.path for p in tree.scan().placements] == [r"/srv/a\x0ab\x1b[31m/.env"]


@pytest.mark.parametrize(("members", "readers"), [("", "owner"), ("root", "owner"), ("deploy", "group")])
def test_a_group_nobody_is_in_reads_nothing(tree: Tree, members: str, readers: str) -> None:
    path = str(tree.write("/srv/open/group.env", f"API_TOKEN={tree.fakes.word()}\n", 0o640).relative_to(tree.base))
    number = (tree.base / path).stat().st_gid
    tree.write("/etc/group", f"ssl-cert:x:{number}:{members}\nbroken\n")
    assert {p.readers for p in tree.scan().placements if p.path == "/srv/open/group.env"} == {readers}
