/*
id: github_app_administers
title: App may change who may do what in the whole organisation
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/choosing-permissions-for-a-github-app"]
inputs: [github.apps]
key: []
detects: >
  An App of the organisation's own that may write settings, secrets, workflows or environments of all repositories, or members, secrets, hooks,
  runners, roles or tokens of the organisation. High where it administers the organisation.
why: >
  Its private key does not expire and is good for a token at any hour. With settings or workflows it runs code as every pipeline and so
  reaches every secret and cloud role of theirs; with members it makes itself an owner.
remediation: |
  Settings > Developer settings > GitHub Apps > {name}: take away {writes} where it is not used (the audit log says what {slug}[bot] did), and
  install it on the repositories it works on ("Only select repositories"). Keep its key in a vault and rotate it.
blind_spots: Apps of other companies have a rule of their own (github_third_party_app_writes); what selected repositories hold.
false_positives: The one App that manages the organisation as code; keep its key where only that job gets it.
bad:
  - identities: [{uid: "github:acme:app/settings", kind: oauth_app, type: "github:app", provider: github, scope: acme, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/settings", language: github, actions: ["administration:write", "metadata:read"], resources: ["*"]}]
  - identities: [{uid: "github:acme:app/people", kind: oauth_app, type: "github:app", provider: github, scope: acme, attrs: {repositories: selected}}]
    grants: [{identity_uid: "github:acme:app/people", language: github, actions: ["members:write"], resources: ["*"]}]
good:
  - identities: [{uid: "github:acme:app/settings", kind: oauth_app, type: "github:app", provider: github, scope: acme, attrs: {repositories: selected}}]
    grants: [{identity_uid: "github:acme:app/settings", language: github, actions: ["administration:write"], resources: ["selected repositories"]}]
  - identities: [{uid: "github:acme:app/release", kind: oauth_app, type: "github:app", provider: github, scope: acme, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/release", language: github, actions: ["contents:write", "issues:write"], resources: ["*"]}]
  - identities: [{uid: "github:acme:app/report", kind: oauth_app, type: "github:app", provider: github, scope: acme, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/report", language: github, actions: ["administration:read", "members:read", "secrets:read"], resources: ["*"]}]
  - identities: [{uid: "github:acme:app/watcher", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: lumenwatch}]
    grants: [{identity_uid: "github:acme:app/watcher", language: github, actions: ["administration:write"], resources: ["*"]}]
  - identities: [{uid: "github:acme:app/old", kind: oauth_app, type: "github:app", provider: github, scope: acme, status: disabled}]
    grants: [{identity_uid: "github:acme:app/old", language: github, actions: ["administration:write"], resources: ["*"]}]
*/
WITH held AS (
  SELECT g.identity_uid, unnest(g.actions) AS action FROM grants g
  WHERE g.language = 'github' AND list_contains(g.resources, '*') AND g.effect = 'allow'
),
commanding AS (
  SELECT identity_uid, string_agg(DISTINCT action, ', ' ORDER BY action) AS writes,
    bool_or(starts_with(action, 'organization_administration:') OR starts_with(action, 'members:')) AS rules
  FROM held
  WHERE regexp_matches(action, '^(administration|workflows|secrets|dependabot_secrets|environments|members|organization_(administration|secrets|dependabot_secrets|codespaces_secrets|hooks|custom_roles|custom_org_roles|self_hosted_runners|personal_access_tokens)):(write|admin)$')
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, regexp_extract(i.uid, ':app/(.+)$', 1) AS slug, i.scope, c.writes, i.attrs['repositories'] AS repositories, i.created_at AS installed_at, i.last_used_at,
  CASE WHEN c.rules THEN 'high' ELSE 'medium' END AS severity
FROM commanding c
JOIN identities i ON i.uid = c.identity_uid
WHERE i.type = 'github:app' AND NOT i.third_party AND i.status = 'active'
