"""TruffleHog v3, ``--json``: one object a line. Pure.

Sources: trufflesecurity/trufflehog ``pkg/output/json.go`` (the members), ``proto/source_metadata.proto`` (what a source tells).
``Raw`` is the secret, for AWS the key id; ``RawV2`` joins the parts of a secret with several (``pkg/detectors/detectors.go``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from keyrack.providers.reports.told import Facts, Told, Where, valued
from keyrack.sdk import Secret
from keyrack.sdk.fields import Raw, number, part, text, when

_AWS: Final = re.compile(r"((?:AKIA|ASIA)[A-Z0-9]{16})[:\s]?([A-Za-z0-9/+]{40})?")
_PLACES: Final[Mapping[str, tuple[Where, tuple[str, ...], tuple[str, ...]]]] = {
    # source: what kind of place, members that name the place, members that name the path
    "git": ("commit", ("repository", "repository_local_path"), ("file",)),
    "github": ("commit", ("repository",), ("file",)),
    "gitlab": ("commit", ("repository",), ("file",)),
    "bitbucket": ("commit", ("repository",), ("file",)),
    "azurerepos": ("commit", ("repository",), ("file",)),
    "huggingface": ("commit", ("repository",), ("file",)),
    "gerrit": ("commit", ("project",), ("file",)),
    "filesystem": ("file", (), ("file",)),
    "s3": ("bucket", ("bucket",), ("file",)),
    "gcs": ("bucket", ("bucket",), ("filename", "file")),
    "azure": ("bucket", ("container",), ("file",)),
    "artifactory": ("bucket", ("repo",), ("path",)),
    "npm": ("bucket", ("package",), ("file",)),
    "pypi": ("bucket", ("package",), ("file",)),
    "docker": ("image", ("image",), ("file", "layer")),
    "ecr": ("image", ("image",), ("file", "layer")),
    "circleci": ("log", ("repository",), ("build_step", "build_number")),
    "travisci": ("log", ("repository",), ("job_number", "build_number")),
    "jenkins": ("log", ("project_name",), ("build_number",)),
    "buildkite": ("log", ("pipeline",), ("build_number",)),
    "syslog": ("log", ("hostname",), ("appname",)),
    "elasticsearch": ("log", ("index",), ("document_id",)),
    "sentry": ("log", ("project_slug",), ("event_id",)),
    "vector": ("log", ("host",), ("locator",)),
    "slack": ("chat", ("channel_name", "channel_id"), ("timestamp",)),
    "slackcontinuous": ("chat", ("channel_name", "channel_id"), ("timestamp",)),
    "teams": ("chat", ("channel_name", "channel_id"), ("timestamp",)),
    "jira": ("chat", ("issue",), ("location",)),
    "confluence": ("chat", ("space",), ("page",)),
    "sharepoint": ("chat", ("title",), ("docid",)),
    "googledrive": ("chat", ("path",), ("file",)),
    "postman": ("chat", ("workspace_name", "workspace_uuid"), ("request_name", "collection_name", "environment_name")),
}


def told(raw: Raw, facts: Facts) -> Iterator[Told]:
    """The finding of one line; log lines and foreign objects are counted as left out."""
    rule = text(raw, "DetectorName")
    if rule is None:
        facts.leave("lines that are no findings")
        return
    facts.tool = "trufflehog"
    if rule == "CustomRegex":
        rule = text(raw, "ExtraData", "name") or rule
    yield _valued(_placed(Told(tool="trufflehog", rule=rule, live=_live(raw)), raw), raw, rule)


def _live(raw: Raw) -> bool | None:
    """TruffleHog says verified or not; "not" may mean refused, unasked or unreachable, so it is no verdict."""
    return True if raw.get("Verified") is True else None


def _placed(found: Told, raw: Raw) -> Told:
    name, data = next(((str(n), d) for n, d in part(raw, "SourceMetadata", "Data").items() if isinstance(d, Mapping)), ("", {}))
    where, places, paths = _PLACES.get(name.lower(), ("file", (), ("file",)))
    place = _first(data, places)
    return replace(
        found,
        where=where,
        place=f"{name.lower()}:{place}" if place and where in ("chat", "log", "bucket") else place,
        path=_first(data, paths) or "",
        line=number(data, "line") or None,
        commit=text(data, "commit"),
        author=_address(text(data, "email")),
        at=_when(data),
        public=name.lower() in {"github", "huggingface"} and data.get("visibility") == 0,
        link=text(data, "link"),
    )


def _address(author: str | None) -> str | None:
    """Git's ``Name <address>`` as the address alone."""
    found = re.search(r"<([^<>]{1,300})>\s*$", author) if author else None
    return found[1] if found else author


def _when(data: Raw) -> datetime | None:
    stamp = text(data, "timestamp") or ""
    return when({"t": re.sub(r" ([+-]\d{4})$", r"\1", stamp)}, "t")  # Go's "2006-01-02 15:04:05 -0700"


def _first(data: Raw, names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := text(data, name))), None)


def _valued(found: Told, raw: Raw, rule: str) -> Told:
    value, both, shown = text(raw, "Raw"), text(raw, "RawV2") or "", text(raw, "Redacted") or ""
    pair = _AWS.search(both) or _AWS.search(value or "") or _AWS.search(shown) if rule.upper().startswith("AWS") else None
    if pair is not None:
        return replace(
            found, public_id=pair[1], value=Secret(pair[2]) if pair[2] else None, hidden=None if pair[2] else "redacted"
        )
    if both.lstrip().startswith("{") and "private_key" in both:
        return valued(found, both)  # Google: Raw is the e-mail address, RawV2 the key file
    return valued(found, value)
