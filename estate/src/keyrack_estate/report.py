"""A ``keyrack scan --format json`` object, as far as scoring needs it: findings resolved to tokens."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec

from keyrack_estate import names


class IdentityRow(msgspec.Struct, kw_only=True):
    """An identity of the report."""

    uid: str
    name: str = ""
    scope: str = ""
    attrs: dict[str, str] = {}


class CredentialRow(msgspec.Struct, kw_only=True):
    """A credential of the report."""

    uid: str
    public_id: str | None = None
    identity_uid: str | None = None
    attrs: dict[str, str] = {}


class PlacementRow(msgspec.Struct, kw_only=True):
    """A placement of the report."""

    credential_uid: str
    scope: str = ""
    path: str = ""


class FindingRow(msgspec.Struct, kw_only=True):
    """A finding of the report."""

    rule: str
    owasp: str
    id: str = ""
    severity: str = "medium"
    status: str = "open"
    title: str = ""
    identity: str | None = None
    credential: str | None = None
    evidence: dict[str, object] = {}
    path: str | None = None
    source: str | None = None


class Report(msgspec.Struct, kw_only=True):
    """The report; unknown fields are ignored."""

    findings: list[FindingRow]
    identities: list[IdentityRow] = []
    credentials: list[CredentialRow] = []
    placements: list[PlacementRow] = []


class Located(msgspec.Struct, frozen=True):
    """A finding with the tokens it is about (``subject``) and those it merely mentions."""

    finding: FindingRow
    subject: frozenset[str]
    mentions: frozenset[str]


def read(path: Path) -> list[Report]:
    """Reports of a file: one JSON object, a list of them, or JSON Lines of them.

    Raises:
        msgspec.DecodeError: it is none of these.
    """
    data = path.read_bytes().strip()
    if data.startswith(b"["):
        return msgspec.json.decode(data, type=list[Report])
    try:
        return [msgspec.json.decode(data, type=Report)]
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return [msgspec.json.decode(line, type=Report) for line in data.splitlines()]


class Resolver:
    """Turns findings of one report into tokens."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._identities = {row.uid: row for row in report.identities}
        self._credentials = {row.uid: row for row in report.credentials}
        self._places: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for place in report.placements:
            self._places[place.credential_uid].add((place.scope, place.path))

    def located(self) -> list[Located]:
        """All open findings of the report that are more than information."""
        return [self._locate(row) for row in self.report.findings if row.severity != "info" and row.status == "open"]

    def _locate(self, finding: FindingRow) -> Located:
        subject = self._credential(finding) | self._identity(finding) | self._file(finding) | _resource(finding)
        mentions: set[str] = set()
        for value in finding.evidence.values():
            for part in value if isinstance(value, list) else [value]:
                mentions |= names.text_tokens(str(part))
        if finding.credential:
            for scope, path in self._places.get(finding.credential, ()):
                mentions |= names.place_tokens(scope, path)
        return Located(finding, frozenset(subject or mentions), frozenset(mentions | subject))

    def _credential(self, finding: FindingRow) -> set[str]:
        if finding.credential is None:
            return set()
        row = self._credentials.get(finding.credential)
        tokens = names.text_tokens(finding.credential)
        if row is not None and row.public_id:
            tokens |= names.text_tokens(row.public_id) or {names.id_token(row.public_id)}
        if not finding.path:
            for scope, path in self._places.get(finding.credential, ()):
                tokens |= names.place_tokens(scope, path)
        return tokens

    def _identity(self, finding: FindingRow) -> set[str]:
        if finding.identity is None:
            return set()
        tokens = names.text_tokens(finding.identity)
        if other := names.native_token(finding.identity):
            tokens.add(other)
        row = self._identities.get(finding.identity)
        if row is None or tokens:
            return tokens
        path = row.attrs.get("path")
        if path:
            tokens |= {names.item_token(row.scope, path, row.name), names.file_token(row.scope, path)}
        if ":unix-user/" in row.uid or ":user/" in row.uid:
            tokens.add(names.item_token(row.scope, "etc/passwd", row.name))
        return tokens

    def _file(self, finding: FindingRow) -> set[str]:
        if not finding.path:
            return set()
        scopes = {finding.source} if finding.source else set()
        identity = self._identities.get(finding.identity or "")
        if identity is not None and not names.text_tokens(identity.uid):
            scopes.add(identity.scope)
        scopes |= {scope for scope, path in self._places.get(finding.credential or "", ()) if path == finding.path}
        tokens: set[str] = set()
        for scope in scopes:
            tokens |= names.place_tokens(scope, finding.path)
        return tokens


def _resource(finding: FindingRow) -> set[str]:
    """Of a finding about neither identity nor credential: the thing its ``resource`` column names by uid."""
    token = names.native_token(str(finding.evidence.get("resource") or ""))
    return {token} if token else set()
