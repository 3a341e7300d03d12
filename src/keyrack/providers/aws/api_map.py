"""Which permission, on which resource, an AWS API call needs: packaged data, built by ``scripts/refresh_api_map.py``.

CloudTrail names calls by API (``ListBuckets``), IAM by permission (``s3:ListAllMyBuckets``). The data names its sources,
their licences and the day it was made.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from keyrack.errors import KeyrackError

_VERSION = re.compile(r"\d{8}(?:v\d+)?$|_v\d+$|V2_?\d*$")
"""Lambda logs calls with the API's version: ``CreateFunction20150331``, ``UpdateFunctionCode20150331v2`` (Lambda Developer
Guide, "Logging AWS Lambda API calls using AWS CloudTrail")."""

NO_PERMISSION_SERVICES = frozenset({"signin", "sso-oauth", "sso-directory-signin"})
"""Sign-in services: their events are logins and consent, which no IAM policy permits."""


class _Data(msgspec.Struct, frozen=True):
    made: str
    sources: dict[str, str]
    labels: dict[str, str]
    apis: dict[str, dict[str, list[tuple[str, list[str]]]]]


@dataclass(frozen=True, slots=True)
class Need:
    """One permission of a call; ``places`` are ARN templates with ``{parameter}`` holes, ``("*",)``: it has no resources."""

    action: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One API call as a log names it.

    Attributes:
        api: ``<service label>:<event name>``, as logged.
        service: prefix of its permissions; the log's label when unknown.
        needs: the permissions; empty: none is needed, or (``unmapped``) we do not know.
    """

    api: str
    service: str
    needs: tuple[Need, ...]
    unmapped: bool = False


@cache
def data() -> _Data:
    """The packaged map, read once a process."""
    try:
        raw = files("keyrack.providers.aws").joinpath("data/api_map.json.gz").read_bytes()
        return msgspec.json.decode(gzip.decompress(raw), type=_Data)
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise KeyrackError("usage.map", "the packaged API map is missing or damaged", hint="reinstall keyrack") from error


@cache
def lookup(source: str, name: str) -> Call:
    """The call of an event.

    Args:
        source: ``eventSource``, e.g. ``s3.amazonaws.com``.
        name: ``eventName``.
    """
    label = source.removesuffix(".cn").removesuffix(".amazonaws.com").lower()
    service = data().labels.get(label, label)
    api = f"{label}:{name}"
    if label in NO_PERMISSION_SERVICES:
        return Call(api, service, ())
    known = data().apis.get(service, {})
    entries = known.get(name)
    if entries is None:
        entries = known.get(_VERSION.sub("", name))
    if entries is None:
        return Call(api, service, (), unmapped=True)
    return Call(api, service, tuple(Need(action, tuple(places)) for action, places in entries))


@cache
def without_permission(source: str, name: str) -> Call:
    """The same call where the event is no API call of the caller's (a sign-in, something a service did by itself)."""
    label = source.removesuffix(".cn").removesuffix(".amazonaws.com").lower()
    return Call(f"{label}:{name}", data().labels.get(label, label), ())
