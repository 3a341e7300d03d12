"""URLs that carry a login, and the issuer a host stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.values import described
from keyrack.sdk.material import Material
from keyrack.sdk.shape_table import DATABASE_SCHEMES

_URL = re.compile(
    r"\b([A-Za-z][A-Za-z0-9+.-]{1,30})://([^\s/@:\"'<>]{0,1024})(?::([^\s/@\"'<>]{0,1024}))?@([^\s/?#\"'<>@]{1,256})(/[^\s?#\"'<>]{0,512})?"
)

_HOSTS = (
    ("github.com", "github"),
    ("ghcr.io", "github"),
    ("gitlab.com", "gitlab"),
    ("bitbucket.org", "bitbucket"),
    ("registry.npmjs.org", "npm"),
    ("npmjs.com", "npm"),
    ("pypi.org", "pypi"),
    ("docker.io", "docker"),
    ("docker.com", "docker"),
    ("amazonaws.com", "aws"),
    ("azurecr.io", "azure"),
    ("azure.com", "azure"),
    ("windows.net", "azure"),
    ("visualstudio.com", "azure"),
    ("pkg.dev", "gcp"),
    ("gcr.io", "gcp"),
    ("googleapis.com", "google"),
    ("huggingface.co", "huggingface"),
    ("openai.com", "openai"),
    ("anthropic.com", "anthropic"),
    ("slack.com", "slack"),
    ("terraform.io", "terraform"),
    ("heroku.com", "heroku"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A login inside a URL. ``endpoint`` is scheme, host and path without the login and the query.

    ``value`` is the password, or the user name when it stands alone (``https://<token>@host``).
    """

    scheme: str
    user: str
    value: str
    host: str
    endpoint: str
    start: int

    @property
    def database(self) -> bool:
        """Whether the scheme is a database's or message broker's."""
        return self.scheme.partition("+")[0] in DATABASE_SCHEMES

    def material(self, name: str, detector: str, *, field: str | None = None, line: int | None = None) -> Material | None:
        """The credential in the URL, or ``None`` when it has none (``ssh://git@host``)."""
        issuer = "database" if self.database else issuer_of(self.host)
        found = described(
            self.value,
            kind="connection_string" if self.database else "password",
            issuer=issuer,
            name=name,
            detector=detector,
            field=field,
            line=line,
            attrs={"login": self.user, "endpoint": self.endpoint},
        )
        alone = not self.user
        known = found is not None and found.kind not in ("password", "connection_string")
        return None if alone and not known else found


def logins(text: str) -> list[Login]:
    """Every URL in the text that carries a user name or password, in order."""
    return [_login(match) for match in _URL.finditer(text)]


def _login(match: re.Match[str]) -> Login:
    scheme, first, second, host, path = match.groups()
    user, value = (first, second) if second else ("", first)
    if second == "x-oauth-basic":  # GitHub's old form: https://<token>:x-oauth-basic@github.com
        user, value = "", first
    return Login(
        scheme=scheme.lower(),
        user=clean(unquote(user)),
        value=unquote(value, errors="surrogateescape"),
        host=clean(host.lower()),
        endpoint=clean(f"{scheme.lower()}://{host.lower()}{path or ''}"),
        start=match.start(),
    )


def endpoint_of(url: str) -> str:
    """The URL without login, query and fragment; a bare host stays as it is."""
    bare = url.strip().partition("?")[0].partition("#")[0]
    scheme, sign, rest = bare.partition("://")
    if not sign:
        scheme, rest = "", bare
    authority, slash, path = rest.partition("/")
    return clean(f"{scheme}{sign}{authority.rpartition('@')[2]}{slash}{path}".rstrip("/"))


def issuer_of(host: str, default: str = "http") -> str:
    """The issuer whose service runs at ``host`` (scheme, path and port ignored), else ``default``."""
    name = host.lower().rpartition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    for suffix, issuer in _HOSTS:
        if name == suffix or name.endswith("." + suffix):
            return issuer
    first = name.partition(".")[0]
    return first if first in ("gitlab", "github", "bitbucket") else default
