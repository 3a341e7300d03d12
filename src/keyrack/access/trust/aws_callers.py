"""Callers of sts:AssumeRole for one trust: the accounts, roles and services it names, and who is mistaken for them.

Facts: IAM User Guide, "The confused deputy problem" (external ids, aws:SourceArn, aws:SourceAccount, aws:SourceOrgID),
"AWS JSON policy elements: Principal", "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyrack.access.aws.model import Policy, Statement
from keyrack.access.trust.model import Hints, Level, Probe
from keyrack.access.trust.seeds import EXTERNAL_ID, filled

STRANGER = "666600006666"
OTHER_ORGANISATION = "o-mallory6660"
_EXTERNAL = "sts:externalid"
_ANYBODY = "anybody with an AWS account"
_OF_SOURCE = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
PASSED = frozenset({
    "ec2", "lambda", "ecs-tasks", "codebuild", "glue", "sagemaker", "states", "batch", "cloudformation", "eks", "pods.eks", "rds",
    "ecs", "ssm", "datapipeline", "elasticmapreduce", "emr-serverless", "apprunner", "tasks.apprunner", "build.apprunner",
})  # fmt: skip
"""Services that take a role only by iam:PassRole in the role's own account, so that no other account's work reaches it."""

Values = Mapping[str, tuple[str, ...]]


def probes(policy: Policy, role: str, hints: Hints) -> Iterator[Probe]:
    """Callers by every principal that an Allow names."""
    account = role.split(":")[4]
    for statement in policy.statements:
        if not statement.allow or statement.not_principals:
            continue
        for kind, value in statement.principals or ():
            if kind == "*" or (kind == "AWS" and value == "*"):
                yield from _anyone(statement, account, hints)
            elif kind == "AWS":
                yield from _account(statement, value, account, hints)
            elif kind == "Service":
                yield from _service(statement, value, account, role)


def _asked(statement: Statement, account: str) -> dict[str, tuple[str, ...]]:
    """Context that satisfies the statement's own comparisons, as the right caller brings it."""
    found: dict[str, tuple[str, ...]] = {}
    for condition in statement.conditions:
        if condition.operator.startswith(("string", "arn")) and "not" not in condition.operator and condition.values:
            text = EXTERNAL_ID if condition.key == _EXTERNAL else "x"
            found[condition.key] = (filled(condition.values[0], text).replace("${aws:PrincipalAccount}", account),)
        elif condition.operator == "bool" and condition.values:
            found[condition.key] = (condition.values[0],)
    return found


def _as(principal: str, organisation: str, asked: Values, **changed: tuple[str, ...] | None) -> dict[str, tuple[str, ...]]:
    """Request context of a principal of an account (keys AWS fills in for every caller), over what the statement asks."""
    number = principal.split(":")[4] if principal.count(":") >= 5 else principal
    own = {"aws:principalaccount": (number,), "aws:principalarn": (principal,)}
    own |= {"aws:principalorgid": (organisation,)} if organisation else {}
    said = {key: value for key, value in asked.items() if not key.startswith("aws:principal")}
    whole = {**said, **own}
    for name, value in changed.items():
        key = name.replace("__", ":")
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = value
    return whole


def _organisation(statement: Statement, account: str, hints: Hints, number: str) -> str:
    """The organisation of an account: ours for our own, the pinned one where the statement pins it."""
    pinned = next((c.values[0] for c in statement.conditions if c.key == "aws:principalorgid" and c.values), "")
    ours = hints.organisation or pinned or "o-ours000000"
    return ours if number == account or number in hints.accounts else (pinned if not hints.organisation else OTHER_ORGANISATION)


def _caller(name: str, level: Level, how: str, principal: str, context: Mapping[str, tuple[str, ...]]) -> Probe:
    return Probe(name, level, how, {}, principal, context)


