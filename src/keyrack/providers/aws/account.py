"""The account itself: root user, alias, password policy, and its neighbours in the organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.keys import access_key, password_of, signing_certificate
from keyrack.providers.aws.raw import Raw, known, number, part, text, yes
from keyrack.providers.aws.report import Row
from keyrack.providers.aws.scan import Scan
from keyrack.records import Credential, Gap, Identity, Record, Resource, Usage

SUMMARY = Call("aws.account", "iam", "get_account_summary", "iam:GetAccountSummary", ("SummaryMap",))
ALIASES = Call("aws.account", "iam", "list_account_aliases", "iam:ListAccountAliases", ("AccountAliases",))
PASSWORD_POLICY = Call(
    "aws.account", "iam", "get_account_password_policy", "iam:GetAccountPasswordPolicy", ("PasswordPolicy",), absent_ok=True
)
ACCOUNTS = Call("aws.organization", "organizations", "list_accounts", "organizations:ListAccounts", ("Accounts",), optional=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the account-wide calls said; ``None`` where they failed."""

    summary: Raw | None = None
    alias: str | None = None
    password_policy: str | None = None


def account_facts(scan: Scan) -> Iterator[Gap | Facts]:
    """Three calls: summary, aliases, password policy. The :class:`Facts` come last."""
    summary = scan.answer(SUMMARY)
    if isinstance(summary, Gap):
        yield summary
    aliases = scan.answer(ALIASES)
    if isinstance(aliases, Gap):
        yield aliases
    policy = scan.answer(PASSWORD_POLICY)
    if isinstance(policy, Gap):
        yield policy
    alias = aliases.get("AccountAliases") if isinstance(aliases, Mapping) else None
    yield Facts(
        summary=part(summary, "SummaryMap") if isinstance(summary, Mapping) else None,
        alias=alias[0] if isinstance(alias, list) and alias and isinstance(alias[0], str) else None,
        password_policy=None if isinstance(policy, Gap) else _policy_text(policy),
    )


def account_resource(account: str, facts: Facts) -> Resource:
    """The scanned account as a Resource."""
    return Resource(
        uid=f"aws:account:{account}",
        type="aws:account",
        name=facts.alias or account,
        provider="aws",
        scope=account,
        attrs=known(alias=facts.alias, password_policy=facts.password_policy),
    )


def organization(scan: Scan) -> Iterator[Record]:
    """Accounts of the organisation, so that a trust to one of them is not taken for a stranger's."""
    for item in scan.listing(ACCOUNTS):
        if isinstance(item, Gap):
            if item.reason != "missing":  # the account is in no organisation
                yield item
            continue
        account = text(item, "Id")
        if account and account != scan.account:
            yield Resource(
                uid=f"aws:account:{account}",
                type="aws:account",
                name=text(item, "Name") or account,
                provider="aws",
                scope=account,
                attrs=known(
                    status=text(item, "State") or text(item, "Status"),
                    email=(text(item, "Email") or "").rpartition("@")[2].lower() or None,
                ),
            )


def root_user(uid: str, account: str, row: Row | None, summary: Raw | None) -> Iterator[Record]:
    """The root user, from the credential report's row and the account summary, whichever are there."""
    if row is None and summary is None:
        return
    facts = summary or {}
    mfa = row.mfa if row and row.mfa is not None else _present(facts, "AccountMFAEnabled")
    has_password = _present(facts, "AccountPasswordPresent")
    yield Identity(
        uid=uid,
        kind="human",
        type="aws:root",
        name="root",
        provider="aws",
        scope=account,
        created_at=row.created if row else None,
        attrs=known(
            arn=f"arn:{uid}",
            mfa=yes(mfa),
            console=yes(has_password),
            password_last_used=row.password_used.isoformat() if row and row.password_used else None,
            human_evidence="root user",
        ),
    )
    if row:
        yield from _root_report(uid, row, has_password=has_password)
    elif _present(facts, "AccountAccessKeysPresent"):
        yield from access_key(uid, None, None)


def _root_report(uid: str, row: Row, *, has_password: bool | None) -> Iterator[Credential | Usage]:
    if has_password is not False:
        yield from password_of(row, "active" if has_password else "unknown")
    for slot in row.keys:
        yield from access_key(uid, slot, None)
    for slot in row.certificates:
        yield signing_certificate(uid, slot)


def _present(summary: Raw, name: str) -> bool | None:
    count = number(summary, name)
    return None if count is None else count > 0


def _policy_text(reply: Raw | None) -> str | None:
    if reply is None:
        return "none"
    policy = part(reply, "PasswordPolicy")
    words = {"min_length": "MinimumPasswordLength", "max_age": "MaxPasswordAge", "reuse": "PasswordReusePrevention"}
    return ",".join(f"{short}={value}" for short, name in words.items() if (value := number(policy, name)) is not None) or "set"
