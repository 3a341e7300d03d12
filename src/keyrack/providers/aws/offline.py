"""A scan without AWS: authorization details and credential report from files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from keyrack.errors import KeyrackError
from keyrack.providers.aws.account import Facts, account_resource, root_user
from keyrack.providers.aws.credentials import report_credentials
from keyrack.providers.aws.documents import documents
from keyrack.providers.aws.fetch_report import report_gaps
from keyrack.providers.aws.principals import Iam, principals
from keyrack.providers.aws.raw import Raw, account_of, text
from keyrack.providers.aws.report import parse_report
from keyrack.records import Gap, Record
from keyrack.records.gap import GapReason
from keyrack.sdk import Context, gap

MAX_BYTES = 1 << 30
_NO_ARN = "no ARN in them names an account"
_MAKE = "make them with: aws iam get-account-authorization-details, aws iam get-credential-report"
_SWAPPED = "give it as --aws-"
_BOM = b"\xef\xbb\xbf \t\r\n"
_BETWEEN = re.compile(r"[\s,]*")
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_LIVE_ONLY = {
    "aws.account": "The account's alias, summary and password policy are in neither file.",
    "aws.regions": "No region was looked at.",
    "aws.access_keys": "Key ids are in neither file, so keys found elsewhere cannot be matched to these users.",
    "aws.ssh_keys": "SSH public keys are in neither file.",
    "aws.service_credentials": "Service-specific credentials and Bedrock API keys are in neither file.",
    "aws.server_certificates": "Server certificates are in neither file.",
    "aws.federation": "OIDC and SAML providers are in neither file; the trusts that name them are.",
    "aws.organization": "The accounts of the organisation are in neither file.",
    "aws.events": "Logs are taken in by keyrack usage ingest.",
    "aws.control_policies": "Control policies of the organisation are in neither file: verdicts assume there are none.",
    "aws.resource_policies": "Policies on resources are in neither file.",
    "aws.service_last_accessed": "Use by service is in neither file.",
    "aws.secrets": "Secrets Manager was not looked at.",
    "aws.parameters": "SSM parameters were not looked at.",
    "aws.parameter_values": "Values of plain-text parameters were not read.",
    "aws.kms": "KMS keys were not looked at.",
    "aws.certificates": "ACM certificates were not looked at.",
    "aws.lambda": "Lambda functions were not looked at.",
    "aws.ecs": "ECS task definitions were not looked at.",
    "aws.codebuild": "CodeBuild projects were not looked at.",
    "aws.ec2": "EC2 instances were not looked at.",
    "aws.identity_center": "IAM Identity Center is in neither file.",
    "aws.roles_anywhere": "IAM Roles Anywhere was not looked at.",
    "aws.eks": "EKS clusters were not looked at.",
    "aws.cognito": "Cognito was not looked at.",
    "aws.access_analyzer": "IAM Access Analyzer was not asked.",
    "aws.user_data": "Start-up scripts of instances were not read.",
    "aws.resource_tags": "Tags of functions were not looked at.",
}


def offline(options: Mapping[str, str]) -> bool:
    """Whether the options name files instead of an account."""
    return bool(options.get("authorization_details") or options.get("credential_report"))


def offline_account(options: Mapping[str, str]) -> str:
    """The account id the files are about.

    Raises:
        KeyrackError: neither file can be read or names an account.
    """
    iam, gaps = _load(options)
    if iam.account == "unknown":
        detail = next((f"{item.subject}: {item.detail}" for item in gaps if item.reason != "not_configured"), _NO_ARN)
        raise KeyrackError(
            "aws.files",
            f"the AWS files tell no account: {detail}",
            hint=next((item.hint for item in gaps if item.hint.startswith(_SWAPPED)), _MAKE),
        )
    return iam.account


def discover_offline(options: Mapping[str, str], ctx: Context) -> Iterator[Record]:
    """All records the files hold; what only the live account could tell are Gaps that do not count as incomplete."""
    iam, gaps = _load(options)
    yield from gaps
    yield account_resource(iam.account, Facts())
    row = next((row for row in (iam.report or {}).values() if row.root), None)
    if row is not None:
        yield from root_user(row.arn.removeprefix("arn:"), iam.account, row, None)
    yield from principals(iam, ctx.now)
    yield from documents(iam)
    yield from report_credentials(iam, keys=True)
    for capability, detail in _LIVE_ONLY.items():
        yield gap(
            capability, "offline scan", "not_configured", detail, hint="scan the live account: keyrack scan aws", incomplete=False
        )


def _load(options: Mapping[str, str]) -> tuple[Iam, list[Gap]]:
    iam = Iam("unknown")
    gaps: list[Gap] = []
    details, report = options.get("authorization_details"), options.get("credential_report")
    if details:
        data = _read("aws.iam", details, gaps)
        if data is not None and data.lstrip(_BOM)[:9].startswith(b"user,arn,"):
            gaps.append(_swapped("aws.iam", details, "a credential report (CSV)", "credential-report"))
        else:
            for page in _pages(data, details, gaps) if data is not None else ():
                iam.add(page)
    else:
        gaps.append(_not_given("aws.iam", "--aws-authorization-details", "Users, roles and their permissions are unknown."))
    if report:
        data = _read("aws.credential_report", report, gaps)
        if data is not None:
            _report(iam, _content(data), report, gaps)
    else:
        gaps.append(_not_given("aws.credential_report", "--aws-credential-report", "Passwords, access keys and MFA are unknown."))
    iam.account = _account(iam)
    iam.whole = not any(item.capability == "aws.iam" for item in gaps)
    iam.settle()
    return iam, gaps


def _report(iam: Iam, content: bytes, path: str, gaps: list[Gap]) -> None:
    if content.lstrip(_BOM)[:1] in {b"{", b"["}:
        gaps.append(_swapped("aws.credential_report", path, "JSON without a credential report", "authorization-details"))
        return
    parsed = parse_report(content)
    iam.report = parsed.rows or None
    gaps += report_gaps(parsed)


def _swapped(capability: str, path: str, what: str, flag: str) -> Gap:
    return _bad(capability, path, "malformed", f"The file is {what}.", f"{_SWAPPED}{flag}")


def _account(iam: Iam) -> str:
    """The account most ARNs belong to."""
    arns = [text(holder, "Arn") for holder in (*iam.users, *iam.roles, *iam.groups)]
    counted = Counter(found for arn in (*arns, *(iam.report or {})) if (found := account_of(arn)))
    return counted.most_common(1)[0][0] if counted else "unknown"


def _read(capability: str, path: str, gaps: list[Gap]) -> bytes | None:
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            gaps.append(_bad(capability, path, "too_large", "The file is larger than one GiB.", "split it into pages"))
            return None
        return file.read_bytes()
    except FileNotFoundError:
        gaps.append(_bad(capability, path, "missing", "The file does not exist.", "check the path"))
    except (OSError, ValueError):
        gaps.append(_bad(capability, path, "unreadable", "The file cannot be read.", "check that it is a file you may read"))
    return None


def _pages(data: bytes, path: str, gaps: list[Gap]) -> Iterator[Raw]:
    """Pages of authorization details: one object, several after each other, or a list of them."""
    body = data.decode("utf-8-sig", "replace")
    decoder = json.JSONDecoder()
    found, last, at = 0, False, _skip(body, 0)
    while at < len(body):
        try:
            value, at = decoder.raw_decode(body, at)
        except (ValueError, RecursionError):
            reason: GapReason = "truncated" if found or body[at] in "{[" else "malformed"
            gaps.append(_bad("aws.iam", path, reason, "The file is not whole JSON.", "make the dump again"))
            break
        at = _skip(body, at)
        for page in value if isinstance(value, list) else [value]:
            if isinstance(page, Mapping) and any(name in page for name in _LISTS):
                found += 1
                last = page.get("IsTruncated") is True
                yield page
    if last:
        gaps.append(_bad("aws.iam", path, "truncated", "The last page says that more follow.", "dump all pages"))
    if not found:
        gaps.append(_bad("aws.iam", path, "malformed", "The file holds no authorization details.", "check the path"))


def _skip(body: str, at: int) -> int:
    """The next position that is neither white space nor a comma."""
    match = _BETWEEN.match(body, at)
    return match.end() if match else at


def _content(data: bytes) -> bytes:
    """The CSV; ``aws iam get-credential-report`` wraps it in JSON as base64 text."""
    if not data.lstrip().startswith(b"{"):
        return data
    import base64
    import binascii

    try:
        wrapped = json.loads(data)
        return base64.b64decode(wrapped["Content"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return data


def _bad(capability: str, path: str, reason: GapReason, detail: str, hint: str) -> Gap:
    return gap(capability, path, reason, detail, hint=hint)


def _not_given(capability: str, flag: str, detail: str) -> Gap:
    return gap(capability, flag, "not_configured", f"No file was given. {detail}", hint=f"give {flag} FILE")
