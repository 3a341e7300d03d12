"""The pre-commit hook on real repositories: staged content only, ranges, inline reasons, the baseline, and no secret shown."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tokens import checked

from keyrack.app import baseline as baselines
from keyrack.app import staged
from keyrack.app.baseline import NAME
from keyrack.app.changes import LIMIT, Work
from keyrack.errors import KeyrackError, UsageError

RNG = random.Random(11)
ALNUM = string.ascii_letters + string.digits
ENV = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@acme.example",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@acme.example", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
}  # fmt: skip


def token() -> str:
    return checked("ghp_", "".join(RNG.choice(ALNUM) for _ in range(36)))


class Repo:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.path, env=ENV, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str | bytes, *, add: bool = True) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        if add:
            self.git("add", "--", name)

    def commit(self, message: str = "x") -> str:
        self.git("commit", "-q", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")

    def hook(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["keyrack", "hook", *arguments], cwd=self.path, env=ENV | env, capture_output=True, text=True, check=False
        )


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path)


def leaks(repo: Repo) -> list[tuple[str, int | None]]:
    return [(leak.path, leak.line) for leak in staged.check_staged(repo.path).leaks]


def test_first_commit_and_later_ones(repo):
    repo.write("app.py", f'import os\nTOKEN = "{token()}"\n')
    assert leaks(repo) == [("app.py", 2)]
    repo.commit()
    assert leaks(repo) == []
    repo.write("b/other.py", f'GITHUB_TOKEN = "{token()}"\n')
    assert leaks(repo) == [("b/other.py", 1)]


def test_staged_content_not_the_working_tree(repo):
    repo.write("a.py", "x = 1\n")
    repo.write("a.py", f'x = "{token()}"\n', add=False)
    assert leaks(repo) == []
    repo.git("add", "a.py")
    repo.write("a.py", "x = 1\n", add=False)
    assert leaks(repo) == [("a.py", 1)]


def test_what_the_file_held_before_blocks_nobody(repo):
    old = token()
    body = "".join(f"line_{n} = {n}\n" for n in range(20))
    repo.write("a.py", f'A = "{old}"\n{body}')
    repo.commit()
    repo.write("a.py", f'{body}\nA = "{old}"\n')
    assert leaks(repo) == []
    repo.git("mv", "a.py", "moved.py")
    assert leaks(repo) == []
    repo.write("moved.py", f'{body}\nA = "{old}"\nC = "{token()}"\n')
    assert leaks(repo) == [("moved.py", 23)]


def test_a_copy_in_another_file_is_new(repo):
    old = token()
    repo.write("a.py", f'A = "{old}"\n')
    repo.commit()
    repo.write("b.yaml", f"token: {old}\n")
    assert leaks(repo) == [("b.yaml", 1)]


def test_deletions_submodules_and_odd_names(repo):
    name = os.fsdecode(b"odd \xff\n name.py")
    repo.write(name, f'A = "{token()}"\n')
    (found,) = staged.check_staged(repo.path).leaks
    assert found.path == "odd \\xff\n name.py"
    repo.commit()
    repo.git("rm", "-q", "--", name)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    assert staged.check_staged(repo.path).leaks == []


def test_merging_does_not_blame_what_was_merged(repo):
    repo.write("base.py", "x = 1\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", f'A = "{token()}"\n')
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("main.py", "y = 1\n")
    repo.commit()
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    assert leaks(repo) == []
    repo.write("main.py", f'y = "{token()}"\n')
    assert leaks(repo) == [("main.py", 1)]


def test_range_sees_what_a_later_commit_removed(repo):
    repo.write("a.py", f'OLD = "{token()}"\n')
    start = repo.commit()
    repo.write("b.py", f'A = "{token()}"\n')
    bad = repo.commit()
    repo.git("rm", "-q", "b.py")
    end = repo.commit()
    (found,) = staged.check_range(repo.path, f"{start}..{end}").leaks
    assert (found.path, found.commit) == ("b.py", bad)
    assert staged.check_range(repo.path, f"{bad}..{end}").leaks == []
    assert [leak.path for leak in staged.check_range(repo.path, f"{start}...HEAD").leaks] == ["b.py"]


def test_range_sees_what_a_merge_itself_adds(repo):
    repo.write("a.py", "x = 1\n")
    start = repo.commit()
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", "s = 1\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("a.py", "x = 2\n")
    repo.commit()
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.write("side.py", f's = "{token()}"\n')
    repo.commit()
    assert [leak.path for leak in staged.check_range(repo.path, f"{start}..HEAD").leaks] == ["side.py"]


@pytest.mark.parametrize("span", ["main", "--all..HEAD", "..", "HEAD..--all"])
def test_malformed_range(repo, span):
    repo.write("a", "x")
    repo.commit()
    with pytest.raises(UsageError):
        staged.check_range(repo.path, span)


def test_unknown_commit_names_the_remedy(repo):
    repo.write("a", "x")
    repo.commit()
    with pytest.raises(KeyrackError) as caught:
        staged.check_range(repo.path, "0123456789..HEAD")
    assert "fetch-depth" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ('A = "{0}"  # keyrack:allow revoked in 2024\n', True),
        ("# keyrack:allow documented sample\nA = '{0}'\n", True),
        ("<!-- keyrack:allow sample --><a t='{0}'/>\n", True),
        ('A = "{0}"  # keyrack:allow\n', False),
        ('/* keyrack:allow */ A = "{0}"\n', False),
        ('# keyrack:allow sample\n\nA = "{0}"\n', False),
        ('B = "keyrack:allow x"\nA = "{0}"\n', False),
        ('A = "{0}"\n# keyrack:allow below\n', False),
    ],
)
def test_inline_reason(repo, text, passes):
    repo.write("a.py", text.format(token()))
    verdict = staged.check_staged(repo.path)
    assert (verdict.leaks == [], verdict.allowed) == (passes, int(passes))


def test_baseline_tolerates_one_value_at_one_path(repo):
    value, other = token(), token()
    repo.write("a.py", f'A = "{value}"\n')
    path, count = staged.update_baseline(repo.path)
    assert (path.name, count) == (NAME, 1)
    assert value not in path.read_text()
    verdict = staged.check_staged(repo.path)
    assert (verdict.leaks, verdict.accepted) == ([], 1)
    repo.git("add", NAME)
    assert leaks(repo) == []  # the baseline's own ids are no secrets
    repo.write("a.py", f'A = "{value}"\nB = "{other}"\n')
    repo.write("b.py", f'A = "{value}"\n')
    assert leaks(repo) == [("a.py", 2), ("b.py", 1)]


def test_baseline_update_keeps_reasons_and_drops_the_gone(repo):
    repo.write("a.py", f'A = "{token()}"\n')
    repo.write("b.py", f'B = "{token()}"\n')
    path, _ = staged.update_baseline(repo.path)
    document = json.loads(path.read_text())
    document["entries"][0]["reason"] = "rotated, waiting for the vendor"
    path.write_text(json.dumps(document))
    repo.git("rm", "-q", "--cached", "b.py")
    staged.update_baseline(repo.path)
    again = json.loads(path.read_text())
    assert (again["salt"], [(e["path"], e["reason"]) for e in again["entries"]]) == (
        document["salt"],
        [("a.py", "rotated, waiting for the vendor")],
    )


def test_baseline_of_a_range_is_the_one_committed_at_its_end(repo):
    repo.write("a.py", "x = 1\n")
    start = repo.commit()
    repo.write("a.py", f'x = "{token()}"\n')
    staged.update_baseline(repo.path)
    repo.commit()
    assert len(staged.check_range(repo.path, f"{start}..HEAD").leaks) == 1  # it lies in the work tree only
    repo.git("add", NAME)
    repo.commit()
    verdict = staged.check_range(repo.path, f"{start}..HEAD")
    assert (verdict.leaks, verdict.accepted) == ([], 1)


@pytest.mark.parametrize("text", ["{", '{"version": 2, "salt": "", "entries": []}', '{"version": 1, "salt": "xyz"}', "\xff"])
def test_damaged_baseline_stops_with_a_hint(repo, text):
    repo.write(NAME, text)
    with pytest.raises(KeyrackError) as caught:
        staged.check_staged(repo.path)
    assert caught.value.code == "baseline.malformed"


def test_baseline_ids_differ_between_repositories_and_round_trip():
    from keyrack.sdk import Secret

    first, second, value = baselines.Baseline(), baselines.Baseline(), Secret(token())
    first.add("a", value, "x")
    second.add("a", value, "x")
    assert set(first.entries["a"]) != set(second.entries["a"])
    again = baselines.decode(first.encode())
    assert again.holds("a", value)
    assert not again.holds("b", value)
    assert again.encode() == first.encode()


def test_too_large_is_said_not_hidden(repo):
    repo.write("big.txt", b"x" * (LIMIT + 1))
    verdict = staged.check_staged(repo.path)
    assert (verdict.leaks, verdict.skipped) == ([], [("big.txt", "larger than 8 MiB")])


def test_formats_and_agent_configurations_count(repo):
    repo.write(".mcp.json", json.dumps({"mcpServers": {"s": {"url": f"https://mcp.acme.example/mcp?k={token()}"}}}))
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    repo.write("deploy/id_rsa", key)
    repo.write("deploy/ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    assert {path for path, _ in leaks(repo)} == {".mcp.json", "deploy/id_rsa"}


def test_linked_work_tree_subfolder_and_sha256(tmp_path):
    main = tmp_path / "main"
    main.mkdir()
    subprocess.run(["git", "init", "-q", "--object-format=sha256", "-b", "main"], cwd=main, env=ENV, check=True)
    repo = Repo(main)
    repo.write("sub/a.py", "x = 1\n")
    start = repo.commit()
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Repo.__new__(Repo)
    linked.path = tmp_path / "linked"
    linked.write("sub/a.py", f'x = "{token()}"\n')
    assert [leak.path for leak in staged.check_staged(linked.path / "sub").leaks] == ["sub/a.py"]
    assert leaks(repo) == []
    end = linked.commit()
    assert [leak.path for leak in staged.check_range(repo.path, f"{start}..{end}").leaks] == ["sub/a.py"]


def test_outside_of_a_work_tree(tmp_path):
    with pytest.raises(KeyrackError):
        Work.at(tmp_path)


def test_as_a_real_hook(repo):
    script = repo.path / ".git/hooks/pre-commit"
    script.write_text("#!/bin/sh\nexec keyrack hook\n")
    script.chmod(0o755)
    value = token()
    repo.write("a.py", f'A = "{value}"\n')
    done = subprocess.run(["git", "commit", "-qm", "x"], cwd=repo.path, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "a.py:1" in done.stderr + done.stdout
    assert value not in done.stderr + done.stdout
    repo.write("a.py", "A = 1\n")
    repo.git("commit", "-qm", "clean")
    repo.write("a.py", f'A = "{value}"\n', add=False)
    done = subprocess.run(["git", "commit", "-qam", "x"], cwd=repo.path, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode != 0  # `commit -a` uses an index of its own


def test_command_exit_codes_and_json(repo):
    assert repo.hook().returncode == 0
    value = token()
    repo.write("a.py", f'A = "{value}"\n')
    done = repo.hook("--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 14
    assert (document["blocked"], document["leaks"][0]["severity"], document["leaks"][0]["issuer"]) == (True, "high", "github")
    assert repo.hook("--fail-on", "critical").returncode == 0
    assert repo.hook("--fail-on", "nonsense").returncode == 2
    assert repo.hook("--format", "xml").returncode == 2
    secret = "".join(RNG.choice(ALNUM) for _ in range(40))
    key = "AKIA" + "".join(RNG.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    repo.write(".env", f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\n")
    worst = repo.hook()
    assert worst.returncode == 15
    assert not [v for v in (value, secret) if v in worst.stdout + worst.stderr + done.stdout + done.stderr]
    assert repo.hook("--update-baseline").returncode == 0
    assert repo.hook().returncode == 0
    (repo.path / NAME).write_text("{")
    broken = repo.hook()
    assert (broken.returncode, "next:" in broken.stderr) == (1, True)


def test_pre_commit_names_its_range(repo):
    repo.write("a.py", "x = 1\n")
    start = repo.commit()
    repo.write("a.py", f'x = "{token()}"\n')
    end = repo.commit()
    assert repo.hook().returncode == 0
    assert repo.hook(PRE_COMMIT_FROM_REF=start, PRE_COMMIT_TO_REF=end).returncode == 14
