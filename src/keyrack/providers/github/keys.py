"""Deploy keys: each an identity of its own on one repository, its public half compared with private keys seen elsewhere. Pure.

Sources: REST "List deploy keys" (``added_by``, ``last_used``, ``read_only``, ``enabled``); "Managing deploy keys" (a key
belongs to one repository, does not expire, and stays when the one who added it leaves).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.github.apps import grant
from keyrack.providers.github.scan import Repo
from keyrack.providers.github.tokens import used
from keyrack.records import Credential, Identity, Record
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, text, when
from keyrack.sdk.formats.ssh import parse_public


def deploy_key(raw: Raw, repo: Repo, org: str, *, adder: str | None, left: bool | None) -> Iterator[Record]:
    """A key; ``adder`` is the address (or login) of who added it, ``left`` whether that login has left the organisation.

    A key of an archived repository still reads it ("Archiving repositories": read-only for everybody, hidden from nobody).
    """
    number = text(raw, "id")
    if not number:
        return
    uid = f"github:{org}:deploy-key/{repo.name}/{number}"
    read_only, enabled = raw.get("read_only"), raw.get("enabled") is not False
    attrs = {
        "repository": repo.name,
        "added_by": text(raw, "added_by") or "",
        "creator_left": "" if left is None else "true" if left else "false",
        "read_only": "true" if read_only is True or repo.archived else "false" if read_only is False else "",
    }
    yield Identity(
        uid=uid,
        kind="api_key",
        type="github:deploy-key",
        name=text(raw, "title") or f"deploy key {number}",
        provider="github",
        scope=f"{org}/{repo.name}",
        status="active" if enabled else "disabled",
        created_at=when(raw, "created_at"),
        created_by=adder,
        attrs={name: value for name, value in attrs.items() if value},
    )
    credential = _credential(raw, uid, number, active=enabled)
    yield credential
    yield from used(raw, "last_used", credential.uid, uid, "github:deploy-keys", since=when(raw, "created_at"))
    if isinstance(read_only, bool):
        reads = read_only or repo.archived
        yield grant(uid, org, ["contents:read" if reads else "contents:write"], f"{org}/{repo.name}", "deploy key")


def _credential(raw: Raw, uid: str, number: str, *, active: bool) -> Credential:
    found = parse_public((text(raw, "key") or "").encode("utf-8", "replace")[:32_768]).materials
    public = found[0] if found else None
    return Credential(
        uid=credential_uid("ssh", public_id=public.public_id if public else None, holder=uid, name=number),
        kind="ssh_key",
        issuer="ssh",
        name=text(raw, "title") or f"deploy key {number}",
        identity_uid=uid,
        public_id=public.public_id if public else None,
        status="active" if active else "inactive",
        created_at=when(raw, "created_at"),
        expiry="never",
        algorithm=public.algorithm if public else None,
        bits=public.bits if public else None,
        attrs={"endpoint": "github.com"},
    )
