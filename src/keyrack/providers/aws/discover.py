"""A live scan of one account, source by source. Order matters only where one answer is needed for the next."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from keyrack.providers.aws import account, certificates, compute, credentials, federation, stores
from keyrack.providers.aws.analyzer import access_analyzer
from keyrack.providers.aws.api import Api, Call, Failed
from keyrack.providers.aws.cognito import cognito
from keyrack.providers.aws.control import control_policies
from keyrack.providers.aws.documents import documents
from keyrack.providers.aws.eks import eks
from keyrack.providers.aws.fetch_report import credential_report
from keyrack.providers.aws.identity_center import identity_center
from keyrack.providers.aws.identity_center_map import Center, center_records, provisioned, set_names
from keyrack.providers.aws.last_accessed import service_last_accessed
from keyrack.providers.aws.managed import missing_policies
from keyrack.providers.aws.parameter_values import plain_parameters
from keyrack.providers.aws.principals import Iam, principals
from keyrack.providers.aws.raw import account_of, text
from keyrack.providers.aws.report import Report
from keyrack.providers.aws.resource_policies import bucket_policies, regional_policies
from keyrack.providers.aws.roles_anywhere import roles_anywhere
from keyrack.providers.aws.scan import Scan
from keyrack.providers.aws.session import CALLER
from keyrack.providers.aws.tagging import function_tags
from keyrack.records import Gap, Record, Resource
from keyrack.sdk import Context, gap

DETAILS = Call(
    "aws.iam", "iam", "get_account_authorization_details", "iam:GetAccountAuthorizationDetails",
    ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"), params={"MaxItems": 1000},
)  # fmt: skip
REGIONS = Call("aws.regions", "ec2", "describe_regions", "ec2:DescribeRegions", ("Regions",))
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", re.ASCII)


def discover_live(api: Api, options: Mapping[str, str], ctx: Context) -> Iterator[Record]:
    """All records of the account the session belongs to."""
    caller = api.one(CALLER)
    owner, partition = None, "aws"
    if isinstance(caller, Failed):
        yield caller.call.gap(caller.weather)
    else:
        owner = text(caller, "Account")
        partition = (text(caller, "Arn") or "arn:aws:").split(":")[1]
    iam = yield from _iam(api, owner, ctx)
    if iam.account == "unknown":
        yield from api.remarks()
        yield gap("aws.account", "account id", "missing", "Neither the caller nor any identity told the account id.")
        return
    scan = Scan(api, iam.account, partition, ctx, options)
    yield from _account(scan, iam)
    regions = yield from _regions(scan)
    for number, region in enumerate(regions):
        ctx.progress.update("aws: regions", number, len(regions))
        yield from _regional(scan, region, iam)
    yield from api.remarks()


def _iam(api: Api, owner: str | None, ctx: Context) -> Generator[Record, None, Iam]:
    iam = Iam(owner or "unknown")
    for number, page in enumerate(api.pages(DETAILS), 1):
        if isinstance(page, Failed):
            iam.whole = False
            yield page.call.gap(page.weather)
        else:
            iam.add(page)
        ctx.progress.update("aws: identities", number)
    if owner is None:
        arns = (text(holder, "Arn") for holder in (*iam.users, *iam.roles))
        iam.account = next((found for arn in arns if (found := account_of(arn))), "unknown")
    return iam


def _account(scan: Scan, iam: Iam) -> Iterator[Record]:
    """Everything that is not bound to a region."""
    yield from missing_policies(scan, iam.book, iam.attached_arns())
    for item in credential_report(scan):
        if isinstance(item, Report):
            iam.report = item.rows
        else:
            yield item
    iam.settle()
    facts = account.Facts()
    for fact in account.account_facts(scan):
        if isinstance(fact, Gap):
            yield fact
        else:
            facts = fact
    yield account.account_resource(scan.account, facts)
    root = f"{scan.partition}:iam::{scan.account}:root"
    row = next((row for row in (iam.report or {}).values() if row.root), None)
    yield from account.root_user(root, scan.account, row, facts.summary)
    yield from principals(iam, scan.ctx.now)
    yield from documents(iam)
    yield from credentials.report_credentials(iam, keys=False)
    yield from credentials.access_keys(scan, iam)
    yield from credentials.signing_certificates(scan, iam)
    yield from credentials.ssh_keys(scan, iam)
    yield from credentials.service_credentials(scan, iam)
    yield from certificates.server_certificates(scan)
    yield from federation.federation(scan)
    yield from account.organization(scan)
    yield from control_policies(scan)
    yield from bucket_policies(scan)
    yield from service_last_accessed(scan, iam)


def _identity_center(scan: Scan, region: str, iam: Iam) -> Iterator[Record]:
    """Permission sets, once the texts of their managed policies are there, and the roles of this account that are such sets.

    An instance answers in its home region only ("Choosing an AWS Region", IAM Identity Center User Guide).
    """
    there = replace(scan, api=replace(scan.api, region=region))
    for item in identity_center(there):
        if not isinstance(item, Center):
            yield item
            continue
        yield from missing_policies(scan, iam.book, (arn for found in item.sets.values() for arn in found.managed))
        yield from center_records(item, iam.book)
        yield from provisioned(set_names(item), iam.roles)


def _regional(scan: Scan, region: str, iam: Iam) -> Iterator[Record]:
    stored: dict[str, str] = {}
    for record in chain(stores.secrets(scan, region), stores.parameters(scan, region)):
        if isinstance(record, Resource):
            stored[record.uid] = record.uid
            if record.type == "aws:secret":
                stored.setdefault(record.uid[:-7], record.uid)  # a dash and six characters
        yield record
    scan = replace(scan, stored=stored)
    yield from plain_parameters(scan, region)
    yield from stores.kms_keys(scan, region)
    yield from certificates.acm_certificates(scan, region)
    labels = yield from function_tags(scan, region)
    yield from compute.functions(scan, region, labels)
    yield from compute.tasks(scan, region)
    yield from compute.builds(scan, region)
    yield from compute.instances(scan, region, iam.profiles())
    yield from regional_policies(scan, region)
    yield from _identity_center(scan, region, iam)
    yield from roles_anywhere(scan, region, iam.roles)
    yield from eks(scan, region)
    yield from cognito(scan, region)
    yield from access_analyzer(scan, region)


def _regions(scan: Scan) -> Generator[Record, None, tuple[str, ...]]:
    """The regions asked for: a list, ``all`` that the account has enabled, or the session's own."""
    wish = scan.options.get("regions", "").strip()
    if not wish:
        yield gap(
            "aws.regions", "other regions", "not_configured",
            f"Regional services were looked at in {scan.api.region} only.", hint="scan with --aws-regions all", incomplete=False,
        )  # fmt: skip
        return (scan.api.region,)
    names = [name.strip() for name in wish.split(",") if name.strip()]
    if names == ["all"]:
        names = []
        for item in scan.listing(REGIONS):
            if isinstance(item, Gap):
                yield item
            elif (name := text(item, "RegionName")) and text(item, "OptInStatus") != "not-opted-in":
                names.append(name)
        names = names or [scan.api.region]
    for name in names:
        if not _REGION.fullmatch(name):
            yield gap("aws.regions", name[:40], "unsupported", "This is not the name of an AWS region.", hint="e.g. eu-west-1")
    return tuple(dict.fromkeys(name for name in names if _REGION.fullmatch(name)))
