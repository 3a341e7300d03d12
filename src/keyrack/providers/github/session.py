"""Signing in: a GitHub App's own key (an installation token of one hour, renewed), or a token from the environment.

Sources (docs.github.com): "Generating a JSON Web Token (JWT) for a GitHub App" (RS256, at most ten minutes, issued a minute in
the past), "Generating an installation access token", "Best practices for using the REST API", "Troubleshooting the REST API"
(404 instead of 403), "New enterprise installation API" (github.blog changelog, 2026-05-13). GitHub offers no workload identity
for its own API: inside Actions the job's ``GITHUB_TOKEN`` sees one repository only, and GitHub accepts no OIDC token, its own
included. The App's private key is the least there is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from keyrack.errors import KeyrackError
from keyrack.providers.github.scan import wants
from keyrack.sdk import Context
from keyrack.sdk.fields import Raw, text
from keyrack.sdk.secret import Secret
from keyrack.sdk.web import Bearer, Call, Failed, Weather, Web, weather
from keyrack.sdk.web import connect as _connect

PUBLIC = "https://api.github.com"
VERSION = "2022-11-28"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,98}[A-Za-z0-9])?")
_HOUR = 3700.0
_SIGN_IN = "a GitHub App (--github-app-id and --github-app-key), or GITHUB_TOKEN in the environment"


def organizations(options: Mapping[str, str]) -> list[str]:
    """Names of the option ``organization`` (several with commas), in lower case.

    Raises:
        KeyrackError: a name that GitHub does not allow.
    """
    names = [name.strip().lower() for name in options.get("organization", "").split(",") if name.strip()]
    for name in names:
        _named(name)
    return list(dict.fromkeys(names))


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise KeyrackError(
            "github.name", "this is not the name of a GitHub organisation", hint="letters, digits and single dashes"
        )
    return name


def organization(options: Mapping[str, str]) -> str:
    """The one organisation of a source.

    Raises:
        KeyrackError: none is named, or more than one.
    """
    names = organizations(options)
    if len(names) != 1:
        raise KeyrackError("github.organization", "which organisation?", hint="name one: --github-organization acme")
    return names[0]


def connect(options: Mapping[str, str], ctx: Context, org: str = "") -> Web:
    """A connection for one organisation, or without one for the enterprise that the options name.

    Raises:
        KeyrackError: there is no way to sign in, or the address is no URL.
    """
    if options.get("app_id"):
        auth = Bearer(lambda: installation_token(options, ctx, org))
    else:
        token = _token(options)
        auth = Bearer(lambda: token)
    return _web(options, ctx, auth)


def app(options: Mapping[str, str], ctx: Context) -> Web:
    """A connection as the App itself, which may list and enter its installations.

    Raises:
        KeyrackError: the key file is missing or no RSA key.
    """
    key = _key(options)
    begun = monotonic()
    return _web(options, ctx, Bearer(lambda: _jwt(options["app_id"], key, int(ctx.now.timestamp() + monotonic() - begun))))


def _web(options: Mapping[str, str], ctx: Context, auth: Bearer) -> Web:
    try:
        timeout = float(options.get("timeout") or 30.0)
    except ValueError:
        raise KeyrackError("github.timeout", "the time-out is no number of seconds") from None
    web = _connect(
        options.get("endpoint") or PUBLIC,
        auth,
        progress=ctx.progress,
        explain=explain,
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION},
        timeout=timeout,
        code="github",
    )
    if wants(options, "wait"):
        web.patience = _HOUR
    return web


def graphql(options: Mapping[str, str]) -> str:
    """Whole URL of GraphQL: beside REST on github.com, on ``/api/graphql`` of a server whose REST is ``/api/v3``."""
    base = (options.get("endpoint") or PUBLIC).rstrip("/")
    return f"{base.removesuffix('/v3')}/graphql"


def _token(options: Mapping[str, str]) -> Secret:
    named = options.get("token_env", "")
    for name in [named] if named else ["GITHUB_TOKEN", "GH_TOKEN"]:
        value = os.environ.get(name, "").strip()
        if value and value.isascii() and value.isprintable():
            return Secret(value)
    raise KeyrackError("github.sign_in", "there is no way to sign in to GitHub", hint=f"give {_SIGN_IN}")


def _key(options: Mapping[str, str]) -> Secret:
    try:
        data = Path(options.get("app_key", "")).expanduser().read_bytes()
    except (OSError, ValueError):
        raise KeyrackError("github.app_key", "the App's private key cannot be read", hint="--github-app-key FILE.pem") from None
    return Secret(data)


def _jwt(app_id: str, key: Secret, now: int) -> Secret:
    try:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey
    except ImportError as error:
        raise KeyrackError(
            "github.joserfc", "signing in as an App needs joserfc", hint="pip install 'keyrack[github]'"
        ) from error
    try:
        signed = jwt.encode({"alg": "RS256"}, {"iat": now - 60, "exp": now + 480, "iss": app_id}, RSAKey.import_key(key.reveal()))
    except (JoseError, ValueError, TypeError):
        raise KeyrackError("github.app_key", "the App's private key is no RSA key in PEM", hint="download a new one") from None
    return Secret(signed)


def installation_token(options: Mapping[str, str], ctx: Context, org: str) -> Secret:
    """A new token of the App's installation in an organisation or (``org`` empty) enterprise: two calls, good for an hour.

    Raises:
        KeyrackError: GitHub does not know the App or does not let it in.
    """
    web, enterprise = app(options, ctx), options.get("enterprise", "")
    path = f"orgs/{org}/installation" if org else f"enterprises/{quote(enterprise, safe='')}/installation"
    found = web.one(Call(capability="github.organization", path=path, permission="metadata:read", name="sign in"))
    if isinstance(found, Failed):
        raise _refused(found, f"the App is not installed in {org or f'enterprise {enterprise}'}")
    number = text(found.body, "id") or ""
    made = web.one(
        Call(capability="github.organization", path=f"app/installations/{number}/access_tokens", permission="metadata:read",
             name="sign in", body={}, must=("token",))
    )  # fmt: skip
    if isinstance(made, Failed):
        raise _refused(made, "GitHub gave the App no token")
    token = text(made.body, "token") or ""
    if not token or not token.isascii():
        raise KeyrackError("github.sign_in", "GitHub gave the App no token")
    return Secret(token)


def _refused(failed: Failed, absent: str) -> KeyrackError:
    kind = failed.weather.kind
    sentence = absent if kind == "absent" else f"signing in as an App: {failed.weather.sentence}"
    return KeyrackError("github.sign_in", sentence, hint="check App id, key and installation; see the provider's README")


def explain(status: int, headers: Mapping[str, str], body: Raw) -> Weather | None:
    """What GitHub means beyond the status: its second rate limit, single sign-on, and 404 for "you may not know"."""
    if status == 404:
        return weather("absent").saying(
            "GitHub says there is no such thing, which is also what it says without the permission",
            "check the plan, and grant what `keyrack permissions github` prints",
        )
    if status == 403 and headers.get("x-github-sso", "").startswith("required"):
        return weather("denied").saying(
            "the token is not authorised for the organisation's single sign-on", "authorise it at GitHub"
        )
    if status in {403, 429} and "rate limit" in (text(body, "message") or "").lower():
        return weather("throttled")
    return None
