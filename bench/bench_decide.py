"""AWS decisions a second against npm `@cloud-copilot/iam-simulate`, and effective access of 2,500 principals.

Same cases, same machine, one process each. Both read their cases from memory as JSON lines and write an answer a line; both are
warm. iam-simulate runs twice: as its documentation says (`runSimulation`: validates policies and request) and without any
validation (`runUnsafeSimulation`).
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from bench.table import show

CASES, ROUNDS, PRINCIPALS = 5000, 5, 2500
PACKAGE = "@cloud-copilot/iam-simulate"
ACCOUNT, OTHER = "111122223333", "444455556666"
SERVICES = {
    "s3": (("GetObject", "PutObject", "DeleteObject"), "arn:aws:s3:::bucket-{n}/data/{m}.json"),
    "sqs": (("SendMessage", "ReceiveMessage", "DeleteMessage"), "arn:aws:sqs:eu-west-1:{account}:queue-{n}"),
    "dynamodb": (("GetItem", "PutItem", "Query"), "arn:aws:dynamodb:eu-west-1:{account}:table/table-{n}"),
    "secretsmanager": (("GetSecretValue", "PutSecretValue"), "arn:aws:secretsmanager:eu-west-1:{account}:secret:s-{n}-AbCdEf"),
    "lambda": (("InvokeFunction", "UpdateFunctionCode"), "arn:aws:lambda:eu-west-1:{account}:function:f-{n}"),
}
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

NODE = """
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
const { runSimulation, runUnsafeSimulation } = await import('@cloud-copilot/iam-simulate')
const lines = readFileSync(process.argv[2], 'utf8').trim().split('\\n')
const named = (some) => (some ?? []).map((policy, i) => ({ name: `p${i}`, policy }))
const levels = (some) => (some ?? []).map((level, i) => ({ orgIdentifier: `l${i}`, policies: named(level) }))
const simulation = (c) => ({
  request: { principal: c.request.principal, action: c.request.action, contextVariables: c.request.context,
    resource: { resource: c.request.resource, accountId: c.resource_account } },
  identityPolicies: named(c.identity_policies), serviceControlPolicies: levels(c.scps), resourceControlPolicies: [],
  resourcePolicy: c.resource_policies?.[0], permissionBoundaryPolicies: c.boundaries ? named(c.boundaries) : undefined })
const result = (r) => r.overallResult ?? r.errors.message
const answer = { checked: async (c) => result(await runSimulation(simulation(c), {})),
  unchecked: async (c) => runUnsafeSimulation(simulation(c), {}) }
