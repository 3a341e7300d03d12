/*
id: github_third_party_app_writes
title: Third party's App may write to every repository
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:AC-6", "CSF-2.0:GV.SC-07"]
references: ["https://docs.github.com/en/apps/using-github-apps/reviewing-and-modifying-installed-github-apps"]
inputs: [github.apps]
key: []
detects: >
  An App that somebody else makes, installed on all repositories with permission to change code, workflows, secrets, hooks, settings or
  packages. Critical where it may administer the organisation or change members, secrets or workflows everywhere.
why: The maker's App key opens all of it at once; the next repository is in reach on the day it is made, and nobody looks again.
remediation: |
  Settings > GitHub Apps > {name} > Configure: choose "Only select repositories" for those it works on, and ask {vendor} why it needs {writes}. Decline
  the permissions it does not need, or replace it.
blind_spots: What a selected App reaches; what the App does with its permissions (the audit log tells); who makes Apps whose page GitHub does not show us.
false_positives: >
  Apps of GitHub itself and of the organisation are not reported, nor are Apps that only write checks, statuses, issues, comments or deployments.
bad:
  - identities: [{uid: "github:acme:app/watcher", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: lumenwatch, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/watcher", language: github, actions: ["contents:write", "metadata:read"], resources: ["*"]}]
good:
  - identities: [{uid: "github:acme:app/watcher", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: lumenwatch, attrs: {repositories: selected}}]
    grants: [{identity_uid: "github:acme:app/watcher", language: github, actions: ["contents:write"], resources: ["selected repositories"]}]
  - identities: [{uid: "github:acme:app/scan", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: scanner, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/scan", language: github, actions: ["checks:write", "contents:read", "pull_requests:write"], resources: ["*"]}]
  - identities: [{uid: "github:acme:app/own", kind: oauth_app, type: "github:app", provider: github, scope: acme, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/own", language: github, actions: ["contents:write"], resources: ["*"]}]
  - identities: [{uid: "github:acme:app/dependabot", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: GitHub, attrs: {repositories: all}}]
    grants: [{identity_uid: "github:acme:app/dependabot", language: github, actions: ["contents:write"], resources: ["*"]}]
*/
WITH held AS (
  SELECT g.identity_uid, unnest(g.actions) AS action FROM grants g
  WHERE g.language = 'github' AND list_contains(g.resources, '*') AND g.effect = 'allow'
),
heavy AS (
  SELECT identity_uid, string_agg(DISTINCT action, ', ' ORDER BY action) AS writes,
    bool_or(regexp_matches(action, '^(organization_|members|administration|secrets|workflows|environments|actions_variables|dependabot_secrets)')) AS commanding
  FROM held
  WHERE regexp_matches(action, '^(contents|workflows|secrets|administration|environments|actions|packages|repository_hooks|actions_variables|dependabot_secrets|members|organization_[a-z_]+):(write|admin)$')
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.vendor, 'its maker') AS vendor, h.writes, i.created_at AS installed_at, i.last_used_at,
  CASE WHEN h.commanding THEN 'critical' ELSE 'high' END AS severity
FROM heavy h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.type = 'github:app' AND i.third_party AND coalesce(i.vendor, '') <> 'GitHub' AND i.status = 'active'
