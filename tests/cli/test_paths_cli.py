"""The commands over a dump in a clean home: the JSON shape others read, and words for people."""

import json
import subprocess
import sys

import pytest
from aws_inventory import ADMIN, START, Inventory, allow, trust

TARGET = "aws:iam::111122223333:role/target"


def keyrack(home, *words):
    done = subprocess.run(
        [sys.executable, "-m", "keyrack", *words, "--home", str(home)], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paths")
    made = Inventory()
    made.user("start", allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"))
    made.user("idle", allow("s3:GetObject"))
    made.role("target", ADMIN, trusts=trust({"Service": "lambda.amazonaws.com"}))
    file = folder / "details.json"
    file.write_text(json.dumps(made.page), "utf-8")
    done = keyrack(folder / "home", "scan", "aws", "--aws-authorization-details", str(file), "--format", "json")
    assert done.returncode == 0, done.stderr
    return folder / "home"


def test_paths_as_json_has_exactly_the_shape_that_is_promised(home):
    answer = json.loads(keyrack(home, "paths", "--to", "admin", "--format", "json").stdout)
    assert answer == {
        "admins": [TARGET],
        "paths": [
            {
                "from": START,
                "to": TARGET,
                "hops": [
                    {
                        "from": START,
                        "to": TARGET,
                        "mechanism": "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
                        "via": "a new workload of lambda.amazonaws.com",
                    }
                ],
            }
        ],
    }


def test_paths_blast_and_cut_for_people(home):
    assert "1 of 3 identities reach an administrator." in keyrack(home, "paths").stdout
    assert f"{START}\n" in keyrack(home, "paths", "--to", TARGET).stdout
    assert "in all 2 identities, 0 resources, 0 crown jewels" in keyrack(home, "blast", START).stdout
    assert START in keyrack(home, "blast", "--all").stdout
    assert "closes 1 paths, 0 are left" in keyrack(home, "cut").stdout
    (step,) = json.loads(keyrack(home, "cut", "--format", "json").stdout)["cuts"]
    assert step["closes"] == [START]
    assert step["used"] is None
    (radius, *_) = json.loads(keyrack(home, "blast", "--all", "--format", "json").stdout)
    assert radius["identities"] == 2


@pytest.mark.parametrize("words", [("paths", "--to", "nobody"), ("blast",), ("blast", "nobody"), ("paths", "--format", "csv")])
def test_what_makes_no_sense_is_a_sentence_and_a_next_step(home, words):
    done = keyrack(home, *words)
    assert done.returncode == 2
    assert "next:" in done.stderr


def test_nothing_scanned_says_so(tmp_path):
    done = keyrack(tmp_path / "empty", "paths")
    assert done.returncode == 1
    assert "keyrack scan" in done.stderr
