"""Jenkinsfiles, declarative and scripted."""

from __future__ import annotations

from keyrack.providers.repository.ci.groovy import tokens
from keyrack.records import Credential, Placement

ROOT = "repo:acme/web:pipeline/Jenkinsfile"


def test_declarative_pipeline(pipelines):
    found = pipelines(
        {
            "Jenkinsfile": """\
        @Library('shared@v2') _
        // credentials('commented-out')
        pipeline {
          agent { docker { image 'maven:3.9-eclipse-temurin-21'; args '-v /root/.m2:/root/.m2' } }
          triggers { cron('H 4 * * 1-5'); githubPush() }
          environment {
            AWS_SECRET_ACCESS_KEY = credentials('jenkins-aws-secret')
            REGISTRY = "registry.example.com/${env.BRANCH_NAME}"
            NPM = credentials('npm')
          }
          stages {
            stage('Deploy') {
              steps {
                withCredentials([usernamePassword(credentialsId: 'nexus', usernameVariable: 'U', passwordVariable: 'P'),
                                 string(credentialsId: 'sonar', variable: 'SONAR_TOKEN'),
                                 [$class: 'AmazonWebServicesCredentialsBinding', credentialsId: 'aws-prod']]) {
                  sh '''
                    curl -u "$U:$P" https://nexus/   # credentials('in-a-string')
                  '''
                }
                sshagent(['deploy-key', "second-key"]) { sh "ssh host" }
                withAWS(role: 'deployer', roleAccount: '111122223333') { sh 'aws s3 ls' }
                script { docker.withRegistry('https://r.example.com', 'registry-login') { } }
              }
            }
          }
        }
        """
        }
    )
    identity = found.identity(ROOT)
    assert (identity.type, identity.attrs["triggers"]) == ("jenkins:pipeline", "push,schedule")
    kinds = {c.name: (c.kind, c.attrs.get("cloud")) for c in found.of(Credential)}
    assert kinds == {
        "jenkins-aws-secret": ("access_key", "aws"),
        "npm": ("secret", None),
        "nexus": ("password", None),
        "sonar": ("secret", None),
        "aws-prod": ("access_key", "aws"),
        "deploy-key": ("ssh_key", None),
        "second-key": ("ssh_key", None),
        "registry-login": ("password", None),
    }
    assert {p.line for p in found.of(Placement) if p.credential_uid.endswith("/sonar")} == {15}
    assert [t.identity_uid for t in found.trusts("ci:assumes-role")] == ["aws:iam::111122223333:role/deployer"]
    (library,) = found.trusts("ci:uses-action")
    assert (library.subject, library.attrs["pin"]) == ("jenkins:library/shared", "tag")
    assert [t.subject for t in found.trusts("ci:uses-image")] == ["docker:image/docker.io/library/maven"]


def test_literal_secrets_in_environment_and_with_env(pipelines, values):
    token, key, secret = values.github(), values.aws_id(), values.aws_secret()
    found = pipelines({"ci/Jenkinsfile.release": f"""\
        node {{
          env.GITHUB_TOKEN = '{token}'
          withEnv(['AWS_ACCESS_KEY_ID={key}', "AWS_SECRET_ACCESS_KEY={secret}"]) {{
            sh 'make'
          }}
        }}
        """}, token, secret)  # fmt: skip
    lines = {field: p.line for field, p in found.committed().items()}
    assert lines == {"environment.GITHUB_TOKEN": 2, "environment.AWS_SECRET_ACCESS_KEY": 3}
    assert {p.consumer_uid for p in found.of(Placement)} == {"repo:acme/web:pipeline/ci/Jenkinsfile.release"}


def test_computed_ids_and_plain_settings_are_left_out(pipelines):
    found = pipelines(
        {
            "Jenkinsfile": """\
        def cred = "prefix-${env.STAGE}"
        pipeline { environment { API_TOKEN = "${params.TOKEN}"; KEY_PATH = '/etc/keys/id'; CREDS = credentials("x-${env.S}") } }
        """
        }
    )
    assert not found.of(Credential)


def test_other_files_with_similar_names_are_no_pipelines(pipelines):
    found = pipelines({"Jenkinsfiles.md": "credentials('x')", "docs/jenkins.txt": "credentials('x')"})
    assert not found.records


def test_lexer_keeps_lines_and_drops_comments():
    found = tokens('a = \'x\\\'y\' /* b\n\n*/ c // d\n"""m\nn""" e.f')
    assert [(t.kind, t.text, t.line) for t in found] == [
        ("word", "a", 1), ("punct", "=", 1), ("string", "x'y", 1), ("word", "c", 3), ("string", "m\nn", 4), ("word", "e.f", 5),
    ]  # fmt: skip
