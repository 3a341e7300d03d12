/*
id: github_app_suspended
title: Suspended App is still installed
severity: low
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "CSF-2.0:GV.SC-10"]
references: ["https://docs.github.com/en/apps/maintaining-github-apps/suspending-a-github-app-installation"]
inputs: [github.apps]
key: []
detects: A GitHub App whose installation was suspended and not removed. Medium where the App is somebody else's.
why: Off-boarding stopped half way. Whoever may manage Apps lifts the suspension with one click, and every permission is back, unreviewed.
remediation: |
  Ask {suspended_by} why {name} was suspended. If it is not needed any more, uninstall it: Settings > GitHub Apps > {name} > Configure > Uninstall
  (of {scope}). If it is, lift the suspension with the permissions it needs today.
blind_spots: Which repositories the installation had; whether the App's maker suspended it.
false_positives: A suspension during an investigation; record an exception with an end date.
bad:
  - identities: [{uid: "github:acme:app/old", kind: oauth_app, type: "github:app", provider: github, scope: acme, status: disabled, attrs: {suspended_at: "2026-01-01T00:00:00+00:00", suspended_by: anna}}]
good:
  - identities: [{uid: "github:acme:app/new", kind: oauth_app, type: "github:app", provider: github, scope: acme, status: active}]
  - identities: [{uid: "github:acme:deploy-key/web/1", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, status: disabled}]
*/
SELECT i.uid AS identity, i.name, i.scope, i.vendor, i.attrs['suspended_at'] AS suspended_at, coalesce(i.attrs['suspended_by'], 'the administrators') AS suspended_by,
  i.created_at AS installed_at, CASE WHEN i.third_party THEN 'medium' ELSE 'low' END AS severity
FROM identities i
WHERE i.type = 'github:app' AND i.status = 'disabled' AND i.attrs['suspended_at'] IS NOT NULL
