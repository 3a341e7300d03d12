"""An organisation as its accounts: who they are, and the role we become in each of them.

Source of the facts: AWS Organizations API Reference, ListAccounts; IAM User Guide, "How to use an external ID" and "AWS STS
credentials lifetime": an assumed role lasts an hour and is renewed from the session that assumed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from keyrack.errors import KeyrackError
from keyrack.providers.aws.api import Api, Call, Failed
from keyrack.providers.aws.raw import text
from keyrack.providers.aws.scan import wants
from keyrack.providers.aws.session import CALLER, caller_account, connect, core_session
from keyrack.providers.aws.weather import failures, of_error
from keyrack.records import Gap
from keyrack.sdk import Context, Target, gap

if TYPE_CHECKING:
    from boto3 import Session

ROLE = "KeyrackRead"
"""The role that `keyrack permissions aws` creates in every account."""
ACCOUNTS = Call("aws.organization", "organizations", "list_accounts", "organizations:ListAccounts", ("Accounts",))
_ROLE = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_OPEN = {"ACTIVE", None}


def expand(target: Target, ctx: Context) -> Iterator[Target | Gap]:
    """The accounts a target stands for; itself, unless ``organization`` is on. 1 call per 20 accounts and one for the caller.

    Raises:
        KeyrackError: there is no way to sign in at all.
    """
    del ctx
    if not wants(target.options, "organization"):
        yield target
        return
    api = connect(target.options)
    own = caller_account(api)
    found: dict[str, Target] = {}
    for item in api.items(ACCOUNTS):
        if isinstance(item, Failed):
            yield _unlisted(item)
        elif (account := text(item, "Id")) and _ACCOUNT.fullmatch(account):
            state = text(item, "State") or text(item, "Status")
            if state in _OPEN:
                found[account] = _member(target, account, own)
            else:
                yield _closed(account, str(state))
    found.setdefault(own, _member(target, own, own))
    yield from (found[account] for account in sorted(found, key=lambda account: (account != own, account)))


def assume(api: Api, options: Mapping[str, str]) -> Api:
    """The same session, or one that is the role in the target's account; renewed by itself before it ends.

    Raises:
        KeyrackError: the account's id or the role's name is none, or AWS does not let us become the role.
    """
    account = options.get("account", "")
    if not account:
        return api
    role = options.get("role") or ROLE
    if not _ACCOUNT.fullmatch(account) or not _ROLE.fullmatch(role):
        raise KeyrackError("aws.role", "account or role is none", hint="account is 12 digits, role the name of an IAM role")
    partition = _partition(api)
    arn = f"arn:{partition}:iam::{account}:role/{role.lstrip('/')}"
    renew = _renewal(api, arn, options.get("external_id") or "")
    try:
        session = _session(api, renew)
    except failures() as error:
        raise _refused(error, arn) from None
    return Api(session=session, endpoint_url=api.endpoint_url, region=api.region, progress=api.progress, timeout=api.timeout)


def _renewal(api: Api, arn: str, external: str) -> Callable[[], dict[str, str]]:
    def renew() -> dict[str, str]:
        client = api.session.client("sts", region_name=api.region, endpoint_url=api.endpoint_url)
        more = {"ExternalId": external} if external else {}
        got = client.assume_role(RoleArn=arn, RoleSessionName="keyrack", **more)["Credentials"]  # type: ignore[arg-type]
        return {
            "access_key": got["AccessKeyId"],
            "secret_key": got["SecretAccessKey"],
            "token": got["SessionToken"],
            "expiry_time": got["Expiration"].isoformat(),
        }

    return renew


def _session(api: Api, renew: Callable[[], dict[str, str]]) -> Session:
    """A session whose credentials botocore renews a quarter of an hour before they end."""
    import boto3
    from botocore.credentials import RefreshableCredentials

    core = core_session()
    credentials = RefreshableCredentials.create_from_metadata(metadata=renew(), refresh_using=renew, method="sts-assume-role")
    core._credentials = credentials  # type: ignore[attr-defined]  # noqa: SLF001 - botocore offers no public way
    return boto3.Session(botocore_session=core, region_name=api.region)


def _partition(api: Api) -> str:
    caller = api.one(CALLER)
    arn = "" if isinstance(caller, Failed) else text(caller, "Arn") or ""
    return arn.split(":")[1] if arn.count(":") >= 5 else "aws"


def _member(target: Target, account: str, own: str) -> Target:
    """The caller's own account is looked at as it is; every other one by its role."""
    options = {name: value for name, value in target.options.items() if name != "organization"}
    if account == own:
        return replace(target, options={name: value for name, value in options.items() if name not in {"role", "external_id"}})
    return replace(target, options={**options, "account": account, "role": options.get("role") or ROLE})


def _unlisted(item: Failed) -> Gap:
    return gap(
        "aws.organization", "organizations:ListAccounts", item.weather.reason,
        f"{item.weather.sentence}: only the caller's own account is looked at, or those listed so far.",
        permission="organizations:ListAccounts",
        hint="scan from the management account or a delegated administrator's",
    )  # fmt: skip


def _closed(account: str, state: str) -> Gap:
    return gap(
        "aws.organization", f"account {account}", "unsupported",
        f"The account is {state.lower().replace('_', ' ')[:30]}: AWS answers no calls there, so it was not looked at.",
        hint="nothing to do; AWS closes a suspended account after 90 days", incomplete=False,
    )  # fmt: skip


def _refused(error: BaseException, arn: str) -> KeyrackError:
    bad = of_error(error)
    hint = (
        "deploy the role that `keyrack permissions aws` prints, and let the caller assume it"
        if bad.kind == "denied"
        else bad.hint
    )
    later = bad.reason in {"throttled", "unreachable", "truncated"}
    return KeyrackError(
        f"aws.{bad.kind}", f"cannot become {arn}: {bad.sentence}", hint=hint, retry="later" if later else "after_fix"
    )
