"""`--format sarif`: SARIF 2.1.0 (OASIS), for code scanning: every finding, located in its file when it has one.

Every result has a logical location (the identity or credential); a physical one when a file is known, which code-scanning
services need to show it. `partialFingerprints` carry the finding id, so a re-scan never opens the same alert twice.
"""

from __future__ import annotations

from typing import Any, BinaryIO
from urllib.parse import quote

import msgspec

from keyrack import __version__
from keyrack.outputs.report import Report, Row
from keyrack.rules import OWASP, Rule, builtin

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}
"""GitHub's `security-severity` bands: over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low (docs.github.com, SARIF support)."""


def write_sarif(report: Report, out: BinaryIO) -> None:
    """One run; excepted findings are kept as suppressed results with their reason."""
    rows = [row for row in report.rows("findings") if row["status"] != "resolved"]
    used = {row["rule"]: row for row in rows}
    known = {rule.id: rule for rule in builtin()}
    ids = sorted(used)
    index = {rule: place for place, rule in enumerate(ids)}
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Keyrack",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule, known.get(rule), used[rule]) for rule in ids],
                    }
                },
                "automationDetails": {"id": f"keyrack/{report.run.id}"},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {"executionSuccessful": True, "toolExecutionNotifications": [_gap(g) for g in report.rows("gaps")]}
                ],
                "results": [_result(row, index[row["rule"]]) for row in rows],
            }
        ],
    }
    out.write(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def _rule(rule_id: str, rule: Rule | None, row: Row) -> dict[str, Any]:
    described: dict[str, Any] = {}
    if rule is not None:
        described = {
            "fullDescription": {"text": rule.header.detects},
            "help": {"text": f"{rule.header.why}\n\nBlind spots: {rule.header.blind_spots}"},
        }
    return {
        "id": rule_id,
        "shortDescription": {"text": row["title"]},
        **described,
        "defaultConfiguration": {"level": _LEVELS[row["severity"]]},
        "properties": {
            "tags": ["security", row["owasp"], OWASP[row["owasp"]]],
            "security-severity": _SECURITY[row["severity"]],
            "precision": {"high": "high", "medium": "medium", "low": "low"}[row["confidence"]],
        },
    }


def _result(row: Row, rule_index: int) -> dict[str, Any]:
    subject = row["identity"] or row["credential"] or row["source"] or "keyrack"
    result: dict[str, Any] = {
        "ruleId": row["rule"],
        "ruleIndex": rule_index,
        "level": _LEVELS[row["severity"]],
        "message": {"text": f"{row['title']}: {subject}\n\n{row['remediation']}"},
        "locations": [_location(row, subject)],
        "partialFingerprints": {"keyrackFindingId/v1": row["id"]},
        "properties": {
            "owasp": row["owasp"],
            "severity": row["severity"],
            "confidence": row["confidence"],
            "evidence": {name: value for name, value in row["evidence"].items() if value is not None},
        },
    }
    if row["status"] == "excepted":
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": row["exception"] or ""}]
    return result


def _location(row: Row, subject: str) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": subject, "kind": "resource"}]}
    if row["path"]:
        physical: dict[str, Any] = {"artifactLocation": {"uri": quote(row["path"], safe="/:@!$&'()*+,;=-._~")}}
        if row["line"] and row["line"] > 0:
            physical["region"] = {"startLine": row["line"]}
        location["physicalLocation"] = physical
    return location


def _gap(row: Row) -> dict[str, Any]:
    return {"level": "warning" if row["incomplete"] else "note", "message": {"text": f"{row['subject']}: {row['detail']}"}}
