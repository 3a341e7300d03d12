"""Reading names: pins of actions and images; clouds and environments as the SDK reads them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyrack.records.trust import SubjectKind
from keyrack.sdk.ci_names import cloud_of, environment_of

__all__ = ["Image", "cloud_of", "environment_of", "image_of", "pin_of"]

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TAG = re.compile(r"v?\d+(?:\.(?:\d+|x|\*))*(?:[-+.]?[0-9A-Za-z.+-]+)?|[\w.-]+[@/-]v?\d+\.\d+[\w.+-]*", re.ASCII)
_IMAGE = re.compile(r"[A-Za-z0-9][\w.:/@+-]*", re.ASCII)


def pin_of(ref: str) -> str:
    """How firmly a git ref pins: ``sha`` (full commit), ``tag`` (looks like a version), ``branch``, ``none`` (no ref)."""
    if not ref:
        return "none"
    if _SHA.fullmatch(ref.lower()):
        return "sha"
    return "tag" if _TAG.fullmatch(ref) else "branch"


@dataclass(frozen=True, slots=True)
class Image:
    """A container image reference in its normal form (docker.io/library made explicit)."""

    subject: str
    publisher: str
    ref: str
    pin: str
    registry: str

    def relation(self, owner: str) -> SubjectKind:
        """same_account when the publisher is the repository's owner, else other_account."""
        return "same_account" if owner and self.publisher.lower() == owner.partition("/")[0] else "other_account"


def image_of(reference: str) -> Image | None:
    """Parse an image reference (grammar of distribution/reference); ``None`` when its name is an expression or malformed.

    A variable in the tag leaves the name readable: ``node:$VERSION`` is the image node with an unknown tag.
    """
    text = reference.strip().strip("\"'").removeprefix("docker://")
    name, at, digest = text.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, ""
    if not _IMAGE.fullmatch(head):
        return None
    registry, slash, rest = head.partition("/")
    if not slash or ("." not in registry and ":" not in registry and registry != "localhost"):
        registry, rest = "docker.io", head
    if registry == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    publisher = rest.partition("/")[0] if registry in _SHARED_REGISTRIES else registry
    pin = "sha" if at and digest.startswith("sha256:") else "tag" if tag else "none"
    return Image(f"docker:image/{registry}/{rest}", publisher, digest if pin == "sha" else tag, pin, registry)


_SHARED_REGISTRIES = frozenset(
    {"docker.io", "ghcr.io", "quay.io", "registry.gitlab.com", "public.ecr.aws", "gcr.io", "registry.hub.docker.com"}
)
