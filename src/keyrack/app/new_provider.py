"""A new provider's package, from the skeleton in :mod:`keyrack.sdk`: it passes its own tests before a line is written."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from keyrack import sdk
from keyrack.errors import KeyrackError, UsageError
from keyrack.sdk import registry

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
_SUFFIX = ".tmpl"


def create(name: str, folder: Path, title: str | None = None) -> list[Path]:
    """Write the package below ``folder``; returns its files.

    Raises:
        UsageError: the name is taken or no name of a Python package, or there are files in the folder.
        KeyrackError: the folder cannot be written.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError("provider.name", f"{name!r} is no name of a provider", hint="lower case letters, digits and _")
    if name in registry.names():
        raise UsageError("provider.taken", f"a provider {name!r} is installed already", hint="choose another name")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("provider.folder", f"{folder} is there and not empty", hint="choose another --folder")
    try:
        return list(_written(folder, _words(name, title)))
    except OSError as error:
        raise KeyrackError(
            "provider.unwritable", f"cannot write to {folder}: {error.strerror}", hint="choose another --folder"
        ) from error


def _words(name: str, title: str | None) -> dict[str, str]:
    plain = " ".join((title or name.replace("_", " ").title()).split())
    return {
        "@name@": name,
        "@NAME@": name.upper(),
        "@module@": f"keyrack_{name}",
        "@Class@": name.replace("_", " ").title().replace(" ", ""),
        "@title@": re.sub(r"[^\w .,()&+-]", "", plain) or name,
    }


def _written(folder: Path, words: dict[str, str]) -> Iterator[Path]:
    skeleton = Path(sdk.__file__).parent / "template"
    for source in sorted(skeleton.rglob(f"*{_SUFFIX}")):
        target = folder / _filled(str(source.relative_to(skeleton)).removesuffix(_SUFFIX), words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(source.read_text("utf-8"), words), "utf-8")
        yield target


def _filled(text: str, words: dict[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text
