"""CircleCI, Azure Pipelines and Bitbucket Pipelines."""

from __future__ import annotations

from keyrack.records import Credential, Placement

CIRCLE = "repo:acme/web:pipeline/.circleci/config.yml"
AZURE = "repo:acme/web:pipeline/azure-pipelines.yml"
BITBUCKET = "repo:acme/web:pipeline/bitbucket-pipelines.yml"


def test_circleci_orbs_contexts_images_and_keys(pipelines):
    found = pipelines(
        {
            ".circleci/config.yml": """\
        version: 2.1
        orbs:
          aws-cli: circleci/aws-cli@4.1.3
          slack: vendor/slack@4
          own: acme/tools@dev:first
          inline:
            commands: {x: {steps: [checkout]}}
        executors:
          node:
            docker:
              - image: cimg/node:20.11
                auth: {username: bot, password: $DOCKERHUB_PASSWORD}
        jobs:
          deploy:
            docker: [{image: "cimg/base@sha256:%s"}]
            steps:
              - run:
                  environment: [{STAGE: prod}]
                  command: |
                    export TOKEN=$(vault read)
                    curl -H "Authorization: $DEPLOY_TOKEN $TOKEN $STAGE"
              - aws-cli/setup: {aws-access-key-id: PROD_KEY_ID, aws-secret-access-key: PROD_SECRET}
        workflows:
          main:
            triggers: [{schedule: {cron: "0 0 * * *"}}]
            jobs:
              - build
              - deploy: {context: [org-global, aws-production], requires: [build]}
        """
            % ("c" * 64)
        }
    )
    identity = found.identity(CIRCLE)
    assert (identity.type, identity.attrs["oidc"], identity.attrs["triggers"]) == ("circleci:pipeline", "false", "push,schedule")
    assert found.names() == {"DOCKERHUB_PASSWORD", "DEPLOY_TOKEN", "PROD_KEY_ID", "PROD_SECRET", "org-global", "aws-production"}
    assert found.names(cloud="aws") == {"PROD_KEY_ID", "PROD_SECRET"}
    environment = {p.credential_uid.rpartition("/")[2]: p.environment for p in found.of(Placement)}
    assert (environment["DEPLOY_TOKEN"], environment["aws-production"], environment["org-global"]) == ("prod", "prod", None)
    orbs = {t.subject: (t.subject_kind, t.attrs["pin"]) for t in found.trusts("ci:uses-action")}
    assert orbs == {
        "circleci:orb/circleci/aws-cli": ("service", "version"),
        "circleci:orb/vendor/slack": ("other_account", "branch"),
        "circleci:orb/acme/tools": ("same_account", "branch"),
    }
    assert {t.attrs["pin"] for t in found.trusts("ci:uses-image")} == {"tag", "sha"}


def test_circleci_oidc_role(pipelines):
    found = pipelines(
        {
            ".circleci/config.yml": """\
        version: 2.1
        orbs: {aws-cli: circleci/aws-cli@4.1.3}
        jobs:
          a:
            docker: [{image: cimg/base:2024.01}]
            steps:
              - aws-cli/setup: {role_arn: "arn:aws:iam::111122223333:role/circle"}
        """
        }
    )
    assert found.identity(CIRCLE).attrs["oidc"] == "true"
    assert [t.identity_uid for t in found.trusts("ci:assumes-role")] == ["aws:iam::111122223333:role/circle"]
    assert not found.of(Credential)


def test_azure_pipelines(pipelines, values):
    secret = values.github()
    found = pipelines({"azure-pipelines.yml": f"""\
        trigger: [main]
        pr: none
        schedules: [{{cron: "0 0 * * *"}}]
        resources:
          repositories:
            - {{repository: own, type: git, name: project/templates}}
            - {{repository: other, type: github, name: vendor/templates, ref: refs/tags/v1, endpoint: github-connection}}
            - {{repository: moving, type: github, name: vendor/more, endpoint: github-connection}}
          containers:
            - {{container: tools, image: "vendor.azurecr.io/tools:latest", endpoint: acr-connection}}
        variables:
          - group: prod-secrets
          - {{name: configuration, value: Release}}
          - {{name: githubToken, value: {secret}}}
        stages:
          - stage: deploy
            jobs:
              - deployment: web
                environment: production
                container: tools
                strategy:
                  runOnce:
                    deploy:
                      steps:
                        - task: AzureCLI@2
                          inputs:
                            azureSubscription: prod-arm-connection
                            scriptType: bash
                            inlineScript: az group list
                        - task: vendor.extension.Scan@1.2.3
                        - script: deploy --token $(DEPLOY_TOKEN) --c $(configuration) --b $(Build.BuildId)
                          env: {{SYSTEM_ACCESSTOKEN: $(System.AccessToken), ARM_CLIENT_SECRET: $(spn), AWS_SECRET_ACCESS_KEY: $(AWS_SECRET_ACCESS_KEY)}}
        """}, secret)  # fmt: skip
    identity = found.identity(AZURE)
    assert (identity.type, identity.attrs["triggers"]) == ("azure:pipeline", "push,schedules")
    stores = {
        c.uid.removeprefix("cred:at:repo:acme/web/"): c.attrs.get("cloud")
        for c in found.of(Credential)
        if c.uid.startswith("cred:at")
    }
    assert stores == {
        "azure-service-connections/github-connection": None,
        "azure-service-connections/acr-connection": None,
        "azure-service-connections/prod-arm-connection": None,
        "azure-variable-groups/prod-secrets": None,
        "azure-variables/DEPLOY_TOKEN": None,
        "azure-variables/spn": "azure",
        "azure-variables/AWS_SECRET_ACCESS_KEY": "aws",
    }
    environment = {p.credential_uid.rpartition("/")[2]: p.environment for p in found.of(Placement)}
    assert (environment["DEPLOY_TOKEN"], environment["prod-secrets"]) == ("prod", None)
    assert {field: p.line for field, p in found.committed().items()} == {"variables.githubToken": 14}
    code = {t.subject: (t.subject_kind, t.attrs["pin"]) for t in found.trusts("ci:uses-action")}
    assert code == {
        "azure:templates/project/templates": ("same_account", "branch"),
        "azure:templates/vendor/templates": ("other_account", "tag"),
        "azure:templates/vendor/more": ("other_account", "branch"),
        "azure:task/AzureCLI": ("service", "tag"),
        "azure:task/vendor.extension.Scan": ("other_account", "tag"),
    }
    assert [t.subject for t in found.trusts("ci:uses-image")] == ["docker:image/vendor.azurecr.io/tools"]


