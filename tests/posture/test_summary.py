"""The first page counts people and programs, and what is neither on no side."""

from __future__ import annotations

from sample import ACCOUNT, NOW, build_sample, records

from keyrack.records import Identity

AWS = {"provider": "aws", "scope": ACCOUNT}


def role(name: str, **attrs: str) -> Identity:
    return Identity(
        uid=f"aws:iam::{ACCOUNT}:role/{name}", kind="service_account", type="aws:iam-role", name=name, attrs=attrs, **AWS
    )


def test_root_and_the_roles_of_people_and_of_aws_are_not_counted(tmp_path):
    before = build_sample(tmp_path / "before", NOW, records()).report().summary
    more = [
        Identity(uid=f"aws:iam::{ACCOUNT}:root", kind="human", type="aws:root", name="root", **AWS),
        role("AWSReservedSSO_Admin_1", human_evidence="IAM Identity Center permission set"),
        role("AWSServiceRoleForSupport", service_linked="true"),
        role("deploy"),
    ]
    after = build_sample(tmp_path / "after", NOW, [*records(), *more]).report().summary
    assert (after.humans, after.identities) == (before.humans, before.identities + 1)
    assert after.by_kind["service_account"] == before.by_kind["service_account"] + 1


def test_root_of_a_host_is_nobody_and_a_cluster_user_is_counted_with_the_account(tmp_path):
    def person(type_: str, name: str, **attrs: str) -> Identity:
        uid = f"machine:ws:{type_.replace(':', '-')}/{name}"
        return Identity(uid=uid, kind="human", type=type_, name=name, attrs=attrs, **AWS)

    before = build_sample(tmp_path / "before", NOW, records()).report().summary
    more = [
        person("unix:user", "root", unix_uid="0"),
        person("unix:user", "ann", unix_uid="1001"),
        person("kube:user", "ann", user="ann"),
    ]
    after = build_sample(tmp_path / "after", NOW, [*records(), *more]).report().summary
    assert (after.humans, after.identities) == (before.humans + 1, before.identities)
