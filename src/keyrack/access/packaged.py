"""Reference data that ships in the wheel: gzip JSON files beside this module, read once.

``data/SOURCES.md`` says where each comes from, at which version and under which licence;
``scripts/refresh_access_data.py`` makes them.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


@cache
def load(name: str) -> Any:
    """The decoded content of ``data/NAME.json.gz``; the same object each time, not to be changed."""
    packed = files("keyrack.access").joinpath("data", f"{name}.json.gz").read_bytes()
    return msgspec.json.decode(gzip.decompress(packed))
