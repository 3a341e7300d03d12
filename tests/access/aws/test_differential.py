"""Random cases decided by another engine, once; this engine must agree with every verdict.

The verdicts of npm ``@cloud-copilot/iam-simulate`` 0.1.173 are recorded (one letter a case) because its licence and its size keep it
out of the development environment. To record them again, in a folder where it is installed::

    python tests/access/aws/test_differential.py cases > cases.jsonl
    node tests/access/aws/test_differential_oracle.mjs < cases.jsonl > verdicts.jsonl
    python tests/access/aws/test_differential.py record < verdicts.jsonl

What the generator leaves out, because that engine departs from AWS's documents there (the feature table has each of them): the root
user, federated sessions without session policy, epoch dates, IPv6 beside IPv4 ranges, variables in NotResource, negated operators on
missing variables, version 2008-10-17, role trusts that are absent, resource grants to sessions and to everybody beside a session policy
or boundary. ``ForAnyValue`` with ``IfExists`` and ARN patterns of fewer than six parts are left out because the documents are silent.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path
from typing import Any

from keyrack.access.aws.cases import answer_line

RECORDED = Path(__file__).with_name("test_differential_verdicts.txt")
CASES = 4000
SEED = 20261125
LETTERS = {"allow": "a", "implicit_deny": "i", "explicit_deny": "e"}

HERE, THERE = "111122223333", "444455556666"
ALICE, CAROL, BOB = f"arn:aws:iam::{HERE}:user/alice", f"arn:aws:iam::{HERE}:user/carol", f"arn:aws:iam::{THERE}:user/bob"
DEPLOY, READER = f"arn:aws:iam::{HERE}:role/deploy", f"arn:aws:iam::{THERE}:role/reader"
DEPLOY_RUN, READER_RUN = f"arn:aws:sts::{HERE}:assumed-role/deploy/run1", f"arn:aws:sts::{THERE}:assumed-role/reader/run1"
FEDERATED = f"arn:aws:sts::{HERE}:federated-user/alice"
PRINCIPALS = (ALICE, DEPLOY_RUN, BOB, READER_RUN, FEDERATED, None)

RESOURCES = {
    "s3:GetObject": ("arn:aws:s3:::records/2026/a.txt", "arn:aws:s3:::records/alice/a"),
    "s3:ListBucket": ("arn:aws:s3:::records",),
    "sqs:SendMessage": (f"arn:aws:sqs:us-east-1:{HERE}:jobs",),
    "kms:Decrypt": (f"arn:aws:kms:us-east-1:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab",),
    "sts:AssumeRole": (f"arn:aws:iam::{HERE}:role/target",),
    "dynamodb:GetItem": (f"arn:aws:dynamodb:us-east-1:{HERE}:table/books",),
    "lambda:InvokeFunction": (
        f"arn:aws:lambda:us-east-1:{HERE}:function:report",
        f"arn:aws:lambda:us-east-1:{HERE}:function:report:prod",
    ),
    "secretsmanager:GetSecretValue": (f"arn:aws:secretsmanager:us-east-1:{HERE}:secret:db-AbCdEf",),
    "iam:GetUser": (ALICE,),
}
LIMITED_BY_RCP = {"s3", "sqs", "kms", "sts", "secretsmanager"}

STRING = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike")
DATE = ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals")
NUMERIC = tuple(name.replace("Date", "Numeric") for name in DATE)
ARN = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals", "StringNotLike")
SETS = tuple(f"{quantifier}:{name}" for quantifier in ("ForAllValues", "ForAnyValue") for name in STRING)
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # key: operators, values in policies, values in requests
    "aws:PrincipalTag/team": (STRING, ("red", "Red", "blue", "re*", "r?d", "*"), ("red", "blue", "alice")),
    "aws:PrincipalOrgID": (STRING, ("o-a1b2c3d4e5", "o-*"), ("o-a1b2c3d4e5", "o-zz")),
    "aws:RequestedRegion": (STRING, ("us-east-1", "eu-*"), ("us-east-1", "eu-west-1")),
    "aws:SourceVpce": (STRING, ("vpce-1a2b3c4d", "vpce-*"), ("vpce-1a2b3c4d", "vpce-9")),
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress"),
        ("203.0.113.0/24", "203.0.113.7", "198.51.100.0/25"),
        ("203.0.113.7", "198.51.100.1"),
    ),
    "aws:CurrentTime": (
        DATE,
        ("2026-03-01T00:00:00Z", "2026-03-01", "2026-03-02T12:00:00+02:00"),
        ("2026-03-01T00:00:00Z", "2026-03-05T10:00:00Z"),
    ),
    "aws:SecureTransport": (("Bool",), ("true", "false"), ("true", "false")),
    "aws:MultiFactorAuthPresent": (("Bool",), ("true", "false"), ("true", "false")),
    "aws:MultiFactorAuthAge": (NUMERIC, ("3600", "60", "10.5"), ("60", "10.5", "4000")),
    "aws:SourceArn": (
        ARN,
        ("arn:aws:s3:::records", "arn:aws:s3:::*", f"arn:aws:sns:*:{HERE}:al*"),
        ("arn:aws:s3:::records", f"arn:aws:sns:us-east-1:{HERE}:alerts"),
    ),
    "aws:PrincipalArn": (ARN, (ALICE, DEPLOY, BOB, "arn:aws:iam::*:role/*", f"arn:aws:iam::{HERE}:*"), ()),
    "aws:username": (STRING, ("alice", "ali*", "bob"), ()),
    "aws:TagKeys": (SETS, ("env", "team", "own*", "Env"), ("env", "team", "owner")),
    "aws:CalledVia": (
        SETS,
        ("athena.amazonaws.com", "cloudformation.amazonaws.com", "*"),
        ("athena.amazonaws.com", "cloudformation.amazonaws.com"),
    ),
}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
EVERYBODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


class Generator:
    """Cases in the shape of the command line, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, values: tuple[str, ...]) -> str | list[str]:
        found = self.random.sample(values, self.random.choice((1, 1, 2)) if len(values) > 1 else 1)
        return found[0] if len(found) == 1 and self.chance(0.5) else found

    def condition(self) -> dict[str, dict[str, Any]]:
        made: dict[str, dict[str, Any]] = {}
        for _ in range(self.random.choice((0, 0, 0, 1, 1, 2))):
            key = self.random.choice(tuple(KEYS))
            operators, values, _ = KEYS[key]
            if self.chance(0.12):
                made.setdefault("Null", {})[key] = self.random.choice(("true", "false"))
                continue
            operator = self.random.choice(operators)
            if self.chance(0.25) and not operator.startswith("ForAny"):
                operator += "IfExists"
            made.setdefault(operator, {})[key.lower() if self.chance(0.3) else key] = self.some(values)
        return {
            operator: {name: value for name, value in keys.items() if name == self._first(keys, name)}
            for operator, keys in made.items()
        }

    @staticmethod
    def _first(keys: dict[str, Any], name: str) -> str:
        """One spelling a key and operator: AWS refuses a key that is there twice."""
        return next(other for other in keys if other.lower() == name.lower())

    def action(self, action: str) -> str:
        service, name = action.split(":")
        near = (f"{service}:*", "*", f"{service}:{name[:3]}*", f"{service}:*{name[-4:]}", f"{service}:{name[:-1]}?")
        return self.random.choice((action, action.lower(), *near, self.random.choice(tuple(RESOURCES)), "ec2:*"))

    def resource(self, resource: str) -> str:
        near = (f"{resource[:-3]}*", f"{resource.rsplit(':', 1)[0]}:*", f"{resource[:-1]}?")
        variable = (resource.replace("alice", "${aws:username}"), resource.replace("a.txt", "${aws:PrincipalTag/team, 'a.txt'}"))
        return self.random.choice(
            (resource, "*", *near, *variable, self.random.choice(RESOURCES[self.random.choice(tuple(RESOURCES))]))
        )

    def statement(self, action: str, resource: str, principal: Any = None, kind: str = "") -> dict[str, Any]:
        made: dict[str, Any] = {"Effect": self.random.choice(("Allow", "Allow", "Allow", "Deny"))}
        if principal is not None:
            made["Principal"] = principal
        made["NotAction" if self.chance(0.1) and kind != "scp" else "Action"] = [
            self.action(action) for _ in range(self.random.choice((1, 1, 2)))
        ]
        resources = [self.resource(resource) for _ in range(self.random.choice((1, 1, 2)))]
        if kind != "trust":
            negated = self.chance(0.08) and kind != "scp" and "$" not in "".join(resources)
            made["NotResource" if negated else "Resource"] = resources
        condition = self.condition()
        return {**made, "Condition": condition} if condition else made

    def policy(self, action: str, resource: str, principals: tuple[Any, ...] = (None,), kind: str = "") -> dict[str, Any]:
        count = self.random.choice((1, 1, 2, 3))
        statements = [self.statement(action, resource, self.random.choice(principals), kind) for _ in range(count)]
        return {"Version": "2012-10-17", "Statement": statements}

    def context(self, principal: str | None) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, (operators, _, values) in KEYS.items():
            if values and self.chance(0.5):
                made[key] = (
                    self.random.sample(values, self.random.choice((1, 2))) if operators is SETS else self.random.choice(values)
                )
        if principal in {ALICE, BOB}:
            made["aws:username"] = principal.rsplit("/")[-1]
        return (
            {**made, "aws:PrincipalArn": {DEPLOY_RUN: DEPLOY, READER_RUN: READER}.get(principal, principal)}
            if principal
            else made
        )

    def scps(self, action: str, resource: str) -> list[list[dict[str, Any]]]:
        made = []
        for _ in range(self.random.choice((1, 2, 3))):
            own = [{**EVERYTHING, "Statement": [self.statement(action, resource, kind="scp")]}] if self.chance(0.4) else []
            made.append([EVERYTHING, *own] if self.chance(0.9) else own)
        return made

    def rcps(self, action: str) -> list[list[dict[str, Any]]]:
        def deny() -> dict[str, Any]:
            stopped = action if self.chance(0.6) else f"{action.split(':', maxsplit=1)[0]}:*"
            statement = {"Effect": "Deny", "Principal": "*", "Action": stopped, "Resource": "*", "Condition": self.condition()}
            return {"Version": "2012-10-17", "Statement": [statement]}

        return [[EVERYBODY, deny()] if self.chance(0.5) else [EVERYBODY] for _ in range(self.random.choice((1, 2)))]

    def case(self, number: int) -> dict[str, Any]:
        action = self.random.choice(tuple(RESOURCES))
        resource = self.random.choice(RESOURCES[action])
        principal = self.random.choice(PRINCIPALS)
        made: dict[str, Any] = {
            "id": number,
            "request": {"principal": principal, "action": action, "resource": resource, "context": self.context(principal)},
            "principal_account": principal.split(":")[4] if principal else None,
            "resource_account": HERE,
            "identity_policies": [],
        }
        if principal:
            made["identity_policies"] = [self.policy(action, resource) for _ in range(self.random.choice((0, 1, 1, 1, 2)))]
            if self.chance(0.25) and action != "sts:AssumeRole":
                made["boundaries"] = [self.policy(action, resource)]
            if principal == FEDERATED or (principal in {DEPLOY_RUN, READER_RUN} and self.chance(0.4)):
                made["session_policies"] = [self.policy(action, resource)]
            if self.chance(0.25):
                made["scps"] = self.scps(action, resource)
        self._attach_to_resource(made, action, resource)
        return made

    def _attach_to_resource(self, made: dict[str, Any], action: str, resource: str) -> None:
        limited = "boundaries" in made or "session_policies" in made
        direct = () if limited else ("*", {"AWS": "*"}, {"AWS": DEPLOY_RUN}, {"AWS": READER_RUN})
        named = ({"AWS": [ALICE, BOB]}, {"AWS": DEPLOY}, {"AWS": READER}, {"AWS": CAROL}, {"Service": "s3.amazonaws.com"})
        accounts = ({"AWS": f"arn:aws:iam::{HERE}:root"}, {"AWS": THERE}, {"AWS": f"arn:aws:iam::{THERE}:root"})
        share = {"iam:GetUser": 0.0, "sts:AssumeRole": 1.0, "kms:Decrypt": 1.0}.get(action, 0.5)
        if self.chance(share):
            kind = "trust" if action == "sts:AssumeRole" else ""
            made["resource_policies"] = [self.policy(action, resource, (*direct, *named, *accounts), kind)]
        if self.chance(0.2) and action.split(":", maxsplit=1)[0] in LIMITED_BY_RCP:
            made["rcps"] = self.rcps(action)
        if self.chance(0.15):
            made["endpoint_policies"] = [self.policy(action, resource, ("*",))]


