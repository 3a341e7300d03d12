"""Tags that listings leave out, in bulk: the Resource Groups Tagging API, a hundred resources a call."""

from __future__ import annotations

from collections.abc import Generator

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.raw import tags, text
from keyrack.providers.aws.scan import Scan
from keyrack.records import Gap

TAGGED = Call(
    "aws.resource_tags", "resourcegroupstaggingapi", "get_resources", "tag:GetResources", ("ResourceTagMappingList",),
    params={"ResourceTypeFilters": ["lambda:function"], "ResourcesPerPage": 100}, optional=True,
)  # fmt: skip


def function_tags(scan: Scan, region: str) -> Generator[Gap, None, dict[str, dict[str, str]]]:
    """Tags of Lambda functions by ARN (``ListFunctions`` has none); failures are yielded."""
    found: dict[str, dict[str, str]] = {}
    for item in scan.listing(TAGGED.at(region)):
        if isinstance(item, Gap):
            yield item
        elif arn := text(item, "ResourceARN"):
            found[arn] = tags(item)
    return found
