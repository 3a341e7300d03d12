"""The bucket: one file an hour and region, and what a real bucket has besides: repeats, a late file, a digest, a torn file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from isal import igzip

from keyrack_estate.chance import Chance
from keyrack_estate.logs.noise import Made

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LATE_DAYS = 3


class Bucket:
    """Writes days of records below ``folder`` as CloudTrail delivers them ("Finding your CloudTrail log files")."""

    def __init__(self, folder: Path, account: str, chance: Chance, *, torn: bool = False) -> None:
        self.root = folder / "AWSLogs" / account
        self.account = account
        self.chance = chance.child("bucket")
        self.torn = torn
        self._cut = False
        self.files = 0
        self.events = 0
        self.bytes = 0

    def write(self, day: datetime, number: int, records: list[Made]) -> None:
        """One day; day 20 has a file that comes three days late, every ninth day one that comes twice."""
        for hour, region, lines in _hours(records):
            late = timedelta(days=_LATE_DAYS) if number == 20 and hour == 13 else timedelta()
            at = day + timedelta(hours=hour, minutes=5) + late
            packed = _packed(lines)
            self._put(region, at, packed)
            self.events += len(lines)
            if number % 9 == 4 and hour == 8:
                self._put(region, at + timedelta(minutes=10), packed)
            if number == 31 and hour == 9:
                self._put(region, at + timedelta(minutes=15), _packed(lines[-3:]))
            if self.torn and number == 40 and hour == 10 and not self._cut:
                self._put(region, at + timedelta(minutes=20), packed[: len(packed) // 2])
                self._cut = True
        if number == 1:
            digest = self.root / "CloudTrail-Digest" / "eu-north-1" / day.strftime("%Y/%m/%d")
            digest.mkdir(parents=True, exist_ok=True)
            name = f"{self.account}_CloudTrail-Digest_eu-north-1_trail_eu-north-1_{day:%Y%m%dT%H%M%SZ}.json.gz"
            (digest / name).write_bytes(_gzip(b'{"awsAccountId":"' + self.account.encode() + b'","logFiles":[]}'))

    def _put(self, region: str, at: datetime, packed: bytes) -> None:
        folder = self.root / "CloudTrail" / region / at.strftime("%Y/%m/%d")
        folder.mkdir(parents=True, exist_ok=True)
        mark = self.chance.text(16, _ALPHABET)
        (folder / f"{self.account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{mark}.json.gz").write_bytes(packed)
        self.files += 1
        self.bytes += len(packed)


def _hours(records: list[Made]) -> Iterator[tuple[int, str, list[str]]]:
    groups: dict[tuple[int, str], list[str]] = {}
    for at, region, line in records:
        groups.setdefault((at.hour, region), []).append(line)
    for (hour, region), lines in sorted(groups.items()):
        yield hour, region, lines


def _packed(lines: list[str]) -> bytes:
    return _gzip(('{"Records":[' + ",".join(lines) + "]}").encode())


def _gzip(data: bytes) -> bytes:
    packed: bytes = igzip.compress(data, 2, mtime=0)
    return packed
