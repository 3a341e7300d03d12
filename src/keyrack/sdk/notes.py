"""Notes that people write into a description or comment: ``name: value`` pairs, and the secrets that stand there too. Pure.

Only pairs about governance become tags (an allow-list): a description is where administrators leave passwords
(MITRE ATT&CK T1552, "Unsecured Credentials"), and a tag is a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from keyrack.sdk.material import Material
from keyrack.sdk.placeholders import hashed, placeholder, reference
from keyrack.sdk.shapes import inside, suspect

DETECTOR: Final = "notes"
"""``Placement.detector`` of what :func:`secrets` finds; rules know it by this."""
NAMES: Final = frozenset(
    """
    owner owners contact maintainer responsible team squad sponsor created creator env environment stage vendor supplier
    type kind purpose usage use application app service product project department division unit location site ticket change
    request review reviewed classification criticality tier data source replaces requested approver
    """.split()  # noqa: SIM905 - a list of fifty quoted words is harder to read
) | {"owned by", "managed by", "created by", "requested by", "approved by", "used by", "cost center", "cost centre"}
"""Names of pairs that are kept, in lower case."""
_LONGEST: Final = 20_000
_PAIR: Final = re.compile(r"(?:^|[;,\n])[ \t]*([A-Za-z][A-Za-z _-]{0,30}?)[ \t]*[:=][ \t]*([^;,\n]{1,200})")
_WORD: Final = (
    r"pass(?:word|wd|phrase|code)?|pwd?|passwort|kennwort|mot[ ]de[ ]passe|contrase(?:n|\u00f1)a|l(?:o|\u00f6)senord|senha|"
    r"wachtwoord|adgangskode|salasana|secret|api[ _-]?key|token|creds?|credentials?"
)
_NAMED: Final = re.compile(
    rf"(?i)(?<![a-z0-9])(?:{_WORD})(?![a-z])[ \t]*(?:[:=]|->|(?:is|ist|est|es)(?=[ \t]))[ \t]*[\"'`]?([^\s\"'`;,]{{6,128}})"
)
_LOOSE: Final = re.compile(rf"(?i)(?<![a-z0-9])(?:{_WORD})(?![a-z])")
_STORES: Final = re.compile(
    r"(?i)vault|safe|cyberark|keepass|1password|bitwarden|lastpass|laps|openbao|thycotic|delinea|secret[ _-]?server|keyring|"
    r"rotat|expire|polic|ticket|changed|reset|unknown"
)
_DATE: Final = re.compile(r"\d{4}-\d\d(-\d\d)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d+[dhmwy]?")


def pairs(said: str | None) -> dict[str, str]:
    """Pairs about governance, names in lower case; free text, and whatever could hold a secret, gives none."""
    found = {}
    for name, value in _PAIR.findall((said or "")[:_LONGEST]):
        word = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
        if word in NAMES and value.strip() and not _LOOSE.search(value) and next(inside(value), None) is None:
            found[word] = value.strip()
    return found


def secrets(said: str | None, issuer: str, field: str) -> Iterator[Material]:
    """Credentials in free text: tokens of a known form anywhere, and what follows "password:", "pw is" or the like.

    Args:
        said: the text.
        issuer: of a password that only its name makes one (``ldap``, ``database``).
        field: where it stands, e.g. ``description``.
    """
    text = (said or "")[:_LONGEST]
    known = set()
    for shape in inside(text):
        if shape.secret not in known:
            known.add(shape.secret)
            yield shape.material(f"{shape.kind.replace('_', ' ')} in the {field}", DETECTOR, field=field)
    for match in _NAMED.finditer(text):
        named = suspect("password", match[1].rstrip(".)]}")) if _plausible(match[1]) else None
        if named is None or named.secret in known:
            continue
        known.add(named.secret)
        found = named.material(f"password in the {field}", DETECTOR, field=field)
        yield found if named.known else replace(found, kind="password", issuer=issuer)


def _plausible(value: str) -> bool:
    """A password somebody chose: letters beside digits or signs, and not what a sentence about passwords would say next."""
    kinds = (re.search(r"[A-Za-z]", value), re.search(r"[0-9!#$%&*+?@^~]", value))
    told = reference(value) or placeholder(value) or hashed(value) or _STORES.search(value) or _DATE.fullmatch(value)
    return all(kinds) and not told and "://" not in value
