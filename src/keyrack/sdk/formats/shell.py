"""Shell start-up files and histories: exported values and credentials typed into commands."""

from __future__ import annotations

import re

from keyrack.sdk.formats.base import Parsed, parsed, text_of
from keyrack.sdk.formats.commandline import inline
from keyrack.sdk.formats.dotenv import file_materials
from keyrack.sdk.material import Material

_TIME = re.compile(r"^(?:: \d+:\d+;|#\d+$|- cmd: )")
_MOST_LINES = 200_000


def parse_rc(data: bytes) -> Parsed:
    """Credentials assigned or exported in a start-up file."""
    return parsed(file_materials(text_of(data), detector="shell.rc"))


def parse_history(data: bytes) -> Parsed:
    """Credentials in the commands of a history file; one that was typed ten times is one material."""
    found: dict[tuple[str, bytes], Material] = {}
    for number, line in enumerate(text_of(data).split("\n")[:_MOST_LINES], start=1):
        for material in inline(_TIME.sub("", line), detector="shell.history", line=number):
            value = material.secret.reveal() if material.secret else b""
            found.setdefault((material.public_id or "", value), material)
    return parsed(found.values())