def cases(count: int = CASES, seed: int = SEED) -> list[bytes]:
    """The cases as lines."""
    generator = Generator(seed)
    return [json.dumps(generator.case(number)).encode() for number in range(count)]


def digest(lines: list[bytes]) -> str:
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def recorded() -> tuple[str, str]:
    """Digest of the cases the verdicts belong to, and the verdicts."""
    first, *rest = RECORDED.read_text("ascii").split()
    return first, "".join(rest)


def test_the_recorded_cases_are_these():
    first, verdicts = recorded()
    lines = cases()
    assert (first, len(verdicts)) == (digest(lines), len(lines))
    shares = {letter: verdicts.count(letter) / len(verdicts) for letter in "aie"}
    assert min(shares.values()) > 0.05, shares


def test_agrees_with_the_other_engine():
    _, verdicts = recorded()
    different = [
        line
        for line, verdict in zip(cases(), verdicts, strict=True)
        if LETTERS[json.loads(answer_line(line))["decision"]] != verdict
    ]
    assert different == []


def main(command: str) -> None:
    if command == "cases":
        sys.stdout.buffer.write(b"\n".join(cases()) + b"\n")
        return
    verdicts = "".join(LETTERS[json.loads(line)["decision"]] for line in sys.stdin)
    rows = [verdicts[start : start + 120] for start in range(0, len(verdicts), 120)]
    RECORDED.write_text("\n".join([digest(cases()), *rows]) + "\n", "ascii")


if __name__ == "__main__":
    main(sys.argv[1])
