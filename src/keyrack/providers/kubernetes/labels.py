"""What labels and annotations say: environment and owner. Pure.

Keys are judged by their last part, after any ``prefix/``, so ``nordholm.example/owner`` counts as ``owner`` ("Recommended
Labels" of kubernetes.io knows neither owner nor environment; these are the words people use).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from keyrack.records import Ownership
from keyrack.records.identity import Environment
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid
from keyrack.sdk.formats.base import clean

_EMAIL = re.compile(r"[^@\s,;/<>]+@[^@\s,;/<>]+\.[A-Za-z]{2,}")
_OWNERS = frozenset({"owner", "owners", "owneremail", "contact", "contacts", "maintainer", "maintainers", "responsible", "email"})
_TEAMS = frozenset({"team", "squad", "owningteam", "ownerteam", "teamname", "department"})
_CREATORS = frozenset({"creator", "createdby", "requester"})
_NOBODY = frozenset({"none", "null", "na", "n/a", "unknown", "tbd", "todo", "-", "nobody", "default", "unassigned"})
_ENVIRONMENTS = frozenset({"env", "environment", "stage", "environmentname", "envname"})
_PROD = frozenset({"prod", "production", "prd", "live"})
_NONPROD = frozenset(
    {"nonprod", "nonproduction", "dev", "development", "test", "testing", "qa", "uat", "staging", "stage", "stg", "preprod",
     "sandbox", "sbx", "demo", "integration", "preview"}
)  # fmt: skip


def environment(labels: Mapping[str, str]) -> Environment | None:
    """Environment a label states; ``None`` when none does."""
    for key, value in labels.items():
        if _word(key) in _ENVIRONMENTS:
            word = value.strip().lower().replace("-", "")
            if word in _PROD:
                return "prod"
            if word in _NONPROD:
                return "nonprod"
    return None


def owners(identity: str, where: str, labels: Mapping[str, str], annotations: Mapping[str, str]) -> Iterator[Ownership]:
    """Ownership evidence in labels and annotations of ``where``; label values cannot hold ``@``, so teams live there."""
    for evidence, pairs in (("tag", labels), ("annotation", annotations)):
        for key, value in pairs.items():
            for kind, owner in _named(_word(key), value, evidence):
                yield Ownership(
                    uid=row_uid("own", identity, owner, kind, key, where),
                    identity_uid=identity,
                    owner=owner,
                    evidence=kind,
                    detail=clean(f"{'label' if evidence == 'tag' else 'annotation'} {key} on {where}"),
                )


def _named(word: str, value: str, evidence: str) -> Iterator[tuple[OwnerEvidence, str]]:
    kind: OwnerEvidence = "creator" if word in _CREATORS else "tag" if evidence == "tag" else "annotation"
    plain = clean(value).lower()
    if word not in _OWNERS | _TEAMS | _CREATORS or plain in _NOBODY or not plain:
        return
    mails = _EMAIL.findall(plain)
    if mails:
        yield from ((kind, mail) for mail in mails[:5])
    elif word in _TEAMS:
        yield kind, f"team:{plain.removeprefix('team:')}"
    elif word in _OWNERS:
        yield kind, plain


def _word(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.rsplit("/", maxsplit=1)[-1].lower())
