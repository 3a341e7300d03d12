"""`keyrack fuzz` over an inventory, one identity, and single documents of every language."""

import json
import subprocess
import sys

import pytest

ISSUER = "token.actions.githubusercontent.com"
ACCOUNT = "111122223333"


def keyrack(*words: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([sys.executable, "-m", "keyrack", *words], capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done


def role(name: str, sub: str) -> dict[str, object]:
    condition = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}, "StringLike": {f"{ISSUER}:sub": sub}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROAEXAMPLE000000001",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": "2025-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [],
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    details = folder / "details.json"
    roles = [role("loose", "repo:*"), role("tight", "repo:acme@4711/web@42:ref:refs/heads/main")]
    details.write_text(json.dumps({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []}))
    keyrack("scan", "aws", "--aws-authorization-details", str(details), "--no-progress", "--home", str(folder / "home"))
    return str(folder / "home")


def test_every_trust_of_the_inventory_the_worst_first(home):
    story = json.loads(keyrack("fuzz", "--format", "json", "--home", home).stdout)
    assert [trust["name"].rpartition("/")[2] for trust in story["trusts"]] == ["loose", "tight"]
    loose, tight = story["trusts"]
    assert {"stranger", "recycled"} <= {entry["level"] for entry in loose["entered"]}
    assert (tight["entered"], tight["refused"], tight["fix"]) == ([], [], None)
    assert loose["fix"]["meant_get_in"]
    assert loose["fix"]["left"] == []
    assert loose["fix"]["fill_in"]
    assert story["probes"] > 20
    assert story["unread"] == []


def test_one_identity_and_the_table(home):
    page = keyrack("fuzz", "tight", "--home", home).stdout.decode()
    assert "role/tight (aws)" in page
    assert "loose" not in page
    whole = keyrack("fuzz", "--home", home).stdout.decode()
    assert "2 trusts" in whole
    assert "1 let in somebody from outside" in whole
    assert "fix: statement 1: pin" in whole


def test_an_identity_nobody_knows_is_a_sentence(home):
    assert b"nothing known is called" in keyrack("fuzz", "nobody", "--home", home, code=1).stderr


@pytest.mark.parametrize(
    ("language", "document", "level"),
    [
        ("aws-iam", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}, "stranger"),
        ("azure-federated-credential", {"issuer": f"https://{ISSUER}", "claimsMatchingExpression": {"value": "claims['sub'] matches 'repo:*'", "languageVersion": 1}}, "stranger"),
        ("gcp-workload-identity", {"provider": {"oidc": {"issuerUri": f"https://{ISSUER}"}}}, "stranger"),
        ("openbao-jwt-role", {"issuer": f"https://{ISSUER}", "bound_audiences": ["bao"], "bound_claims": {"repository_owner": "acme"}}, "recycled"),
    ],
)  # fmt: skip
def test_one_document_of_each_language_and_its_fix_again(tmp_path, language, document, level):
    file = tmp_path / "trust.json"
    file.write_text(json.dumps(document))
    words = ("fuzz", "--file", str(file), "--language", language, "--format", "json")
    [trust] = json.loads(keyrack(*words).stdout)["trusts"]
    assert level in {entry["level"] for entry in trust["entered"]}
    file.write_text(json.dumps(trust["fix"]["document"]))
    [again] = json.loads(keyrack(*words).stdout)["trusts"]
    names_only = {"recycled"} if language == "azure-federated-credential" else set()  # Entra reads no ids beside the subject
    assert {"stranger", "recycled", "party"} & {entry["level"] for entry in again["entered"]} <= names_only
    assert again["refused"] == []


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("aws-iam", "no json", b"not JSON"),
        ("aws-iam", '{"Statement": [{"Effect": "Maybe"}]}', b"Effect"),
        ("azure-federated-credential", '{"subject": "x"}', b"issuer"),
        ("gcp-workload-identity", '{"provider": {"oidc": {"issuerUri": "https://i"}, "attributeCondition": "=="}}', b"CEL"),
        ("openbao-jwt-role", "[]", b"not a JSON object"),
        ("klingon", "{}", b"no language of trusts"),
    ],
)
def test_a_bad_document_is_a_sentence(tmp_path, language, text, said):
    file = tmp_path / "trust.json"
    file.write_text(text)
    done = keyrack("fuzz", "--file", str(file), "--language", language, code=1)
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_trusts_declared_in_terraform(tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.tf").write_text(
        f"""
        resource "azuread_application" "ci" {{ display_name = "ci" }}
        resource "azuread_application_federated_identity_credential" "main" {{
          application_id = azuread_application.ci.id
          issuer         = "https://{ISSUER}"
          subject        = "repo:acme@4711/web@42:ref:refs/heads/main"
        }}
        resource "google_iam_workload_identity_pool_provider" "open" {{
          workload_identity_pool_provider_id = "open"
          attribute_mapping                  = {{ "google.subject" = "assertion.sub" }}
          oidc {{ issuer_uri = "https://{ISSUER}" }}
        }}
        """
    )
    home = ("--home", str(tmp_path / "home"))
    keyrack("scan", str(tmp_path / "code"), "--no-progress", *home)
    google, azure = json.loads(keyrack("fuzz", "--format", "json", *home).stdout)["trusts"]
    assert (google["platform"], azure["platform"]) == ("gcp", "azure")
    assert "stranger" in {entry["level"] for entry in google["entered"]}
    assert azure["entered"] == []
