"""Secret-scanning alerts as credentials and placements: the value is fingerprinted and dropped. Pure.

Source: REST "List secret scanning alerts for an organization" (``secret``, ``validity``, ``resolution``, ``publicly_leaked``,
``first_location_detected``). GitHub already found it, so what GitHub or a person said of it is kept: resolved as a false positive
it counts as a sample, as used in tests as a test, as revoked as revoked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from keyrack.records import Record
from keyrack.records.credential import CredentialStatus
from keyrack.records.placement import Exposure, Liveness, PlacementSystem
from keyrack.sdk import Fingerprinter, Material, Place, observe, shapes
from keyrack.sdk.detection.paths import is_test
from keyrack.sdk.fields import Raw, number, part, text, when

_LIVENESS: Mapping[str, Liveness] = {"active": "live", "inactive": "dead"}
_REPOSITORY = re.compile(r"[^/\s]+/[^/\s]+")
_ISSUER = re.compile(r"[a-z0-9]+")


def alert(raw: Raw, fingerprinter: Fingerprinter, visibility: Mapping[str, str]) -> Iterator[Record]:
    """One alert. ``visibility`` maps a repository's name in lower case to public, internal or private."""
    where = text(raw, "repository", "full_name") or ""
    mark = text(raw, "number")
    if not mark or not _REPOSITORY.fullmatch(where):
        return
    public = raw.get("publicly_leaked") is True or visibility.get(where.partition("/")[2].lower()) == "public"
    place = _place(raw, where, mark, "public" if public else "committed")
    yield from observe(_material(raw, where, mark), place, fingerprinter)


def _material(raw: Raw, where: str, mark: str) -> Material:
    kind = text(raw, "secret_type") or "secret"
    name = text(raw, "secret_type_display_name") or kind
    resolution = text(raw, "resolution") or ""
    attrs = {"alert": f"{where}#{mark}"}
    if resolution == "false_positive":
        attrs["placeholder"] = "resolved as a false positive in GitHub"
    status: CredentialStatus = "revoked" if resolution == "revoked" else "unknown"
    value = text(raw, "secret")
    if value is None:
        issuer = "".join(_ISSUER.findall((text(raw, "provider_slug") or kind.partition("_")[0]).lower())) or "unknown"
        return Material(
            kind="secret", issuer=issuer, name=name, detector=f"github:{kind}", field=f"alert {mark}", status=status, attrs=attrs
        )
    material = shapes.classify(value.encode("utf-8", "replace"), kind).material(name, f"github:{kind}")
    known = {key: value for key, value in material.attrs.items() if key != "entropy"}
    return replace(material, status=status, attrs={**known, **attrs})


def _place(raw: Raw, where: str, mark: str, exposure: Exposure) -> Place:
    spot = part(raw, "first_location_detected")
    commit = text(spot, "commit_sha")
    path = (text(spot, "path") if commit else None) or _thread(spot) or f"secret-scanning/{mark}"
    system: PlacementSystem = "git_history" if commit else "chat" if _thread(spot) else "git_history"
    tests = text(raw, "resolution") == "used_in_tests" or (commit is not None and is_test(path))
    attrs = {
        "alert": mark,
        "alert_state": text(raw, "state") or "",
        "bypassed": "true" if raw.get("push_protection_bypassed") is True else "",
        "test_path": "true" if tests else "",
    }
    return Place(
        system=system,
        exposure=exposure,
        scope=where,
        path=path,
        line=number(spot, "start_line") if commit else None,
        commit=commit,
        seen_at=when(raw, "created_at"),
        state=_LIVENESS.get(text(raw, "validity") or "", "unknown"),
        attrs={name: value for name, value in attrs.items() if value},
    )


def _thread(spot: Raw) -> str:
    """``issues/12`` or ``pulls/comments/7`` of a location that is no commit: the tail of its API URL."""
    url = next(
        (value for name in sorted(spot) if name.endswith("_url") and name != "html_url" and (value := text(spot, name))), ""
    )
    try:
        found = re.fullmatch(r"(?:/api/v3)?/repos/[^/]+/[^/]+/(.+)", urlsplit(url).path)
    except ValueError:
        return ""
    return found[1] if found else ""
