"""Signing in: the pod's own token first, then what the person names, then a kubeconfig read by the official client.

Facts: "Accessing the Kubernetes API from a Pod" (kubernetes.io/docs): the token file is renewed, so it is read again when
refused; "Organizing Cluster Access Using kubeconfig Files": exec plugins, client certificates.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError
from keyrack.providers.kubernetes.names import safe
from keyrack.sdk import Progress, Secret, Target
from keyrack.sdk.web import Auth, Bearer, Nobody, Web, connect

if TYPE_CHECKING:
    from keyrack.sdk.web.client import Explain

POD = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_DEFAULT_PORTS = {None, 443, 6443}


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where the API server is, how to prove who we are, and whom to trust."""

    host: str
    auth: Auth
    verify: bool | str | ssl.SSLContext
    cluster: str


def sign_in(options: Mapping[str, str]) -> SignIn:
    """How to reach the cluster the options mean.

    Raises:
        KeyrackError: no way to sign in is configured, or it is broken.
    """
    if options.get("endpoint"):
        return _named(options, options["endpoint"])
    if not (options.get("kubeconfig") or options.get("context")) and _in_pod():
        return _pod(options)
    return _kubeconfig(options)


def cluster_name(options: Mapping[str, str], host: str) -> str:
    """The cluster's name in uids: as the person calls it, else its API server's host (and port, where that is unusual)."""
    if named := options.get("cluster", "").strip():
        return safe(named)
    try:
        parts = urlsplit(host)
        port = parts.port
    except ValueError:
        raise KeyrackError(
            "kubernetes.address", "the API server's address is no URL", hint="write it as https://host[:port]"
        ) from None
    name = parts.hostname or ""
    return safe(name if port in _DEFAULT_PORTS else f"{name}:{port}")


def _named(options: Mapping[str, str], endpoint: str) -> SignIn:
    """A server the person names, with a token from a file or a variable; the pod's own where neither is given."""
    path, variable = options.get("token_file"), options.get("token_env")
    auth: Auth
    if path:
        auth = Bearer(lambda: _token(Path(path)))
    elif variable:
        auth = Bearer(lambda: _variable(variable))
    else:
        auth = Bearer(lambda: _token(POD / "token")) if (POD / "token").is_file() else Nobody()
    return SignIn(endpoint, auth, _trusted(options.get("ca_file")), cluster_name(options, endpoint))


def _in_pod() -> bool:
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and (POD / "token").is_file()


def _pod(options: Mapping[str, str]) -> SignIn:
    if not options.get("cluster", "").strip():
        raise KeyrackError(
            "kubernetes.cluster",
            "inside a cluster nothing tells its name, and two clusters must not be taken for one",
            hint="name it: --kubernetes-cluster NAME",
        )
    name, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    host = f"https://{f'[{name}]' if ':' in name else name}:{port}"
    return SignIn(host, Bearer(lambda: _token(POD / "token")), _trusted(str(POD / "ca.crt")), cluster_name(options, host))


def _token(path: Path) -> Secret:
    try:
        value = path.read_bytes().strip()
    except OSError:
        value = b""
    if not value:
        raise KeyrackError("kubernetes.token", f"no token can be read from {path}", hint="check the file and who may read it")
    return Secret(value)


def _variable(name: str) -> Secret:
    value = os.environ.get(name, "").strip()
    if not value:
        raise KeyrackError("kubernetes.token", f"the variable {name} holds no token", hint="set it, or name another one")
    return Secret(value)


def _trusted(path: str | None) -> bool | ssl.SSLContext:
    if not path:
        return True
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        raise KeyrackError("kubernetes.ca", f"{path} holds no CA certificate", hint="give the cluster's CA in PEM") from None


def _kubeconfig(options: Mapping[str, str]) -> SignIn:
    settings = _loaded(options)
    if not settings.verify_ssl:
        raise KeyrackError(
            "kubernetes.insecure",
            "the kubeconfig switches TLS verification off, and a token sent to an unproven server is lost",
            hint="put the cluster's CA into certificate-authority-data",
        )
    host = str(settings.host)
    verify = ssl.create_default_context(cafile=settings.ssl_ca_cert or None)
    if settings.cert_file and settings.key_file:
        verify.load_cert_chain(settings.cert_file, settings.key_file)
    auth: Auth = Bearer(lambda: _bearer(_loaded(options))) if _bearer(settings) else Nobody()
    return SignIn(host, auth, verify, cluster_name(options, host))


def _loaded(options: Mapping[str, str]) -> Any:
    """The official client's settings of a context; its loader runs exec plugins and decodes inline certificates."""
    try:
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException
    except ImportError:
        raise KeyrackError(
            "kubernetes.library", "the kubernetes package is missing", hint="pip install 'keyrack[kubernetes]'"
        ) from None
    settings = client.Configuration()
    try:
        load: Any = config.load_kube_config
        load(
            config_file=options.get("kubeconfig") or None,
            context=options.get("context") or None,
            client_configuration=settings,
            persist_config=False,
        )
    except (ConfigException, OSError, ValueError, TypeError, KeyError):
        raise KeyrackError(
            "kubernetes.kubeconfig",
            "no usable cluster and sign-in were found",
            hint="give --kubernetes-kubeconfig and --kubernetes-context, or --kubernetes-endpoint with a token file",
        ) from None
    return settings


def _bearer(settings: Any) -> Secret:
    value = str((settings.api_key or {}).get("authorization") or (settings.api_key or {}).get("BearerToken") or "")
    return Secret(value.removeprefix("Bearer ").strip())


def contexts(options: Mapping[str, str]) -> Iterator[str]:
    """Names of all contexts of the kubeconfig, in its order.

    Raises:
        KeyrackError: there is none, or it cannot be read.
    """
    _loaded({**options, "context": options.get("context", "")})
    from kubernetes import config

    listing: Any = config.list_kube_config_contexts
    found, _ = listing(config_file=options.get("kubeconfig") or None)
    yield from dict.fromkeys(str(entry["name"]) for entry in found)


def reach(target: Target, progress: Progress, explain: Explain | None = None) -> tuple[SignIn, Web]:
    """A connection to the cluster; nothing is sent yet.

    Raises:
        KeyrackError: no way to sign in, or the address is unfit.
    """
    signed = sign_in(target.options)
    timeout = _seconds(target.options.get("timeout"))
    web = connect(
        signed.host, signed.auth, progress=progress, explain=explain, verify=signed.verify, timeout=timeout, code="kubernetes"
    )
    return signed, web


def _seconds(value: str | None) -> float:
    try:
        return min(max(float(value or "30"), 0.05), 600.0)
    except ValueError:
        raise KeyrackError("kubernetes.timeout", "the timeout is no number of seconds", hint="e.g. 30") from None
