"""How we reach and sign in to an OpenBao or Vault server: workload identity first, a token of the environment next, a file last.

Facts: openbao.org/api-docs (X-Vault-Token, X-Vault-Namespace, status codes), openbao.org/docs/auth/{kubernetes,jwt} (login),
openbao.org/docs/commands "Environment variables" (BAO_ADDR, BAO_TOKEN, BAO_NAMESPACE, BAO_CACERT; VAULT_* mean the same).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError
from keyrack.sdk import Context, Secret, Target
from keyrack.sdk.fields import Raw, text, texts
from keyrack.sdk.web import Call, Nobody, Page, Weather, Web, connect, weather

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
"""Where Kubernetes mounts a pod's own token (kubernetes.io "Configure Service Accounts for Pods")."""
_PORT = {"https": 443, "http": 80}
_HELP = (
    "set `role` (login by the workload's own token), or BAO_TOKEN, or `token_file` (an agent's sink), or run `bao login`; "
    "`keyrack permissions openbao` prints the policy"
)


def variable(name: str) -> str:
    """A setting of the environment under either product's name; empty when unset."""
    return os.environ.get(f"BAO_{name}") or os.environ.get(f"VAULT_{name}") or ""


def address(target: Target) -> str:
    """The server's base URL: option, environment, else the command line's own default."""
    return target.options.get("endpoint") or variable("ADDR") or "https://127.0.0.1:8200"


def server_name(target: Target) -> str:
    """The name of the server in every uid: option ``server``, else host and, where it is unusual, port."""
    if named := target.options.get("server", "").strip().lower():
        return named
    try:
        parts = urlsplit(address(target))
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port = "", None
    usual = port is None or port == _PORT.get(urlsplit(address(target)).scheme)
    return (host if usual else f"{host}:{port}") or "openbao"


def open_web(target: Target, ctx: Context) -> Web:
    """A signed-in connection; a login is made with the first call.

    Raises:
        KeyrackError: the address is no good, or there is nothing to sign in with.
    """
    options = target.options
    auth = _sign_in(options)
    web = connect(
        address(target),
        auth,
        progress=ctx.progress,
        explain=explain,
        verify=_authority(options),
        timeout=_timeout(options),
        code="openbao",
        headers={"X-Vault-Request": "true"},
    )
    if isinstance(auth, _Login):
        auth.web = web
    return web


def explain(status: int, headers: Mapping[str, str], body: Raw) -> Weather | None:
    """What this API's errors mean beside their status.

    A token that ended gets 403 as a denied path does, but "permission denied" bare where that one is listed as "1 error
    occurred" (as the real server answers; Vault adds "invalid token"). A mount that lacks an operation gets 404 with words,
    an empty listing 404 without; 503 is a sealed server.
    """
    del headers
    errors = texts(body, "errors")
    words = " ".join(errors).lower()
    ended = errors == ["permission denied"] or "invalid token" in words or "missing client token" in words
    if status in {400, 403} and ended:
        return weather("unauthenticated")
    if status in {400, 403, 404} and "invalid accessor" in words:
        return weather("absent")
    if status in {404, 405} and ("unsupported" in words or "no handler" in words):
        return weather("odd")
    if status == 503:
        return weather("broken").saying("the server is sealed, or no node of it is active", "unseal it; then scan again")
    return None


def _authority(options: Mapping[str, str]) -> bool | str:
    path = options.get("ca_file") or variable("CACERT")
    if not path:
        return True
    if not Path(path).is_file():
        raise KeyrackError("openbao.ca_file", f"no file with CA certificates at {path!r}", hint="check `ca_file` or BAO_CACERT")
    return path


def _timeout(options: Mapping[str, str]) -> float:
    try:
        return max(0.1, float(options.get("timeout") or 30))
    except ValueError as error:
        raise KeyrackError("openbao.timeout", "`timeout` is no number of seconds", hint="write it as 30") from error


@dataclass(slots=True)
class _File:
    """A token kept fresh in a file by somebody else: an agent's sink, or the command line's helper."""

    path: Path

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """The header; the file is read each time, for its owner renews it."""
        del renew
        try:
            value = self.path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyrackError("openbao.token_file", f"cannot read a token from {str(self.path)!r}", hint=_HELP) from error
        return {"X-Vault-Token": value}


@dataclass(slots=True)
class _Value:
    """A token of the environment."""

    token: Secret

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """The header."""
        del renew
        return {"X-Vault-Token": self.token.reveal().decode("latin-1")}


@dataclass(slots=True)
class _Login:
    """A login by the workload's own signed token; nothing is stored, and an ended token is replaced once."""

    path: str
    role: str
    token_file: Path
    namespace: str
    web: Web | None = None
    _held: Secret | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def held(self) -> bool:
        """Whether a login of ours is open."""
        return self._held is not None

    def headers(self, *, renew: bool = False) -> Mapping[str, str]:
        """The header, after a login where it takes one."""
        with self._lock:
            if renew or self._held is None:
                self._held = self._login()
            return {"X-Vault-Token": self._held.reveal().decode("latin-1")}

    def _login(self) -> Secret:
        if self.web is None:
            raise KeyrackError("openbao.login", "there is no connection to log in over")
        try:
            jwt = self.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyrackError(
                "openbao.token_file", f"cannot read the workload's token at {str(self.token_file)!r}", hint=_HELP
            ) from error
        call = Call(
            capability="openbao.server",
            path=f"v1/{self.path}/login",
            permission=f"{self.path}/login",
            name="login",
            body={"role": self.role, "jwt": jwt},
            headers={"X-Vault-Namespace": self.namespace} if self.namespace else {},
        )
        quiet = Web(base=self.web.base, auth=Nobody(), client=self.web.client, explain=explain, calls=self.web.calls)
        reply = quiet.one(call)
        token = text(reply.body, "auth", "client_token") if isinstance(reply, Page) else None
        if token is None:
            raise KeyrackError(
                "openbao.login", f"the server does not let role {self.role!r} of {self.path!r} in", hint=_HELP, retry="later"
            )
        return Secret(token)


def _sign_in(options: Mapping[str, str]) -> _Login | _Value | _File:
    """The first way that is configured.

    Raises:
        KeyrackError: none is.
    """
    given = options.get("token_file")
    if role := options.get("role"):
        mount = options.get("login_mount") or ("kubernetes" if _SERVICE_ACCOUNT.exists() and not given else "jwt")
        namespace = options.get("namespace") or variable("NAMESPACE")
        return _Login(f"auth/{mount.strip('/')}", role, Path(given) if given else _SERVICE_ACCOUNT, namespace)
    if token := variable("TOKEN"):
        return _Value(Secret(token))
    path = Path(given) if given else Path.home() / ".vault-token"
    if not path.is_file():
        raise KeyrackError("openbao.no_sign_in", "there is nothing to sign in to the OpenBao server with", hint=_HELP)
    return _File(path)


def sign_out(web: Web) -> None:
    """Give back the token a login of ours was issued; tokens that others keep are left alone."""
    if isinstance(web.auth, _Login) and web.auth.held and not web.dead:
        web.one(
            Call(
                capability="openbao.server", path="v1/auth/token/revoke-self", permission="default policy", body={}, name="logout"
            )
        )
