"""What one file holds: its format's parser where the name calls for one, and the detector for everything else in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from keyrack.records import Gap
from keyrack.sdk import Material, gap
from keyrack.sdk.detect import Detector
from keyrack.sdk.formats import Format, recognise
from keyrack.sdk.formats.base import Trouble

CAPABILITY = "repository.config"


@lru_cache(maxsize=100_000)
def form_of(path: str) -> Format | None:
    """The format a path suggests; remembered, as a path comes back with every version of its file."""
    return recognise(path)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads file contents into Materials; ``key`` names the credential a Material is (its uid)."""

    detector: Detector
    key: Callable[[Material, str], str]

    def materials(self, content: bytes, path: str) -> list[Material]:
        """Credentials of a file; what a parser and the detector both see comes once, as the parser tells it."""
        stated = self.stated(content, path)
        found = self.detector.scan(content, path)
        if not stated:
            return found
        return [*stated, *self._new(stated, found, path)]

    @staticmethod
    def stated(content: bytes, path: str) -> list[Material]:
        """Credentials the file's format states, if its name tells a format."""
        form = form_of(path)
        if form is None or len(content) > form.limit:
            return []
        return list(form.parse(content).materials)

    def _new(self, stated: list[Material], found: list[Material], path: str) -> Iterator[Material]:
        keys = {self.key(material, path) for material in stated}
        public = {material.public_id for material in stated if material.public_id}
        secrets = {material.secret for material in stated if material.secret}
        lines = {material.line for material in stated if material.line is not None}
        for material in found:
            known = self.key(material, path) in keys or material.public_id in public or material.secret in secrets
            guess = "entropy" in material.attrs and material.line in lines
            if not known and not guess:
                yield material


def troubles(content: bytes, path: str) -> Iterator[Gap]:
    """Gaps of a configuration file at HEAD that its parser could not read (on)."""
    form = form_of(path)
    if form is None:
        return
    if len(content) > form.limit:
        yield _gap(path, Trouble("too_large", f"larger than the {form.limit} bytes read for {form.name}"))
        return
    for trouble in form.parse(content).troubles:
        if form.sure or trouble.reason not in {"malformed", "truncated"}:
            yield _gap(path, trouble)


def _gap(path: str, trouble: Trouble) -> Gap:
    return gap(CAPABILITY, path, trouble.reason, f"{path}: {trouble.detail}", hint="repair the file, or read it by hand")
