"""Tokens of the other issuers: GitLab, Terraform Cloud, Bitbucket, CircleCI, Kubernetes, and any that is not known.

Facts: GitLab Docs "OpenID Connect (OIDC) authentication using ID tokens"; HashiCorp "Workload identity tokens" (HCP Terraform);
Atlassian "Integrate Pipelines with resource servers using OIDC"; CircleCI "Using OpenID Connect tokens in jobs"; Kubernetes
"Configure Service Accounts for Pods" and the EKS guide's "IAM roles for service accounts".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keyrack.access.trust import github
from keyrack.access.trust.model import Hints, Level, Pins, Probe, bare, unique
from keyrack.access.trust.seeds import OWNER, PROJECT, filled, literal, specific

TERRAFORM = "app.terraform.io"
LOGIN = ("cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com")
"""Where end users sign in, whose application the audience tells ("Available keys for AWS OIDC federation", IAM User Guide)."""
_CLUSTERS = ("oidc.eks.", "container.googleapis.com/", "oidc.prod-aks.azure.com/", "kubernetes.default")
_ANYBODY = {"gitlab": "anybody with an account there", "terraform": "anybody with an organisation there"}


def probes(pins: Pins, hints: Hints, audience: str) -> tuple[Probe, ...]:
    """Probes of an issuer for one audience, the tokens meant first."""
    made = list(_family(pins.issuer)(pins, hints, audience))
    how = "OpenID Connect demands sub: only an issuer that leaves it out gives such a token"
    silent = {name: value for name, value in made[0].claims.items() if name != "sub"}
    made.append(Probe("a stranger's token without sub", "stranger", how, _nobody(silent)))
    return unique(sorted(made, key=lambda probe: probe.level != "meant"))


def _nobody(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Claims that name somebody else, issuer and audience apart."""
    return {name: value if name in {"iss", "aud"} else "mallory" for name, value in claims.items()}


def family(issuer: str) -> str:
    """Kind of an issuer: github, login, gitlab, terraform, bitbucket, circleci, kubernetes or other."""
    name = bare(issuer)
    kinds = {
        "github": github.is_github(name),
        "login": name in LOGIN,
        "bitbucket": name.startswith("api.bitbucket.org/"),
        "circleci": name.startswith("oidc.circleci.com/"),
        "terraform": name.startswith(TERRAFORM),
        "gitlab": "gitlab" in name.partition("/")[0],
        "kubernetes": name.startswith(_CLUSTERS) or ".oic.prod-aks.azure.com/" in name,
    }
    return next((kind for kind, fits in kinds.items() if fits), "other")


def _family(issuer: str) -> Callable[[Pins, Hints, str], Iterator[Probe]]:
    return {
        "github": github.probes,
        "login": _login,
        "gitlab": _gitlab,
        "terraform": _terraform,
        "bitbucket": _bitbucket,
        "circleci": _circleci,
        "kubernetes": _kubernetes,
    }.get(family(issuer), _other)


@dataclass(frozen=True, slots=True)
class _Maker:
    issuer: str
    audience: str
    pinned: Mapping[str, tuple[str, ...]]

    def probe(self, name: str, level: Level, how: str, sub: str, **claims: str) -> Probe:
        extra = {key: filled(values[0], "main") for key, values in self.pinned.items() if values} if level == "meant" else {}
        return Probe(name, level, how, {"iss": f"https://{self.issuer}", "aud": self.audience, "sub": sub, **claims, **extra})

    def passed_on(self, meant: Probe) -> Probe:
        """The right token for another audience."""
        claims = {**meant.claims, "aud": "https://ci-helper.example"}
        return Probe("our job's token for another audience", "party", "the service it was issued for may pass it on", claims)


def _patterns(pins: Pins, prefix: str) -> tuple[str, ...]:
    found = specific(sub for sub in pins.subs if sub.startswith((prefix, "*")))
    return tuple(found[:4]) or (f"{prefix}*",)


def _parts(pattern: str) -> dict[str, str]:
    """``a:1:b:2`` as pairs; an odd rest is dropped."""
    words = pattern.split(":")
    return dict(zip(words[::2], words[1::2], strict=False))


