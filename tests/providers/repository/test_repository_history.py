"""Secrets of the whole history: where, who, since when, until when."""

from __future__ import annotations

from datetime import UTC, datetime

from keyrack.records import Credential, Gap, Placement, Resource

HOUR = 3600
EPOCH = 1_700_000_000


def at(number: int) -> datetime:
    return datetime.fromtimestamp(EPOCH + number * HOUR, UTC)


def test_secret_at_head_names_its_first_commit(repo, scan, fake):
    token = fake.token()
    repo.commit(app__py="print(1)\n")
    first = repo.commit(author="bob@corp.example", config__yml=f"a: 1\ntoken: {token}\n")
    last = repo.commit(author="eve@corp.example", config__yml=f"a: 1\nb: 2\ntoken: {token}\n")
    found = scan(repo.path)
    (placement,) = found.of(Placement)
    (credential,) = found.of(Credential)
    assert (placement.system, placement.exposure, placement.path, placement.line) == ("git_head", "committed", "config/yml", 3)
    assert (placement.commit, placement.author, placement.seen_at) == (first, "bob@corp.example", at(2))
    assert placement.attrs["at_head"] == "true"
    assert placement.attrs["last_commit"] == last
    assert placement.attrs["occurrences"] == "2"
    assert placement.credential_uid == credential.uid
    assert (credential.kind, credential.issuer, credential.public_id) == ("api_token", "github", None)


def test_removed_secret_names_first_and_last_holder(repo, scan, fake):
    token = fake.token()
    first = repo.commit(settings=f"x\ntoken = '{token}'\n")
    holder = repo.commit(other="1\n")
    repo.commit(settings="x\n")
    repo.commit(other="2\n")
    (placement,) = scan(repo.path).of(Placement)
    assert (placement.system, placement.commit, placement.line) == ("git_history", first, 2)
    assert placement.attrs["at_head"] == "false"
    assert placement.attrs["last_commit"] == holder
    assert placement.attrs["branch"] == "main"


def test_deleted_file_and_renamed_file(repo, scan, fake):
    token = fake.token()
    repo.commit(old=f"token: {token}\n")
    repo.git("mv", "old", "new")
    moved = repo.save()
    places = {p.path: p for p in scan(repo.path).of(Placement)}
    assert (places["old"].system, places["new"].system) == ("git_history", "git_head")
    assert places["new"].commit == moved


def test_one_secret_in_many_places_is_one_credential(repo, scan, fake):
    token = fake.token()
    repo.commit(a=f"token: {token}\n", b=f"x: 1\ntoken: {token}\n", c=f"token: {token}\ntoken2: {token}\n")
    found = scan(repo.path)
    assert len(found.of(Credential)) == 1
    assert sorted((p.path, p.line) for p in found.of(Placement)) == [("a", 1), ("b", 2), ("c", 1), ("c", 2)]


