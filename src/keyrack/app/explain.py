"""Everything known about one identity or credential, with the terms of its score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.errors import KeyrackError
from keyrack.lake.engines.duckdb import dicts

if TYPE_CHECKING:
    import duckdb

    from keyrack.outputs import Report

Row = dict[str, Any]

_MERGES = """
SELECT * FROM merges WHERE uid = $uid OR other = $uid OR list_contains($keys, uid) OR list_contains($keys, other)
ORDER BY kind, uid, other
"""


def explain(report: Report, uid: str) -> dict[str, Any]:
    """Sections about a uid (or the only uid that contains the text).

    Returns:
        ``uid``, ``identity`` (or null), ``credentials``, ``placements``, ``grants``, ``trusts``, ``may_become`` (trusts that
        name it as subject), ``way_to_admin``, ``blast_radius``,
        ``usage``, ``owners`` (evidence), ``findings``, ``score`` and ``terms``, ``merges``.

    Raises:
        KeyrackError: nothing, or more than one thing, matches.
    """
    connection = report.connection
    subject = resolve(connection, uid)
    credentials = _rows(connection, "SELECT * FROM credentials WHERE identity_uid = $uid OR uid = $uid ORDER BY uid", subject)
    keys = [row["uid"] for row in credentials]
    identity = _rows(connection, "SELECT * FROM identities WHERE uid = $uid", subject)
    risk = _rows(connection, "SELECT * FROM risks WHERE subject = $uid", subject)
    return {
        "uid": subject,
        "identity": identity[0] if identity else None,
        "credentials": credentials,
        "placements": _rows(
            connection,
            "SELECT * FROM placements WHERE consumer_uid = $uid OR list_contains($keys, credential_uid) ORDER BY path, line",
            subject,
            keys=keys,
        ),
        "grants": _rows(connection, "SELECT * FROM grants WHERE identity_uid = $uid ORDER BY privilege, uid", subject),
        "trusts": _rows(connection, "SELECT * FROM trusts WHERE identity_uid = $uid ORDER BY uid", subject),
        "may_become": _rows(connection, "SELECT * FROM trusts WHERE subject = $uid ORDER BY uid", subject),
        "way_to_admin": _rows(connection, "SELECT * EXCLUDE (identity_uid) FROM admin_paths WHERE identity_uid = $uid", subject),
        "blast_radius": _rows(connection, "SELECT * EXCLUDE (identity_uid) FROM blast_radius WHERE identity_uid = $uid", subject),
        "usage": _rows(
            connection,
            "SELECT * FROM usage WHERE identity_uid = $uid OR list_contains($keys, credential_uid) ORDER BY used_at DESC, uid",
            subject,
            keys=keys,
        ),
        "owners": _rows(connection, "SELECT * FROM owner_evidence WHERE identity_uid = $uid ORDER BY weight DESC", subject),
        "findings": [
            row
            for row in report.rows("findings")
            if row["identity"] == subject or (row["credential"] in keys and row["identity"] is None)
        ],
        "score": risk[0] if risk else None,
        "terms": _rows(connection, "SELECT * FROM risk_terms WHERE subject = $uid ORDER BY weight DESC, finding", subject),
        "merges": _rows(connection, _MERGES, subject, keys=keys),
    }


def resolve(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """An exact uid wins, then the one identity of that name, then the one thing whose uid contains the text."""
    known = "SELECT uid FROM identities UNION SELECT uid FROM credentials"
    for sql in (
        f"SELECT uid FROM ({known}) WHERE uid = $text",
        "SELECT uid FROM identities WHERE name = $text ORDER BY uid",
        f"SELECT uid FROM ({known}) WHERE contains(uid, $text) ORDER BY length(uid), uid",
    ):
        matches = [str(row[0]) for row in connection.execute(f"{sql} LIMIT 9", {"text": text}).fetchall()]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise KeyrackError(
                "show.ambiguous", f"{text!r} is {len(matches)} things or more", hint="one of: " + ", ".join(matches)
            )
    raise KeyrackError("show.unknown", f"nothing known is called {text!r}", hint="`keyrack inventory` lists what is known")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, uid: str, *, keys: list[str] | None = None) -> list[Row]:
    bound: dict[str, object] = {"uid": uid, "keys": keys or []}
    return dicts(connection, sql, {name: value for name, value in bound.items() if f"${name}" in sql})