def _gitlab(pins: Pins, hints: Hints, audience: str) -> Iterator[Probe]:
    make = _Maker(pins.issuer, audience, pins.claims)
    known = hints.projects[0] if hints.projects else f"{OWNER}/{PROJECT}"
    for pattern in _patterns(pins, "project_path:"):
        parts = _parts(pattern)
        written = next(iter(pins.claims.get("project_path", ())), parts.get("project_path", "*"))
        space = next(iter(pins.claims.get("namespace_path", ())), "")
        path = literal(written, f"{literal(space, '')}/{PROJECT}" if literal(space, "") else known)
        path = path if "/" in path else f"{path}/{PROJECT}"
        kind, ref = literal(parts.get("ref_type", "*"), "branch"), literal(parts.get("ref", "*"), "main")
        meant = _gitlab_job(make, f"{path}, {ref}", "meant", path, kind, ref)
        yield meant
        yield make.passed_on(meant)
        group, _, project = path.rpartition("/")
        who = _ANYBODY["gitlab"]
        strangers = (
            ("a stranger's project", "mallory-labs/exfiltrate"),
            ("a group whose name starts alike", f"{group}-labs/{project}"),
        )
        for name, other in strangers:
            yield _gitlab_job(make, name, "stranger", other, kind, ref, how=who)
        if not any(name in pins.claims for name in ("project_id", "namespace_id")):
            how = "whoever registers the group's name after a rename or deletion: no id in GitLab's subject"
            yield _gitlab_job(make, "the group's name, taken over", "recycled", path, kind, ref, how=how, ids="666")
        yield _gitlab_job(make, "another project of the group", "neighbour", f"{group}/zz-playground", kind, ref)
        yield _gitlab_job(make, "a project whose name starts alike", "neighbour", f"{path}-sandbox", kind, ref)
        yield _gitlab_job(make, "a subgroup's project", "neighbour", f"{group}/sub/{project}", kind, ref)
        yield _gitlab_job(make, "the same project: another branch", "same", path, "branch", "feature")
        yield _gitlab_job(make, "the same project: a tag", "same", path, "tag", "v0")


def _gitlab_job(
    make: _Maker, name: str, level: Level, path: str, kind: str, ref: str, *, how: str = "whoever may push there", ids: str = ""
) -> Probe:
    number = ids or str(1000 + sum(path.encode()))
    return make.probe(
        name,
        level,
        "the job it was written for" if level == "meant" else how,
        f"project_path:{path}:ref_type:{kind}:ref:{ref}",
        project_path=path,
        project_id=number,
        namespace_path=path.rpartition("/")[0],
        namespace_id=f"9{number}",
        ref=ref,
        ref_type=kind,
        ref_protected="true" if ref == "main" else "false",
        user_login="developer",
    )


def _terraform(pins: Pins, _: Hints, audience: str) -> Iterator[Probe]:
    make = _Maker(pins.issuer, audience, pins.claims)
    for pattern in _patterns(pins, "organization:"):
        parts = _parts(pattern)
        wanted = {"organization": OWNER, "project": PROJECT, "workspace": "production", "run_phase": "apply"}
        chosen = {name: literal(parts.get(name, "*"), default) for name, default in wanted.items()}

        def run(name: str, level: Level, how: str, base: dict[str, str] = chosen, **changed: str) -> Probe:
            said = base | changed
            sub = ":".join(f"{key}:{value}" for key, value in said.items())
            claims = {f"terraform_{key}" if key == "run_phase" else f"terraform_{key}_name": value for key, value in said.items()}
            return make.probe(name, level, how, sub, **claims)

        meant = run(f"{chosen['organization']}, workspace {chosen['workspace']}", "meant", "the run it was written for")
        yield meant
        yield make.passed_on(meant)
        who = _ANYBODY["terraform"]
        yield run("a stranger's organisation", "stranger", who, organization="mallory-labs")
        yield run("an organisation whose name starts alike", "stranger", who, organization=f"{chosen['organization']}-labs")
        insiders = "whoever may make or run a workspace of the organisation"
        yield run("another project of the organisation", "neighbour", insiders, project="zz-playground")
        yield run("another workspace", "neighbour", insiders, workspace="zz-playground")
        yield run("a workspace whose name starts alike", "neighbour", insiders, workspace=f"{chosen['workspace']}-sandbox")
        phase = "plan" if chosen["run_phase"] == "apply" else "apply"
        yield run(f"the same workspace: {phase}", "same", "whoever may open a change: plans run before review", run_phase=phase)


def _bitbucket(pins: Pins, _: Hints, audience: str) -> Iterator[Probe]:
    make = _Maker(pins.issuer, audience, pins.claims)
    written = pins.subs[0] if pins.subs else next(iter(pins.claims.get("repositoryUuid", ())), "*")
    own = literal(written.partition(":")[0], "{REPOSITORY-UUID}")
    step, other = "{0f3a9c1d-5b7e-4a6f-8c2d-1e0f9a8b7c6d}", "{66666666-0000-4000-8000-000000000002}"

    def job(name: str, level: Level, how: str, repository: str, branch: str = "main") -> Probe:
        return make.probe(name, level, how, f"{repository}:{step}", repositoryUuid=repository, branchName=branch)

    meant = job(f"repository {own}", "meant", "the step it was written for", own)
    yield meant
    yield make.passed_on(meant)
    yield job("another repository of the workspace", "neighbour", "whoever may push to any repository of the workspace", other)
    yield job("the same repository: another branch", "same", "whoever may push to the repository", own, "feature")


