"""Who stands behind a credential: program, network, and how its sessions are named."""

from __future__ import annotations

from dataclasses import dataclass

from keyrack_estate.chance import HEX, Chance

_PY = "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.12.7 md/pyimpl#CPython"
LAMBDA = _PY + " exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy"
ECS = "aws-sdk-java/2.33.4 md/io#sync os/Linux#5.10 lang/java#21.0.4 exec-env/AWS_ECS_FARGATE api/{api}#2.33.x"
CODEBUILD = "aws-cli/2.28.1 md/awscrt#0.27.6 ua/2.1 os/linux#4.14 lang/python#3.13.4 exec-env/AWS_ECS_EC2 md/prompt#off"
EC2 = "aws-sdk-go-v2/1.38.0 os/linux lang/go#1.24.5 md/GOOS#linux md/GOARCH#amd64 api/{api}#1.88.0"
GITHUB = "aws-sdk-js/3.879.0 ua/2.1 os/linux#6.8 lang/js md/nodejs#20.19.4 configure-aws-credentials-for-github-actions"
EKS = "aws-sdk-go-v2/1.36.3 os/linux lang/go#1.23.8 md/GOOS#linux api/{api}#1.79.1 exec-env/EKS"
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.11.0 aws-sdk-go-v2/1.38.1"
)
GITLAB = "aws-cli/2.28.1 md/awscrt#0.27.6 ua/2.1 os/linux#5.15 lang/python#3.12.3 md/prompt#off gitlab-runner"
JAVA = "aws-sdk-java/1.12.788 Linux/5.14 OpenJDK_64-Bit_Server_VM/17.0.12 java/17.0.12 vendor/Red_Hat"
BOTO = _PY + " cfg/retry-mode#standard"
CLI = "aws-cli/2.28.1 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 lang/python#3.13.5 md/prompt#off md/command#{api}"
BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36"


@dataclass(frozen=True, slots=True)
class Consumer:
    """One program or person. ``mode`` is how it comes to its credentials.

    ``key``: long-lived access key ``key``; ``service``: AssumeRole by an AWS service; ``web``: AssumeRoleWithWebIdentity
    with ``subject`` of ``issuer``; ``saml``: AssumeRoleWithSAML; ``account``: AssumeRole from account ``issuer``;
    ``role``/``user``: AssumeRole by the identity ``issuer`` (its ARN).
    """

    name: str
    kind: str
    agent: str
    network: str
    """First three octets."""
    mode: str
    key: str = ""
    issuer: str = ""
    subject: str = ""
    session: str = ""
    """Fixed session name; empty: a fresh one a session."""

    def address(self, chance: Chance) -> str:
        """An address of its network."""
        return f"{self.network}.{chance.integer(2, 250)}"

    def session_name(self, chance: Chance) -> str:
        """Name of its next session."""
        if self.session:
            return self.session
        if self.kind == "codebuild":
            return "AWSCodeBuild-" + chance.text(8, HEX)
        if self.kind == "terraform":
            return "terraform-run-" + chance.text(16, HEX)
        return chance.text(32, HEX)


def workload(kind: str, name: str, network: str) -> Consumer:
    """A function, task, build or instance: AWS assumes the role for it. Lambda and EC2 name the session after the thing."""
    agent = {"lambda": LAMBDA, "ecs-tasks": ECS, "codebuild": CODEBUILD, "ec2": EC2}.get(kind, "AWS Internal")
    return Consumer(name, kind, agent, network, "service", issuer=f"{kind}.amazonaws.com", session=session_of(kind, name))


def session_of(kind: str, name: str) -> str:
    """The session name that says which workload it is; empty where it changes with every task or build."""
    return name.rpartition("/")[2] if kind in {"lambda", "ec2"} else ""
