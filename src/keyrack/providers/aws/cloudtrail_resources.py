"""On what: the permissions of a call with the resources its event names.

An event names resources twice: in ``resources`` (ARNs, few services) and in ``requestParameters`` (names). The ARN wins where
both are there, for it is what the permission was checked on (a KMS alias is not the key); S3 alone tells more in parameters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import product
from urllib.parse import unquote

import msgspec

from keyrack.providers.aws.api_map import Call, Need

Effects = tuple[tuple[str, ...], tuple[str, ...]]
"""Permissions, and the resource of each (parallel); an empty resource: the log does not say."""

Values = dict[str, list[str]]
"""Parameter name in lower case -> its values, wherever in the parameters it stands."""

MOST = 40
"""Resources kept of one call; batch calls may name hundreds, and the rest says nothing new about the permission."""

DEEPEST = 6
"""Levels of parameters looked into."""

SYNONYMS = {"securitygroupids": "groupid", "securitygroupid": "groupid", "filesystemid": "filesystemid"}
"""EC2 logs its parameters under the names of its old XML interface."""

VERSIONED = {
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
}
"""With ``versionId`` another permission is checked (S3 User Guide, "Required permissions for Amazon S3 API operations")."""

HEADERS = {"x-amz-acl": "s3:PutObjectAcl", "x-amz-tagging": "s3:PutObjectTagging"}
"""``PutObject`` with this header needs a second permission (same page)."""

_HOLE = re.compile(r"\{([\w-]+)\}")
_PLACE = frozenset({"partition", "region", "account"})


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """Whose log the event is in, and of which region; names without an ARN are taken to be there. Compared as an object."""

    region: str
    account: str

    @property
    def partition(self) -> str:
        """AWS General Reference, "Amazon Resource Names": one partition a group of regions."""
        return "aws-cn" if self.region.startswith("cn-") else "aws-us-gov" if self.region.startswith("us-gov-") else "aws"


def effects(call: Call, parameters: bytes, resources: bytes, where: Where) -> Effects:
    """Permissions and resources of one event; total: what cannot be read counts as not said."""
    values = _values(parameters)
    arns = _arns(resources)
    found: dict[tuple[str, str], None] = {}
    for need in call.needs:
        for resource in _resources(need, values, arns, where):
            found[_versioned(need.action, values), resource] = None
    if call.service == "s3" and any(need.action == "s3:PutObject" for need in call.needs):
        objects = [resource for action, resource in found if action == "s3:PutObject"]
        extra = [action for header, action in HEADERS.items() if header in values]
        found.update({(action, resource): None for action in extra for resource in objects})
    if call.service == "ec2" and "iaminstanceprofile" in values:
        found["iam:PassRole", ""] = None
    pairs = list(found)[:MOST]
    return tuple(action for action, _ in pairs), tuple(resource for _, resource in pairs)


def needs_parameters(call: Call) -> bool:
    """Whether an event's own parameters matter at all for this call."""
    return any(need.action == "iam:PassRole" for need in call.needs) or any(
        _HOLE.search(place) for need in call.needs for place in need.places
    )


def _versioned(action: str, values: Values) -> str:
    return VERSIONED.get(action, action) if "versionid" in values else action


def _resources(need: Need, values: Values, arns: list[str], where: Where) -> list[str]:
    if need.action == "iam:PassRole":
        return _roles(need, values, where)
    if need.places == ("*",):
        return ["*"]
    service = need.action.partition(":")[0]
    told = _told(need, arns)
    filled = [] if told and service != "s3" else [arn for place in need.places for arn in _fill(place, values, where)]
    if service != "ec2":
        filled = [arn for arn, place in _with_place(filled) if not place]
    return _most_exact(filled or told) or [""]


def _with_place(filled: list[str]) -> list[tuple[str, bool]]:
    """Each ARN, and whether it is no more than ``type/*`` (which the source of the map says when it does not know)."""
    return [(arn, bool(re.search(r"[:/]\*$", arn)) and ":s3:::" not in arn) for arn in filled]


def _roles(need: Need, values: Values, where: Where) -> list[str]:
    """Roles handed on, by ARN or by name."""
    holes = [hole.lower() for place in need.places for hole in _HOLE.findall(place) if hole not in _PLACE]
    names = [value for hole in holes for value in values.get(hole, [])]
    return [
        name if name.startswith("arn:") else f"arn:{where.partition}:iam::{where.account}:role/{name.removeprefix('/')}"
        for name in names
        if name
    ]


def _told(need: Need, arns: list[str]) -> list[str]:
    """ARNs of the event that are of a type this permission is checked on."""
    service = need.action.partition(":")[0]
    beginnings = {_beginning(place) for place in need.places}
    return [
        arn
        for arn in arns
        if arn.split(":", 3)[2:3] == [service] and any(arn.split(":", 5)[-1].startswith(start) for start in beginnings)
    ]


