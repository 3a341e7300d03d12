"""`keyrack access decide` as a peer sees it: one line in, its answer out, before the next."""

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "keyrack", "access", "decide", "--language", "aws-iam"]
LINE = {
    "id": 1,
    "request": {"principal": "arn:aws:iam::111122223333:user/a", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"},
    "identity_policies": [{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}],
}


def test_answers_come_one_by_one():
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for number in range(3):
            process.stdin.write(json.dumps({**LINE, "id": number}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {
                "id": number,
                "decision": "allow",
                "because": ["identity", "1.1"],
                "assumed": [],
            }
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


def test_every_line_is_answered_in_order():
    good = json.dumps(LINE).encode()
    huge = b'{"id": 9, "x": "' + b"x" * 17 * 2**20 + b'"}'
    done = subprocess.run(
        COMMAND, input=b"\n".join([good, b"", b"no json", huge, b"\xff\xfe", good]), capture_output=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("decision" in one, one["id"]) for one in answers] == [
        (True, 1), (False, None), (False, None), (False, 9), (False, None), (True, 1),
    ]  # fmt: skip
    assert "bytes" in answers[3]["error"]


def test_effective_access_of_a_user(tmp_path):
    allow = {"Sid": "All", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}
    deny = {"Sid": "No", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::secret/*"}
    user = {
        "Path": "/",
        "UserName": "bot",
        "UserId": "AIDAEXAMPLE000000001",
        "Arn": "arn:aws:iam::111122223333:user/bot",
        "CreateDate": "2025-01-01T00:00:00Z",
        "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow, deny]}}],
    }
    details = tmp_path / "details.json"
    details.write_text(json.dumps({"UserDetailList": [user], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}))
    home = ["--home", str(tmp_path / "home")]
    keyrack(["scan", "aws", "--aws-authorization-details", str(details), "--no-progress", *home])
    rows = json.loads(keyrack(["access", "effective", "aws:iam::111122223333:user/bot", "--format", "json", *home]).stdout)
    assert [(row["actions"], row["resources"], row["excluded"]) for row in rows] == [
        (["s3:PutObject"], ["*"], []),
        (["s3:GetObject"], ["*"], ["arn:aws:s3:::secret/*"]),
    ]
    assert "s3:PutObject" in keyrack(["access", "effective", "arn:aws:iam::111122223333:user/bot", *home]).stdout
    nobody = keyrack(["access", "effective", "nobody", *home], check=False)
    assert (nobody.returncode, "nobody" in nobody.stderr) == (1, True)


def keyrack(arguments, *, check=True):
    return subprocess.run([sys.executable, "-m", "keyrack", *arguments], capture_output=True, text=True, check=check)


def test_an_unknown_language_is_a_usage_error():
    done = subprocess.run([*COMMAND[:-1], "cobol"], input=b"", capture_output=True, check=False)
    assert done.returncode == 2
    assert b"aws-iam" in done.stderr
