"""GitLab CI: variables, ID tokens, includes, images."""

from __future__ import annotations

from keyrack.records import Credential, Identity, Placement

ROOT = "repo:acme/web:pipeline/.gitlab-ci.yml"


def test_pipeline_with_variables_images_and_roles(pipelines):
    found = pipelines(
        {
            ".gitlab-ci.yml": """\
        image: registry.gitlab.com/acme/base:1.2
        workflow:
          rules:
            - if: $CI_PIPELINE_SOURCE == "merge_request_event"
            - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
        variables:
          REGION: eu-west-1
          ROLE_ARN:
            value: arn:aws:iam::111122223333:role/gitlab
            description: who we are
        deploy:
          image: {name: "alpine/k8s@sha256:%s", entrypoint: [""]}
          services: [docker:dind]
          environment: {name: production}
          id_tokens:
            AWS_TOKEN: {aud: https://gitlab.com}
          script:
            - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY
            - curl --header "PRIVATE-TOKEN: ${DEPLOY_TOKEN}" https://example.com
            - >
              export $(printf "AWS_ACCESS_KEY_ID=%%s AWS_SECRET_ACCESS_KEY=%%s AWS_SESSION_TOKEN=%%s"
              $(aws sts assume-role-with-web-identity --role-arn ${ROLE_ARN} --web-identity-token ${AWS_TOKEN}))
            - echo $AWS_SECRET_ACCESS_KEY $PATH $REGION
          only: [schedules]
        """
            % ("b" * 64)
        }
    )
    identity = found.identity(ROOT)
    assert (identity.kind, identity.type) == ("cicd", "gitlab:pipeline")
    assert (identity.attrs["oidc"], identity.attrs["triggers"]) == ("true", "merge_request_event,schedule")
    assert found.names() == {"DEPLOY_TOKEN"}
    (place,) = found.of(Placement)
    assert (place.environment, place.line, place.exposure) == ("prod", 19, "sanctioned")
    (credential,) = found.of(Credential)
    assert credential.uid == "cred:at:repo:acme/web/gitlab-variables/DEPLOY_TOKEN"
    assert [t.identity_uid for t in found.trusts("ci:assumes-role")] == ["aws:iam::111122223333:role/gitlab"]
    assert {(t.subject, t.subject_kind, t.attrs["pin"]) for t in found.trusts("ci:uses-image")} == {
        ("docker:image/registry.gitlab.com/acme/base", "same_account", "tag"),
        ("docker:image/docker.io/alpine/k8s", "other_account", "sha"),
        ("docker:image/docker.io/library/docker", "other_account", "tag"),
    }


def test_cloud_keys_of_the_store_and_legacy_tokens(pipelines):
    found = pipelines(
        {
            ".gitlab-ci.yml": """\
        deploy:
          script:
            - aws configure set aws_secret_access_key $PROD_AWS_SECRET_ACCESS_KEY
            - echo "$GCP_SERVICE_ACCOUNT_KEY" > key.json
            - vault write auth/jwt/login jwt=$CI_JOB_JWT
        """
        }
    )
    assert found.names(cloud="aws") == {"PROD_AWS_SECRET_ACCESS_KEY"}
    assert found.names(cloud="gcp") == {"GCP_SERVICE_ACCOUNT_KEY"}
    assert found.identity(ROOT).attrs["legacy_jwt"] == "true"


def test_a_stored_variable_handed_on_under_its_own_name_is_a_reference(pipelines):
    found = pipelines(
        {
            ".gitlab-ci.yml": """\
        variables: {AWS_SECRET_ACCESS_KEY: $AWS_SECRET_ACCESS_KEY, SET_TOKEN: $(date)}
        a: {script: ["export NPM_TOKEN=$NPM_TOKEN", "export MADE_TOKEN=$(make)", "echo $MADE_TOKEN $SET_TOKEN"]}
        """
        }
    )
    assert found.names() == {"AWS_SECRET_ACCESS_KEY", "NPM_TOKEN"}


def test_modern_pipeline_has_no_legacy_mark(pipelines):
    found = pipelines({".gitlab-ci.yml": "a: {id_tokens: {T: {aud: x}}, script: [echo $T]}\n"})
    assert "legacy_jwt" not in found.identity(ROOT).attrs
    assert not found.of(Credential)


def test_includes_belong_to_the_pipeline_that_includes_them(pipelines):
    found = pipelines(
        {
            ".gitlab-ci.yml": """\
            include:
              - local: /ci/deploy.yml
              - local: ci/jobs/*.yml
              - local: /ci/absent.yml
              - project: acme/templates
                ref: v1.0.0
                file: /build.yml
              - project: other/group/templates
                file: x.yml
              - remote: https://example.com/ci.yml
              - template: Security/SAST.gitlab-ci.yml
              - component: gitlab.com/vendor/scan/run@main
            """,
            "ci/deploy.yml": "include: {local: /ci/nested.gitlab-ci.yml}\ndeploy: {environment: staging, script: [echo $API_TOKEN]}\n",
            "ci/nested.gitlab-ci.yml": "include: /ci/deploy.yml\nx: {script: [echo $API_TOKEN]}\n",
            "ci/jobs/a.yml": "a: {image: node, script: []}\n",
        }
    )
    assert [i.uid for i in found.of(Identity)] == [ROOT]
    assert {(p.path, p.environment) for p in found.of(Placement)} == {
        ("ci/deploy.yml", "nonprod"),
        ("ci/nested.gitlab-ci.yml", None),
    }
    assert {p.consumer_uid for p in found.of(Placement)} == {ROOT}
    code = {(t.subject, t.subject_kind, t.attrs.get("pin")) for t in found.trusts("ci:uses-action")}
    assert code == {
        ("gitlab:project/acme/templates", "same_account", "tag"),
        ("gitlab:project/other/group/templates", "other_account", "none"),
        ("gitlab:remote/example.com/ci.yml", "other_account", "none"),
        ("gitlab:template/Security/SAST.gitlab-ci.yml", "service", None),
        ("gitlab:component/gitlab.com/vendor/scan/run", "other_account", "branch"),
    }
    assert found.gaps() == {(".gitlab-ci.yml", "missing")}


def test_literals_in_variables_but_not_those_of_service_databases(pipelines, values):
    secret, password = values.github(), values.password()
    found = pipelines({".gitlab-ci.yml": f"""\
        services: [postgres:16]
        variables:
          POSTGRES_PASSWORD: {password}
          GITHUB_TOKEN: {{value: {secret}, description: for releases}}
        test: {{script: [pytest]}}
        """}, secret, password)  # fmt: skip
    assert {field: p.line for field, p in found.committed().items()} == {"variables.GITHUB_TOKEN": 4}


def test_secrets_from_a_vault_are_references(pipelines):
    found = pipelines(
        {
            ".gitlab-ci.yml": """\
        a:
          id_tokens: {VAULT_ID_TOKEN: {aud: https://vault.example.com}}
          secrets:
            DB_PASSWORD: {vault: prod/db/password@secrets, token: $VAULT_ID_TOKEN}
          script: [psql "$DB_PASSWORD"]
        """
        }
    )
    (credential,) = found.of(Credential)
    assert credential.uid == "cred:at:repo:acme/web/external-secrets/DB_PASSWORD"
    assert credential.attrs["referenced"] == "true"


def test_header_document_of_a_component_is_skipped(pipelines):
    found = pipelines({".gitlab-ci.yml": "spec: {inputs: {a: {}}}\n---\njob: {script: [echo $DEPLOY_TOKEN]}\n"})
    assert found.names() == {"DEPLOY_TOKEN"}
