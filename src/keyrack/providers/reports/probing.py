"""What `keyrack doctor` asks: each file is opened and its beginning looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from keyrack.providers.reports.capabilities import FILES
from keyrack.providers.reports.mapping import mappings
from keyrack.providers.reports.opening import UnreadableError, files
from keyrack.providers.reports.recognising import recognise
from keyrack.providers.reports.settings import settings
from keyrack.sdk import Probe, Target

_MOST: Final = 50


def probes(target: Target) -> Iterator[Probe]:
    """One probe for each of the first files; standard input is not touched.

    Raises:
        KeyrackError: nothing is named or there, or the mapping file is wrong.
    """
    chosen = settings(target.options)
    mappings(chosen.mapping)
    if chosen.path is None:
        yield Probe(FILES, True, "standard input is read when a scan asks for it")
        return
    seen = 0
    for item in islice(files(chosen.path, chosen.mapping), _MOST):
        seen += 1
        if isinstance(item, UnreadableError):
            yield Probe(FILES, False, str(item), "file:read", item.hint)
            continue
        try:
            form, _ = recognise(item.beginning())
        except UnreadableError as error:
            yield Probe(FILES, False, f"{item.name}: {error}", "file:read", error.hint)
            continue
        yield Probe(FILES, True, f"{item.name}: {form or 'no report we read'}")
    if not seen:
        yield Probe(FILES, False, "the folder holds no file", "file:read", "let the tools write their reports there")
