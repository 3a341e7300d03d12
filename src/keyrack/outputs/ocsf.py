"""`--format ocsf`: OCSF 1.8 events, one JSON line a finding, for a SIEM.

Findings about permissions (NHI5) are IAM Analysis Findings (class 2008), all others Compliance Findings (class 2003)
against the OWASP NHI Top 10. `finding_info.uid` is the stable finding id; severities and statuses are OCSF's own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from keyrack import __version__
from keyrack.outputs.report import Report, Row
from keyrack.rules import OWASP

VERSION = "1.8.0"
COMPLIANCE, IAM_ANALYSIS = 2003, 2008
_SEVERITY = {
    "info": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}
_CONFIDENCE = {"low": (1, "Low"), "medium": (2, "Medium"), "high": (3, "High")}
_STATUS = {"open": (1, "New"), "excepted": (3, "Suppressed"), "resolved": (4, "Resolved")}
_ACTIVITY = {"open": (1, "Create"), "excepted": (2, "Update"), "resolved": (3, "Close")}


def write_ocsf(report: Report, out: BinaryIO) -> None:
    """One event a line."""
    out.writelines(msgspec.json.encode(event(row)) + b"\n" for row in report.rows("findings"))


def event(row: Row) -> dict[str, Any]:
    """The OCSF event of one finding."""
    permissions = row["owasp"] == "NHI5:2025"
    class_uid = IAM_ANALYSIS if permissions else COMPLIANCE
    severity_id, severity = _SEVERITY[row["severity"]]
    confidence_id, confidence = _CONFIDENCE[row["confidence"]]
    status_id, status = _STATUS[row["status"]]
    activity_id, activity = _seen_before(row) if row["status"] == "open" else _ACTIVITY[row["status"]]
    return {
        "activity_id": activity_id,
        "activity_name": activity,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": class_uid,
        "class_name": "IAM Analysis Finding" if permissions else "Compliance Finding",
        "type_uid": class_uid * 100 + activity_id,
        "time": _milliseconds(row["last_seen"]),
        "severity_id": severity_id,
        "severity": severity,
        "confidence_id": confidence_id,
        "confidence": confidence,
        "status_id": status_id,
        "status": status,
        "message": row["title"],
        "metadata": {
            "version": VERSION,
            "product": {"name": "Keyrack", "vendor_name": "Keyrack", "version": __version__},
            "uid": f"{row['id']}:{_milliseconds(row['last_seen'])}",
        },
        "finding_info": _info(row),
        "remediation": {"desc": row["remediation"]},
        "resources": _resources(row),
        "unmapped": {"evidence": {name: value for name, value in row["evidence"].items() if value is not None}},
        **(_analysis(row) if permissions else _compliance(row)),
    }


def _seen_before(row: Row) -> tuple[int, str]:
    return (1, "Create") if row["first_seen"] == row["last_seen"] else (2, "Update")


def _info(row: Row) -> dict[str, Any]:
    return {
        "uid": row["id"],
        "title": row["title"],
        "first_seen_time": _milliseconds(row["first_seen"]),
        "last_seen_time": _milliseconds(row["last_seen"]),
        "created_time": _milliseconds(row["first_seen"]),
        "analytic": {"type_id": 1, "type": "Rule", "uid": row["rule"], "name": row["title"]},
        "types": [row["owasp"]],
    }


def _compliance(row: Row) -> dict[str, Any]:
    failed = row["status"] == "open"
    return {
        "compliance": {
            "standards": ["OWASP Non-Human Identities Top 10 2025"],
            "control": f"{row['owasp']} {OWASP[row['owasp']]}",
            "status_id": 3 if failed else 1,
            "status": "Fail" if failed else "Pass",
        }
    }


def _analysis(row: Row) -> dict[str, Any]:
    """The identity and the policy that grants too much (the schema asks for at least one analysis result)."""
    policy = row["evidence"].get("policy") or row["rule"]
    user = {"uid": row["identity"] or row["credential"] or "", "type_id": 4, "type": "Service"}
    return {"user": user, "permission_analysis_results": [{"policy": {"name": policy, "uid": policy}}]}


def _resources(row: Row) -> list[dict[str, Any]]:
    pairs = (("Identity", row["identity"]), ("Credential", row["credential"]))
    return [{"uid": uid, "name": uid, "type": kind} for kind, uid in pairs if uid]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
