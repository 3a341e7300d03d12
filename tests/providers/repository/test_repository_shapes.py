"""Repositories of every shape: bare, shallow, submodules, worktrees, empty, plain, odd files, damaged; each is read or a Gap."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from keyrack.errors import KeyrackError
from keyrack.providers.repository import history, provider
from keyrack.providers.repository.git import Git
from keyrack.records import Credential, Gap, Placement, Resource
from keyrack.sdk import Target
from keyrack.sdk.git_remotes import name_from_url, public_url


def gaps(found) -> set[tuple[str, str]]:
    return {(gap.capability, gap.reason) for gap in found.of(Gap)}


def test_bare_repository(repo, new_repo, scan, fake):
    token = fake.token()
    repo.commit(a=f"token: {token}\n")
    bare = new_repo("web.git", bare=True)
    repo.git("push", "-q", str(bare.path), "main")
    (placement,) = scan(bare.path).of(Placement)
    assert (placement.system, placement.path, placement.scope) == ("git_head", "a", "web")


def test_token_in_the_remote_of_a_bare_repository(new_repo, scan, fake):
    bare = new_repo("mirror.git", bare=True)
    user = "bot:" + fake.token()
    bare.git("remote", "add", "origin", f"https://{user}@git.corp.example/acme/web.git")
    (placement,) = scan(bare.path).of(Placement)
    assert (placement.path, placement.system, placement.scope) == ("config", "file", "acme/web")


def test_sha256_repository(tmp_path, repo, scan, fake):
    other = type(repo)(tmp_path / "modern")
    other.path.mkdir()
    other.git("init", "-q", "-b", "main", "--object-format=sha256")
    first = other.commit(a=f"token: {fake.token()}\n")
    other.commit(a="1\n")
    (placement,) = scan(other.path).of(Placement)
    assert (placement.commit, len(first)) == (first, 64)


def test_a_walk_given_up_half_way_ends(repo, fake):
    for number in range(30):
        repo.put(f"f{number}", f"{number}\n" + fake.text(100) * 2_000)
    repo.save()
    git = Git(repo.path / ".git", repo.path)
    met = history.Coverage()
    walk = history.contents(git, history.listed(git, [], met), met)
    next(walk)
    walk.close()
    assert not met.corrupt


def test_git_directory_itself(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    found = scan(repo.path / ".git")
    assert [p.scope for p in found.of(Placement)] == ["web"]


def test_shallow_clone_is_a_gap(repo, new_repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    repo.commit(a="1\n")
    repo.commit(a="2\n")
    clone = repo.path.parent / "shallow"
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(clone))
    found = scan(clone)
    assert found.of(Placement) == []
    (gap,) = found.of(Gap)
    assert (gap.capability, gap.reason, gap.hint) == ("repository.history", "truncated", "git fetch --unshallow")
    assert found.of(Resource)[0].attrs["shallow"] == "true"


def test_partial_clone_is_a_gap_and_fetches_nothing(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    repo.commit(a="1\n")
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.path.parent / "partial"
    repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.path}", str(clone))
    before = sorted(path.name for path in (clone / ".git" / "objects" / "pack").iterdir())
    found = scan(clone)
    assert ("repository.history", "truncated") in gaps(found)
    assert ("repository.history", "missing") in gaps(found)
    assert sorted(path.name for path in (clone / ".git" / "objects" / "pack").iterdir()) == before


def test_linked_worktree(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    linked = repo.path.parent / "linked"
    repo.git("worktree", "add", "-q", str(linked), "-b", "other")
    (linked / "new").write_text(f"token: {fake.token()}\n")
    systems = sorted((p.path, p.system) for p in scan(linked).of(Placement))
    assert systems == [("a", "git_head"), ("new", "file")]


def submodule(repo, new_repo, content: str):
    inner = new_repo("inner")
    inner.commit(s=content)
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "libs/inner")
    repo.save()


def test_submodule_checked_out_is_scanned(repo, new_repo, scan, fake):
    submodule(repo, new_repo, f"token: {fake.token()}\n")
    found = scan(repo.path)
    assert [(p.scope, p.path) for p in found.of(Placement)] == [("inner", "s")]
    assert found.of(Gap) == []


def test_submodule_not_checked_out_is_a_gap(repo, new_repo, scan, fake):
    submodule(repo, new_repo, f"token: {fake.token()}\n")
    clone = repo.path.parent / "clone"
    repo.git("clone", "-q", str(repo.path), str(clone))
    (gap,) = scan(clone).of(Gap)
    assert (gap.reason, gap.subject) == ("missing", "libs/inner")
    assert "submodule update" in gap.hint


def test_empty_repository_with_files(repo, scan, fake):
    repo.write("a.env", f"API_TOKEN={fake.token()}\n")
    (placement,) = scan(repo.path).of(Placement)
    assert (placement.system, placement.path) == ("file", "a.env")


def test_empty_repository(repo, scan):
    found = scan(repo.path)
    assert [type(record) for record in found.records] == [Resource]


def test_plain_directory(tmp_path, scan, fake):
    (tmp_path / "d" / "node_modules" / "x").mkdir(parents=True)
    (tmp_path / "d" / "app.env").write_text(f"API_TOKEN={fake.token()}\n")
    (tmp_path / "d" / "node_modules" / "x" / "k").write_text(f"token: {fake.token()}\n")
    found = scan(tmp_path / "d")
    (placement,) = found.of(Placement)
    assert (placement.system, placement.exposure, placement.path) == ("file", "config", "app.env")
    assert {(g.reason, g.incomplete) for g in found.of(Gap)} == {("missing", False), ("unsupported", False)}


def test_folder_inside_a_repository_says_where_the_history_is(repo, scan, fake):
    repo.put("sub/a", f"token: {fake.token()}\n")
    repo.save()
    found = scan(repo.path / "sub")
    assert [p.path for p in found.of(Placement)] == ["a"]
    (gap,) = found.of(Gap)
    assert gap.incomplete
    assert "above" in gap.detail


def test_single_file(tmp_path, scan, fake):
    (tmp_path / "one.env").write_text(f"API_TOKEN={fake.token()}\n")
    (tmp_path / "two.env").write_text(f"API_TOKEN={fake.token()}\n")
    assert [p.path for p in scan(tmp_path / "one.env").of(Placement)] == ["one.env"]


def test_missing_path_is_an_error(ctx):
    for call in (provider.source, lambda t, c: list(provider.discover(t, c))):
        with pytest.raises(KeyrackError) as raised:
            call(Target("repository", "/nonexistent/x"), ctx)
        assert raised.value.code == "repository.missing"


def test_without_git_binary(repo, scan, fake, monkeypatch):
    repo.commit(a=f"token: {fake.token()}\n")
    monkeypatch.setenv("PATH", str(repo.path / "nowhere"))
    found = scan(repo.path)
    assert [(p.system, p.path) for p in found.of(Placement)] == [("file", "a")]
    (gap,) = found.of(Gap)
    assert (gap.reason, gap.hint) == ("malformed", "install git")


def test_huge_file_is_a_gap(repo, scan, monkeypatch):
    monkeypatch.setattr(history, "SIZE_LIMIT", 1000)
    repo.commit(big="x" * 1001, small="y")
    assert ("repository.secrets", "too_large") in gaps(scan(repo.path))


def test_lfs_pointer_is_a_gap(repo, scan, fake):
    repo.commit(blob=f"version https://git-lfs.github.com/spec/v1\noid sha256:{fake.text(64, '0123456789abcdef')}\nsize 12\n")
    (gap,) = scan(repo.path).of(Gap)
    assert (gap.reason, gap.capability) == ("unsupported", "repository.secrets")


def test_binary_and_utf16_files(repo, scan, fake):
    token = fake.token()
    repo.commit(binary=b"\0\1\2" * 300 + token.encode() + b"\0" * 9, wide=f"token: {fake.token()}\n".encode("utf-16"))
    assert {p.path for p in scan(repo.path).of(Placement)} == {"binary", "wide"}


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems refuse such names")
def test_paths_that_are_not_utf8(repo, scan, fake):
    names = [b"caf\xe9.env", "schlüssel.env".encode(), b"tab\there", b"new\nline.env", b"-dash", b":(glob)*"]
    for name in names:
        (repo.path / os.fsdecode(name)).write_text(f"token: {fake.token()}\n")
    repo.git("add", "-A")
    repo.save()
    (repo.path / os.fsdecode(b"new\xff.env")).write_text(f"token: {fake.token()}\n")
    paths = {p.path for p in scan(repo.path).of(Placement)}
    assert paths == {"caf\\xe9.env", "schlüssel.env", "tab\there", "new\nline.env", "-dash", ":(glob)*", "new\\xff.env"}


def test_symlinks_are_not_followed(repo, scan, fake, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.env").write_text(f"token: {fake.token()}\n")
    (repo.path / "link.env").symlink_to(outside / "a.env")
    (repo.path / "folder").symlink_to(outside)
    (repo.path / "loop").symlink_to(repo.path)
    repo.git("add", "-A")
    repo.save()
    shutil.rmtree(repo.path / "folder", ignore_errors=True)
    found = scan(repo.path)
    assert found.of(Placement) == []


def test_tracked_folder_replaced_by_a_symlink(repo, scan, fake, tmp_path):
    repo.put("conf/app.env", "A=1\n")
    repo.save()
    shutil.rmtree(repo.path / "conf")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "app.env").write_text(f"API_TOKEN={fake.token()}\n")
    (repo.path / "conf").symlink_to(tmp_path / "outside")
    assert scan(repo.path).of(Placement) == []


def object_file(repo, oid: str) -> Path:
    return repo.path / ".git" / "objects" / oid[:2] / oid[2:]


def test_corrupt_blob_is_a_gap_and_the_rest_is_read(repo, scan, fake):
    for number in range(40):
        repo.put(f"f{number:02}", f"token: {fake.token()}\n")
    repo.save()
    broken = object_file(repo, repo.git("rev-parse", "HEAD:f20"))
    broken.chmod(0o644)
    broken.write_bytes(b"not zlib at all")
    found = scan(repo.path)
    assert len(found.of(Credential)) >= 39
    assert ("repository.history", "malformed") in gaps(found) or ("repository.history", "missing") in gaps(found)


def test_missing_objects_are_gaps(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n", b="1\n")
    first = repo.git("rev-parse", "HEAD")
    repo.commit(b="2\n")
    object_file(repo, repo.git("rev-parse", "HEAD:b")).unlink()
    found = scan(repo.path)
    assert ("repository.history", "missing") in gaps(found)
    assert [p.commit for p in found.of(Placement)] == [first]


def test_missing_commit_and_broken_head_are_gaps(repo, scan):
    first = repo.commit(a="1\n")
    repo.commit(a="2\n")
    object_file(repo, first).unlink()
    assert ("repository.history", "malformed") in gaps(scan(repo.path))
    (repo.path / ".git" / "HEAD").write_text("rubbish\n")
    assert ("repository.history", "malformed") in gaps(scan(repo.path))


def test_nested_repository_is_named(repo, new_repo, scan):
    repo.commit(a="1\n")
    new_repo("web/vendor/other").commit(x="1\n")
    (gap,) = scan(repo.path).of(Gap)
    assert (gap.reason, gap.subject, gap.incomplete) == ("unsupported", "vendor/other/", False)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/web.git", "acme/web"),
        ("https://github.com/acme/web/", "acme/web"),
        ("git@github.com:acme/web.git", "acme/web"),
        ("ssh://git@git.corp.example:7999/team/sub/web.git", "team/sub/web"),
        ("https://user:word@gitlab.corp.example/g/s/w.git?x=1", "g/s/w"),
        ("/srv/git/web.git", None),
        ("file:///srv/git/web.git", None),
        ("../web", None),
        ("", None),
        ("https://", None),
        ("c:/x/y", None),
    ],
)
def test_names_from_remotes(url, name):
    assert name_from_url(url) == name


def test_public_url_has_no_userinfo():
    assert public_url("https://u:p@h.example/x.git?token=1#f") == "https://h.example/x.git"
    assert public_url("git@h.example:x/y.git") == "h.example:x/y.git"
    assert public_url("ssh://git@h.example/x") == "ssh://h.example/x"
