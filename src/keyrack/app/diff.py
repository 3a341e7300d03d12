"""What changed between two runs: things that came or went, findings that opened, were accepted or were fixed."""

from __future__ import annotations

from typing import Any

from keyrack.app.evaluation import open_commit
from keyrack.app.home import Home
from keyrack.errors import KeyrackError
from keyrack.lake import Commit

_KEYS = {
    "identities": ("uid", "SELECT uid, kind, type FROM identities"),
    "credentials": ("uid", "SELECT uid, kind, issuer, identity_uid FROM credentials"),
    "findings": ("id", "SELECT id, status, severity, rule, identity, credential FROM findings"),
}


def previous(home: Home, commit: Commit) -> Commit:
    """The commit before another.

    Raises:
        KeyrackError: there is none.
    """
    older = [c for c in home.lake.commits() if c.run < commit.run]
    if not older:
        raise KeyrackError("diff.single", "there is only one run, nothing to compare it with", hint="scan again, then diff")
    return older[-1]


def diff(home: Home, before: Commit, after: Commit) -> list[dict[str, Any]]:
    """Rows ``{"change", "table", "id", ...facts}`` in a stable order.

    ``change`` is ``added`` or ``removed``; for findings ``opened``, ``excepted``, ``resolved``, or ``unwatched`` when their
    source was taken out: what somebody accepted, or no longer looks at, never looks like something that was fixed.
    """
    old, new = _state(home, before), _state(home, after)
    rows = []
    for table in ("identities", "credentials"):
        gone = old[table].keys() - new[table].keys()
        came = new[table].keys() - old[table].keys()
        rows += [{"change": "removed", "table": table, "id": key, **old[table][key]} for key in sorted(gone)]
        rows += [{"change": "added", "table": table, "id": key, **new[table][key]} for key in sorted(came)]
    return rows + _findings(old["findings"], new["findings"])


def _findings(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    changes = []
    for key in sorted(old.keys() | new.keys()):
        before = old.get(key, {}).get("status", "resolved")
        row = new.get(key) or {**old[key], "status": "resolved" if before == "resolved" else "unwatched"}
        after = row["status"]
        if before != after:
            change = "opened" if after == "open" else after
            changes.append({"change": change, "table": "findings", "id": key, **row})
    return changes


def _state(home: Home, commit: Commit) -> dict[str, dict[str, dict[str, Any]]]:
    connection = open_commit(home, commit)
    state: dict[str, dict[str, dict[str, Any]]] = {}
    for table, (key, sql) in _KEYS.items():
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or []]
        rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
        state[table] = {row.pop(key): row for row in rows}
    connection.close()
    return state
