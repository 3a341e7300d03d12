"""Advice of rules about code fits the file: it quotes nothing the file does not say, and names the change that helps."""

from __future__ import annotations

from keyrack.rules import builtin
from keyrack.rules.examples import hits

RULES = {rule.id: rule for rule in builtin()}
WORKFLOW = {"uid": "repo:acme/web:workflow/pr.yml", "kind": "cicd", "type": "github:workflow", "provider": "repository"}


def advice(rule: str, example: dict[str, list[dict[str, object]]]) -> tuple[str, str]:
    """Severity and remediation of the one finding."""
    (row,) = hits(RULES[rule], example)
    return str(row["severity"]), str(row["remediation"])


def include(subject: str, **attrs: str) -> dict[str, list[dict[str, object]]]:
    pipeline = "repo:acme/web:pipeline/.gitlab-ci.yml"
    trust = {"identity_uid": pipeline, "subject": subject, "mechanism": "ci:uses-action"}
    place = {"source_path": ".gitlab-ci.yml", "line": "3"}
    return {
        "identities": [
            {"uid": pipeline, "kind": "cicd", "type": "gitlab:pipeline", "provider": "repository", "scope": "acme/web"}
        ],
        "trusts": [{**trust, "attrs": {**place, **attrs}}],
    }


def test_pins_are_asked_for_in_the_words_of_the_system() -> None:
    _, text = advice("unpinned_action", include("gitlab:remote/example.com/ci.yml", pin="none", publisher="example.com"))
    assert "integrity" in text
    assert "example.com/ci.yml" in text
    assert "Dependabot" not in text
    assert "gitlab:remote" not in text
    _, text = advice("unpinned_action", include("gitlab:project/other/ci", pin="branch", ref="main", publisher="other"))
    assert "`ref:`" in text
    _, text = advice("unpinned_action", include("github:action/foo/lint", pin="tag", ref="v1", publisher="foo"))
    assert "foo/lint@v1" in text
    assert "Dependabot" in text


def workflow(**attrs: str) -> dict[str, list[dict[str, object]]]:
    known = {"path": ".github/workflows/pr.yml", "triggers": "pull_request_target", "jobs": "2", **attrs}
    return {"identities": [{**WORKFLOW, "scope": "acme/web", "attrs": known}]}


def test_a_dangerous_checkout_is_switched_off_and_one_that_shuts_forks_out_is_low() -> None:
    severity, text = advice("workflow_untrusted_checkout", workflow(untrusted_checkout="true", permissions="default"))
    assert severity == "high"
    assert "gh workflow disable pr.yml --repo acme/web" in text
    severity, text = advice("workflow_untrusted_checkout", workflow(untrusted_checkout="gated", permissions="contents=write"))
    assert severity == "low"
    assert "gh workflow disable" not in text


def test_write_all_is_quoted_where_the_file_says_write_all() -> None:
    grant = {"identity_uid": WORKFLOW["uid"], "language": "github", "policy": "permissions", "attrs": {"line": "3"}}
    _, text = advice("workflow_id_token_for_all_jobs", {**workflow(), "grants": [{**grant, "actions": ["*:write"]}]})
    assert "replace `write-all`" in text
    assert "take `id-token: write` out" not in text
    _, text = advice("workflow_id_token_for_all_jobs", {**workflow(), "grants": [{**grant, "actions": ["id-token:write"]}]})
    assert "take `id-token: write` out" in text


def secret(path: str, field: str) -> dict[str, list[dict[str, object]]]:
    place = {
        "credential_uid": "cred:fp:1",
        "system": "iac",
        "exposure": "committed",
        "scope": "acme/infra",
        "path": path,
        "line": 4,
    }
    return {
        "credentials": [{"uid": "cred:fp:1", "kind": "password", "issuer": "database", "fingerprint": "f1"}],
        "placements": [{**place, "attrs": {"field": field}}],
    }


def test_only_terraform_has_a_state() -> None:
    _, text = advice("secret_in_infrastructure_code", secret("db.tf", "aws_db_instance.main.password"))
    assert "Terraform state" in text
    assert "resolve:secretsmanager" not in text
    _, text = advice("secret_in_infrastructure_code", secret("k8s/s.yaml", "Secret/db.data.password"))
    assert "state" not in text
    assert "External Secrets" in text


def test_metadata_service_in_code_is_set_in_the_code() -> None:
    attrs = {"imds": "optional", "path": "ec2.tf", "line": "3"}
    resource = {"uid": "repo:a/i:workload/w", "type": "aws:ec2-instance", "name": "w", "scope": "a/i", "provider": "repository"}
    severity, text = advice("imds_v1", {"resources": [{**resource, "attrs": attrs}]})
    assert severity == "medium"
    assert "ec2.tf:3" in text
    assert "--instance-id" not in text


def test_findings_about_nothing_but_a_resource_name_their_source() -> None:
    """Else a report limited to its own sources, which every scan's is, leaves them out."""
    found = [row for rule in RULES.values() for example in rule.header.bad for row in hits(rule, example)]
    alone = [row for row in found if row["identity"] is None and row["credential"] is None]
    assert {row["rule"] for row in alone} >= {"imds_v1", "wif_provider_without_condition"}
    assert [row["rule"] for row in alone if row["source_id"] is None] == []
