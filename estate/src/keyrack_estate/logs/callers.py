"""Who stands behind each identity, read off the account: workloads of a role, issuers of its trust, holders of a key."""

from __future__ import annotations

from keyrack_estate.account.model import AccessKey, Account, Document, Role, User
from keyrack_estate.account.trusts import GITHUB, GITLAB
from keyrack_estate.company import ORG, ORG_ID, REPO_ID
from keyrack_estate.logs import consumers as programs
from keyrack_estate.logs.consumers import Consumer, workload
from keyrack_estate.world import World

VPC, OFFICE, PLANT, GITHUB_NET, CLOUD = "10.20.7", "198.51.100", "203.0.113", "192.0.2", "100.64.12"
_MAIN = f"repo:{ORG}@{ORG_ID}/web@{REPO_ID}:ref:refs/heads/main"
_SUBJECTS = {
    GITHUB: _MAIN,
    GITLAB: f"project_path:{ORG}/ops-tools:ref_type:branch:ref:main",
    "app.terraform.io": f"organization:{ORG}:project:core:workspace:network:run_phase:apply",
}


class Callers:
    """Finds the consumers of an identity."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account: Account = world.account
        self.runs = _workloads(self.account)

    def of_key(self, user: User, made: AccessKey, number: int) -> Consumer:
        """One program on one machine a key; a person's key is used from the laptop."""
        chance = self.world.chance.child(f"logs/key/{made.id}")
        if user.path == "/people/":
            return Consumer(f"laptop of {user.name}", "person", programs.CLI, OFFICE, "key", made.id)
        host = chance.pick(["erp", "edge", "batch", "vm", "store"])
        agent = chance.pick([programs.JAVA, programs.BOTO, programs.EC2])
        network = f"{PLANT.rpartition('.')[0]}.{113 + number}" if number else chance.pick([PLANT, CLOUD, VPC])
        return Consumer(f"{host}-{chance.integer(10, 99)}.nordholm.internal", "host", agent, network, "key", made.id)

    def of_role(self, role: Role) -> list[Consumer]:
        """All that its trust and the workloads name; one of a kind where only a service is trusted."""
        found = list(self.runs.get(role.name, []))
        for statement in role.trust["Statement"]:
            found += self._of_statement(role, statement, found)
        return found

    def _of_statement(self, role: Role, statement: Document, known: list[Consumer]) -> list[Consumer]:
        principal = statement["Principal"]
        if principal == "*" or "AWS" in principal:
            return self._of_aws(principal if isinstance(principal, str) else principal["AWS"])
        if "Service" in principal:
            kind = str(principal["Service"]).removesuffix(".amazonaws.com")
            if any(item.mode == "service" for item in known):
                return []
            return [workload(kind, role.name.removesuffix("-role"), VPC if kind == "ec2" else CLOUD)]
        provider = str(principal["Federated"])
        if ":saml-provider/" in provider:
            people = self.world.company.active[:2]
            return [
                Consumer(p.email, "person", programs.BROWSER, OFFICE, "saml", issuer=provider, session=p.email) for p in people
            ]
        return [_federated(provider, statement)]

    def _of_aws(self, principals: str | list[str]) -> list[Consumer]:
        found = []
        for name in [principals] if isinstance(principals, str) else principals:
            own = f":{self.account.id}:"
            if own in name and (":role/" in name or ":user/" in name):
                mode, agent = ("role", programs.ECS) if ":role/" in name else ("user", programs.CLI)
                network = CLOUD if mode == "role" else OFFICE
                session = name.rpartition("/")[2]
                found.append(Consumer(session, mode, agent, network, mode, issuer=name, session=session))
            elif name.startswith("AROA"):
                continue
            else:
                other = self._account_of(name)
                found.append(
                    Consumer(f"account {other}", "account", programs.BOTO, PLANT, "account", issuer=other, session="sync")
                )
        return found

    def _account_of(self, name: str) -> str:
        if name == "*":
            return self.account.siblings["nordholm-security"]
        return name.split(":")[4] if name.startswith("arn:") else name


def _workloads(account: Account) -> dict[str, list[Consumer]]:
    found: dict[str, list[Consumer]] = {}

    def add(role: str, consumer: Consumer) -> None:
        found.setdefault(role.rpartition("/")[2], []).append(consumer)

    for function in account.functions:
        add(function.role, workload("lambda", function.name, CLOUD))
    for task in account.tasks:
        add(task.role, workload("ecs-tasks", task.family, CLOUD))
    for project in account.projects:
        add(project.role, workload("codebuild", project.name, VPC))
    for instance in account.instances:
        if instance.profile:
            add(instance.profile, workload("ec2", f"{instance.name}/{instance.id}", VPC))
    return found


def _federated(provider: str, statement: Document) -> Consumer:
    """The job its trust was made for: the pinned subject, or our own main branch where the trust pins none."""
    issuer = provider.partition(":oidc-provider/")[2]
    pinned = ""
    for keys in statement.get("Condition", {}).values():
        value = keys.get(f"{issuer}:sub", "")
        pinned = pinned or (value if isinstance(value, str) else value[0])
    usual = _SUBJECTS.get(issuer, "system:serviceaccount:payments:settler")
    subject = usual if not pinned or "*" in pinned else pinned
    if issuer == GITHUB:
        return Consumer(
            subject, "github", programs.GITHUB, GITHUB_NET, "web", issuer=issuer, subject=subject, session="GitHubActions"
        )
    kind = {GITLAB: "gitlab", "app.terraform.io": "terraform"}.get(issuer, "eks")
    agent = {"gitlab": programs.GITLAB, "terraform": programs.TERRAFORM}.get(kind, programs.EKS)
    return Consumer(subject, kind, agent, VPC if kind == "eks" else GITHUB_NET, "web", issuer=issuer, subject=subject)
