"""Facts hidden in shell scripts of CI jobs: roles assumed by federation, checkouts of a pull request's head."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.ci.model import RoleUse
from keyrack.providers.repository.marked import Node
from keyrack.records.uids import aws_uid

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_ASSUME = re.compile(r"assume-role|--role-arn|AssumeRole")
_GCP_ACCOUNT = re.compile(r"[a-z0-9-]{1,63}@[a-z0-9.-]{1,128}\.gserviceaccount\.com", re.ASCII)
_GCP_FEDERATION = re.compile(r"workload-identity-pools|create-cred-config|workloadIdentityPools")
_UNTRUSTED = re.compile(
    r"gh\s+pr\s+checkout"
    r"|refs/pull/|\bpull/[^\n/]{1,120}/(?:head|merge)\b"
    r"|git\s+(?:checkout|switch|fetch|merge|reset|clone|pull)\b[^\n]{0,300}"
    r"(?:pull_request\.head\.|\bhead_ref\b|HEAD_REF\b|workflow_run\.head_|HEAD_SHA\b)",
    re.IGNORECASE,
)
ROLE_VARIABLE = re.compile(r"(?:^|_)(?:AWS_)?(?:OIDC_)?ROLE(?:_TO_ASSUME|_ARN)?$", re.IGNORECASE)


def role_uids(text: str) -> list[str]:
    """Uids of AWS roles whose ARN stands literally in ``text``, in order, each once."""
    return list(dict.fromkeys(aws_uid(arn.rstrip("/.,")) for arn in _ROLE_ARN.findall(text)))


def gcp_uids(text: str) -> list[str]:
    """Uids (``gcp:sa/<email>``) of Google service accounts named in ``text``."""
    return list(dict.fromkeys(f"gcp:sa/{email}" for email in _GCP_ACCOUNT.findall(text)))


def assumed(script: str) -> Iterator[str]:
    """Uids of identities a script becomes: ``aws sts assume-role*`` with an ARN, Google workload identity federation."""
    if _ASSUME.search(script):
        yield from role_uids(script)
    if _GCP_FEDERATION.search(script):
        yield from gcp_uids(script)


def checks_out_untrusted(script: str) -> bool:
    """Whether a script fetches the head of a pull request (or of the run that triggered this one)."""
    return _UNTRUSTED.search(script) is not None


def roles_below(root: Node, file: str = "") -> Iterator[RoleUse]:
    """Roles a document names: ARNs under keys such as ``AWS_ROLE_ARN``, and those its scripts assume."""
    for path, node in root.scalars():
        name = next((part for part in reversed(path) if part != "value"), "")  # GitLab: NAME: {value: ..., description: ...}
        by_name = ROLE_VARIABLE.search(name.replace("-", "_"))
        uids = role_uids(node.text) if by_name else list(assumed(node.text))
        yield from (RoleUse(identity_uid=uid, line=node.line, path=file) for uid in uids)
