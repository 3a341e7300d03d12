"""Scan 500 users, 2,000 roles and 1,000 access keys on moto: calls and wall time, against nhinsight on the same server.

Promise: at most one fifth of its calls. A proxy in front of moto counts what each really sends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.table import show

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from motoserver import CREDENTIALS, Moto, moto_server
from wire import wire

USERS, ROLES, KEYS = 500, 2_000, 1_000
OURS = """
import json, sys
from collections import Counter
from datetime import UTC, datetime
from keyrack.providers.aws import provider
from keyrack.sdk import Context, Fingerprinter, Target
ctx = Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b"k" * 32))
found = provider.discover(Target("aws", options={"endpoint_url": sys.argv[1]}), ctx)
print(json.dumps(Counter(type(record).__name__ for record in found)))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, moto_server(Path(folder) / "log", managed_policies=False) as moto:
        started = time.perf_counter()
        seed(moto)
        print(f"seeded {USERS} users, {ROLES} roles, {KEYS} keys in {time.perf_counter() - started:.0f} s")
        ours = measure(moto, folder, [sys.executable, "-c", OURS])
        peer = measure(moto, folder, [str(Path(sys.executable).with_name("nhinsight")), "scan", "--aws", "-f", "json"])
    found = json.loads(ours[2])
    seen = f"{found['Identity']} identities, {found['Credential']} credentials, {found['Grant']} grants, {found['Trust']} trusts"
    theirs = f"{len(json.loads(peer[2])['identities'])} identities and keys"
    rows = [("keyrack", *ours[:2], seen), ("nhinsight", *peer[:2], theirs)]
    rows.append(("keyrack / nhinsight", round(ours[0] / peer[0], 3), round(ours[1] / peer[1], 3), "promise: calls at most 0.2"))
    show(("scanner", "calls", "seconds", "found"), rows)


def measure(moto: Moto, folder: str, command: list[str]) -> tuple[int, float, str]:
    """Calls, seconds and output of one scan through a counting proxy."""
    with wire(moto.url) as line:
        env = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": line.url, "AWS_EC2_METADATA_DISABLED": "true", "HOME": folder}
        env.pop("AWS_PROFILE", None)
        started = time.perf_counter()
        done = subprocess.run(
            [*command, *([line.url] if OURS in command else [])], env=env, capture_output=True, text=True, check=False
        )
        seconds = round(time.perf_counter() - started, 1)
    if not done.stdout.strip().startswith("{"):
        sys.exit(f"{command[0]} failed: {done.stderr[-500:]}")
    return line.total(), seconds, done.stdout


def seed(moto: Moto) -> None:
    """Users with two keys each and a managed policy, roles with an inline and a managed policy."""
    iam = moto.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
    principal = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [principal]})
    policy = iam.create_policy(PolicyName="read", PolicyDocument=document)["Policy"]["Arn"]

    def user(number: int) -> None:
        name = f"svc-{number}"
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
        for _ in range(KEYS // USERS):
            iam.create_access_key(UserName=name)

    def role(number: int) -> None:
        name = f"role-{number}"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document)

    for number in range(USERS):  # one after the other: moto's writes are not thread-safe
        user(number)
    for number in range(ROLES):
        role(number)


if __name__ == "__main__":
    main()
