from __future__ import annotations

import hashlib
import stat
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from keyrack_estate import build, truth
from keyrack_estate.names import anchor_token
from keyrack_estate.risks import DEBATABLE, DECOYS, LABELS, RISKS
from keyrack_estate.world import World

FIXED = datetime(2026, 11, 24, 12, tzinfo=UTC)


def tree_hash(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and ".git" not in relative.parts:
            total.update(f"{relative}\0{stat.S_IMODE(path.stat().st_mode):o}\0".encode() + path.read_bytes())
    return total.hexdigest()


def heads(folder: Path) -> list[str]:
    return [
        subprocess.run(["git", "rev-parse", "HEAD"], cwd=repo, check=True, capture_output=True, text=True).stdout
        for repo in sorted((folder / "repos").iterdir())
    ]


def test_same_seed_and_moment_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    build.write(build.make(7, FIXED), again)
    assert tree_hash(again) == tree_hash(written)
    assert heads(again) == heads(written)
    assert (again / "truth.jsonl").read_bytes() == (written / "truth.jsonl").read_bytes()


def test_another_seed_gives_other_secrets_and_names_but_the_same_problems(world: World) -> None:
    other = build.make(8, FIXED)
    assert not other.sightings.values & world.sightings.values
    assert other.account.id != world.account.id
    assert Counter(e.label for e in other.truth.entries() if e.present) == Counter(
        e.label for e in world.truth.entries() if e.present
    )


def test_another_moment_moves_the_dates_only(world: World) -> None:
    later = build.make(7, FIXED + timedelta(days=100))
    assert [e.label for e in later.truth.entries()] == [e.label for e in world.truth.entries()]
    assert later.account.users.keys() == world.account.users.keys()


@pytest.mark.parametrize("owasp", RISKS)
def test_every_risk_is_planted_often_enough(world: World, owasp: str) -> None:
    entries = [entry for entry in world.truth.entries() if entry.owasp == owasp]
    assert sum(entry.present is True for entry in entries) >= 6
    assert sum(entry.present is False for entry in entries) >= 6


def test_there_are_as_many_decoys_as_problems(world: World) -> None:
    kinds = Counter(entry.present for entry in world.truth.entries())
    assert kinds[False] >= kinds[True] * 0.9
    assert kinds[True] >= 400


def test_every_label_is_planted_and_defined(world: World) -> None:
    used = {entry.label for entry in world.truth.entries()}
    assert used == {*LABELS, DECOYS, DEBATABLE}


def test_no_secret_in_truth_or_config(world: World, written: Path) -> None:
    assert len(world.sightings.values) > 70
    for name in ("truth.jsonl", "keyrack.toml", "people.csv", "vendors.csv"):
        text = (written / name).read_text()
        assert not [value for value in world.sightings.values if value in text]
        assert not any(key.secret in text for user in world.account.users.values() for key in user.keys)


def test_truth_survives_a_round_trip_and_every_anchor_names_something(written: Path, world: World) -> None:
    entries = truth.read(written / "truth.jsonl")
    assert entries == world.truth.entries()
    assert all(anchor_token(anchor) for entry in entries for anchor in (entry.anchor, *entry.also))


def test_every_file_anchor_exists(written: Path, world: World) -> None:
    removed = {entry.anchor for entry in world.truth.entries() if entry.label == "secret_in_history"}
    for entry in world.truth.entries():
        anchor = entry.anchor
        if anchor.scope == world.host.name:
            assert (written / "home-root" / str(anchor.path)).exists(), anchor
        elif anchor.scope and anchor not in removed:
            assert (written / "repos" / anchor.scope.split("/")[1] / str(anchor.path)).exists(), anchor


def test_history_only_secrets_are_not_at_head(written: Path, world: World) -> None:
    for repo in (written / "repos").iterdir():
        text = "".join(p.read_text() for p in repo.rglob("*") if p.is_file() and ".git/" not in str(p))
        gone = [
            e.anchor.path
            for e in world.truth.entries()
            if e.label == "secret_in_history" and e.anchor.scope == f"nordholm/{repo.name}"
        ]
        for path in gone:
            log = subprocess.run(
                ["git", "log", "-p", "--", str(path)], cwd=repo, check=True, capture_output=True, text=True
            ).stdout
            leaked = [value for value in world.sightings.values if value in log]
            assert leaked
            assert not any(value in text for value in leaked)


def test_repositories_are_sound(written: Path) -> None:
    repos = sorted((written / "repos").iterdir())
    assert len(repos) == 12
    for repo in repos:
        subprocess.run(["git", "fsck", "--strict", "--no-dangling"], cwd=repo, check=True, capture_output=True)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=repo, check=True, capture_output=True).stdout
        assert status == b""
        count = subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=repo, check=True, capture_output=True).stdout
        assert int(count) >= 12


def test_keys_and_certificates_parse(world: World) -> None:
    certificates = encrypted = keys = 0
    for path, entry in world.host.files.items():
        text = entry.content
        if b"BEGIN CERTIFICATE" in text:
            certificates += len(x509.load_pem_x509_certificates(text))
        elif path.endswith("id_ed25519"):
            try:
                load_ssh_private_key(text, None)
                keys += 1
            except (TypeError, ValueError):
                encrypted += 1
        elif path.endswith((".key", "id_legacy")):
            load_pem_private_key(text, None)
            keys += 1
    assert certificates >= 20
    assert encrypted == 7
    assert keys >= 20


def test_checksummed_tokens_have_valid_checksums(world: World) -> None:
    import zlib

    from keyrack_estate.chance import BASE62

    tokens = [v for v in world.sightings.values if v.startswith(("ghp_", "gho_", "npm_"))]
    assert len(tokens) >= 6
    for token in tokens:
        body, digits = token[4:-6], token[-6:]
        number = 0
        for digit in digits:
            number = number * 62 + BASE62.index(digit)
        assert number == zlib.crc32(body.encode())


def test_access_key_ids_carry_their_account(world: World) -> None:
    import base64

    for user in world.account.users.values():
        for key in user.keys:
            number = int.from_bytes(base64.b32decode(key.id[4:])[:6], "big")
            assert (number & 0x7FFFFFFFFF80) >> 7 == int(world.account.id)


def test_an_existing_estate_is_replaced_and_anything_else_is_left_alone(world: World, tmp_path: Path) -> None:
    build.write(world, tmp_path / "a")
    build.write(world, tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        build.write(world, tmp_path / "b")


def test_the_account_survives_a_round_trip(written: Path, world: World) -> None:
    assert msgspec.to_builtins(build.read_account(written)) == msgspec.to_builtins(world.account)


def test_the_readme_prints_every_label() -> None:
    text = (Path(__file__).parents[2] / "estate" / "README.md").read_text()
    for label, (owasp, definition) in LABELS.items():
        assert f"| {owasp} | `{label}` | {definition} |" in text
