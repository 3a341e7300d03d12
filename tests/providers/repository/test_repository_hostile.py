"""A hostile repository executes nothing, writes nothing and reaches nothing; no secret leaves; the contract holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tokens import checked

from keyrack.providers.repository import provider
from keyrack.records import Gap, Identity, Ownership, Placement
from keyrack.sdk.testing import check_contract


def trap(repo, name: str) -> tuple[str, Path]:
    """A command that leaves a mark when it runs, and the mark."""
    mark = repo.path.parent / f"ran-{name}"
    script = repo.path.parent / f"trap-{name}.sh"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    script.chmod(0o755)
    return str(script), mark


HOOKS = {
    "core.fsmonitor": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.sshCommand": "{}",
    "core.askPass": "{}",
    "core.alternateRefsCommand": "{}",
    "diff.external": "{}",
    "diff.evil.textconv": "{}",
    "diff.evil.command": "{}",
    "filter.evil.clean": "{}",
    "filter.evil.smudge": "{}",
    "filter.evil.process": "{}",
    "gpg.program": "{}",
    "credential.helper": "!{}",
    "pager.log": "{}",
    "alias.log": "!{}",
    "alias.rev-list": "!{}",
    "uploadpack.packObjectsHook": "{}",
    "sequence.editor": "{}",
}


def test_configuration_executes_nothing(repo, scan, fake):
    repo.put(".gitattributes", "* filter=evil diff=evil\n")
    repo.put("a", f"token: {fake.token()}\n")
    repo.save()
    marks = []
    for key, form in HOOKS.items():
        command, mark = trap(repo, key)
        repo.git("config", key, form.format(command))
        marks.append(mark)
    repo.git("config", "log.showSignature", "true")
    hooks = repo.path.parent / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction", "pre-auto-gc"):
        command, mark = trap(repo, hook)
        (hooks / hook).symlink_to(command)
        (repo.path / ".git" / "hooks" / hook).symlink_to(command)
        marks.append(mark)
    repo.git("config", "core.hooksPath", str(hooks))
    (repo.path / "a").write_text(f"token: {fake.token()}\n")
    os.utime(repo.path / "a", (1, 1))
    assert len(scan(repo.path).of(Placement)) == 2
    assert [mark.name for mark in marks if mark.exists()] == []
    subprocess.run(["git", "-C", str(repo.path), "status"], capture_output=True, check=False)
    assert any(mark.exists() for mark in marks)  # the traps do work for a careless reader


def test_promisor_remote_is_not_contacted(repo, scan):
    repo.commit(a="1\n")
    command, mark = trap(repo, "remote")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "remote.origin.url", f"ext::{command}")
    repo.git("config", "remote.origin.promisor", "true")
    oid = repo.git("rev-parse", "HEAD:a")
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    found = scan(repo.path)
    assert {gap.reason for gap in found.of(Gap)} >= {"truncated", "missing"}
    assert not mark.exists()


def test_foreign_worktree_setting_is_ignored(repo, scan, fake, tmp_path):
    repo.commit(a="1\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.env").write_text(f"API_TOKEN={fake.token()}\n")
    repo.git("config", "core.worktree", str(tmp_path / "elsewhere"))
    assert scan(repo.path).of(Placement) == []


def test_git_environment_of_the_caller_is_ignored(repo, new_repo, scan, fake, monkeypatch):
    repo.commit(a=f"token: {fake.token()}\n")
    other = new_repo("other")
    other.commit(b=f"token: {fake.token()}\n")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git" / "objects"))
    assert [p.path for p in scan(repo.path).of(Placement)] == ["a"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_repository_of_another_user_is_scanned(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    for folder, names, files in os.walk(repo.path):
        for name in [*names, *files]:
            os.chown(Path(folder) / name, 12345, 12345)
    os.chown(repo.path, 12345, 12345)
    assert [p.path for p in scan(repo.path).of(Placement)] == ["a"]


def test_scan_writes_nothing_into_the_repository(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    os.utime(repo.path / "a", (1, 1))

    def state() -> list[tuple[str, int, int]]:
        return sorted(
            (str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in repo.path.rglob("*") if path.is_file()
        )

    before = state()
    scan(repo.path)
    assert state() == before


WORKFLOW = """
on: [push]
permissions: {contents: read}
jobs:
  b:
    runs-on: ubuntu-latest
    env:
      DEPLOY_PASSWORD: "VALUE"
    steps:
      - uses: actions/checkout@v4
      - run: deploy
        env:
          T: ${{ secrets.DEPLOY }}
