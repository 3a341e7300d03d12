"""How long a policy document may be, and which characters it may have.

Facts: IAM User Guide, "IAM and AWS STS quotas" (white space is not counted), and the pattern of ``PolicyDocument`` in the IAM API
Reference; Organizations User Guide, "Quotas"; PrivateLink Guide, endpoint policies; S3 User Guide (20 KB); KMS API Reference
(32 KB).
"""

from __future__ import annotations

import re

from keyrack.access.aws.grammar import Problem, Use

LIMITS = {
    "managed": 6144,
    "user": 2048,
    "group": 5120,
    "role": 10240,
    "trust": 4096,
    "session": 2048,
    "scp": 5120,
    "rcp": 5120,
    "endpoint": 20480,
    "bucket": 20480,
    "key": 32768,
}
"""Characters by what a document is attached to; ``user``, ``group`` and ``role`` hold for all their inline policies together.

The trust policy's default is 2048; 4096 is the most that a raised quota gives.
"""
_COUNTED_WHOLE = frozenset({"scp", "rcp", "endpoint", "bucket", "key"})
_BY_USE: dict[Use, str] = {
    "identity": "role",
    "boundary": "role",
    "session": "role",
    "trust": "trust",
    "scp": "scp",
    "rcp": "rcp",
    "endpoint": "endpoint",
}
"""The most that a use allows, where nothing is known of what the document is attached to."""
_MANY_SERVICES = 5
"""AWS's own managed policies obey no quota (ReadOnlyAccess has 47,000 characters); they are told by the services they name."""
_SERVICE = re.compile(r'"([A-Za-z0-9-]+):[A-Za-z*?]')
_REFUSED = re.compile(r"[^\t\n\r\u0020-\u00ff]|(?<!\\)(?:\\\\)*\\u(?!00)[0-9a-fA-F]{4}")
"""Characters that IAM's pattern excludes, as they are or escaped."""
_LATIN_ONLY: frozenset[Use] = frozenset({"identity", "boundary", "session", "trust"})


def length(text: str, attached_to: str) -> int:
    """Characters of a document as AWS counts them for what it is attached to."""
    return len(text) if attached_to in _COUNTED_WHOLE else len("".join(text.split()))


def size_problem(text: str, attached_to: str) -> Problem | None:
    """Whether a document is too long for what it is attached to (a name in ``LIMITS``)."""
    counted, limit = length(text, attached_to), LIMITS[attached_to]
    return (
        None if counted <= limit else Problem("", f"the document has {counted} characters; {limit} are allowed ({attached_to})")
    )


def text_problem(text: str, use: Use) -> Problem | None:
    """What is wrong with a document's text, whatever it says, when only its use is known."""
    plain = text.isascii() and "\\u" not in text
    if not plain and use in _LATIN_ONLY and (found := _REFUSED.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        return Problem(f"{line}:{column}", f"the character {found.group()!r} is outside U+0020 to U+00FF")
    attached_to = _BY_USE.get(use)
    if attached_to is None or len(text) <= LIMITS[attached_to]:
        return None
    if attached_to == "role" and len({found.lower() for found in _SERVICE.findall(text)}) > _MANY_SERVICES:
        return None
    return size_problem(text, attached_to)
