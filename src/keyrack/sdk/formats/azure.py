"""Azure CLI and MSAL files: token cache, profile and service-principal entries.

Sources: MSAL's unified cache schema (AccessToken, RefreshToken, Account sections) and azure-cli-core ``auth/persistence.py``,
``auth/identity.py`` (``service_principal_entries.json``; before 2.30 ``accessTokens.json``).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.sdk.formats.base import Parsed, clean, load_json, malformed, mapping, parsed, string, when
from keyrack.sdk.formats.values import dated, described
from keyrack.sdk.material import Material


def parse_token_cache(data: bytes) -> Parsed:
    """``msal_token_cache.json``: refresh tokens (a person's, long-lived) and access tokens (an hour or so)."""
    document = mapping(load_json(data))
    if not document:
        return malformed("a JSON object")
    people = {
        string(mapping(account).get("home_account_id")): string(mapping(account).get("username"))
        for account in mapping(document.get("Account")).values()
    }
    return parsed([*_tokens(document, "RefreshToken", people), *_tokens(document, "AccessToken", people)])


def _tokens(document: object, section: str, people: dict[str, str]) -> Iterator[Material]:
    refresh = section == "RefreshToken"
    for number, entry in enumerate(mapping(mapping(document).get(section)).values()):
        fields = mapping(entry)
        person = people.get(string(fields.get("home_account_id")), "")
        token = described(
            fields.get("secret"),
            kind="refresh_token" if refresh else "session_token",
            issuer="azure",
            name=f"Entra ID {'refresh' if refresh else 'access'} token of {clean(person) or 'an application'}",
            detector="azure.msal_cache",
            field=f"{section}.{number}.secret",
            attrs={
                "login": person or string(fields.get("client_id")),
                "person": person,
                "endpoint": string(fields.get("environment")),
                "scopes": string(fields.get("target")),
            },
        )
        found = dated(token, created=when(fields.get("cached_at")), expires=when(fields.get("expires_on")))
        if found:
            yield found


def parse_service_principals(data: bytes) -> Parsed:
    """``service_principal_entries.json`` or the older ``accessTokens.json``: lists of principals with their secrets."""
    document = load_json(data)
    if not isinstance(document, list):
        return malformed("a JSON list")
    return parsed(material for number, entry in enumerate(document) for material in _principal(mapping(entry), number))


def _principal(fields: object, number: int) -> Iterator[Material]:
    entry = mapping(fields)
    application = string(entry.get("client_id")) or string(entry.get("servicePrincipalId"))
    if application:
        keys = ("client_secret", "secret") if "client_id" in entry else ("accessToken",)
        for key in keys:
            found = described(
                entry.get(key),
                kind="oauth_secret",
                issuer="azure",
                name=f"client secret of application {clean(application)}",
                detector="azure.service_principal",
                field=f"{number}.{key}",
                attrs={"login": application, "cloud": "azure"},
            )
            if found:
                yield found
        return
    person = string(entry.get("userId"))
    token = described(
        entry.get("refreshToken"),
        kind="refresh_token",
        issuer="azure",
        name=f"Entra ID refresh token of {clean(person) or 'a user'}",
        detector="azure.access_tokens",
        field=f"{number}.refreshToken",
        attrs={"login": person, "person": person or "user token"},
    )
    if token:
        yield token


def parse_profile(data: bytes) -> Parsed:
    """``azureProfile.json`` names accounts and subscriptions and holds no secret; only its form is checked."""
    document = mapping(load_json(data))
    return Parsed() if isinstance(document.get("subscriptions"), list) else malformed("an Azure profile")


def parse_app_settings(data: bytes) -> Parsed:
    """``local.settings.json`` of Azure Functions: ``Values`` is an environment block."""
    from keyrack.sdk.formats.dotenv import environment_materials

    document = mapping(load_json(data))
    if not document:
        return malformed("a JSON object")
    values = {clean(key): string(value) for key, value in mapping(document.get("Values")).items()}
    strings = {f"ConnectionStrings.{key}": string(value) for key, value in mapping(document.get("ConnectionStrings")).items()}
    return parsed(environment_materials({**values, **strings}, detector="azure.local_settings"))
