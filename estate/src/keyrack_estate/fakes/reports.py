"""Reports in the shapes their tools write, member for member.

Sources: TruffleHog ``pkg/output/json.go`` and ``proto/source_metadata.proto``; Gitleaks 8.30, detect-secrets 1.5.0 and Kingfisher
2.14 as they were seen to write; ggshield 1.56 as it was seen to write; Prowler ``prowler/lib/outputs/ocsf/ocsf.py``; SARIF
2.1.0. Values come from the caller, who makes them at run time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """One secret somebody's scanner found: where, and what it is. ``id``: the public half of a pair (an AWS key id)."""

    repository: str
    path: str
    line: int
    value: str
    rule: str
    commit: str = ""
    email: str = "dev@nordholm.example"
    at: datetime = datetime(2026, 10, 1, tzinfo=UTC)
    id: str = ""
    verified: bool = False
    source: str = "Git"
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Remote of the repository."""
        return f"https://github.com/{self.repository}.git"


def trufflehog(hit: Hit) -> Json:
    """One line of ``trufflehog --json``."""
    git = {"commit": hit.commit, "file": hit.path, "email": f"Dev <{hit.email}>", "repository": hit.url, "line": hit.line}
    git["timestamp"] = hit.at.strftime("%Y-%m-%d %H:%M:%S +0000")
    raw = hit.id or hit.value
    return {
        "SourceMetadata": {"Data": {hit.source: dict(hit.more) or git}},
        "SourceID": 1,
        "SourceType": 16,
        "SourceName": "trufflehog - git",
        "DetectorType": 2,
        "DetectorName": hit.rule,
        "DetectorDescription": "",
        "DecoderName": "PLAIN",
        "Verified": hit.verified,
        "VerificationFromCache": False,
        "Raw": raw,
        "RawV2": f"{hit.id}:{hit.value}" if hit.id else "",
        "Redacted": hit.id,
        "ExtraData": None,
        "StructuredData": None,
    }


def gitleaks(hit: Hit, *, redact: bool = False) -> Json:
    """One entry of ``gitleaks git -f json``."""
    value = "REDACTED" if redact else hit.value
    return {
        "RuleID": hit.rule,
        "Description": "found",
        "StartLine": hit.line,
        "EndLine": hit.line,
        "StartColumn": 2,
        "EndColumn": 30,
        "Match": value,
        "Secret": value,
        "File": hit.path,
        "SymlinkFile": "",
        "Commit": hit.commit,
        "Link": f"https://github.com/{hit.repository}/blob/{hit.commit}/{hit.path}#L{hit.line}" if hit.commit else "",
        "Entropy": 4.1,
        "Author": "Dev",
        "Email": hit.email,
        "Date": hit.at.isoformat().replace("+00:00", "Z"),
        "Message": "one",
        "Tags": [],
        "Fingerprint": f"{hit.commit}:{hit.path}:{hit.rule}:{hit.line}",
    }


def gitleaks_csv(hits: Iterable[Hit]) -> str:
    """``gitleaks git -f csv``."""
    head = "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,StartColumn,EndColumn,Author,Message,Date,Email"
    head += ",Fingerprint"
    rows = [gitleaks(hit) for hit in hits]
    names = head.split(",")
    lines = [",".join('"' + str(row.get(name, "")).replace('"', '""') + '"' for name in names) for row in rows]
    return "\n".join([head + ",Tags,Link", *(f"{line},," for line in lines)]) + "\n"


def baseline(hits: Iterable[Hit], made: datetime) -> Json:
    """``detect-secrets scan``."""
    results: dict[str, list[Json]] = {}
    for hit in hits:
        digest = hashlib.sha1(hit.value.encode(), usedforsecurity=False).hexdigest()
        entry = {"type": hit.rule, "filename": hit.path, "hashed_secret": digest, "is_verified": False, "line_number": hit.line}
        results.setdefault(hit.path, []).append(entry)
    plugins = [{"name": "AWSKeyDetector"}, {"name": "Base64HighEntropyString", "limit": 4.5}]
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"version": "1.5.0", "plugins_used": plugins, "filters_used": [], "results": results, "generated_at": stamp}


def ggshield(scans: Mapping[str, Sequence[Hit]], *, show: bool = True) -> Json:
    """``ggshield secret scan repo --json``: commit -> what it holds. Without ``--show-secrets`` values are censored."""
    return {
        "id": "scan",
        "type": "repo",
        "total_incidents": 1,
        "total_occurrences": 1,
        "secrets_engine_version": "2.150.0",
        "scans": [_commit(commit, hits, show=show) for commit, hits in scans.items()],
    }


def _commit(commit: str, hits: Sequence[Hit], *, show: bool) -> Json:
    return {
        "id": commit,
        "type": "commit",
        "entities_with_incidents": [
            {"filename": hit.path, "mode": "MODIFY", "incidents": [_incident(hit, show=show)], "total_incidents": 1}
            for hit in hits
        ],
        "extra_info": _author(hits[0]) if hits else {},
        "total_incidents": len(hits),
        "total_occurrences": len(hits),
    }  # fmt: skip


def _author(hit: Hit) -> Json:
    return {"author": "Dev", "email": hit.email, "date": f"{hit.at:%a %b %d %H:%M:%S %Y} +0000"}


def _incident(hit: Hit, *, show: bool) -> Json:
    def shown(value: str) -> str:
        return value if show else value[:3] + "*" * max(3, len(value) - 5) + value[-2:]

    place = {"line_start": hit.line, "line_end": hit.line, "index_start": 1, "index_end": 9}
    parts = [("client_id", hit.id), ("client_secret", hit.value)] if hit.id else [("apikey", hit.value)]
    return {
        "policy": "Secrets detection",
        "type": hit.rule,
        "validity": "valid" if hit.verified else "no_checker",
        "ignore_sha": hashlib.sha256(hit.value.encode()).hexdigest(),
        "occurrences": [{"match": shown(value), "type": kind, **place} for kind, value in parts],
        "total_occurrences": 1,
        "incident_url": "",
        "known_secret": False,
        "ignore_reason": None,
    }


def kingfisher(hit: Hit, *, outcome: str = "not_attempted") -> Json:
    """One line of ``kingfisher scan --format jsonl``."""
    url = f"https://github.com/{hit.repository}"
    person = {"name": "Dev", "email": hit.email}
    commit = {"id": hit.commit, "url": f"{url}/commit/{hit.commit}", "date": hit.at.date().isoformat(), "author": person}
    return {
        "rule": {"title": hit.rule.upper(), "name": hit.rule, "id": f"betterleaks.{hit.rule}", "description": "found"},
        "finding": {
            **({"dependent_captures": {"AWS_SECRET_ACCESS_KEY": hit.value}} if hit.id else {}),
            "snippet": hit.id or hit.value,
            "fingerprint": "98358815042080471",
            "confidence": "high",
            "entropy": "3.92",
            "validation": {"outcome": outcome, "status": outcome, "response": ""},
            "language": "Python",
            "line": hit.line,
            "column_start": 21,
            "column_end": 40,
            "path": hit.path,
            "git_metadata": {
                "repository_url": url,
                "commit": commit,
                "file": {"path": hit.path, "url": f"{url}/blob/{hit.commit}/{hit.path}#L{hit.line}"},
            },
        },
    }  # fmt: skip


def sarif(tool: str, hits: Iterable[Hit], *, results_first: bool = True, tags: Sequence[str] = ()) -> Json:
    """A SARIF log with one run; Kingfisher writes results before the tool, Gitleaks behind it."""
    found = list(hits)
    rules = [
        {"id": rule, "shortDescription": {"text": "found"}, "properties": {"tags": list(tags)}}
        for rule in sorted({h.rule for h in found})
    ]
    driver = {"name": tool, "semanticVersion": "8.30.1", "rules": rules}
    results = {"results": [_result(hit) for hit in found]}
    about = {"tool": {"driver": driver}}
    run = {**results, **about} if results_first else {**about, **results}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}  # fmt: skip


def _result(hit: Hit) -> Json:
    region = {"startLine": hit.line, "endLine": hit.line, "startColumn": 1, "snippet": {"text": hit.value}}
    marks = {"commitSha": hit.commit, "email": hit.email, "author": "Dev", "date": hit.at.isoformat(), "commitMessage": "one"}
    return {
        "message": {"text": f"{hit.rule} has detected secret for file {hit.path}."},
        "ruleId": hit.rule,
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": hit.path}, "region": region}}],
        **({"partialFingerprints": marks} if hit.commit else {}),
    }


def prowler(
    check: str, arn: str, account: str, at: datetime, *, status: str = "FAIL", muted: bool = False, severity: str = "High"
) -> Json:
    """One OCSF detection finding of Prowler."""
    name = arn.rpartition("/")[2]
    owner = {"uid": account, "name": "prod", "type": "AWS Account", "type_id": 10}
    resource = {"cloud_partition": "aws", "region": "us-east-1", "uid": arn, "name": name, "type": "AwsIamUser", "labels": []}
    return {
        "message": f"{name}: {check}",
        "metadata": {
            "event_code": check,
            "product": {"name": "Prowler", "uid": "prowler", "vendor_name": "Prowler", "version": "5.46.0"},
            "profiles": ["cloud", "datetime"],
            "tenant_uid": "",
            "version": "1.5.0",
        },
        "severity_id": 4,
        "severity": severity,
        "status": "Suppressed" if muted else "New",
        "status_code": status,
        "status_detail": f"{name}: {check}",
        "status_id": 3 if muted else 1,
        "unmapped": {"related_url": "", "categories": [], "compliance": {}},
        "activity_name": "Create",
        "activity_id": 1,
        "finding_info": {
            "created_time": int(at.timestamp()),
            "created_time_dt": at.replace(tzinfo=None).isoformat(),
            "desc": "",
            "title": check.replace("_", " "),
            "types": ["IAM"],
            "uid": f"prowler-aws-{check}-{account}-us-east-1-{name}",
        },
        "resources": [resource],
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Detection Finding",
        "class_uid": 2004,
        "cloud": {"account": owner, "provider": "aws", "region": "us-east-1"},
        "time": int(at.timestamp()),
        "time_dt": at.replace(tzinfo=None).isoformat(),
        "type_uid": 200401,
        "type_name": "Detection Finding: Create",
    }  # fmt: skip


def jsonl(entries: Iterable[Json]) -> str:
    """One object a line."""
    return "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries)
