from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from keyrack.ledger import FindingException, Ledger

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def decision(finding: str, days: int, reason: str = "reviewed") -> FindingException:
    return FindingException(finding, reason, NOW + timedelta(days=days), "ann", NOW)


def test_exceptions_end_by_themselves_and_survive_reopening(tmp_path):
    file = tmp_path / "ledger.db"
    Ledger(file).except_finding(decision("KR-1", 10))
    Ledger(file).except_finding(decision("KR-2", 2))
    assert [e.finding for e in Ledger(file).exceptions(NOW)] == ["KR-2", "KR-1"]
    assert [e.finding for e in Ledger(file).exceptions(NOW + timedelta(days=2))] == ["KR-1"]
    assert Ledger(file).exceptions(NOW)[1] == decision("KR-1", 10)


def test_a_newer_decision_replaces_the_older(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.except_finding(decision("KR-1", 10))
    ledger.except_finding(decision("KR-1", 20, "longer"))
    assert [(e.finding, e.reason) for e in ledger.exceptions(NOW + timedelta(days=15))] == [("KR-1", "longer")]


def test_concurrent_writers_lose_nothing(tmp_path):
    file = tmp_path / "ledger.db"
    Ledger(file)

    def write(index: int) -> None:
        Ledger(file).except_finding(decision(f"KR-{index}", 5))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert len(Ledger(file).exceptions(NOW)) == 40
