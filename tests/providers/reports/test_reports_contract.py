"""The contract over a folder that holds every form, and the promise that one secret is one credential whoever reports it."""

from __future__ import annotations

import gzip
import io
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from reports_kit import COMMIT, NOW, Planted, context, every_form, of, pem, scan, shapes, target, write

from keyrack.errors import KeyrackError
from keyrack.providers.reports import provider
from keyrack.records import Credential, Gap, Identity, Ownership, Placement, Resource, Usage
from keyrack.sdk import Fingerprinter, Secret
from keyrack.sdk.testing import check_contract

PRINT = Fingerprinter(b"test-key")


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, planted: Planted) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "found"
    every_form(folder, planted)
    return folder


def mapped(folder: Path) -> dict[str, str]:
    return {"mapping": str(folder.parent / "mapping.toml"), "repository": "nordholm/web"}


def test_it_keeps_the_contract(folder: Path, planted: Planted) -> None:
    records = check_contract(provider, target(folder, **mapped(folder)), context(), planted=planted.values)
    assert not [gap for gap in of(records, Gap) if gap.incomplete]
    kinds = {type(record) for record in records}
    assert kinds >= {Credential, Placement, Identity, Resource, Ownership, Usage}


def test_one_secret_is_one_credential_whoever_reports_it(folder: Path, planted: Planted) -> None:
    records = scan(folder, **mapped(folder))
    by_print: dict[str, set[str]] = {}
    for credential in of(records, Credential):
        if credential.fingerprint:
            by_print.setdefault(credential.fingerprint, set()).add(credential.uid)
    for value in (planted.github, planted.password, planted.slack):
        assert len(by_print[PRINT.of(Secret(value))]) == 1
    # gitleaks and SARIF know an AWS secret without its id; the inventory joins it by value
    assert by_print[PRINT.of(Secret(planted.key))] == {f"cred:aws:{planted.key_id}", f"cred:fp:{PRINT.of(Secret(planted.key))}"}
    tools = {
        placement.attrs["seen_by"].split(",")[0].split(" ")[0]
        for placement in of(records, Placement, credential_uid=f"cred:fp:{PRINT.of(Secret(planted.github))}")
    }
    assert tools == {"trufflehog", "gitleaks", "kingfisher", "ggshield", "detect-secrets"}


def test_places_are_those_of_our_own_scan(folder: Path, planted: Planted) -> None:
    places = of(scan(folder, **mapped(folder)), Placement, credential_uid=f"cred:fp:{PRINT.of(Secret(planted.github))}")
    assert {(place.scope, place.path, place.line) for place in places} == {("nordholm/web", "app/github.py", 7)}
    assert {place.system for place in places} == {"git_history", "git_head"}  # a commit; a checkout (detect-secrets)
    assert {place.commit for place in places} == {COMMIT, None}
    assert all(place.attrs["report"] and place.attrs["reported_at"] for place in places)


def test_a_hash_finds_the_value_that_another_report_states(folder: Path, planted: Planted) -> None:
    records = scan(folder, **mapped(folder))
    hashed = [place for place in of(records, Placement) if place.attrs.get("hidden") == "sha1"]
    assert {place.credential_uid for place in hashed} <= {c.uid for c in of(records, Credential) if c.fingerprint}
    assert not [text for text in map(str, records) if "hashed_secret" in text]


def test_a_redacted_value_stands_at_its_place(tmp_path: Path, planted: Planted) -> None:
    write(tmp_path, "r.json", [shapes.gitleaks(planted.hit("slack", "slack-bot-token"), redact=True)])
    (credential,) = of(scan(tmp_path), Credential)
    assert (credential.uid, credential.issuer, credential.fingerprint) == (
        "cred:at:nordholm/web:app/slack.py/line 4",
        "slack",
        None,
    )


def test_a_private_key_is_known_by_its_public_half(tmp_path: Path, planted: Planted) -> None:
    write(tmp_path, "r.jsonl", shapes.jsonl([shapes.trufflehog(planted.hit("pem", "PrivateKey"))]))
    (credential,) = of(scan(tmp_path), Credential)
    assert (credential.public_id or "").startswith("spki:")
    assert pem() not in str(credential)


def test_verified_is_evidence_with_a_date_and_counts_while_fresh(tmp_path: Path, planted: Planted) -> None:
    write(tmp_path, "r.jsonl", shapes.jsonl([shapes.trufflehog(planted.hit("slack", "Slack", verified=True))]))
    (fresh,) = of(scan(tmp_path), Placement)
    later = scan(tmp_path, now=NOW + timedelta(days=60))
    (stale,) = of(later, Placement)
    assert (fresh.state, fresh.attrs["verified"]) == ("live", "true")
    assert (stale.state, stale.attrs["verified"]) == ("unknown", "true")
    assert [gap.subject for gap in of(later, Gap)] == ["r.jsonl (age)"]


def test_kingfisher_says_dead_and_ggshield_valid(tmp_path: Path, planted: Planted) -> None:
    hit = planted.hit("slack", "slack-bot-token")
    write(tmp_path, "k.jsonl", shapes.jsonl([shapes.kingfisher(hit, outcome="verified_inactive")]))
    write(tmp_path, "g.json", shapes.ggshield({COMMIT: [planted.hit("github", "github_access_token", verified=True)]}))
    assert sorted(place.state for place in of(scan(tmp_path), Placement)) == ["dead", "live"]


