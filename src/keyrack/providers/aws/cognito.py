"""Amazon Cognito: application clients of user pools, and the roles that identity pools give away.

Shapes: Cognito user pools API Reference, UserPoolClientType; identity pools API Reference, DescribeIdentityPool and
GetIdentityPoolRoles. The basic flow: Developer Guide, "Identity pools authentication flow".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.labels import environment, ownership
from keyrack.providers.aws.raw import Raw, account_of, flag, known, number, part, rows, tags, text, texts, when, yes
from keyrack.providers.aws.scan import Scan
from keyrack.records import Credential, Gap, Grant, Identity, Record, Resource, Trust
from keyrack.records.uids import aws_uid, credential_uid, row_uid
from keyrack.sdk import Fingerprinter, Secret

MECHANISM = "aws:identity-pool"
ISSUER = "cognito-identity.amazonaws.com"
_MINUTES = {"seconds": 1 / 60, "minutes": 1, "hours": 60, "days": 1440}
_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[!-~]{1,1000}", re.ASCII)


def _call(service: str, operation: str, action: str, member: str, *, absent_ok: bool = False, **params: object) -> Call:
    return Call("aws.cognito", service, operation, action, (member,), params=params, absent_ok=absent_ok)


POOLS = _call("cognito-idp", "list_user_pools", "cognito-idp:ListUserPools", "UserPools", MaxResults=60)
CLIENTS = _call(
    "cognito-idp", "list_user_pool_clients", "cognito-idp:ListUserPoolClients", "UserPoolClients", absent_ok=True, MaxResults=60
)
CLIENT = _call("cognito-idp", "describe_user_pool_client", "cognito-idp:DescribeUserPoolClient", "UserPoolClient", absent_ok=True)
IDENTITY_POOLS = _call(
    "cognito-identity", "list_identity_pools", "cognito-identity:ListIdentityPools", "IdentityPools", MaxResults=60
)
IDENTITY_POOL = _call(
    "cognito-identity", "describe_identity_pool", "cognito-identity:DescribeIdentityPool", "IdentityPoolId", absent_ok=True
)
ROLES = _call(
    "cognito-identity", "get_identity_pool_roles", "cognito-identity:GetIdentityPoolRoles", "IdentityPoolId", absent_ok=True
)


def cognito(scan: Scan, region: str) -> Iterator[Record]:
    """User pools: 1 per 60, 1 per 60 clients of each, 1 a client. Identity pools: 1 per 60, then 2 a pool. No bulk calls."""
    yield from _user_pools(scan, region)
    yield from _identity_pools(scan, region)


def _user_pools(scan: Scan, region: str) -> Iterator[Record]:
    pools: list[str] = []
    for pool in scan.listing(POOLS.at(region)):
        if isinstance(pool, Gap):
            yield pool
            continue
        pool_id = text(pool, "Id")
        if not pool_id:
            continue
        uid = pool_uid(scan.partition, region, scan.account, pool_id)
        yield Resource(uid=uid, type="aws:user-pool", name=text(pool, "Name") or pool_id, provider="aws", scope=scan.account)
        pools.append(pool_id)
    calls: list[Call] = []
    for found in scan.listings("aws: Cognito pools", [CLIENTS.at(region).of(UserPoolId=pool_id) for pool_id in pools]):
        if isinstance(found, Gap):
            yield found
        else:
            where = str(found[0].params["UserPoolId"])
            ids = [client_id for row in found[1] if (client_id := text(row, "ClientId"))]
            calls += [CLIENT.at(region).of(UserPoolId=where, ClientId=client_id) for client_id in ids]
    for reply in scan.each("aws: Cognito clients", calls):
        if isinstance(reply, Gap):
            yield reply
        else:
            uid = pool_uid(scan.partition, region, scan.account, str(reply[0].params["UserPoolId"]))
            yield from client_records(uid, part(reply[1], "UserPoolClient"), scan.account, scan.ctx.fingerprint)


def pool_uid(partition: str, region: str, account: str, pool_id: str) -> str:
    """Uid of a user pool, which listings give no ARN of (Service Authorization Reference, "Resource types")."""
    return f"{partition}:cognito-idp:{region}:{account}:userpool/{pool_id}"


def client_records(pool: str, raw: Raw, account: str, fingerprint: Fingerprinter) -> Iterator[Record]:
    """A client as an identity, its secret (fingerprinted, never kept), and the scopes it may ask for. Pure."""
    client_id = text(raw, "ClientId")
    if not client_id:
        return
    uid = f"{pool}/client/{client_id}"
    secret = text(raw, "ClientSecret")
    oauth = flag(raw, "AllowedOAuthFlowsUserPoolClient") is not False
    flows = sorted(texts(raw, "AllowedOAuthFlows")) if oauth else []
    made = when(raw, "CreationDate")
    yield Identity(
        uid=uid, kind="oauth_app", type="aws:cognito-client", name=text(raw, "ClientName") or client_id, provider="aws",
        scope=account, created_at=made, environment=environment({}, text(raw, "ClientName") or ""),
        attrs=known(
            arn=f"arn:{uid}", pool=pool, secret=yes(secret is not None), flows=",".join(flows) or None,
            auth_flows=",".join(sorted(texts(raw, "ExplicitAuthFlows"))) or None,
            callbacks=",".join(_without_query(url) for url in texts(raw, "CallbackURLs")) or None,
            access_minutes=_life(raw, "AccessTokenValidity", "AccessToken", "hours", 1),
            refresh_days=_life(raw, "RefreshTokenValidity", "RefreshToken", "days", 1440),
        ),
    )  # fmt: skip
    if secret:
        yield Credential(
            uid=credential_uid("aws", holder=uid, name="client-secret"), kind="oauth_secret", issuer="aws",
            name=f"client secret of {text(raw, 'ClientName') or client_id}", identity_uid=uid, status="active",
            fingerprint=fingerprint.of(Secret(secret)), created_at=made, rotated_at=made, expiry="unknown",
            attrs={"endpoint": pool, "login": client_id},
        )  # fmt: skip
    scopes = texts(raw, "AllowedOAuthScopes")
    if "client_credentials" in flows and scopes:
        yield Grant(
            uid=row_uid("grant", uid, "scopes", *sorted(scopes)), identity_uid=uid, language="oauth", effect="allow",
            actions=sorted(scopes), resources=[pool], via="direct",
        )  # fmt: skip


def _life(raw: Raw, name: str, unit_name: str, unit: str, per: int) -> str | None:
    """A token's life: in the unit of ``TokenValidityUnits``, else in the field's own default unit."""
    value = number(raw, name)
    if value is None or not 0 < value < 10**7:
        return None
    minutes = value * _MINUTES.get(text(part(raw, "TokenValidityUnits"), unit_name) or unit, 1)
    return str(round(minutes / per, 2)).removesuffix(".0")


def _without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].replace(",", "%2C")[:300]


def _identity_pools(scan: Scan, region: str) -> Iterator[Record]:
    listed = yield from scan.collected(IDENTITY_POOLS.at(region))
    ids = [pool_id for row in listed if (pool_id := text(row, "IdentityPoolId"))]
    described: dict[str, Raw] = {}
    for reply in scan.each("aws: identity pools", [IDENTITY_POOL.at(region).of(IdentityPoolId=pool_id) for pool_id in ids]):
        if isinstance(reply, Gap):
            yield reply
        else:
            described[str(reply[0].params["IdentityPoolId"])] = reply[1]
    given: dict[str, Raw] = {}
    for reply in scan.each("aws: identity pool roles", [ROLES.at(region).of(IdentityPoolId=pool_id) for pool_id in described]):
        if isinstance(reply, Gap):
            yield reply
        else:
            given[str(reply[0].params["IdentityPoolId"])] = reply[1]
    for pool_id, raw in described.items():
        uid = f"{scan.partition}:cognito-identity:{region}:{scan.account}:identitypool/{pool_id}"
        yield from identity_pool(uid, raw, given.get(pool_id, {}), scan.account)


def identity_pool(uid: str, raw: Raw, given: Raw, account: str) -> Iterator[Record]:
    """A pool, and the trusts by which its users, or everybody, become roles. Pure."""
    open_, classic = flag(raw, "AllowUnauthenticatedIdentities"), flag(raw, "AllowClassicFlow")
    labels = tags(raw, "IdentityPoolTags")
    pool_id = text(raw, "IdentityPoolId") or uid
    yield Resource(
        uid=uid, type="aws:identity-pool", name=text(raw, "IdentityPoolName") or pool_id, provider="aws", scope=account,
        environment=environment(labels), tags=labels, attrs=known(unauthenticated=yes(open_), classic=yes(classic)),
    )  # fmt: skip
    for role, audience in _given(given):
        if audience == "unauthenticated" and open_ is False:
            continue  # a role is named, but the door is shut
        yield Trust(
            uid=row_uid("trust", role, MECHANISM, uid, audience), identity_uid=role,
            subject="*" if audience == "unauthenticated" else uid,
            subject_kind="anyone" if audience == "unauthenticated" else "federated", mechanism=MECHANISM, issuer=ISSUER,
            audiences=[pool_id], attrs=known(audience=audience, account=account_of(f"arn:{role}"), classic=yes(classic)),
        )  # fmt: skip
        yield from ownership(role, labels, f"{uid}, which gives it away")


def _given(raw: Raw) -> list[tuple[str, str]]:
    """(role uid, audience): the two default roles, and roles that rules choose for signed-in users."""
    found = [
        (aws_uid(role), audience)
        for audience, role in part(raw, "Roles").items()
        if isinstance(role, str) and _ARN.fullmatch(role) and audience in {"authenticated", "unauthenticated"}
    ]
    for mapping in part(raw, "RoleMappings").values():
        for rule in rows(part(mapping, "RulesConfiguration"), "Rules") if isinstance(mapping, Mapping) else ():
            role = text(rule, "RoleARN") or ""
            if _ARN.fullmatch(role):
                found.append((aws_uid(role), "authenticated"))
    return sorted(set(found))
