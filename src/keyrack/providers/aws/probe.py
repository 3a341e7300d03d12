"""What a scan would need and does not have: the first call of every capability is tried, once, in the session's own region.

AWS could also be asked (``iam:SimulatePrincipalPolicy``), but that takes a permission of its own, and it knows neither session
policies nor the organisation's control policies; a call that works says it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.providers.aws import (
    account,
    analyzer,
    certificates,
    cognito,
    compute,
    control,
    credentials,
    eks,
    federation,
    identity_center,
    resource_policies,
    roles_anywhere,
    stores,
    tagging,
)  # fmt: skip
from keyrack.providers.aws.api import Api, Call, Failed
from keyrack.providers.aws.capabilities import MANIFEST
from keyrack.providers.aws.discover import DETAILS, REGIONS
from keyrack.providers.aws.fetch_report import GENERATE
from keyrack.providers.aws.organisation import ACCOUNTS, assume
from keyrack.providers.aws.session import CALLER, connect
from keyrack.sdk import Context, Probe, Target

TRIED: Mapping[str, tuple[Call, ...]] = {
    "aws.account": (CALLER, account.SUMMARY, account.ALIASES, account.PASSWORD_POLICY),
    "aws.iam": (DETAILS.of(MaxItems=1),),
    "aws.credential_report": (GENERATE,),
    "aws.service_credentials": (credentials.SERVICE_SPECIFIC,),
    "aws.server_certificates": (certificates.LIST_SERVER,),
    "aws.federation": (federation.LIST_OIDC, federation.LIST_SAML),
    "aws.organization": (ACCOUNTS,),
    "aws.control_policies": (control.ORGANIZATION,),
    "aws.identity_center": (identity_center.INSTANCES,),
    "aws.resource_policies": (resource_policies.BUCKETS,),
    "aws.regions": (REGIONS,),
    "aws.secrets": (stores.LIST_SECRETS,),
    "aws.parameters": (stores.LIST_PARAMETERS,),
    "aws.kms": (stores.LIST_KEYS,),
    "aws.certificates": (certificates.LIST_ACM,),
    "aws.resource_tags": (tagging.TAGGED,),
    "aws.lambda": (compute.FUNCTIONS,),
    "aws.ecs": (compute.FAMILIES,),
    "aws.codebuild": (compute.PROJECTS, compute.SOURCES),
    "aws.ec2": (compute.INSTANCES,),
    "aws.roles_anywhere": (roles_anywhere.ANCHORS, roles_anywhere.PROFILES),
    "aws.eks": (eks.CLUSTERS,),
    "aws.cognito": (cognito.POOLS, cognito.IDENTITY_POOLS),
    "aws.access_analyzer": (analyzer.ANALYZERS,),
}
"""Capability to the calls that open it. Calls that name one thing (a user, a key) are tried by the scan only."""


def probe(target: Target, ctx: Context) -> Iterator[Probe]:
    """See :meth:`keyrack.providers.aws.Aws.probe`. About thirty calls.

    Raises:
        KeyrackError: there is no way to sign in at all.
    """
    api = assume(connect(target.options), target.options)
    calls = [(name, call) for name, listed in TRIED.items() for call in listed]
    results: dict[str, list[Failed]] = {name: [] for name in TRIED}
    for number, (name, call) in enumerate(calls):
        ctx.progress.update("aws: permissions", number, len(calls))
        reply = api.one(call)
        if isinstance(reply, Failed) and reply.weather.kind != "absent":
            results[name].append(reply)
    for name, failed in results.items():
        yield _judged(name, failed, api)


def _judged(name: str, failed: list[Failed], api: Api) -> Probe:
    if not failed:
        needed = [item.name for item in MANIFEST.capability(name).permissions if not item.optional]
        rest = len(needed) - len(TRIED[name])
        later = f"; {rest} more permissions show in the scan" if rest > 0 else ""
        return Probe(name, ok=True, detail=f"granted in {api.region}{later}")
    denied = [item.call.action for item in failed if item.weather.kind == "denied"]
    first = failed[0]
    if denied:
        detail = f"missing: {', '.join(denied)}"
        return Probe(name, ok=False, detail=detail, permission=denied[0], hint="`keyrack permissions aws` prints the policy")
    return Probe(name, ok=False, detail=f"{first.call.action}: {first.weather.sentence}", hint=first.weather.hint)