"""


def populated(repo, fake):
    key, secret = fake.aws()
    repo.put("old.env", f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\n")
    repo.put("app.py", f'TOKEN = "{fake.token()}"\nURL = "postgres://app:{fake.password()}@db.corp.example/x"\n')
    repo.save(author="bob@corp.example")
    repo.put("old.env", None)
    repo.put(".github/workflows/ci.yml", WORKFLOW.replace("VALUE", fake.password()))
    repo.put("CODEOWNERS", "* @acme/platform\n*.yml carol@corp.example\n")
    server = {"command": "npx", "args": ["-y", "x"], "env": {"GITHUB_TOKEN": fake.token()}}
    repo.put(".mcp.json", json.dumps({"mcpServers": {"gh": server}}))
    repo.put(".npmrc", f"//registry.npmjs.org/:_authToken={checked('npm_', fake.text(36))}\n")
    repo.put("broken.tfstate", '{"version": ')
    repo.put(".gitignore", ".env\n")
    repo.save()
    repo.write(".env", f"DB_PASSWORD={fake.password()}\n")
    repo.write("new.yml", f"password: {fake.password()}\n")
    user = "bot:" + fake.token()
    repo.git("remote", "add", "origin", f"https://{user}@github.com/acme/web.git")
    return repo


def test_contract(repo, fake, ctx, target):
    populated(repo, fake)
    records = check_contract(provider, target(repo.path), ctx, planted=fake.made)
    places = {(p.path, p.system) for p in records if isinstance(p, Placement)}
    assert {
        ("old.env", "git_history"), ("app.py", "git_head"), (".github/workflows/ci.yml", "ci_file"), (".mcp.json", "agent_config"),
        (".npmrc", "git_head"), (".env", "file"), ("new.yml", "file"), (".git/config", "file"),
    } <= places  # fmt: skip
    assert any(isinstance(r, Gap) and r.capability == "repository.config" for r in records)


def test_source_name(repo, fake, ctx, target):
    populated(repo, fake)
    assert provider.source(target(repo.path), ctx).id == "repository:acme/web"


def test_parsers_and_history_speak_once(repo, fake, scan):
    populated(repo, fake)
    found = scan(repo.path)
    for path in (".mcp.json", ".github/workflows/ci.yml"):
        with_commit = [p for p in found.of(Placement) if p.path == path and p.commit]
        lines = [(p.credential_uid, p.line) for p in with_commit]
        assert len(lines) == len(set(lines)) >= 1
        assert {p.author for p in with_commit} == {"ada@corp.example"}
        assert any(p.consumer_uid for p in with_commit)


def test_owners_of_definitions(repo, fake, scan):
    populated(repo, fake)
    found = scan(repo.path)
    workflow = next(i for i in found.of(Identity) if i.type == "github:workflow")
    assert workflow.created_by == "ada@corp.example"
    owners = {(o.owner, o.evidence) for o in found.of(Ownership) if o.identity_uid == workflow.uid}
    assert owners == {("carol@corp.example", "codeowners"), ("ada@corp.example", "committer"), ("ada@corp.example", "creator")}


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare(1)")
@pytest.mark.parametrize("verify", [False, True])
def test_scan_needs_no_network(repo, fake, verify):
    """With ``verify`` and no way out, every state is unknown and nothing breaks."""
    populated(repo, fake)
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not make a network namespace")
    code = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from keyrack.providers.repository import provider\n"
        "from keyrack.records import Credential\n"
        "from keyrack.sdk import Context, Fingerprinter, Target\n"
        f"ctx = Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b'k' * 32), verify={verify})\n"
        f"found = list(provider.discover(Target('repository', {str(repo.path)!r}), ctx))\n"
        "known = [r for r in found if getattr(r, 'state', 'unknown') != 'unknown']\n"
        "sys.exit(0 if sum(isinstance(r, Credential) for r in found) >= 7 and not known else 9)"
    )
    done = subprocess.run(["unshare", "--net", sys.executable, "-c", code], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_live_check_is_asked_for_only_with_verify(repo, fake, ctx, target, monkeypatch):
    """The engine's validator is the only thing that talks; count how often it is built."""
    import kingfisher_sdk

    built = []

    class Counting(kingfisher_sdk.Validator):
        def __init__(self, **settings):
            built.append(settings)
            super().__init__(**{**settings, "timeout": 0.5})

    monkeypatch.setattr(kingfisher_sdk, "Validator", Counting)
    populated(repo, fake)
    list(provider.discover(target(repo.path), ctx))
    assert built == []
