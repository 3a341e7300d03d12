"""What was asked for, as one word: two scans with the same wish would ask the same questions."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from keyrack import __version__
from keyrack.sdk import Target, registry


def wish_of(target: Target, *, verify: bool = False) -> str:
    """Key of a target and its options, with relative paths made whole; another version of Keyrack makes another wish.

    Raises:
        UsageError: no such provider is installed.
    """
    manifest = registry.load(target.provider).manifest
    paths = {option.name for option in manifest.options if option.kind == "path"}
    options = {name: _absolute(value) if name in paths else value for name, value in sorted(target.options.items())}
    location = _absolute(target.location) if manifest.target == "path" else target.location
    return sha256(msgspec.json.encode([__version__, target.provider, location, options, verify], order="sorted")).hexdigest()


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().resolve()) if path else path
