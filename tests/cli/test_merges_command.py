"""`keyrack merges`: one secret in two files is one credential, says so, and a person may say no."""

from __future__ import annotations

import json

from estate_scan import keyrack, two_copies_of_a_key


def rows(home, *words):
    done = keyrack(home, "merges", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_merge_is_listed_refused_and_allowed_again(tmp_path):
    root = tmp_path / "root"
    two_copies_of_a_key(root, 5)
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
