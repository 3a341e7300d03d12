"""Passwords and tokens in comments, which everybody who may connect reads (pg_shdescription is open to PUBLIC). Pure.

The value ends here: a keyed fingerprint goes on. Facts: COMMENT of the PostgreSQL manual, "There is presently no security
mechanism for viewing comments ... Therefore, don't put security-critical information in comments."
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.records import Credential, Placement
from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.material import Place, observe
from keyrack.sdk.notes import secrets


def written(
    comment: str | None, server: str, what: str, fingerprinter: Fingerprinter, *, login: str = "", holder: str | None = None
) -> Iterator[Credential | Placement]:
    """Each secret in a comment, and the comment as its place.

    Args:
        comment: its text.
        server: name of the server.
        what: what it is a comment on: ``role payments_app``.
        fingerprinter: of this installation.
        login: role whose password stands there, when it is a comment on a role.
        holder: canonical name of that role.
    """
    for material in secrets(comment, "database", "comment"):
        facts = {"login": login} if login and material.kind == "password" else {}
        place = Place(
            system="app_setting", exposure="config", scope=server, path=f"{server}: comment on {what}", consumer_uid=holder
        )
        known = replace(material, attrs={**material.attrs, **facts})
        yield from observe(known, place, fingerprinter, identity_uid=holder)
