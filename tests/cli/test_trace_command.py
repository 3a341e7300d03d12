"""`keyrack trace`: one secret in three places, told as one story."""

from __future__ import annotations

import json

from estate_scan import keyrack, two_copies_of_a_key


def test_a_key_is_followed_from_place_to_place(tmp_path):
    root = tmp_path / "root"
    identifier, secret = two_copies_of_a_key(root, 6)
    place = tmp_path / "home"
    assert keyrack(place, "scan", "machine", "--root", str(root), "--format", "json").returncode == 0
    done = keyrack(place, "trace", identifier, "--format", "json")
    assert done.returncode == 0, done.stderr
    story = json.loads(done.stdout)
    assert [row["uid"] for row in story["credentials"]] == [f"cred:aws:{identifier}"]
    assert {row["path"].rpartition("/")[2] for row in story["places"]} == {"credentials", ".env"}
    assert any("same value" in row["because"] for row in story["names"])
    assert secret not in done.stdout
    page = keyrack(place, "trace", identifier)
    assert "It lies at (2)" in page.stdout, page.stdout
    assert keyrack(place, "trace", "nobody-is-called-so").returncode == 1
