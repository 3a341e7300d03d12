"""Gaps of a scan: what of the repository could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.repository.history import SIZE_LIMIT, Coverage
from keyrack.providers.repository.opening import Opened
from keyrack.records import Gap
from keyrack.sdk import gap

HISTORY = "repository.history"
SECRETS = "repository.secrets"
_TRUE = frozenset({"true", "yes", "on", "1", ""})
_NAMED = 20
"""Gaps of one kind that name their file; more are summed up in one."""


def clone_gaps(place: Opened) -> Iterator[Gap]:
    """Shallow and partial clones: part of the history is not on this machine."""
    if place.shallow:
        yield gap(HISTORY, place.name, "truncated", "a shallow clone: older commits are not here", hint="git fetch --unshallow")
    promisor = any(key.endswith(".promisor") and value.lower() in _TRUE for key, value in place.settings.items())
    if promisor or place.settings.get("extensions.partialclone"):
        detail = "a partial clone: some file versions were never fetched"
        yield gap(HISTORY, f"{place.name} (partial)", "truncated", detail, hint="git fetch --refetch --no-filter")


def walk_gaps(coverage: Coverage, name: str) -> Iterator[Gap]:
    """What the walk over all file versions met."""
    hint = f"larger than {SIZE_LIMIT >> 20} MiB; look at it by hand, or remove it from the history"
    large = sorted(coverage.too_large)
    for path in large[:_NAMED]:
        yield gap(SECRETS, path, "too_large", f"{path} has {coverage.too_large[path]} bytes and was not read", hint=hint)
    if len(large) > _NAMED:
        yield gap(SECRETS, f"{name} (large files)", "too_large", f"{len(large) - _NAMED} more files were too large", hint=hint)
    for path in sorted(set(coverage.corrupt))[:_NAMED]:
        yield gap(HISTORY, path, "malformed", f"a version of {path} is corrupt", hint="run `git fsck`, then fetch it again")
    if coverage.broken:
        yield gap(HISTORY, name, "malformed", "the walk over the history broke off", hint="run `git fsck`, then fetch again")
    if coverage.missing:
        detail = f"{coverage.missing} objects are not in the repository"
        yield gap(HISTORY, f"{name} (objects)", "missing", detail, hint="git fetch --refetch")
    if coverage.lfs:
        paths = sorted(set(coverage.lfs))
        detail = f"{len(paths)} files are Git LFS pointers, such as {paths[0]}; their content was not read"
        yield gap(SECRETS, f"{name} (LFS)", "unsupported", detail, hint="git lfs fetch --all, then look at them by hand")
