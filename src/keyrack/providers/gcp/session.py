"""Signing in, and one connection for each Google API.

Application Default Credentials ("How Application Default Credentials works", cloud.google.com/docs/authentication): a federated
token file (workload identity federation), the metadata server of the workload, then what gcloud stored. A token in an
environment variable comes first where the ``token_env`` option names one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from keyrack.errors import KeyrackError
from keyrack.sdk import Progress, Secret, Silent
from keyrack.sdk.fields import Raw, rows, text
from keyrack.sdk.web import Auth, Bearer, Weather, Web, connect, weather

ENDPOINT = "https://{service}.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,61}[a-z0-9]|\d{1,20}", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Where:
    """What is scanned: one project, or a folder or organisation as a whole. ``id`` is a project id or a number."""

    kind: str
    id: str

    @property
    def name(self) -> str:
        """The name APIs use: ``projects/p``, ``folders/1``, ``organizations/2``."""
        return f"{self.kind}s/{self.id}"


def where(options: Mapping[str, str], ambient: Callable[[], str | None]) -> Where:
    """The target the options name; without any, the project that the ambient sign-in belongs to.

    Raises:
        KeyrackError: more than one is named, none is to be found, or the name is none.
    """
    named = [(kind, options[kind].strip()) for kind in ("project", "folder", "organization") if options.get(kind, "").strip()]
    if len(named) > 1:
        raise KeyrackError("gcp.target", "project, folder and organization exclude each other", hint="give one of them")
    if not named:
        found = ambient()
        if not found:
            raise KeyrackError("gcp.target", "no project is named", hint="give --gcp-project, --gcp-folder or --gcp-organization")
        named = [("project", found)]
    kind, value = named[0]
    value = value.rpartition("/")[2] if value.startswith(f"{kind}s/") else value
    if not (_PROJECT if kind == "project" else _NUMBER).fullmatch(value):
        raise KeyrackError(
            "gcp.target", f"this is not the id of a {kind}", hint="projects by id, folders and organisations by number"
        )
    return Where(kind, value)


@dataclass(slots=True)
class Apis:
    """Connections to Google's APIs under one sign-in; the same fake or proxy may stand behind all of them."""

    auth: Auth
    endpoint: str = ENDPOINT
    timeout: float = 30.0
    progress: Progress = field(default_factory=Silent)
    quota_project: str = ""
    webs: dict[str, Web] = field(default_factory=dict)

    def of(self, service: str) -> Web:
        """The connection to one service (``iam``, ``cloudasset``, ...).

        Raises:
            KeyrackError: the endpoint is no URL.
        """
        base = self.endpoint.replace("{service}", service)
        if base not in self.webs:
            headers = {"X-Goog-User-Project": self.quota_project} if self.quota_project else None
            self.webs[base] = connect(
                base, self.auth, progress=self.progress, explain=explain, headers=headers, timeout=self.timeout, code="gcp"
            )
        return self.webs[base]

    def total(self) -> int:
        """Calls made so far, retries included."""
        return sum(web.total() for web in self.webs.values())


_OFF = replace(
    weather("denied").saying(
        "this API is not switched on in the project", "gcloud services enable it, if the project uses it at all"
    ),
    kind="disabled",
    reason="not_configured",
)


def explain(status: int, headers: Mapping[str, str], body: Raw) -> Weather | None:
    """Google's error body (google.rpc.Status with ErrorInfo, AIP-193) to a better weather than the status alone."""
    del headers
    reasons = {text(row, "reason") for row in (*rows(body, "error", "details"), *rows(body, "error", "errors"))}
    if status == 403 and reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        return _OFF
    if status == 403 and reasons & {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"}:
        return weather("throttled")
    return None


def signed_in(options: Mapping[str, str], progress: Progress) -> Apis:
    """Connections as the options wish; nothing is sent yet.

    Raises:
        KeyrackError: there is no sign-in, google-auth is missing, or the time-out is no number.
    """
    try:
        timeout = float(options.get("timeout") or 30.0)
    except ValueError as error:
        raise KeyrackError("gcp.timeout", "the time-out is no number of seconds", hint="e.g. 30") from error
    endpoint = options.get("endpoint") or ENDPOINT
    variable = options.get("token_env", "")
    if variable:
        value = os.environ.get(variable, "")
        if not value:
            raise KeyrackError("gcp.sign_in", f"the variable {variable} holds no token", hint="set it, or leave token_env out")
        return Apis(Bearer(lambda: Secret(os.environ.get(variable, ""))), endpoint, timeout, progress)
    credentials, _ = _ambient()
    quota = getattr(credentials, "quota_project_id", None) or ""
    return Apis(Bearer(lambda: _token(credentials)), endpoint, timeout, progress, quota)


def ambient_project(options: Mapping[str, str]) -> str | None:
    """The project of the ambient sign-in, or the variable every Google library reads."""
    told = os.environ.get("GOOGLE_CLOUD_PROJECT") or os.environ.get("CLOUDSDK_CORE_PROJECT")
    if told or options.get("token_env"):
        return told
    credentials, project = _ambient()
    return project or _federated_project(credentials)


def _ambient() -> tuple[Any, str | None]:
    """Credentials and their project. Scopes come after: with them google-auth would look a federated project up at once."""
    try:
        import google.auth
        from google.auth.credentials import with_scopes_if_required
        from google.auth.exceptions import GoogleAuthError
    except ImportError as error:
        raise KeyrackError("gcp.library", "google-auth is not installed", hint="pip install 'keyrack[gcp]'") from error
    try:
        credentials, project = google.auth.default()
        return with_scopes_if_required(credentials, [SCOPE]), project  # type: ignore[no-untyped-call]
    except (GoogleAuthError, OSError, ValueError) as error:
        raise KeyrackError(
            "gcp.sign_in", "there is no sign-in to Google Cloud",
            hint="run as a workload with an attached service account, set GOOGLE_APPLICATION_CREDENTIALS to a federation file, "
            "or `gcloud auth application-default login`",
        ) from error  # fmt: skip


def _federated_project(credentials: Any) -> str | None:
    """The project of the identity pool we came by; one call, made only when nobody named a project."""
    import google.auth.transport.requests
    from google.auth.exceptions import GoogleAuthError

    ask = getattr(credentials, "get_project_id", None)
    try:
        found = ask(request=google.auth.transport.requests.Request()) if callable(ask) else None
    except (GoogleAuthError, OSError, ValueError):
        return None
    return found if isinstance(found, str) else None


def _token(credentials: Any) -> Secret:
    """A fresh access token; asked for at the start and when the server refuses the last one."""
    import google.auth.transport.requests
    from google.auth.exceptions import GoogleAuthError

    try:
        credentials.refresh(google.auth.transport.requests.Request())
    except (GoogleAuthError, OSError, ValueError) as error:
        raise KeyrackError("gcp.sign_in", "Google did not give us a token", hint="sign in again; see the README") from error
    return Secret(str(credentials.token or ""))
