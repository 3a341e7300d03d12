/*
id: github_person_token_runs_automation
title: A machine works with a person's own token
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AU-10", "CSF-2.0:PR.AA-01"]
references: ["https://docs.github.com/en/apps/creating-github-apps/about-creating-github-apps/deciding-when-to-build-a-github-app"]
inputs: [github.fine_grained_tokens, github.sso_credentials, github.people]
detects: >
  A working personal access token of a human member that is named after a build system, a deployment tool or a bot: it is the automation's
  key and the person's identity at once. High where it writes workflows, secrets or settings.
why: >
  What the machine does is signed with the person's name, passes reviews meant for people, and ends - or goes on unwatched - when the person leaves.
remediation: |
  Give the automation behind {name} of {login} a GitHub App of its own (tokens of one hour, its own name in the log), try it, then revoke the token:
  {where}.
blind_spots: Tokens whose name tells nothing; classic tokens nobody authorised for single sign-on.
false_positives: A token for trying a tool out on the person's own machine; names that say local, laptop, editor or notes are left out.
bad:
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/1", kind: api_token, issuer: github, public_id: token/1, name: jenkins deploy, status: active, identity_uid: "saas:github:account/bo", attrs: {login: bo, token_type: fine-grained}}]
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:credential/2", kind: api_token, issuer: github, public_id: credential/2, name: Terraform_CI, status: active, identity_uid: "saas:github:account/bo", attrs: {login: bo, token_type: classic}}]
good:
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/3", kind: api_token, issuer: github, public_id: token/3, name: jenkins deploy, status: active, identity_uid: "saas:github:account/acme-bot", attrs: {login: acme-bot, token_type: fine-grained}}]
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/4", kind: api_token, issuer: github, public_id: token/4, name: local terraform, status: active, identity_uid: "saas:github:account/bo", attrs: {login: bo, token_type: fine-grained}}]
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/5", kind: api_token, issuer: github, public_id: token/5, name: circle of friends, status: active, identity_uid: "saas:github:account/bo", attrs: {login: bo, token_type: fine-grained}}]
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/6", kind: api_token, issuer: github, public_id: token/6, name: jenkins, status: expired, identity_uid: "saas:github:account/bo", attrs: {login: bo, token_type: fine-grained}}]
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/7", kind: api_token, issuer: github, public_id: token/7, name: jenkins, status: inactive, identity_uid: "saas:github:account/bo", attrs: {login: bo, token_type: fine-grained, pending: "true"}}]
*/
WITH named AS (
  SELECT c.*, ' ' || regexp_replace(lower(c.name), '[^a-z0-9]+', ' ', 'g') || ' ' AS words FROM credentials c
  WHERE c.issuer = 'github' AND c.kind = 'api_token' AND c.usable AND c.attrs['token_type'] IN ('fine-grained', 'classic')
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, coalesce(c.attrs['login'], i.name) AS login, c.attrs['token_type'] AS token_type, c.public_id,
  c.created_at, c.expires_at, c.last_used_at, p.privilege,
  CASE WHEN c.attrs['token_type'] = 'fine-grained' THEN 'Settings > Personal access tokens > Active tokens of ' || i.scope
    ELSE 'People > the account > SSO of ' || i.scope END AS "where",
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM named c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'github:user' AND i.kind = 'human'
  AND regexp_matches(c.words, ' (jenkins|circleci|buildkite|teamcity|bamboo|concourse|tekton|spinnaker|drone|argocd|argo|fluxcd|flux|atlantis|terraform|ansible|renovate|n8n|zapier|ci|cd|cicd|bot|runner|deploy|deployer|deployment|pipeline|pipelines|automation|cron|cronjob|webhook) ')
  AND NOT regexp_matches(c.words, ' (local|locally|laptop|macbook|desktop|editor|vscode|ide|notes|learning|playground|debug|debugging|mine) ')
