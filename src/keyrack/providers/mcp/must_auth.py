"""MUSTs of basic/authorization: what binds the server as a protected resource, and its authorization servers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urlsplit

from keyrack.providers.mcp.metadata import CAPABILITY
from keyrack.providers.mcp.musts import Must, Verdict, asked, failed, never, passed, said, unseen
from keyrack.providers.mcp.seen import Document, Issuer, Seen, short
from keyrack.sdk.fields import Raw, text, texts
from keyrack.sdk.web.client import loopback

_AUTH: Final = "basic/authorization"
_FIND: Final = f"{_AUTH}/authorization-server-discovery"
_CARE: Final = f"{_AUTH}/security-considerations"
ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "registration_endpoint",
    "jwks_uri",
    "revocation_endpoint",
    "introspection_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "userinfo_endpoint",
)
FORBIDDEN_GRANTS: Final = frozenset({"implicit", "password"})


def _guarded(judge: Callable[[Seen], Verdict]) -> Callable[[Seen], Verdict]:
    """Judge only servers that ask for a token: authorization is optional."""
    return lambda seen: judge(seen) if seen.protected else unseen("it asks for no token")


def _documented(judge: Callable[[Raw, Seen], Verdict]) -> Callable[[Seen], Verdict]:
    """Judge the protected resource metadata, where there is one."""
    return lambda seen: (
        judge(seen.resource.body, seen) if seen.resource is not None else unseen("it publishes no resource metadata")
    )


def _metadata(seen: Seen) -> Verdict:
    if seen.resource is not None:
        return passed(f"found by {'the challenge' if seen.resource.how == 'header' else 'its well-known address'}")
    return (
        unseen("its address could not be asked")
        if CAPABILITY in seen.failed
        else failed("neither the challenge nor a well-known address leads to it")
    )


def _secure(seen: Seen) -> Verdict:
    url = "" if seen.resource is None else seen.resource.url
    return _only_https([("resource metadata", url)]) if url else unseen("it publishes no resource metadata")


def _listed(body: Raw, seen: Seen) -> Verdict:
    del seen
    named = texts(body, "authorization_servers")
    return passed(f"{len(named)} named") if named else failed("authorization_servers is missing or empty")


def resource_matches(document: Document, url: str) -> bool:
    """Whether the metadata is about the server asked (RFC 9728 section 3.3); a root document may be about the whole origin."""
    stated, wanted = _plain(text(document.body, "resource") or ""), _plain(url)
    parts = urlsplit(wanted)
    return stated == wanted or (document.how == "root" and stated == f"{parts.scheme}://{parts.netloc}")


def _plain(url: str) -> str:
    try:
        parts = urlsplit(url)
        return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path.rstrip("/")).geturl()
    except ValueError:
        return url


def _matches(body: Raw, seen: Seen) -> Verdict:
    good = seen.resource is not None and resource_matches(seen.resource, seen.server.url)
    stated = short(text(body, "resource") or "nothing", 120)
    return (
        passed("resource is this server's URL")
        if good
        else failed(f"resource is {stated}, the server is {seen.server.url}"[:300])
    )


def _refusal(seen: Seen) -> Verdict:
    status = seen.status("bare_list") if seen.status("bare_list") in {401, 403} else seen.status("bare")
    if status not in {401, 403}:
        return unseen("nothing was refused")
    return passed("HTTP 401 without a token") if status == 401 else failed("HTTP 403 without a token, where 401 belongs")


def _challenge(seen: Seen) -> Verdict:
    question = "bare" if seen.status("bare") == 401 else "bare_list"
    if seen.status(question) != 401:
        return unseen("no 401 was seen")
    return (
        passed("a Bearer challenge comes with it")
        if seen.challenge(question) is not None
        else failed("a 401 without a Bearer challenge in WWW-Authenticate")
    )


def _bad_token(seen: Seen) -> Verdict:
    status = seen.status("bad")
    return passed("a made-up token gets 401") if status == 401 else failed(f"a made-up token got {said(seen, 'bad')}")


def _signature(seen: Seen, question: str) -> tuple[object, ...]:
    return (seen.status(question), (seen.challenge(question) or {}).get("error"), seen.code(question))


def _query(seen: Seen) -> Verdict:
    if seen.resource is not None and "query" in texts(seen.resource.body, "bearer_methods_supported"):
        return failed("its metadata offers the query string as a way to send tokens")
    bare, bad, query = (_signature(seen, question) for question in ("bare", "bad", "query"))
    if (seen.status("query") or 0) < 300 and seen.status("bare") in {401, 403}:
        return failed("a made-up token in the query string opened it")
    if bare == bad:
        return unseen("it answers a made-up token like none at all")
    return (
        passed("a made-up token in the query string is ignored")
        if query == bare
        else (
            failed("a made-up token in the query string is read as one")
            if query == bad
            else unseen("its answers differ in every case")
        )
    )


def _audience(seen: Seen) -> Verdict:
    status = seen.status("other") or 0
    return (
        passed(f"refused: {said(seen, 'other')}") if status >= 400 else failed("a token issued for something else was accepted")
    )


def _documents(seen: Seen) -> Iterator[tuple[Issuer, Raw]]:
    yield from ((issuer, issuer.document.body) for issuer in seen.issuers if issuer.document is not None)


def _each(judge: Callable[[Issuer, Raw], Verdict]) -> Callable[[Seen], Verdict]:
    """Judge every authorization server whose metadata was read; the first that fails is the verdict."""

    def judged(seen: Seen) -> Verdict:
        verdicts = [judge(issuer, body) for issuer, body in _documents(seen)]
        if not verdicts:
            return unseen("no metadata of an authorization server was read")
        return next((v for v in verdicts if v.result == "fail"), verdicts[0])

    return judged


def _discovery(seen: Seen) -> Verdict:
    if not seen.issuers:
        return unseen("it names no authorization server")
    lost = [issuer for issuer in seen.issuers if issuer.document is None]
    if not lost:
        return passed(f"{len(seen.issuers)} read")
    if CAPABILITY in seen.failed or lost[0].refused:
        return unseen(f"{lost[0].name} was not asked: {lost[0].refused or 'it could not be reached'}")
    return failed(f"{lost[0].name} publishes neither RFC 8414 nor OpenID Connect metadata")


def _issuer(issuer: Issuer, body: Raw) -> Verdict:
    stated = short(text(body, "issuer") or "nothing", 120)
    return passed("identical") if stated == issuer.name else failed(f"issuer is {stated}, it was found as {issuer.name}")


def _pkce(issuer: Issuer, body: Raw) -> Verdict:
    methods = texts(body, "code_challenge_methods_supported")
    if "S256" in methods:
        return passed("S256 is supported")
    return failed(f"{issuer.name} names {short(', '.join(methods), 60) or 'no method'}, not S256")


def _https(issuer: Issuer, body: Raw) -> Verdict:
    del issuer
    return _only_https([(name, url) for name in ENDPOINTS if (url := text(body, name))])


def _only_https(named: list[tuple[str, str]]) -> Verdict:
    plain = [(name, url) for name, url in named if not url.startswith("https://")]
    if not plain:
        return passed(f"{len(named)} addresses, all https")
    try:
        local = all(loopback(urlsplit(url).hostname or "") for _, url in plain)
    except ValueError:
        local = False
    return unseen("it answers on this machine only") if local else failed(f"{plain[0][0]} is not https")


def _oauth21(issuer: Issuer, body: Raw) -> Verdict:
    grants = sorted(FORBIDDEN_GRANTS.intersection(texts(body, "grant_types_supported")))
    tokens = [kind for kind in texts(body, "response_types_supported") if "token" in kind.split()]
    if grants or tokens:
        return failed(f"{issuer.name} still offers {', '.join(grants) or 'tokens from the authorization endpoint'}")
    return passed("no grant that OAuth 2.1 dropped is offered")


def _iss(issuer: Issuer, body: Raw) -> Verdict:
    if body.get("authorization_response_iss_parameter_supported") is True:
        return passed("advertised")
    return unseen(f"{issuer.name} advertises none; whether it sends iss all the same takes a sign-in")


MUSTS: Final = (
    Must(
        "resource-metadata",
        "authorization",
        f"{_FIND}#protected-resource-metadata-discovery-requirements",
        "Protected resource metadata (RFC 9728) is published, and the challenge or a well-known address leads to it.",
        _guarded(_metadata),
    ),
    Must("resource-metadata-https", "authorization", f"{_CARE}#communication-security", "It is served over https.", _secure),
    Must(
        "resource-metadata-servers",
        "authorization",
        f"{_FIND}#authorization-server-location",
        "It names at least one authorization server.",
        _documented(_listed),
    ),
    Must(
        "resource-metadata-matches",
        "authorization",
        "RFC 9728 section 3.3",
        "Its resource is the server's own URL.",
        _documented(_matches),
    ),
    Must("unauthorized-status", "authorization", f"{_AUTH}#error-handling", "Who has no token gets 401.", _guarded(_refusal)),
    Must(
        "unauthorized-challenge",
        "authorization",
        f"{_AUTH}#token-handling",
        "A 401 carries a Bearer challenge.",
        _guarded(_challenge),
    ),
    Must(
        "token-checked",
        "authorization",
        f"{_AUTH}#token-handling",
        "An invalid token gets 401.",
        _guarded(asked("bad", _bad_token)),
    ),
    Must(
        "token-not-in-query",
        "authorization",
        f"{_AUTH}#token-requirements",
        "Tokens are not taken from the query string.",
        _guarded(asked("query", _query)),
    ),
    Must(
        "token-audience",
        "authorization",
        f"{_CARE}#access-token-privilege-restriction",
        "A token issued for something else is refused.",
        _guarded(asked("other", _audience)),
    ),
    Must(
        "token-not-passed-on",
        "authorization",
        f"{_CARE}#access-token-privilege-restriction",
        "A client's token is not passed on to other APIs.",
        never("happens behind the server"),
    ),
    Must(
        "token-storage",
        "authorization",
        f"{_CARE}#token-theft",
        "Tokens are stored securely.",
        never("happens inside the server"),
    ),
    Must(
        "scope-hierarchies",
        "authorization",
        f"{_AUTH}#step-up-authorization-flow",
        "A broader scope counts for the narrower ones it implies.",
        never("needs tokens of several scopes"),
    ),
    Must(
        "proxy-consent",
        "authorization",
        f"{_CARE}#confused-deputy-problem",
        "A proxy with one client id asks for consent for each registered client.",
        never("needs a sign-in"),
    ),
    Must(
        "as-discovery",
        "authorization server",
        f"{_AUTH}#overview",
        "Each authorization server publishes RFC 8414 or OpenID Connect metadata.",
        _discovery,
    ),
    Must(
        "as-issuer",
        "authorization server",
        f"{_FIND}#authorization-server-metadata-discovery",
        "The issuer in it is the one it was found by.",
        _each(_issuer),
    ),
    Must(
        "as-pkce",
        "authorization server",
        f"{_CARE}#authorization-code-protection",
        "It states code_challenge_methods_supported, with S256.",
        _each(_pkce),
    ),
    Must("as-https", "authorization server", f"{_CARE}#communication-security", "All its endpoints are https.", _each(_https)),
    Must(
        "as-oauth21",
        "authorization server",
        f"{_AUTH}#overview",
        "It implements OAuth 2.1, which has no implicit and no password grant.",
        _each(_oauth21),
    ),
    Must(
        "as-iss-advertised",
        "authorization server",
        f"{_AUTH}#authorization-response-validation",
        "Who sends iss in authorization responses advertises it (RFC 9207).",
        _each(_iss),
    ),
    Must(
        "as-redirects",
        "authorization server",
        f"{_CARE}#open-redirection",
        "Redirect URIs are compared exactly with registered ones.",
        never("needs a sign-in"),
    ),
    Must(
        "as-refresh-rotation",
        "authorization server",
        f"{_CARE}#token-theft",
        "Refresh tokens of public clients are rotated.",
        never("needs a sign-in"),
    ),
    Must(
        "as-client-documents",
        "authorization server",
        f"{_AUTH}/client-registration#implementation-requirements",
        "Client ID Metadata Documents are validated.",
        never("needs a sign-in with a document of ours"),
    ),
    Must(
        "as-redirect-shown",
        "authorization server",
        f"{_CARE}#localhost-redirect-uri-risks",
        "The host of the redirect URI is shown to the person.",
        never("needs a sign-in"),
    ),
)
