"""What a report tells of one secret, in one shape for all tools. It still holds the value, so it has no repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from keyrack.sdk import Secret

Where = Literal["commit", "tree", "file", "chat", "log", "image", "bucket"]
"""``commit``: a file in a commit; ``tree``: a file of a checkout; ``file``: a file of a host."""
Hidden = Literal["redacted", "sha1"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Told:
    """One finding of a secret scanner.

    Attributes:
        value: the secret, when the report has it; else ``hidden`` says how it is hidden, and ``mark`` tells two hidden values of
            one report apart (it never leaves this run as it is).
        public_id: the issuer's id of the credential, when the report shows it.
        place: repository (URL or name), host, bucket, channel; ``None``: the report does not say.
        live: what the tool's own live check said; ``None``: it made none, or could not tell.
    """

    tool: str
    rule: str
    version: str | None = None
    value: Secret | None = None
    public_id: str | None = None
    hidden: Hidden | None = None
    mark: str = ""
    where: Where = "file"
    place: str | None = None
    path: str = ""
    line: int | None = None
    commit: str | None = None
    author: str | None = None
    at: datetime | None = None
    live: bool | None = None
    public: bool = False
    link: str | None = None

    @property
    def seen_by(self) -> str:
        """``trufflehog 3.90, AWS``."""
        return f"{self.tool}{f' {self.version}' if self.version else ''}, {self.rule}"


@dataclass(slots=True)
class Facts:
    """What a report says of itself: tool, version, when; and what of it was left out, by reason."""

    tool: str = ""
    version: str | None = None
    made: datetime | None = None
    left: dict[str, int] = field(default_factory=dict)

    def leave(self, why: str) -> None:
        """Count one thing that was left out."""
        self.left[why] = self.left.get(why, 0) + 1


_STARS: Final = "***"
_MASKS: Final = frozenset({"REDACTED", "REDACT", "[REDACTED]", "<REDACTED>"})


def masked(value: str) -> bool:
    """Whether a report hides a value: Gitleaks' REDACTED or cut text, Kingfisher's [REDACTED:...], ggshield's stars."""
    text = value.strip()
    return text.upper() in _MASKS or text.startswith("[REDACTED:") or _STARS in text or (text.endswith("...") and " " not in text)


def valued(told: Told, value: str | None) -> Told:
    """The finding with its value, or with how it is hidden."""
    if not value:
        return replace(told, hidden="redacted")
    if masked(value):
        return replace(told, hidden="redacted", mark=value)
    return replace(told, value=Secret(value))


def attrs(pairs: Mapping[str, str | None]) -> dict[str, str]:
    """Known pairs only."""
    return {name: text for name, text in pairs.items() if text}