def test_azure_workload_identity_and_key_vault_are_no_secrets(pipelines):
    found = pipelines(
        {
            ".azuredevops/deploy.yml": """\
        steps:
          - task: AzureCLI@2
            inputs: {addSpnToEnvironment: true, azureSubscription: $(connection), inlineScript: "echo $idToken"}
          - bash: echo "##vso[task.setvariable variable=apiToken;issecret=true]$(cat t)"
          - bash: curl -H "$(apiToken)"
        """
        }
    )
    assert found.identity("repo:acme/web:pipeline/.azuredevops/deploy.yml").attrs["oidc"] == "true"
    assert not found.of(Credential)


def test_other_yaml_in_azure_folders_is_no_pipeline(pipelines):
    assert not pipelines({".azuredevops/settings.yml": "name: x\n", ".pipelines/values.yaml": "a: 1\n"}).records


def test_bitbucket(pipelines):
    found = pipelines(
        {
            "bitbucket-pipelines.yml": """\
        image: {name: "acme.example.com:5000/build:3", username: bot, password: $REGISTRY_PASSWORD}
        definitions:
          services:
            db: {image: postgres:16, variables: {POSTGRES_PASSWORD: Throw4wayValue}}
        pipelines:
          default:
            - step:
                script: [npm publish --token $NPM_TOKEN, echo $BITBUCKET_COMMIT]
          branches:
            main:
              - step:
                  deployment: production
                  oidc: true
                  script:
                    - export AWS_WEB_IDENTITY_TOKEN_FILE=$(pwd)/token
                    - pipe: atlassian/aws-s3-deploy:1.1.0
                      variables:
                        AWS_OIDC_ROLE_ARN: arn:aws:iam::111122223333:role/bitbucket
                        S3_BUCKET: site
                    - pipe: vendor/notify:latest
                      variables: {KEY: $NOTIFY_KEY}
                    - pipe: docker://vendor/tool:2
              - step:
                  deployment: staging
                  script:
                    - pipe: atlassian/aws-ecs-deploy:1
                      variables: {AWS_ACCESS_KEY_ID: $AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: $STAGE_KEY}
        """
        }
    )
    identity = found.identity(BITBUCKET)
    assert (identity.type, identity.attrs["oidc"], identity.attrs["triggers"]) == ("bitbucket:pipeline", "true", "push")
    assert found.names() == {"REGISTRY_PASSWORD", "NPM_TOKEN", "NOTIFY_KEY", "AWS_ACCESS_KEY_ID", "STAGE_KEY"}
    assert found.names(cloud="aws") == {"AWS_ACCESS_KEY_ID", "STAGE_KEY"}
    assert {p.environment for p in found.of(Placement) if p.credential_uid.endswith("STAGE_KEY")} == {"nonprod"}
    assert not found.committed()
    code = {t.subject: (t.subject_kind, t.attrs["pin"], t.attrs.get("secrets")) for t in found.trusts("ci:uses-action")}
    assert code == {
        "bitbucket:pipe/atlassian/aws-s3-deploy": ("service", "tag", None),
        "bitbucket:pipe/vendor/notify": ("other_account", "branch", "NOTIFY_KEY"),
        "docker:image/docker.io/vendor/tool": ("other_account", "tag", None),
        "bitbucket:pipe/atlassian/aws-ecs-deploy": ("service", "branch", "AWS_ACCESS_KEY_ID,STAGE_KEY"),
    }
    assert [t.identity_uid for t in found.trusts("ci:assumes-role")] == ["aws:iam::111122223333:role/bitbucket"]
