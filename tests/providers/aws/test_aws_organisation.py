"""An organisation in moto, which keeps accounts apart: each account is looked at by its role, with that account's own things."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from account_seed import OWN, trust
from wire import error, wire, xml

from keyrack.app.policies import policy
from keyrack.errors import KeyrackError
from keyrack.providers.aws import provider
from keyrack.records import Gap, Identity
from keyrack.sdk import Target


@pytest.fixture
def organisation(moto):
    """The management account and three members, one of them suspended; two have the role."""
    client = moto.client("organizations")
    client.create_organization(FeatureSet="ALL")
    ids = [
        client.create_account(AccountName=name, Email=f"{name}@acme.example")["CreateAccountStatus"]["AccountId"]
        for name in ("a", "b", "c")
    ]
    client.close_account(AccountId=ids[2])
    for number, account in enumerate(ids[:2]):
        got = moto.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="seed"
        )
        got = got["Credentials"]
        iam = moto.client(
            "iam",
            aws_access_key_id=got["AccessKeyId"],
            aws_secret_access_key=got["SecretAccessKey"],
            aws_session_token=got["SessionToken"],
        )
        iam.create_role(RoleName="KeyrackRead", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{OWN}:root"}))
        iam.create_user(UserName=f"robot-{number}")
    moto.client("iam").create_user(UserName="robot-of-management")
    return moto, ids


def expanded(url, ctx, **options):
    return list(provider.expand(Target("aws", options={"endpoint_url": url, "organization": "true", **options}), ctx))


def names(records):
    return {r.name for r in records if isinstance(r, Identity) and r.type == "aws:iam-user"}


def test_every_active_account_is_a_source_of_its_own(organisation, ctx):
    moto, ids = organisation
    found = expanded(moto.url, ctx, external_id="keyrack-7")
    targets = [item for item in found if isinstance(item, Target)]
    assert [t.options.get("account", OWN) for t in targets] == [OWN, *sorted(ids[:2])]
    assert all("organization" not in t.options for t in targets)
    assert [g.subject for g in found if isinstance(g, Gap)] == [f"account {ids[2]}"]
    sources = [provider.source(t, ctx).id for t in targets]
    assert sources == [f"aws:{OWN}", *(f"aws:{account}" for account in sorted(ids[:2]))]
    seen = [names(provider.discover(t, ctx)) for t in targets]
    assert sorted(map(sorted, seen)) == [["robot-0"], ["robot-1"], ["robot-of-management"]]


def test_calls_to_become_a_role_and_to_list(organisation, ctx):
    moto, ids = organisation
    with wire(moto.url) as line:
        found = expanded(line.url, ctx)
        assert (line.calls["ListAccounts"], line.calls["GetCallerIdentity"]) == (1, 1)
        line.calls.clear()
        target = next(t for t in found if isinstance(t, Target) and t.options.get("account") == ids[0])
        provider.source(target, ctx)
        assert line.calls == {"GetCallerIdentity": 2, "AssumeRole": 1}


def test_the_external_id_goes_with_the_request(organisation, ctx):
    moto, ids = organisation
    asked = []
    with wire(moto.url) as line:
        line.answer("AssumeRole", asked.append)
        target = next(
            t
            for t in expanded(line.url, ctx, external_id="keyrack-7")
            if isinstance(t, Target) and t.options.get("account") == ids[0]
        )
        provider.source(target, ctx)
    assert (asked[0]["ExternalId"], asked[0]["RoleArn"]) == ("keyrack-7", f"arn:aws:iam::{ids[0]}:role/KeyrackRead")


def test_a_session_that_ends_is_renewed(organisation, ctx):
    """The first session is about to end when it is given: botocore asks for the role again instead of failing midway."""
    moto, ids = organisation
    with wire(moto.url) as line:
        target = next(t for t in expanded(line.url, ctx) if isinstance(t, Target) and t.options.get("account") == ids[0])
        line.answer("AssumeRole", _short_lived(moto, ids[0]))
        line.calls.clear()
        assert names(provider.discover(target, ctx)) == {"robot-0"}
        assert line.calls["AssumeRole"] > 2


def _short_lived(moto, account):
    def answer(fields):
        got = moto.client("sts").assume_role(RoleArn=fields["RoleArn"], RoleSessionName="keyrack")["Credentials"]
        ends = (datetime.now(UTC) + timedelta(minutes=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return xml(
            "AssumeRole",
            f"<Credentials><AccessKeyId>{got['AccessKeyId']}</AccessKeyId><SecretAccessKey>{got['SecretAccessKey']}</SecretAccessKey>"
            f"<SessionToken>{got['SessionToken']}</SessionToken><Expiration>{ends}</Expiration></Credentials>"
            f"<AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/KeyrackRead/keyrack</Arn><AssumedRoleId>A:B</AssumedRoleId></AssumedRoleUser>",
        )

    return answer


def test_a_role_that_lets_us_not_in_fails_that_account_only(organisation, ctx):
    moto, _ = organisation
    with wire(moto.url) as line:
        line.answer("AssumeRole", error("AccessDenied", 403))
        targets = [item for item in expanded(line.url, ctx) if isinstance(item, Target)]
        assert names(provider.discover(targets[0], ctx)) == {"robot-of-management"}
        with pytest.raises(KeyrackError) as caught:
            provider.source(targets[1], ctx)
    assert caught.value.code == "aws.denied"
    assert "keyrack permissions aws" in caught.value.hint


def test_outside_the_management_account_the_own_account_is_left(moto, ctx):
    with wire(moto.url) as line:
        line.answer("ListAccounts", error("AccessDeniedException", 403))
        found = expanded(line.url, ctx)
    assert [(g.reason, g.permission) for g in found if isinstance(g, Gap)] == [("denied", "organizations:ListAccounts")]
    (target,) = (replace(t, options={**t.options, "endpoint_url": moto.url}) for t in found if isinstance(t, Target))
    assert provider.source(target, ctx).id == f"aws:{OWN}"


def test_without_the_switch_a_target_stands_for_itself(moto, ctx):
    target = Target("aws", options={"endpoint_url": moto.url})
    assert list(provider.expand(target, ctx)) == [target]


@pytest.mark.parametrize(("account", "role"), [("12", "KeyrackRead"), ("111122223333", "a b"), ("../etc", "x")])
def test_hostile_accounts_and_roles_are_refused(moto, ctx, account, role):
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("aws", options={"endpoint_url": moto.url, "account": account, "role": role}), ctx)
    assert caught.value.code == "aws.role"


def test_the_role_is_the_only_one_that_may_be_assumed():
    """A printed policy with sts:AssumeRole on everything would be the first finding."""
    first, second = policy("aws", optional=True)["Statement"]
    assert first["Resource"] == "*"
    assert "sts:AssumeRole" not in first["Action"]
    assert (second["Action"], second["Resource"]) == (["sts:AssumeRole"], "arn:aws:iam::*:role/KeyrackRead")
    (only,) = policy("aws", optional=False)["Statement"]
    assert "sts:AssumeRole" not in only["Action"]


def test_the_stackset_holds_every_action_and_nothing_that_writes():
    wanted = [p for c in provider.manifest.capabilities for p in c.permissions]
    text = provider.manifest.forms["stackset"](wanted)
    document = yaml.load(text.replace("!Ref ", ""), yaml.SafeLoader)
    actions = document["Resources"]["KeyrackRead"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"]
    assert set(actions) == {p.name for p in wanted} - {"sts:AssumeRole"}
    assert not [
        a for a in actions if a.split(":")[1].startswith(("Create", "Delete", "Put", "Update", "Attach", "Start", "Invoke"))
    ]
    assert len(json.dumps(actions, separators=(",", ":"))) < 10_000  # all inline policies of a role together: 10,240 characters