for await (const how of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint()
  const out = []
  for (const line of lines) {
    const c = JSON.parse(line)
    out.push(JSON.stringify({ id: c.id, decision: await answer[how](c) }))
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(JSON.stringify({ seconds, decisions: out.map((one) => JSON.parse(one).decision) }))
}
"""


def main() -> None:
    """Measure, print the table and how often the two agree."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = _installed(Path(temporary))
        for how, made in (
            ("checked", cases(Random(20), CASES)),
            ("unchecked", _without_resource_policy(cases(Random(21), CASES))),
        ):
            lines = [json.dumps(case).encode() for case in made]
            ours, decisions = _ours(lines)
            rows.append([how, "keyrack", CASES / ours, 1.0])
            if folder is not None:
                seconds, theirs = _theirs(folder, how, lines)
                rows.append([how, "iam-simulate", CASES / seconds, seconds / ours])
                same = sum(_SAME.get(b) == a for a, b in zip(decisions, theirs, strict=True))
                print(f"{how}: agree on {same} of {CASES}; theirs: {dict(Counter(theirs))}")
    show(["cases", "engine", "decisions a second", "times keyrack's time"], rows)
    seconds, grants = _effective(Random(22))
    print()
    show(["effective access of", "grants", "seconds", "bound"], [[f"{PRINCIPALS} principals", grants, seconds, 60]])


def _effective(random: Random) -> tuple[float, int]:
    """Seconds to parse and list what a whole estate's principals may do, and how many grants that is."""
    from keyrack.access.aws.effective import effective
    from keyrack.access.aws.model import Policies
    from keyrack.access.aws.parse import parse

    made = [_principal(random, number) for number in range(PRINCIPALS)]
    start = time.perf_counter()
    grants = 0
    for one in made:
        boundary = None if one["boundary"] is None else tuple(map(parse, one["boundary"]))
        scps = tuple(tuple(map(parse, level)) for level in one["scps"])
        attached = Policies(identity=tuple(map(parse, one["policies"])), boundaries=boundary, scps=scps)
        grants += len(effective(attached, one["arn"]))
    return time.perf_counter() - start, grants


def _without_resource_policy(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cases that `runUnsafeSimulation` can take: it fails on every resource policy (0.1.109)."""
    return [{**case, "resource_policies": None} for case in made]


_SAME = {"Allowed": "allow", "ImplicitlyDenied": "implicit_deny", "ExplicitlyDenied": "explicit_deny"}


def cases(random: Random, count: int) -> list[dict[str, Any]]:
    """Cases like an estate's: 200 principals with two or three policies each, some with a boundary, SCPs, a bucket policy."""
    principals = [_principal(random, number) for number in range(200)]
    return [_case(random, number, random.choice(principals)) for number in range(count)]


def _principal(random: Random, number: int) -> dict[str, Any]:
    role = random.random() < 0.7
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/role-{number}/run" if role else f"arn:aws:iam::{ACCOUNT}:user/user-{number}"
    policies = [_policy(random) for _ in range(random.randint(1, 3))]
    boundary = [FULL] if random.random() < 0.2 else None
    region = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": region}]}
    return {"arn": arn, "policies": policies, "boundary": boundary, "scps": [[FULL], [FULL, deny]]}


def _policy(random: Random) -> dict[str, Any]:
    statements = []
    for index in range(random.randint(1, 6)):
        service = random.choice(list(SERVICES))
        names, pattern = SERVICES[service]
        actions = [f"{service}:{name}" for name in random.sample(names, random.randint(1, len(names)))]
        resource = pattern.format(n=random.randint(0, 30), m="*", account=ACCOUNT)
        statement: dict[str, Any] = {
            "Sid": f"S{index}",
            "Effect": "Deny" if random.random() < 0.1 else "Allow",
            "Action": random.choice([actions, f"{service}:*", f"{service}:{names[0][:3]}*"]),
            "Resource": random.choice([[resource, resource + "/*"], "*", resource[: resource.rindex("-") + 1] + "*"]),
        }
        if random.random() < 0.3:
            statement["Condition"] = {
                "StringEquals": {"aws:PrincipalTag/team": random.choice(["a", "b", "${aws:ResourceTag/team}"])}
            }
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def _case(random: Random, number: int, principal: dict[str, Any]) -> dict[str, Any]:
    service = random.choice(list(SERVICES))
    names, pattern = SERVICES[service]
    resource = pattern.format(n=random.randint(0, 30), m=random.randint(0, 9), account=ACCOUNT)
    grant = {"Effect": "Allow", "Principal": {"AWS": principal["arn"]}, "Action": "s3:GetObject", "Resource": resource}
    bucket = [{"Version": "2012-10-17", "Statement": [grant]}] if service == "s3" and random.random() < 0.3 else None
    return {
        "id": number,
        "request": {
            "principal": principal["arn"],
            "action": f"{service}:{random.choice(names)}",
            "resource": resource,
            "context": {
                "aws:PrincipalTag/team": random.choice("ab"),
                "aws:RequestedRegion": random.choice(["eu-west-1", "ap-south-1"]),
            },
        },
        "principal_account": ACCOUNT,
        "resource_account": random.choice([ACCOUNT] * 4 + [OTHER]) if service == "s3" else ACCOUNT,
        "identity_policies": principal["policies"],
        "boundaries": principal["boundary"],
        "scps": principal["scps"],
        "rcps": None,
        "resource_policies": bucket,
        "session_policies": None,
        "endpoint_policies": None,
    }


def _ours(lines: list[bytes]) -> tuple[float, list[str]]:
    """Median seconds of a round over all lines, after one to warm up, and the decisions."""
    from keyrack.access.cases import answerer

    answer = answerer("aws-iam")
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        answers = [answer(line) for line in lines]
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]), [json.loads(one)["decision"] for one in answers]


def _installed(folder: Path) -> Path | None:
    """The folder with iam-simulate and our script in it; none when it cannot be installed here."""
    npm = shutil.which("npm")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(NODE)
    if (
        npm is None
        or subprocess.run([npm, "install", "--silent", PACKAGE], cwd=folder, check=False, capture_output=True).returncode
    ):
        print(f"{PACKAGE} cannot be installed here: left out", file=sys.stderr)
        return None
    return folder


def _theirs(folder: Path, how: str, lines: list[bytes]) -> tuple[float, list[str]]:
    """The same of iam-simulate."""
    (folder / "cases.jsonl").write_bytes(b"\n".join(lines))
    command = ["node", "run.js", "cases.jsonl"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, input=f"{how}\n" * (ROUNDS + 1))
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    return statistics.median(one["seconds"] for one in rounds[1:]), rounds[-1]["decisions"]