def test_all_refs_are_looked_at(repo, scan, fake):
    tokens = {name: fake.token() for name in ("branch", "tag", "stash0", "stash1", "remote")}
    repo.commit(base="1\n")
    for name in ("branch", "tag", "remote"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit(**{f"in_{name}": f"token: {tokens[name]}\n"})
    repo.git("tag", "v1", "tag")
    repo.git("update-ref", "refs/remotes/origin/x", "remote")
    repo.git("checkout", "-q", "main")
    repo.git("branch", "-q", "-D", "tag", "remote")
    for name in ("stash1", "stash0"):
        repo.write("base", f"token: {tokens[name]}\n")
        repo.git("stash", "push", "-q")
    found = scan(repo.path)
    assert len(found.of(Credential)) == 5
    places = {(p.path, p.system) for p in found.of(Placement)}
    assert places == {(f"in_{n}", "git_history") for n in ("branch", "tag", "remote")} | {("base", "git_history")}
    branches = {p.path: p.attrs.get("branch") for p in found.of(Placement)}
    assert (branches["in_branch"], branches["in_tag"], branches["in_remote"]) == ("branch", "v1", "origin/x")


def test_secret_brought_by_a_merge_itself(repo, scan, fake):
    token = fake.token()
    repo.commit(f="1\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit(g="2\n")
    repo.git("checkout", "-q", "main")
    repo.commit(h="3\n")
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
    repo.put("f", f"token: {token}\n")
    merge = repo.save("merge", author="mallory@corp.example")
    (placement,) = scan(repo.path).of(Placement)
    assert (placement.commit, placement.author) == (merge, "mallory@corp.example")


def test_merged_branch_names_the_branch_commit_not_the_merge(repo, scan, fake):
    token = fake.token()
    repo.commit(f="1\n")
    repo.git("checkout", "-q", "-b", "side")
    origin = repo.commit(g=f"token: {token}\n")
    repo.git("checkout", "-q", "main")
    repo.commit(h="3\n")
    repo.clock += HOUR
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    (placement,) = scan(repo.path).of(Placement)
    assert placement.commit == origin
    assert placement.attrs["occurrences"] == "1"


def test_ci_and_infrastructure_files_are_told_apart(repo, scan, fake):
    repo.put(".gitlab/ci/x.yml", f"a: 1\npassword: {fake.password()}\n")
    repo.put("main.tf", f'password = "{fake.password()}"\n')
    repo.put("cf.yaml", f'AWSTemplateFormatVersion: "2010-09-09"\nR:\n  password: {fake.password()}\n')
    repo.put("app.yaml", f"password: {fake.password()}\n")
    repo.put("tests/app.yaml", f"password: {fake.password()}\n")
    repo.save()
    places = {p.path: p for p in scan(repo.path).of(Placement)}
    assert {path: p.system for path, p in places.items()} == {
        ".gitlab/ci/x.yml": "ci_file",
        "main.tf": "iac",
        "cf.yaml": "iac",
        "app.yaml": "git_head",
        "tests/app.yaml": "git_head",
    }
    assert [path for path, p in places.items() if p.attrs.get("test_path") == "true"] == ["tests/app.yaml"]


def test_lone_key_id_is_a_reference_and_joins_its_secret(repo, scan, fake):
    key, secret = fake.aws()
    repo.commit(notes=f"rotate {key}\n")
    repo.put("deploy.env", f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\n")
    repo.save()
    found = scan(repo.path)
    (credential,) = found.of(Credential)
    assert (credential.uid, credential.public_id) == (f"cred:aws:{key}", key)
    assert credential.fingerprint is not None
    references = {p.path: p.attrs.get("referenced") for p in found.of(Placement)}
    assert references == {"notes": "true", "deploy.env": None}


def test_config_file_removed_from_history_is_read_by_its_format(repo, scan, fake):
    password = fake.password()
    repo.put(".netrc", f"machine git.corp.example login deploy password {password}\n")
    repo.save()
    repo.put(".netrc", None)
    repo.save()
    found = scan(repo.path)
    (placement,) = found.of(Placement)
    assert (placement.path, placement.system) == (".netrc", "git_history")
    assert found.of(Credential)[0].attrs["login"] == "deploy"


def test_repository_resource(repo, scan):
    head = repo.commit(a="1\n")
    user = "x" + ":" + "y"
    repo.git("remote", "add", "origin", f"https://{user}@github.com/acme/web.git")
    (resource,) = scan(repo.path).of(Resource)
    assert (resource.uid, resource.type, resource.name) == ("repo:acme/web", "git:repository", "acme/web")
    assert resource.attrs == {"remote": "https://github.com/acme/web.git", "shallow": "false", "head": head}


def test_clean_repository_has_no_gaps(repo, scan):
    repo.commit(a="1\n")
    assert scan(repo.path).of(Gap) == []


def test_scan_of_unchanged_repository_is_stable(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    repo.commit(a=f"\ntoken: {fake.token()}\n", b=f"password: {fake.password()}\n")
    assert scan(repo.path).records == scan(repo.path).records


def test_a_branch_that_still_holds_a_secret_is_named(repo, scan, fake):
    tip, gone = fake.token(), fake.token()
    repo.commit(f="1\n")
    repo.git("checkout", "-q", "-b", "feature/login")
    repo.commit(a=f"token: {gone}\n")
    repo.commit(a="token: none\n", b=f"token: {tip}\n")
    repo.git("checkout", "-q", "main")
    found = {p.path: p.attrs.get("branch_tip") for p in scan(repo.path).of(Placement)}
    assert found == {"a": None, "b": "feature/login"}


def test_a_secret_removed_here_but_not_on_an_older_branch(repo, scan, fake):
    repo.commit(a=f"token: {fake.token()}\n")
    repo.git("branch", "release-1")
    repo.commit(a="token: none\n")
    (placement,) = scan(repo.path).of(Placement)
    assert (placement.system, placement.attrs["branch_tip"]) == ("git_history", "release-1")
