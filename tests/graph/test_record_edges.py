"""Edges across systems: pipelines to roles, placements to identities, agents to servers, and other languages' grants."""

from aws_inventory import ACCOUNT, ADMIN, NOW, Inventory, arn, estate, trust
from msgspec.structs import replace

from keyrack.graph.build import build
from keyrack.graph.languages import _ways
from keyrack.graph.model import Estate
from keyrack.graph.paths import paths_to
from keyrack.records import Credential, Grant, Identity, Placement, Trust
from keyrack.records.uids import repository_uid

GITHUB = "token.actions.githubusercontent.com"
ROLE = f"aws:iam::{ACCOUNT}:role/deploy"


def identity(uid, native="github:workflow", scope="acme/web", **attrs):
    return Identity(
        uid=uid, kind="cicd", type=native, name=uid.rpartition("/")[2], provider="repository", scope=scope, attrs=attrs
    )


def workflow(repository="acme/web"):
    return identity(repository_uid(repository, "workflow", "deploy.yml"), scope=repository, oidc="true")


def federated(*subs):
    when = {"StringLike": {f"{GITHUB}:sub": list(subs)}, "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    made = Inventory()
    provider = {"Federated": arn("oidc-provider", GITHUB)}
    made.role("deploy", ADMIN, trusts=trust(provider, when, "sts:AssumeRoleWithWebIdentity"))
    return estate(made)


def extended(base, **more):
    return Estate(
        **{name: (*getattr(base, name), *more.get(name, ())) for name in Estate.__slots__ if name not in {"now", "blind"}},
        now=base.now,
    )


def hops(found, source, to="admin"):
    paths = paths_to(build(found), to, source)
    return [hop.mechanism for hop in paths[0].hops] if paths else None


def test_a_workflow_becomes_the_role_that_lets_its_repository_in():
    one = workflow()
    for subs, open_ in (
        (("repo:acme/web:*",), True),
        (("repo:acme/*",), True),
        (("repo:acme@*/web@*:ref:refs/heads/main",), True),
        (
            ("repo:acme/api:*",),
            False,
        ),
    ):
        found = extended(federated(*subs), identities=(one,))
        assert hops(found, one.uid) == (["sts:AssumeRoleWithWebIdentity"] if open_ else None), subs


def test_a_pipeline_that_names_a_role_needs_the_roles_consent_where_we_know_the_role():
    one = workflow()
    names = Trust(uid="t", identity_uid=ROLE, subject=one.uid, subject_kind="identity", mechanism="ci:assumes-role")
    shut = extended(federated("repo:acme/api:*"), identities=(one,), trusts=(names,))
    assert hops(shut, one.uid) is None
    unknown = extended(
        Estate(NOW),
        identities=(one, identity("aws:iam::999988887777:role/x", "iac:role")),
        trusts=(replace(names, identity_uid="aws:iam::999988887777:role/y"),),
    )
    assert [edge.mechanism for edge in build(unknown).edges] == ["ci:assumes-role"]


def test_who_uses_a_live_credential_is_whom_it_authenticates_as():
    made = Inventory()
    made.user("bot", ADMIN)
    key = Credential(
        uid="cred:aws:K",
        kind="access_key",
        issuer="aws",
        name="key",
        identity_uid=f"aws:iam::{ACCOUNT}:user/bot",
        status="active",
    )
    server = identity("machine:pc:mcp-server/claude/aws", "mcp:server")
    agent = identity("machine:pc:agent/claude", "mcp:agent")
    launch = Trust(uid="t", identity_uid=server.uid, subject=agent.uid, subject_kind="identity", mechanism="mcp:launch")
    place = Placement(
        uid="p",
        credential_uid=key.uid,
        system="agent_config",
        exposure="config",
        scope="pc",
        path="~/.claude.json",
        consumer_uid=server.uid,
    )
    base = extended(estate(made), identities=(server, agent), trusts=(launch,), placements=(place,), credentials=(key,))
    assert hops(base, agent.uid) == ["mcp:launch", "credential:agent_config"]
    dead = extended(
        estate(made),
        identities=(server, agent),
        trusts=(launch,),
        placements=(place,),
        credentials=(replace(key, status="inactive"),),
    )
    assert hops(dead, agent.uid) is None


def test_who_may_read_a_functions_environment_reads_the_key_in_it():
    made = Inventory()
    made.user("bot", ADMIN)
    made.user("start", {"Effect": "Allow", "Action": "lambda:GetFunctionConfiguration", "Resource": "*"})
    key = Credential(
        uid="cred:aws:K",
        kind="access_key",
        issuer="aws",
        name="key",
        identity_uid=f"aws:iam::{ACCOUNT}:user/bot",
        status="active",
    )
    place = Placement(
        uid="p", credential_uid=key.uid, system="workload_env", exposure="config", scope=ACCOUNT,
        path=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:pay", consumer_uid=f"aws:iam::{ACCOUNT}:role/pay",
    )  # fmt: skip
    found = extended(estate(made), placements=(place,), credentials=(key,))
    assert hops(found, f"aws:iam::{ACCOUNT}:user/start") == ["lambda:GetFunctionConfiguration"]


def grant(uid, language, *actions, resources=("*",), conditions=None, privilege="unknown"):
    return Grant(
        uid=f"g:{uid}:{actions}", identity_uid=uid, language=language, effect="allow", actions=list(actions), resources=list(resources),
        conditions=conditions, privilege=privilege,
    )  # fmt: skip


def pair(native, language, *actions, **more):
    one, two = identity("repo:acme/web:x/one", native), identity("repo:acme/web:x/two", native, namespace="prod")
    owner = grant(two.uid, language, "*", privilege="admin")
    return extended(Estate(NOW), identities=(one, two), grants=(owner, grant(one.uid, language, *actions, **more))), one.uid


KINDS = {
    "gcp": "iac:google-service-account",
    "azure": "iac:azure-managed-identity",
    "entra": "iac:azure-application",
    "kubernetes": "k8s:service-account",
}


def test_every_way_of_the_other_languages_works_and_needs_each_permission():
    for way in _ways():
        found, one = pair(KINDS[way.language], way.language, *way.permissions)
        token = Credential(uid="c", kind="api_token", issuer="kubernetes", name="t", identity_uid="repo:acme/web:x/two")
        found = extended(found, credentials=(token,))
        assert hops(found, one), way.id
        for missing in way.permissions if len(way.permissions) > 1 else ():
            less, one = pair(KINDS[way.language], way.language, *[p for p in way.permissions if p != missing])
            assert missing not in "+".join(hops(less, one) or [""]).split("+")


def test_roles_are_spelled_out():
    for language, role, open_ in (
        ("gcp", "roles/iam.serviceAccountTokenCreator", True),
        ("gcp", "roles/editor", True),
        ("gcp", "roles/viewer", False),
        ("gcp", "roles/iam.serviceAccountUser", False),
        ("azure", "User Access Administrator", True),
        ("azure", "Virtual Machine Contributor", True),
        ("azure", "Reader", False),
    ):
        found, one = pair(KINDS[language], language, role)
        assert (hops(found, one) is not None) is open_, role


def test_scopes_and_conditions_limit_other_languages():
    elsewhere, one = pair(KINDS["kubernetes"], "kubernetes", "create:pods", resources=("namespace/dev",))
    assert hops(elsewhere, one) is None
    there, one = pair(KINDS["kubernetes"], "kubernetes", "create:pods", resources=("namespace/prod",))
    assert hops(there, one) == ["create:pods"]
    limited, one = pair(KINDS["gcp"], "gcp", "iam.serviceAccounts.getAccessToken", conditions='{"expression": "false"}')
    assert hops(limited, one) is None
    assert paths_to(build(limited), "admin", one, conditional=True)


def account(name, cluster="prod-eu", **attrs):
    made = identity(f"k8s:{cluster}:sa/payments/{name}", "k8s:service-account", scope=cluster, namespace="payments", **attrs)
    return replace(made, name=name)


def lets(subs, mechanism, to="gcp:sa/deployer@p.iam.gserviceaccount.com", issuer="oidc.example/id/1"):
    return Trust(
        uid=f"t:{mechanism}",
        identity_uid=to,
        subject=issuer,
        subject_kind="federated",
        mechanism=mechanism,
        issuer=issuer,
        subs=subs,
    )


def between(*records, **more):
    """Edges that are not a cluster administrator's."""
    return [edge for edge in build(Estate(NOW, identities=records, **more)).edges if edge.mechanism != "administrator"]


def test_tokens_of_a_cluster_cross_the_border_to_every_cloud_and_vault():
    api, other = (
        account("api", issuer="https://oidc.example/id/1"),
        account("api", cluster="dev-eu", issuer="https://oidc.example/id/2"),
    )
    for mechanism in ("gcp:workload-identity", "entra:federated-credential", "openbao:jwt-login", "openbao:kubernetes-login"):
        for subs in (["system:serviceaccount:payments:api"], ["system:serviceaccount:payments:*"]):
            assert [e.source for e in between(api, other, trusts=(lets(subs, mechanism),))] == [api.uid], (mechanism, subs)
        assert not between(api, other, trusts=(lets(["system:serviceaccount:data:*"], mechanism),))


def test_an_annotation_is_a_wish_where_the_cloud_identity_is_known():
    api = account("api", issuer="https://oidc.example/id/1")
    target = replace(identity("gcp:sa/deployer@p.iam.gserviceaccount.com", "gcp:service-account"), provider="gcp")
    wish = Trust(uid="w", identity_uid=target.uid, subject=api.uid, subject_kind="identity", mechanism="k8s:annotation")
    granted = lets(["system:serviceaccount:payments:api"], "gcp:workload-identity")
    elsewhere = lets(["system:serviceaccount:data:etl"], "gcp:workload-identity")
    assert [e.mechanism for e in between(api, trusts=(wish,))] == ["k8s:annotation"]
    assert not between(api, target, trusts=(wish, elsewhere))
    both = between(api, target, trusts=(wish, granted))
    assert {e.mechanism for e in both} == {"k8s:annotation", "gcp:workload-identity"}


def test_a_star_under_string_equals_is_a_letter_and_claims_alone_are_a_condition():
    api = account("api", issuer="https://oidc.example/id/1")
    starred = lets(["system:serviceaccount:payments:*"], "openbao:jwt-login")
    assert between(api, trusts=(starred,))
    assert not between(api, trusts=(replace(starred, attrs={"sub_operator": "StringEquals"}),))
    exact = replace(lets(["system:serviceaccount:payments:api"], "openbao:jwt-login"), attrs={"sub_operator": "StringEquals"})
    assert between(api, trusts=(exact,))
    unnamed = lets([], "openbao:jwt-login")
    assert [edge.conditional for edge in between(api, trusts=(unnamed,))] == [False]
    assert [edge.conditional for edge in between(api, trusts=(replace(unnamed, attrs={"claims": "repository_id"}),))] == [True]
