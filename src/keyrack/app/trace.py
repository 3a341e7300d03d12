"""Follow a credential: every name it has, everywhere it lies, who uses it there, whom it opens, and what that one reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.app.explain import resolve
from keyrack.errors import KeyrackError
from keyrack.lake.engines.duckdb import dicts

if TYPE_CHECKING:
    import duckdb

Step = dict[str, Any]

_CREDENTIALS = """
WITH RECURSIVE near AS (
  SELECT uid FROM credentials WHERE uid = $uid OR identity_uid = $uid
  UNION
  SELECT CASE WHEN l.uid = n.uid THEN l.other ELSE l.uid END FROM near n
  JOIN links l ON l.kind IN ('same-value', 'same-key', 'same-certificate') AND (l.uid = n.uid OR l.other = n.uid)
)
SELECT c.uid, c.kind, c.issuer, c.name, c.identity_uid, c.status, c.created_at, c.rotated_at, c.last_used_at, c.sources
FROM credentials c SEMI JOIN near n ON n.uid = c.uid ORDER BY c.uid
"""
_NAMES = """
SELECT kind, uid, other, because FROM merges
WHERE list_contains($keys, uid) OR list_contains($keys, other) ORDER BY kind, uid, other
"""
_PLACES = """
SELECT p.credential_uid, p.source_id AS source, p.system, p.exposure, p.scope, p.path, p.line, p.consumer_uid,
  i.name AS consumer, p.environment
FROM placements p LEFT JOIN identities i ON i.uid = p.consumer_uid
WHERE list_contains($keys, p.credential_uid)
ORDER BY list_position(['git_history', 'git_head', 'iac', 'ci_file', 'ci_variable', 'file', 'agent_config', 'vault',
  'cluster_secret', 'cluster_config', 'workload_env', 'app_setting'], p.system) NULLS LAST, p.scope, p.path, p.line
"""
_OPENS = """
SELECT i.uid, i.name, i.type, i.owner, i.owner_status, i.environment, b.identities AS reaches_identities,
  b.resources AS reaches_resources, a.route AS way_to_admin
FROM identities i
LEFT JOIN blast_radius b ON b.identity_uid = i.uid
LEFT JOIN admin_paths a ON a.identity_uid = i.uid
WHERE list_contains($holders, i.uid) ORDER BY i.uid
"""
_BECOME = "SELECT source, target, mechanism, via FROM become WHERE list_contains($holders, source) ORDER BY target, mechanism"


def trace(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    """The story of a credential, in lists of rows.

    Returns:
        ``uid``, ``credentials``, ``names`` (merges and links), ``places``, ``opens`` (identities), ``become`` (whom they become).

    ``text`` is a credential or an identity (all its credentials), by uid, name or a part that only one has.

    Raises:
        KeyrackError: nothing, or more than one thing, matches; or it has no credentials.
    """
    uid = resolve(connection, text)
    credentials = dicts(connection, _CREDENTIALS, {"uid": uid})
    if not credentials:
        raise KeyrackError("trace.none", f"{uid} has no credential that was seen", hint="`keyrack show` tells the rest about it")
    keys = [row["uid"] for row in credentials]
    holders = sorted({row["identity_uid"] for row in credentials if row["identity_uid"]})
    return {
        "uid": uid,
        "credentials": credentials,
        "names": dicts(connection, _NAMES, {"keys": keys}),
        "places": dicts(connection, _PLACES, {"keys": keys}),
        "opens": dicts(connection, _OPENS, {"holders": holders}),
        "become": dicts(connection, _BECOME, {"holders": holders}),
    }
