/*
id: gitlab_legacy_job_token
title: GitLab pipeline authenticates with the removed CI_JOB_JWT
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-5", "CSF-2.0:PR.AA-03"]
references: ["https://docs.gitlab.com/ci/secrets/id_token_authentication/"]
inputs: [repository.ci]
key: []
detects: A GitLab pipeline that reads `CI_JOB_JWT` or `CI_JOB_JWT_V2` instead of declaring `id_tokens` with an audience.
why: |
  These tokens were handed to every job and carried no audience of the receiver, so any service that got one could replay it
  elsewhere. GitLab removed them in 17.0: the pipeline either fails, or talks to an old server that still has the hole.
remediation: |
  In {path} of {repository} declare `id_tokens: {AWS_TOKEN: {aud: sts.amazonaws.com}}` on the job that federates, use that
  variable instead, and bind the audience in the trust policy of the role.
blind_spots: A script that takes the variable's name from elsewhere is not seen.
false_positives: None known; an unused line that mentions the variable is still worth removing.
bad:
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web, attrs: {legacy_jwt: "true", oidc: "true", path: .gitlab-ci.yml}}]
good:
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web, attrs: {oidc: "true", path: .gitlab-ci.yml}}]
  - identities: [{uid: "repo:acme/web:pipeline/.gitlab-ci.yml", kind: cicd, type: "gitlab:pipeline", provider: repository, scope: acme/web, attrs: {oidc: "false", path: .gitlab-ci.yml}}]
*/
SELECT i.uid AS identity, i.name, i.scope AS repository, i.attrs['path'] AS path, CAST(i.attrs['line'] AS BIGINT) AS line
FROM identities i
WHERE i.type = 'gitlab:pipeline' AND i.attrs['legacy_jwt'] = 'true'