@cache
def _beginning(place: str) -> str:
    """The resource part of a template up to its first hole: ``key/``, ``table/``, or nothing for a whole ARN."""
    return place.split(":", 5)[-1].partition("{")[0].partition("*")[0] if place.startswith("arn:") else ""


def _fill(place: str, values: Values, where: Where) -> list[str]:
    """A template with its holes filled; nothing when a parameter is missing."""
    holes = [hole for hole in _HOLE.findall(place) if hole not in _PLACE]
    if place.startswith("{"):
        return [value for hole in holes for value in values.get(hole.lower(), []) if value.startswith("arn:")]
    choices = [_found(hole, values) for hole in holes]
    if not all(choices):
        return []
    base = place.replace("{partition}", where.partition).replace("{region}", where.region).replace("{account}", where.account)
    filled = []
    for combination in product(*(choice[:MOST] for choice in choices)):
        arn = _whole(base, holes, combination)
        if arn is not None:
            filled.append(arn)
        if len(filled) >= MOST:
            break
    return filled


def _found(hole: str, values: Values) -> list[str]:
    name = hole.lower()
    if name == "path":
        return values.get(name, ["/"])
    for candidate in (name, SYNONYMS.get(name, ""), name.removesuffix("s")):
        if candidate in values:
            return values[candidate]
    return []


def _whole(base: str, holes: list[str], chosen: tuple[str, ...]) -> str | None:
    """One ARN; a value that is an ARN already stands for the whole."""
    service = base.split(":", 3)[2]
    for hole, given in zip(holes, chosen, strict=True):
        if given.startswith("arn:") and given.split(":", 3)[2] == service and len(holes) == 1:
            return given
        if given.startswith("alias/"):
            return None
        base, value = _named(base, service, hole, given)
        if hole != "key" and f"/{{{hole}}}" in base:  # `parameter/{name}` of `/app/url`; an object's key keeps its slash
            value = value.removeprefix("/")
        base = base.replace(f"{{{hole}}}", value, 1)
    return base.replace("role//", "role/").replace("user//", "user/")


def _named(base: str, service: str, hole: str, given: str) -> tuple[str, str]:
    """A value as it stands in an ARN, and the template it belongs in."""
    if given.startswith("arn:"):
        return base, re.split(r"[:/]", given)[-1]
    if given.startswith(("http://", "https://")):
        return _of_url(base, given)
    if hole == "x-amz-copy-source":
        return base, unquote(given).partition("?versionId=")[0].removeprefix("/")
    if service == "secretsmanager":  # six characters follow a secret's name in its ARN
        return base, f"{given}-??????"
    if hole == "documentName" and given.startswith("AWS-"):  # Amazon's own documents are in no account
        return re.sub(r"^(arn:[^:]*:ssm:[^:]*:)[^:]*:", r"\g<1>:", base), given
    return base, given


def _of_url(base: str, url: str) -> tuple[str, str]:
    """A queue by its URL ``https://sqs.<region>.amazonaws.com/<account>/<name>``: the account is the queue's own."""
    parts = url.rstrip("/").split("/")
    if len(parts) >= 5 and parts[-2].isdigit():
        base = re.sub(r"^(arn:[^:]*:sqs:[^:]*:)[^:]*:", rf"\g<1>{parts[-2]}:", base)
    return base, parts[-1]


def _most_exact(arns: list[str]) -> list[str]:
    """Without those that another continues (a table beside its index): the longer one is what was asked for."""
    unique = list(dict.fromkeys(arns))
    if len(unique) < 2 or len(unique) > MOST:
        return unique
    return [arn for arn in unique if not any(other.startswith((f"{arn}/", f"{arn}:")) for other in unique)]


def _values(parameters: bytes) -> Values:
    values: Values = defaultdict(list)
    if parameters not in {b"", b"null"}:
        try:
            _collect(msgspec.json.decode(parameters), "", values, DEEPEST)
        except (msgspec.DecodeError, RecursionError):
            return {}
    return dict(values)


def _collect(value: object, name: str, values: Values, depth: int) -> None:
    if isinstance(value, str):
        if value:
            values[name].append(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        values[name].append(str(value))
    elif isinstance(value, list) and depth:
        for item in value[:MOST]:
            _collect(item, name, values, depth - 1)
    elif isinstance(value, dict) and depth:
        _members(value, name, values)
        for key, inner in value.items():
            _collect(inner, str(key).lower(), values, depth - 1)


def _members(value: dict[object, object], name: str, values: Values) -> None:
    """Two parameters tell by being there: tables are the keys of DynamoDB's batches, and a profile hands a role on."""
    if name == "requestitems":
        values["tablename"].extend(map(str, value))
    if name == "iaminstanceprofile":
        values.setdefault(name, [])


class _Told(msgspec.Struct):
    arn: str | None = msgspec.field(default=None, name="ARN")


def _arns(resources: bytes) -> list[str]:
    if resources in {b"", b"null"}:
        return []
    try:
        return [item.arn for item in msgspec.json.decode(resources, type=list[_Told]) if item.arn]
    except (msgspec.DecodeError, RecursionError):
        return []
