"""The contract suite catches each kind of broken provider and lets a sound one pass."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest

from keyrack.records import Credential, Identity, Record
from keyrack.sdk import (
    Capability,
    Context,
    Fingerprinter,
    Manifest,
    Material,
    Permission,
    Place,
    Secret,
    Source,
    Target,
    gap,
    observe,
)
from keyrack.sdk.testing import ContractError, check_contract, check_light_import, check_no_secret
from keyrack.sdk.unique import merge, unique

CTX = Context(now=datetime(2026, 11, 24, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))
PLANTED = "hunter2" + "x" * 20
TARGET = Target("sound")


def identity(**changes: object) -> Identity:
    base = Identity(uid="machine:h:unix-user/a", kind="human", type="unix:user", name="a", provider="sound", scope="h")
    return msgspec.structs.replace(base, **changes)


def sighting() -> tuple[Record, Record]:
    material = Material(kind="secret", issuer="unknown", name="token", detector="test", secret=Secret(PLANTED), field="a.b")
    return observe(material, Place(system="file", exposure="config", scope="h", path="/x"), CTX.fingerprint)


@dataclass
class Sound:
    rows: Callable[[], list[Record]]
    capability: Capability = field(
        default_factory=lambda: Capability(
            name="sound.files",
            title="files",
            yields=(Identity, *(type(r) for r in sighting())),
            permissions=(Permission("read", "to see"),),
            blind_spots=("everything else",),
        )
    )

    @property
    def manifest(self) -> Manifest:
        return Manifest(name="sound", title="Sound", summary="", capabilities=(self.capability,))

    def source(self, target: Target, ctx: Context) -> Source:
        return Source("sound:h", "h")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        yield from self.rows()


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sound, "__module__", "keyrack.sdk.provider")


def test_sound_provider_passes_and_returns_its_records() -> None:
    rows = [identity(), *sighting(), gap("sound.files", "/y", "denied", "cannot be read")]
    assert check_contract(Sound(lambda: rows), TARGET, CTX, planted=[PLANTED]) == rows


def _logs() -> list[Record]:
    logging.getLogger("x").debug("saw %s", PLANTED)
    return []


def _prints() -> list[Record]:
    sys.stdout.write(PLANTED)
    return []


@pytest.mark.parametrize(
    ("rows", "promise"),
    [
        (lambda: [identity(), identity()], "more than once"),
        (lambda: [identity(type="unix:martian")], "not in the vocabulary"),
        (lambda: [identity(attrs={"colour": "red"})], "attrs not in the vocabulary"),
        (lambda: [identity(created_at="yesterday")], "wrong type"),
        (lambda: [identity(created_at=datetime(2026, 1, 1))], "naive datetime|wrong type"),  # noqa: DTZ001
        (lambda: [identity(name="bad\udcff")], "not encodable"),
        (lambda: [gap("sound.other", "/y", "denied", "no")], "not declared"),
        (lambda: [sighting()[1]], "did not yield"),
        (lambda: [identity(name=PLANTED)], "leaked into Identity"),
        (_logs, "leaked into a log"),
        (_prints, "leaked into a log"),
    ],
)
def test_each_broken_promise_is_caught(rows: Callable[[], list[Record]], promise: str) -> None:
    with pytest.raises(ContractError, match=promise) as caught:
        check_contract(Sound(rows), TARGET, CTX, planted=[PLANTED])
    assert PLANTED not in str(caught.value)


def test_a_second_run_must_agree() -> None:
    numbers = iter(range(100))
    with pytest.raises(ContractError, match="second run differs"):
        check_contract(Sound(lambda: [identity(name=str(next(numbers)))]), TARGET, CTX)


def test_encoded_values_are_found_and_short_ones_refused() -> None:
    with pytest.raises(ContractError):
        check_no_secret([PLANTED], PLANTED.encode().hex(), "x")
    with pytest.raises(ValueError, match="six characters"):
        check_no_secret(["abc"], "", "x")


def test_heavy_import_is_caught() -> None:
    with pytest.raises(ContractError, match="pyarrow"):
        check_light_import("pyarrow")
    check_light_import("keyrack.sdk.testing")


def test_contract_suite_itself_is_light() -> None:
    code = "import sys, keyrack.sdk.testing; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unique_merges_credentials_and_keeps_first_of_the_rest() -> None:
    first, placement = sighting()
    assert isinstance(first, Credential)
    richer = msgspec.structs.replace(first, identity_uid="x", status="active", attrs={"login": "bob"})
    rows = list(unique([first, placement, placement, richer, identity(), identity(name="other")]))
    assert rows[:-1] == [placement, identity()]
    merged = rows[-1]
    assert isinstance(merged, Credential)
    assert (merged.identity_uid, merged.status, merged.attrs) == ("x", "active", {"login": "bob"})
    assert merge(merged, first) == merged