def _account(statement: Statement, value: str, account: str, hints: Hints) -> Iterator[Probe]:
    """A principal named outright: an account, a role, a user. Unique ids of deleted principals are nobody."""
    if not (value.isdigit() or value.startswith("arn:")):
        return
    number = value if value.isdigit() else value.split(":")[4]
    whole = value.isdigit() or value.endswith(":root")
    asked = _asked(statement, account)
    principal = f"arn:aws:iam::{number}:role/deployer" if whole else value
    if whole and asked.get("aws:principalarn", ("",))[0].startswith("arn:"):
        principal = asked["aws:principalarn"][0]
    home = _organisation(statement, account, hints, number)
    if number in {account, *hints.accounts}:
        yield _caller(principal, "meant", "the caller it was written for", principal, _as(principal, home, asked))
        inside = f"arn:aws:iam::{number}:role/zz-intern"
        how = "whoever works in that account with the right to call sts:AssumeRole"
        yield _caller("another role of the account", "neighbour", how, inside, _as(inside, home, asked))
    else:
        yield from _vendor(principal, home, {_EXTERNAL: (EXTERNAL_ID,), **asked})
    outside = f"arn:aws:iam::{STRANGER}:role/deployer"
    name = "a role of that name in a stranger's account"
    yield _caller(name, "stranger", _ANYBODY, outside, _as(outside, OTHER_ORGANISATION, asked))


def _vendor(principal: str, home: str, asked: Values) -> Iterator[Probe]:
    """A caller of another party, who gives the external id of whom it works for: ours, another customer's, none."""
    yield _caller(principal, "meant", "the caller it was written for", principal, _as(principal, home, asked))
    how = "another customer of that account's owner, who tells it our role's name"
    for name, value in (("on behalf of another customer", ("another-customer",)), ("without an external id", None)):
        context = _as(principal, home, asked, sts__externalid=value)
        yield _caller(f"the same caller {name}", "party", how, principal, context)


def _anyone(statement: Statement, account: str, hints: Hints) -> Iterator[Probe]:
    """Principal ``*``: its conditions alone decide."""
    asked = _asked(statement, account)
    mine = next((v[0] for k, v in asked.items() if k == "aws:principalaccount"), account)
    inside = next((v[0] for k, v in asked.items() if k == "aws:principalarn"), f"arn:aws:iam::{mine}:role/deployer")
    ours = _organisation(statement, account, hints, account)
    yield _caller(inside, "meant", "a role of our own", inside, _as(inside, ours, asked))
    beside = f"arn:aws:iam::{account}:role/zz-intern"
    yield _caller("another role of our account", "neighbour", "whoever works in our account", beside, _as(beside, ours, asked))
    sister = f"arn:aws:iam::{hints.accounts[0] if hints.accounts else '222222222222'}:role/zz-intern"
    yield _caller("another account of our organisation", "neighbour", "whoever works there", sister, _as(sister, ours, asked))
    outside = f"arn:aws:iam::{STRANGER}:role/deployer"
    unknowing = {key: value for key, value in asked.items() if key != _EXTERNAL}
    yield _caller("a stranger's account", "stranger", _ANYBODY, outside, _as(outside, OTHER_ORGANISATION, unknowing))
    yield _caller("a stranger's account outside every organisation", "stranger", _ANYBODY, outside, _as(outside, "", unknowing))


def _service(statement: Statement, host: str, account: str, role: str) -> Iterator[Probe]:
    """A service for us, and the same service for somebody else. Services that need iam:PassRole are nobody's deputy."""
    pinned = _asked(statement, account)
    asked = {key: value for key, value in pinned.items() if key not in _OF_SOURCE}
    service = host.removesuffix(".amazonaws.com").partition(".")[0]
    partition = role.split(":")[1]

    def source(number: str, thing: str) -> tuple[str, ...]:
        return (f"arn:{partition}:{service}:eu-north-1:{number}:{thing}",)

    ours = {"aws:sourceaccount": (account,), "aws:sourcearn": source(account, "x/ours")}
    ours |= {key: pinned[key] for key in _OF_SOURCE if key in pinned}
    yield _caller(f"{host} for our account", "meant", "the service at work for us", host, {**asked, **ours})
    if host.removesuffix(".amazonaws.com") in PASSED:
        return
    mixed = {"aws:sourceaccount": (STRANGER,), "aws:sourcearn": source(STRANGER, "x/theirs")}
    mixed["aws:sourceorgid"] = (OTHER_ORGANISATION,)
    how = "another customer of the service, who gives it our role's ARN"
    yield _caller(f"{host} on behalf of another account", "party", how, host, {**asked, **mixed})
    beside = {**ours, "aws:sourcearn": source(account, "x/zz-playground")}
    how = "whoever may set the service up in our account"
    yield _caller(f"{host} for another thing of our account", "same", how, host, {**asked, **beside})
