"""What a finding says: its severity where circumstances decide it, and commands that can be pasted as they stand."""

from __future__ import annotations

import re

import pytest

from keyrack.rules import builtin
from keyrack.rules.examples import hits

RULES = {rule.id: rule for rule in builtin()}
USER, ROOT, ROLE = "aws:iam::111122223333:user/ci", "aws:iam::111122223333:root", "aws:iam::111122223333:role/r"
STRANGER = "999988887777"
KEY_RULES = ("credential_never_used", "credential_idle_90_days", "aws_access_key_unrotated", "aws_two_active_keys")


def only(rule: str, **rows: list[dict[str, object]]) -> dict[str, object]:
    (found,) = hits(RULES[rule], rows)
    return found


def keys(holder: str, *public_ids: str | None) -> list[dict[str, object]]:
    return [
        {
            "uid": f"cred:{n}", "identity_uid": holder, "name": f"access key {n}", "public_id": public_id, "status": "active",
            "created_at": f"now-{400 - n}d",
        }
        for n, public_id in enumerate(public_ids, 1)
    ]  # fmt: skip


def advice(rule: str, holder: str, *public_ids: str | None) -> str:
    identity = {
        "uid": holder,
        "type": "aws:root" if holder == ROOT else "aws:iam-user",
        "kind": "human" if holder == ROOT else None,
    }
    used = {"used_at": "now-120d"} if rule == "credential_idle_90_days" else {"grade": "absent", "since": "now-300d"}
    usage = [{"credential_uid": f"cred:{n}", **used} for n, _ in enumerate(public_ids, 1)]
    rows = {"identities": [{k: v for k, v in identity.items() if v}], "credentials": keys(holder, *public_ids), "usage": usage}
    return str(hits(RULES[rule], rows)[0]["remediation"])


@pytest.mark.parametrize("rule", KEY_RULES)
def test_commands_name_a_key_only_by_its_id(rule):
    offline = advice(rule, USER, None, None)
    assert "--access-key-id" not in offline
    assert "`aws iam list-access-keys --user-name ci`" in offline
    live = advice(rule, USER, "K1", "K2")
    assert re.search(r"--access-key-id K[12] --status Inactive`", live)
    assert "?" not in offline + live


@pytest.mark.parametrize("rule", KEY_RULES)
def test_root_is_no_user_of_iam(rule):
    assert "--user-name" not in advice(rule, ROOT, None, None)


def test_no_third_key_is_asked_for():
    assert "create-access-key" in advice("aws_access_key_unrotated", USER, "K1")
    assert "create-access-key" not in advice("aws_access_key_unrotated", USER, "K1", "K2")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_trust_policy_is_updated_from_a_document(rule):
    for text in (rule.header.remediation, rule.sql):
        for command in re.findall(r"`(aws iam update-assume-role-policy[^`]*)`", text):
            assert "--policy-document" in command


@pytest.mark.parametrize(
    ("external_id", "vendors", "actions", "severity"),
    [
        (True, False, [], "low"),
        (True, False, ["*"], "medium"),
        (False, False, [], "medium"),
        (False, False, ["*"], "high"),
        (True, True, ["*"], "critical"),
    ],
)
def test_a_stranger_weighs_less_while_no_vendor_is_listed(external_id, vendors, actions, severity):
    found = only(
        "unknown_foreign_account",
        identities=[{"uid": ROLE, "type": "aws:iam-role"}],
        trusts=[{"identity_uid": ROLE, "subject": STRANGER, "attrs": {"account": STRANGER}, "external_id": external_id}],
        grants=[{"identity_uid": ROLE, "actions": actions}] if actions else [],
        vendors=[{"uid": "vendor:x", "name": "X", "accounts": ["999988887776"]}] if vendors else [],
    )
    assert found["severity"] == severity


@pytest.mark.parametrize(
    ("conditions", "attrs", "verdict"),
    [
        (None, {}, ("critical", "high")),
        ('{"StringLike":{"aws:PrincipalOrgID":["o-*"]}}', {"void_conditions": "true"}, ("critical", "high")),
        ('{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}', {}, ("high", "medium")),
        (None, {"deny": "true"}, ("high", "medium")),
    ],
)
def test_how_open_an_open_trust_is(conditions, attrs, verdict):
    trust = {"identity_uid": ROLE, "subject": "*", "subject_kind": "anyone", "conditions": conditions, "attrs": attrs}
    found = only("trust_to_anyone", identities=[{"uid": ROLE, "type": "aws:iam-role"}], trusts=[trust])
    assert (found["severity"], found["confidence"]) == verdict


def test_administrator_under_a_condition_is_less_sure():
    grant = {"identity_uid": ROLE, "actions": ["*"], "conditions": '{"StringEquals":{"aws:RequestedRegion":["eu-west-1"]}}'}
    found = only("admin_grant", identities=[{"uid": ROLE, "type": "aws:iam-role"}], grants=[grant])
    assert (found["severity"], found["confidence"]) == ("medium", "medium")
