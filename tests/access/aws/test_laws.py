"""Laws of AWS decisions, on random policies and requests: what no example list can show."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws.decide import decide
from keyrack.access.aws.model import Policies, Request
from keyrack.access.aws.parse import parse

ACCOUNT, OTHER = "111122223333", "444455556666"
CALLERS = (
    f"arn:aws:iam::{ACCOUNT}:user/alice",
    f"arn:aws:iam::{ACCOUNT}:role/deploy",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run",
    f"arn:aws:sts::{ACCOUNT}:federated-user/alice",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{OTHER}:role/deploy",
    "lambda.amazonaws.com",
    None,
)
PRINCIPALS = (
    "*",
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/deploy", OTHER]},
    {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run"},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:user/alice", "Service": "lambda.amazonaws.com"},
)
PATTERNS = ("*", "arn:aws:s3:::records/*", "arn:aws:s3:::records/${aws:PrincipalTag/team}/*", f"arn:aws:*:*:{ACCOUNT}:*")
CONDITIONS = (
    {},
    {"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}},
    {"StringNotEquals": {"aws:PrincipalTag/team": "a"}},
    {"ForAllValues:StringLike": {"aws:TagKeys": "t*"}},
    {"ForAnyValue:StringNotLike": {"aws:TagKeys": "t*"}},
    {"ArnLikeIfExists": {"aws:SourceArn": "arn:aws:sns:*:*:t"}, "Bool": {"aws:SecureTransport": "true"}},
    {"Null": {"aws:TokenIssueTime": "true"}},
)

requests = st.builds(
    Request,
    st.sampled_from(CALLERS),
    st.sampled_from(("s3:GetObject", "s3:PutBucketPolicy", "kms:Decrypt", "sts:AssumeRole", "sts:GetCallerIdentity")),
    st.sampled_from(
        (
            "arn:aws:s3:::records/a/b",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k1",
            f"arn:aws:iam::{ACCOUNT}:role/target",
            "*",
        )
    ),
    st.dictionaries(
        st.sampled_from(("aws:PrincipalTag/team", "aws:TagKeys", "aws:SecureTransport", "aws:TokenIssueTime")),
        st.lists(st.sampled_from(("a", "team", "true")), min_size=1, max_size=2).map(tuple),
        max_size=3,
    ),
    resource_account=st.sampled_from((ACCOUNT, OTHER, None)),
)


def statements(*, effects=("Allow", "Deny"), principal=False):
    parts = {
        "Effect": st.sampled_from(effects),
        "Action": st.sampled_from(("*", "s3:*", "s3:Get*", ["kms:Decrypt", "s3:PutBucketPolicy"], "sts:*")),
        "Resource": st.sampled_from(PATTERNS),
        "Condition": st.sampled_from(CONDITIONS),
    }
    if principal:
        parts["Principal"] = st.sampled_from(PRINCIPALS)
    return st.fixed_dictionaries(parts).flatmap(lambda one: st.sampled_from((one, negated(one))))


def negated(statement):
    """The same with NotAction and NotResource."""
    swapped = {"Action": "NotAction", "Resource": "NotResource"}
    return {swapped.get(name, name): value for name, value in statement.items()}


def documents(**kwargs):
    return st.lists(statements(**kwargs), max_size=3).map(lambda body: parse({"Version": "2012-10-17", "Statement": body}))


def attached(**kwargs):
    return st.lists(documents(**kwargs), max_size=2).map(tuple)


optional = st.one_of(st.none(), attached())
levels = st.one_of(st.none(), st.lists(attached(), max_size=2).map(tuple))
policies = st.builds(
    Policies,
    identity=attached(),
    boundaries=optional,
    scps=levels,
    rcps=levels,
    resource=st.one_of(st.none(), attached(principal=True)),
    session=optional,
    endpoint=optional,
)
NARROWING = ("boundaries", "session", "endpoint")
ALL = parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
DENY = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})


@given(requests, policies, st.sampled_from(("identity", "boundaries", "session", "endpoint", "resource")))
@settings(max_examples=300, deadline=None)
def test_a_deny_wins(request, given_policies, kind):
    """A deny of everything in a kind of policy that applies to the caller makes every decision an explicit deny."""
    denied = decide(request, replace(given_policies, **{kind: (*(getattr(given_policies, kind) or ()), DENY)}))
    if denied.outcome != "explicit_deny":
        in_account = request.principal is not None and request.principal.startswith("arn:")
        root = in_account and request.principal.endswith(":root")
        exempt = request.action == "sts:GetCallerIdentity" or (root and request.action == "s3:PutBucketPolicy")
        assert exempt or (kind in {"identity", "boundaries", "session"} and (root or not in_account))


@given(requests, policies, statements(effects=("Allow",)), statements(effects=("Allow",), principal=True))
@settings(max_examples=400, deadline=None)
def test_adding_an_allow_removes_nothing(request, given_policies, of_identity, of_resource):
    before = decide(request, given_policies).outcome
    one, other = (parse({"Version": "2012-10-17", "Statement": body}) for body in (of_identity, of_resource))
    more = replace(given_policies, identity=(*given_policies.identity, one))
    assert not_less(before, decide(request, more).outcome)
    assert not_less(before, decide(request, replace(given_policies, resource=(*(given_policies.resource or ()), other))).outcome)
    for kind in NARROWING:
        if (now := getattr(given_policies, kind)) is not None:
            assert not_less(before, decide(request, replace(given_policies, **{kind: (*now, one)})).outcome)


@given(requests, policies, documents(), st.sampled_from((*NARROWING, "scps", "rcps")))
@settings(max_examples=400, deadline=None)
def test_what_narrows_only_narrows(request, given_policies, one, kind):
    """Attaching a boundary, session, endpoint, service or resource control policy where there was none never adds access.

    A federated user needs a session policy to have any permission: there, none is not the same as one that allows everything.
    """
    without = replace(given_policies, **{kind: None})
    before = decide(request, without).outcome
    attached_one = ((one,),) if kind in {"scps", "rcps"} else (one,)
    after = decide(request, replace(without, **{kind: attached_one})).outcome
    if kind == "session" and request.principal is not None and ":federated-user/" in request.principal:
        before = decide(request, replace(without, session=(ALL,))).outcome
    assert not_less(after, before)


@given(requests, policies, st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_order_does_not_matter(request, given_policies, seed):
    random = Random(seed)

    def shuffled(policy):
        return replace(policy, statements=tuple(random.sample(policy.statements, len(policy.statements))))

    def mixed(some):
        return None if some is None else tuple(shuffled(policy) for policy in random.sample(some, len(some)))

    def of_levels(some):
        return None if some is None else tuple(mixed(level) for level in random.sample(some, len(some)))

    names = ("identity", "boundaries", "resource", "session", "endpoint")
    other = replace(
        given_policies,
        **{name: mixed(getattr(given_policies, name)) for name in names},
        scps=of_levels(given_policies.scps),
        rcps=of_levels(given_policies.rcps),
    )
    one, two = decide(request, given_policies), decide(request, other)
    assert (one.outcome, one.assumed) == (two.outcome, two.assumed)


@given(requests, policies)
@settings(max_examples=100, deadline=None)
def test_deciding_twice_gives_the_same(request, given_policies):
    assert decide(request, given_policies) == decide(request, given_policies)


def not_less(before, after):
    """Whether access did not shrink."""
    rank = {"explicit_deny": 0, "implicit_deny": 0, "allow": 1}
    return rank[after] >= rank[before]
