"""`keyrack trace`: one secret in three places, told as one story."""

from __future__ import annotations

import json

from estate_scan import keyrack

from keyrack_estate.chance import Chance
from keyrack_estate.minting import access_key_id, aws_secret


def test_a_key_is_followed_from_place_to_place(tmp_path):
    chance = Chance(6, "trace")
    identifier, secret = access_key_id(chance, "111122223333"), aws_secret(chance)
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("box\n")
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n")
    home = root / "home" / "ann"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(f"[default]\naws_access_key_id = {identifier}\naws_secret_access_key = {secret}\n")
    (home / ".env").write_text(f"AWS_SECRET_ACCESS_KEY={secret}\n")
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
