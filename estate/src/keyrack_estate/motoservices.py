"""Clusters, user pools and identity pools of an account in moto, and the front's state for what moto has not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from keyrack_estate.account.model import Account, IdentityPool, UserPool
from keyrack_estate.fakes.aws import State

_MOMENTS = frozenset({"createdAt", "updatedAt", "lastSeenAt", "analyzedAt"})


def state_of(account: Account) -> State:
    """What the front answers for an account."""
    state = State(account.id, account.region)
    for operation, rows in account.front.items():
        state.add(operation, *({name: _value(name, value) for name, value in row.items()} for row in rows))
    for pool in account.identity_pools:
        state.roles[pool.id] = {"Roles": dict(pool.roles)}
    return state


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value).astimezone(UTC) if name in _MOMENTS and isinstance(value, str) else value


class Services:
    """Creates them over HTTP like anybody, then gives them the ids the estate wants."""

    def __init__(self, account: Account, endpoint: str) -> None:
        import boto3

        self.account = account
        self._session = boto3.Session("estate", "estate", region_name=account.region)
        self._endpoint = endpoint

    def load(self) -> None:
        """All of them."""
        for cluster in self.account.clusters:
            role = self.account.arn("iam", "role/eks").replace(f":{self.account.region}:", "::")
            self._client("eks").create_cluster(name=cluster.name, roleArn=role, resourcesVpcConfig={}, tags=cluster.tags)
            self._backend("eks").clusters[cluster.name].identity = {"oidc": {"issuer": f"https://{cluster.issuer}"}}
        for pool in self.account.user_pools:
            self._user_pool(pool)
        for guests in self.account.identity_pools:
            self._identity_pool(guests)

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint)  # type: ignore[call-overload]

    def _backend(self, service: str) -> Any:
        from moto.backends import get_backend

        return get_backend(service)[self.account.id][self.account.region]  # type: ignore[call-overload]

    def _user_pool(self, pool: UserPool) -> None:
        cognito = self._client("cognito-idp")
        made = cognito.create_user_pool(PoolName=pool.name)["UserPool"]["Id"]
        held = self._backend("cognito-idp").user_pools
        for client in pool.clients:
            cognito.create_user_pool_client(UserPoolId=made, ClientName=client.name, **client.settings)
        renamed = held.pop(made)
        renamed.id = pool.id
        by_name = {client.extended_config["ClientName"]: client for client in renamed.clients.values()}
        renamed.clients.clear()
        for client in pool.clients:
            by_name[client.name].id = client.id
            renamed.clients[client.id] = by_name[client.name]
        held[pool.id] = renamed

    def _identity_pool(self, pool: IdentityPool) -> None:
        made = self._client("cognito-identity").create_identity_pool(
            IdentityPoolName=pool.name, AllowUnauthenticatedIdentities=pool.guests
        )["IdentityPoolId"]
        held = self._backend("cognito-identity").identity_pools
        renamed = held.pop(made)
        renamed.identity_pool_id = pool.id
        renamed.allow_classic_flow = pool.classic
        held[pool.id] = renamed