def test_censored_ggshield_values_are_hidden(tmp_path: Path, planted: Planted) -> None:
    write(tmp_path, "g.json", shapes.ggshield({COMMIT: [planted.hit("github", "github_access_token")]}, show=False))
    records = scan(tmp_path)
    assert [place.attrs["hidden"] for place in of(records, Placement)] == ["redacted"]
    assert [credential.fingerprint for credential in of(records, Credential)] == [None]


def test_sarif_of_another_tool_gives_only_its_credential_rules(tmp_path: Path, planted: Planted) -> None:
    line = planted.hit("github", "generic.secrets.security.detected-github-token", value=f'token = "{planted.github}"', commit="")
    other = planted.hit("slack", "python.lang.correctness.useless-eq", value="x == x", commit="")
    write(tmp_path, "semgrep.sarif", shapes.sarif("Semgrep OSS", [line, other]))
    records = scan(tmp_path, repository="nordholm/web")
    assert [c.fingerprint for c in of(records, Credential)] == [PRINT.of(Secret(planted.github))]
    assert [gap.subject for gap in of(records, Gap)] == ["semgrep.sarif (results of rules that are not about credentials)"]


def test_prowler_states_and_never_outvotes(folder: Path) -> None:
    records = scan(folder, **mapped(folder))
    assert {i.uid: (i.type, i.status, i.attrs, i.tags) for i in of(records, Identity, type="aws:iam-user")} == {
        "aws:iam::111122223333:user/ci": ("aws:iam-user", "unknown", {}, {})
    }
    statements = of(records, Resource, type="reports:statement")
    assert {(s.attrs["topic"], s.attrs["about"].rpartition("/")[2], s.attrs["tool"]) for s in statements} == {
        ("rotation", "ci", "prowler 5.46.0"),
        ("privilege", "deploy", "prowler 5.46.0"),
    }


def test_prowler_findings_that_passed_or_were_muted_are_left_out(tmp_path: Path) -> None:
    arn = "arn:aws:iam::111122223333:user/ci"
    findings = [
        shapes.prowler("iam_rotate_access_key_90_days", arn, "111122223333", NOW, status="PASS"),
        shapes.prowler("iam_user_accesskey_unused", arn, "111122223333", NOW, muted=True),
    ]
    write(tmp_path, "p.json", findings)
    assert not of(scan(tmp_path), Identity)


def test_one_file_standard_input_and_gzip(tmp_path: Path, planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shapes.jsonl([shapes.trufflehog(planted.hit("slack", "Slack"))]).encode()
    path = write(tmp_path, "r.jsonl", text)
    packed = write(tmp_path, "r.jsonl.gz", gzip.compress(text))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    uids = [[c.uid for c in of(scan(place), Credential)] for place in (path, packed, "-")]
    assert uids[0] == uids[1] == uids[2] != []
    assert provider.source(target("-"), context()).id == "reports:stdin"
    assert provider.source(target(path), context()).id == "reports:r.jsonl"


def test_standard_input_of_a_form_that_is_read_twice(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    text = json.dumps(shapes.sarif("gitleaks", [planted.hit("slack", "slack-bot-token")])).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert len(of(scan("-"), Credential)) == 1


def test_what_is_missing_is_said_before_anything_is_read(tmp_path: Path) -> None:
    for options in ({}, {"path": str(tmp_path / "nothing")}, {"path": str(tmp_path), "stale_days": "soon"}):
        with pytest.raises(KeyrackError):
            provider.source(target(tmp_path).__class__("reports", options=options), context())
    for wrong in ("no = [toml", "[[tables]]\nsystem = 'x'\n", "[[tables]]\nsystem='x'\n[tables.columns]\nid='a'\ncolour='b'\n"):
        path = write(tmp_path.parent, f"{tmp_path.name}.toml", wrong)
        with pytest.raises(KeyrackError, match="mapping file"):
            scan(tmp_path, mapping=str(path))


def test_the_probe_says_what_each_file_is_taken_for(folder: Path) -> None:
    probes = list(provider.probe(target(folder), context()))
    assert all(probe.ok for probe in probes)
    assert "a-trufflehog.jsonl: trufflehog" in [probe.detail for probe in probes]


def test_a_mapping_file_says_what_reports_do_not(tmp_path: Path, planted: Planted) -> None:
    hit = planted.hit("slack", "slack-bot-token", commit="", path="/home/runner/work/web/web/app/slack.py")
    write(tmp_path / "in", "gitleaks-web.json", [shapes.gitleaks(hit)])
    silent = scan(tmp_path / "in")
    assert [gap.subject for gap in of(silent, Gap)] == ["gitleaks-web.json (place)"]
    about = '[[reports]]\nmatch = "gitleaks-web*.json"\nrepository = "nordholm/web"\nroot = "/home/runner/work/web/web"\n'
    mapping = write(tmp_path, "m.toml", about)
    (place,) = of(scan(tmp_path / "in", mapping=str(mapping)), Placement)
    assert (place.scope, place.path, place.system) == ("nordholm/web", "app/slack.py", "git_head")
