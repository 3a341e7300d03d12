"""`keyrack merges`: one secret in two files is one credential, says so, and a person may say no."""

from __future__ import annotations

import json

from estate_scan import keyrack

from keyrack_estate.chance import Chance
from keyrack_estate.minting import access_key_id, aws_secret


def rows(home, *words):
    done = keyrack(home, "merges", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_merge_is_listed_refused_and_allowed_again(tmp_path):
    chance = Chance(5, "merges")
    identifier, secret = access_key_id(chance, "111122223333"), aws_secret(chance)
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("box\n")
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n")
    home = root / "home" / "ann"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(f"[default]\naws_access_key_id = {identifier}\naws_secret_access_key = {secret}\n")
    (home / ".env").write_text(f"AWS_SECRET_ACCESS_KEY={secret}\n")
    scan = ("scan", "machine", "--root", str(root), "--format", "json")
    place = tmp_path / "home"
    assert keyrack(place, *scan).returncode == 0
    found = [row for row in rows(place) if row["kind"] == "same-credential"]
    assert len(found) == 1, found
    pair = (found[0]["uid"], found[0]["other"])
    assert "same value" in found[0]["because"]
    assert keyrack(place, "merges", *pair, "--refuse").returncode == 2  # without a reason
    assert keyrack(place, "merges", *pair, "--refuse", "--reason", "two vaults, by chance the same").returncode == 0
    assert [row["reason"] for row in rows(place, "--refused")] == ["two vaults, by chance the same"]
    assert keyrack(place, *scan).returncode == 0
    assert [row for row in rows(place) if row["kind"] == "same-credential"] == []
    assert keyrack(place, "merges", *reversed(pair), "--allow").returncode == 0
    assert keyrack(place, "merges", *pair, "--allow").returncode == 2
    assert keyrack(place, *scan).returncode == 0
    assert [row for row in rows(place) if row["kind"] == "same-credential"] == found
