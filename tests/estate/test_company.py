"""`make demo` whole: every system of the company served, scanned into one inventory, scored; one credential followed through it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from keyrack_estate import build, demo, report, truth
from keyrack_estate.score import by_provider, score
from keyrack_estate.systems import missing, systems

LEAST = 0.95


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's folder, and what it printed."""
    folder = tmp_path_factory.mktemp("company") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr(demo, "_say", said.append)
        assert demo.run(folder, 7) == 0
    return folder, "\n".join(said)


def test_every_system_is_there() -> None:
    """A system that this machine cannot serve is not proved: install what it names (scripts/setup.sh)."""
    assert {system.name: reason for system in systems() if (reason := missing(system))} == {}


def test_one_inventory_of_at_least_eight_kinds_of_systems(company: tuple[Path, str]) -> None:
    run = json.loads((company[0] / "report.json").read_bytes())["run"]
    assert run["unseen"] == []
    kinds = {source.partition(":")[0] for source in run["sources"]}
    assert {"aws", "machine", "repository", *(system.name for system in systems())} <= kinds
    assert len(kinds) >= 8


def test_each_risk_and_each_provider(company: tuple[Path, str]) -> None:
    entries, reports = truth.read(company[0] / "estate" / "truth.jsonl"), report.read(company[0] / "report.json")
    for scores in (score(entries, reports), by_provider(entries, reports)):
        weak = {name: (one.precision, one.recall) for name, one in scores.items() if min(one.precision, one.recall) < LEAST}
        assert weak == {}
        assert all(one.planted for one in scores.values())


def test_one_credential_in_code_vault_cluster_and_cloud(company: tuple[Path, str]) -> None:
    document = json.loads((company[0] / "report.json").read_bytes())
    merged = next(c for c in document["credentials"] if c["name"] == "payments-db" and len(c["sources"]) > 1)
    places = {place["system"] for place in document["placements"] if place["credential_uid"] == merged["uid"]}
    assert {"git_head", "vault", "cluster_secret", "ci_variable", "workload_env", "app_setting"} <= places
    assert {source.partition(":")[0] for source in merged["sources"]} >= {
        "repository", "github", "openbao", "kubernetes", "gcp", "entra", "postgres",
    }  # fmt: skip


def test_no_secret_of_the_company_is_kept_or_printed(company: tuple[Path, str]) -> None:
    folder, said = company
    world = build.rebuilt(folder / "estate")
    shared = {
        value.rpartition(":")[2] for name, value in world.shared.items() if name != "gcp-key"
    }  # that one is a key's public id
    secrets = {value for value in {*world.sightings.values, *shared} if len(value) >= 12}
    texts = {"stdout": said, **{name: (folder / name).read_text() for name in ("report.json", "report.html")}}
    texts |= {str(path): _text(path) for path in (folder / "home").rglob("*") if path.is_file()}
    assert len(secrets) > 100
    assert [name for name, text in texts.items() if any(secret in text for secret in secrets)] == []


def _text(path: Path) -> str:
    """What a file holds; columns are unpacked."""
    if path.suffix == ".parquet":
        return str(pq.ParquetFile(path).read().to_pydict())
    return path.read_text("utf-8", "replace")
