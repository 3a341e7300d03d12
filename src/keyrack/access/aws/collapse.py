"""Resources as a person would write them: parts that AWS generates become ``*``, many siblings become their folder.

Never beyond the policy they came from: a wildcard is put in only where a pattern of the original statement covers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

SIBLINGS = 5
"""More objects or folders than this under one folder are written as the folder."""

_GENERATED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(:ec2:[^:]*:[^:]*:(?:instance|volume|snapshot|network-interface|spot-instances-request)/)[^/]+$", r"\1*"),
        (r"(:ecs:.*:task-definition/[^:]+:)\d+$", r"\1*"),
        (r"(:ecs:.*:(?:task|container-instance|task-set)/(?:[^/]+/)*)[0-9a-f-]{32,36}$", r"\1*"),
        (r"(:cloudformation:.*:(?:stack|changeSet)/[^/]+/)[0-9a-f-]{36}$", r"\1*"),
        (r"(:codebuild:.*:build/[^:]+:)[0-9a-f-]{36}$", r"\1*"),
        (r"(:states:.*:(?:execution|express):[^:]+:).+$", r"\1*"),
        (r"(:logs:.*:log-group:[^:]+:log-stream:).+$", r"\1*"),
        (r"(:ssm:[^:]*:[^:]*:session/).+$", r"\1*"),
        (r"(:batch:.*:job/)[0-9a-f-]{36}$", r"\1*"),
    )
)
"""ARNs whose last part AWS makes up anew for each thing, or counts up ("Resource types" of each service, Service Authorization
Reference): a policy that names the things of last month allows nothing next month."""

_Allowed = Callable[[str], bool]


def collapsed(resources: Iterable[str], allowed: _Allowed, *, everywhere: bool = False) -> tuple[str, ...]:
    """Resources with generated parts and crowded folders as wildcards, sorted.

    Args:
        resources: ARNs or patterns.
        allowed: whether the original covers a pattern.
        everywhere: folders of every service, not only objects in S3 buckets; for policies that do not fit otherwise.
    """
    kept = {_general(resource, allowed) for resource in resources}
    depth = max((len(_folders(resource, everywhere=everywhere)) for resource in kept), default=0)
    for level in range(depth, 0, -1):
        children: dict[str, set[str]] = {}
        for resource in kept:
            folders = _folders(resource, everywhere=everywhere)
            if len(folders) >= level:
                rest = resource[len(folders[level - 1]) :]
                children.setdefault(folders[level - 1], set()).add(re.split(r"[/:]", rest, maxsplit=1)[0])
        for folder, members in children.items():
            if len(members) > SIBLINGS and allowed(f"{folder}*"):
                kept = {resource for resource in kept if not resource.startswith(folder)} | {f"{folder}*"}
    return tuple(sorted(kept))


def _general(resource: str, allowed: _Allowed) -> str:
    for pattern, replacement in _GENERATED:
        general = pattern.sub(replacement, resource)
        if general != resource and allowed(general):
            return general
    return resource


def _folders(resource: str, *, everywhere: bool) -> list[str]:
    """Prefixes of an ARN that are folders, outermost first: below a bucket, or (everywhere) below any part of the resource."""
    objects = ":s3:::" in resource
    if not (objects or everywhere):
        return []
    start = len(":".join(resource.split(":", 5)[:5])) + 1
    cuts = [found.end() for found in re.finditer(r"/" if objects else r"[/:]", resource) if found.end() > start]
    return [resource[:cut] for cut in cuts]
