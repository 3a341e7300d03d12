"""Signing in: boto3's own chain of credentials, a named profile, or an emulator on this machine."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError
from keyrack.providers.aws.api import Api, Call, Failed
from keyrack.providers.aws.raw import text
from keyrack.providers.aws.weather import Weather, failures, of_error
from keyrack.records.gap import GapReason
from keyrack.sdk import Progress, Silent
from keyrack.sdk.web.client import loopback

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.loaders import Loader
    from botocore.session import Session as CoreSession

CALLER = Call("aws.account", "sts", "get_caller_identity", "sts:GetCallerIdentity", ("Account",))
_TRANSIENT: frozenset[GapReason] = frozenset({"throttled", "unreachable", "truncated"})


def connect(options: Mapping[str, str], progress: Progress | None = None) -> Api:
    """An :class:`Api` for the options ``profile``, ``region``, ``endpoint_url``; no call yet. ``progress`` counts its calls.

    Raises:
        KeyrackError: boto3 is missing, the profile does not exist, or there are no credentials.
    """
    try:
        import boto3
    except ImportError:
        raise KeyrackError(
            "aws.boto3_missing", "scanning AWS needs boto3", hint="install it with: pip install 'keyrack[aws]'"
        ) from None
    _quiet_vendor_logs()
    endpoint = _endpoint(options.get("endpoint_url"))
    try:
        session = boto3.Session(
            botocore_session=core_session(),
            profile_name=options.get("profile") or None,
            region_name=options.get("region") or None,
        )
        if session.get_credentials() is None:
            session = _emulator_session(endpoint, options, session)
        region = session.region_name or "us-east-1"
    except failures() as error:
        raise _no_login(error, options) from None
    seconds = _seconds(options.get("timeout"))
    return Api(session=session, endpoint_url=endpoint, region=region, progress=progress or Silent(), timeout=seconds)


def _seconds(wish: str | None) -> float | None:
    try:
        seconds = float(wish) if wish else None
    except ValueError:
        seconds = 0.0
    if seconds is not None and not 0 < seconds <= 3600:
        raise KeyrackError("aws.timeout", "the time-out is no number of seconds up to 3600", hint="e.g. --aws-timeout 60")
    return seconds


def caller_account(api: Api) -> str:
    """The account id that the credentials belong to; one call.

    Raises:
        KeyrackError: AWS cannot be reached or does not accept the credentials.
    """
    reply = api.one(CALLER)
    if isinstance(reply, Failed):
        bad = reply.weather
        later = bad.reason in _TRANSIENT
        raise KeyrackError(
            f"aws.{bad.kind}", f"cannot sign in to AWS: {bad.sentence}", hint=bad.hint, retry="later" if later else "after_fix"
        )
    return text(reply, "Account") or "unknown"


def _emulator_session(endpoint: str | None, options: Mapping[str, str], session: Session) -> Session:
    """Emulators accept any key; asking a person to invent one for 127.0.0.1 teaches nothing."""
    import boto3

    if not endpoint or not loopback(urlsplit(endpoint).hostname or ""):
        raise KeyrackError(
            "aws.no_credentials",
            "no AWS credentials found",
            hint="sign in (aws sso login), set AWS_PROFILE, or scan offline with --aws-authorization-details FILE",
        )
    return boto3.Session(
        botocore_session=core_session(),
        aws_access_key_id="keyrack",
        aws_secret_access_key="keyrack",  # noqa: S106 - emulators take anything
        region_name=options.get("region") or session.region_name,
    )


def core_session() -> CoreSession:
    """A botocore session that shares the service models of all others: reading them is most of a client's cost."""
    import botocore.session

    core = botocore.session.get_session()
    core.register_component("data_loader", _models(core.get_config_variable("data_path")))
    return core


@cache
def _models(data_path: str | None) -> Loader:
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _endpoint(url: str | None) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise KeyrackError(
            "aws.endpoint", "the AWS endpoint is not an http or https URL", hint="give --aws-endpoint-url http://host:port"
        )
    return url


def _no_login(error: BaseException, options: Mapping[str, str]) -> KeyrackError:
    name = type(error).__name__
    if name == "ProfileNotFound":
        profile = options.get("profile") or "of AWS_PROFILE"
        return KeyrackError(
            "aws.profile", f"there is no AWS profile {profile!r}", hint="list them with: aws configure list-profiles"
        )
    if name == "ConfigParseError":
        return KeyrackError(
            "aws.config", "the AWS configuration file cannot be parsed", hint="check ~/.aws/config and ~/.aws/credentials"
        )
    bad: Weather = of_error(error)
    return KeyrackError(
        "aws.no_credentials", f"cannot sign in to AWS: {bad.sentence}", hint=bad.hint or "sign in again and re-scan"
    )


def _quiet_vendor_logs() -> None:
    """Botocore logs whole replies at debug level, and replies hold environment values; they must never reach a log."""
    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