def _circleci(pins: Pins, _: Hints, audience: str) -> Iterator[Probe]:
    make = _Maker(pins.issuer, audience, pins.claims)
    organisation = bare(pins.issuer).rpartition("/")[2]
    words = (pins.subs[0] if pins.subs else "").split("/")
    written = next(iter(pins.claims.get("oidc.circleci.com/project-id", ())), words[3] if len(words) > 3 else "*")
    own = literal(written, "PROJECT-UUID")

    def job(name: str, level: Level, how: str, project: str, user: str = "0f3a9c1d") -> Probe:
        claims = {"oidc.circleci.com/project-id": project, "oidc.circleci.com/vcs-ref": "refs/heads/main"}
        return make.probe(name, level, how, f"org/{organisation}/project/{project}/user/{user}", **claims)

    meant = job(f"project {own}", "meant", "the job it was written for", own)
    yield meant
    yield make.passed_on(meant)
    insiders = "whoever may add a project to the organisation, or run one of its projects"
    yield job("another project of the organisation", "neighbour", insiders, "66666666-0000-4000-8000-000000000002")
    yield job("the same project: another person", "same", "whoever may start a job of the project", own, "66666666")


def _kubernetes(pins: Pins, _: Hints, audience: str) -> Iterator[Probe]:
    make = _Maker(pins.issuer, audience, pins.claims)
    for pattern in _patterns(pins, "system:serviceaccount:"):
        words = [*pattern.split(":"), "*", "*", "*", "*"]
        space, account = literal(words[2], "production"), literal(words[3], "app")

        def pod(name: str, level: Level, how: str, where: str = space, who: str = account) -> Probe:
            return make.probe(name, level, how, f"system:serviceaccount:{where}:{who}")

        meant = pod(f"{space}/{account}", "meant", "the pods it was written for")
        yield meant
        yield make.passed_on(meant)
        insiders = "whoever may make pods or tokens there"
        yield pod("another service account of the namespace", "neighbour", insiders, who="default")
        yield pod("a service account whose name starts alike", "neighbour", insiders, who=f"{account}-debug")
        yield pod("the same name in another namespace", "neighbour", insiders, where="sandbox")
        yield pod("another namespace and name", "neighbour", insiders, where="sandbox", who="debug")
        yield pod("a namespace whose name starts alike", "neighbour", insiders, where=f"{space}-preview")
        foreign = {**meant.claims, "iss": f"https://{_other_cluster(pins.issuer)}"}
        yield Probe("the same name in another cluster", "stranger", "anybody may run a cluster of their own", foreign)


def _other_cluster(issuer: str) -> str:
    return f"{issuer.rpartition('/')[0] or issuer}/66666666666666666666666666666666"


def _login(pins: Pins, hints: Hints, audience: str) -> Iterator[Probe]:
    """End users of one application or identity pool: whoever signs in there is meant, unless the trust names one of them.

    A trust that wants ``amr`` ``unauthenticated`` is the pool's role for guests: they are whom it means.
    """
    if pins.subs:
        yield from _other(pins, hints, audience)
        return
    make = _Maker(pins.issuer, audience, pins.claims)
    guests = tuple(pins.claims.get("amr", ())) == ("unauthenticated",)
    visit = {"amr": ["unauthenticated" if guests else "authenticated"]} if "cognito" in pins.issuer else {}
    claims = {"iss": f"https://{pins.issuer}", "aud": audience, "sub": "an-end-user", **visit}
    yield Probe("an end user", "meant", "whoever signs in to the application", claims)
    yield make.passed_on(Probe("", "meant", "", {**claims, "sub": "another-user"}))
    if visit and not guests:
        stranger = {**claims, "sub": "a-visitor", "amr": ["unauthenticated"]}
        yield Probe("a visitor who has not signed in", "stranger", "anybody, where the pool lets guests in", stranger)


def _other(pins: Pins, _: Hints, audience: str) -> Iterator[Probe]:
    """An issuer nobody knows: the subject is opaque, so another one, one that starts alike, and one that ends alike."""
    make = _Maker(pins.issuer, audience, pins.claims)
    for pattern in pins.subs[:4] or ("*",):
        own = filled(pattern, "app") if pattern != "*" else "SUBJECT"
        meant = make.probe(own, "meant", "the subject it was written for", own)
        yield meant
        yield make.passed_on(meant)
        holders = "whoever else the issuer gives tokens to"
        for name, sub in (
            ("another subject", "mallory"),
            ("a subject that starts alike", f"{own}-x"),
            ("one that ends alike", f"x-{own}"),
        ):
            yield make.probe(name, "stranger", holders, sub)
