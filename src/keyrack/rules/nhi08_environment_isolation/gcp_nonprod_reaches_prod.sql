/*
id: gcp_nonprod_reaches_prod
title: Google account of a test project may change production
severity: high
confidence: high
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-7", "NIST-800-53:AC-6", "CSF-2.0:PR.IR-01"]
references: ["https://cloud.google.com/iam/docs/best-practices-service-accounts"]
inputs: [gcp.policies, gcp.hierarchy, gcp.workloads]
key: [target]
detects: >
  A service account of a project labelled as non-production that holds more than read permissions on a production project or account, or reads its stored
  secrets, or a workload labelled as non-production that runs as a production account.
why: Test projects are where everybody may try everything. What is tried there then reaches the real thing.
remediation: |
  Give {target} an account of its own for what {name} does there, used by the production pipeline only; then remove {how}.
blind_spots: Projects without an environment label count by their accounts' names alone, or not at all.
false_positives: >
  A deployment account kept in a tools project that someone labelled non-production: label it for what it reaches.
bad:
  - identities: [{uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}]
    resources: [{uid: "gcp:project/shop", type: "gcp:project", name: shop, provider: gcp, scope: shop, environment: prod}]
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: [roles/run.admin], policy: roles/run.admin, resources: ["gcp:project/shop"], attrs: {level: project, "on": "gcp:project/shop"}}]
  - identities: [{uid: "gcp:sa/api@shop.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: shop, environment: prod}]
    resources: [{uid: "gcp:run-service/dev/r/api", type: "gcp:run-service", name: api, provider: gcp, scope: dev, environment: nonprod}]
    trusts: [{identity_uid: "gcp:sa/api@shop.iam.gserviceaccount.com", subject: "gcp:run-service/dev/r/api", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}]  # one secret of production
    resources: [{uid: "gcp:project/shop", type: "gcp:project", name: shop, provider: gcp, scope: shop, environment: prod, attrs: {number: "42"}}]
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: [roles/secretmanager.secretAccessor], policy: roles/secretmanager.secretAccessor, privilege: read, attrs: {level: resource, "on": "//secretmanager.googleapis.com/projects/42/secrets/db"}}]
good:
  - identities: [{uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}]  # a secret of a project of no environment
    resources: [{uid: "gcp:project/tools", type: "gcp:project", name: tools, provider: gcp, scope: tools, attrs: {number: "43"}}]
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: [roles/secretmanager.secretAccessor], policy: roles/secretmanager.secretAccessor, privilege: read, attrs: {level: resource, "on": "//secretmanager.googleapis.com/projects/43/secrets/db"}}]
  - identities: [{uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}]  # it reads
    resources: [{uid: "gcp:project/shop", type: "gcp:project", name: shop, provider: gcp, scope: shop, environment: prod}]
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.objectViewer], policy: roles/storage.objectViewer, resources: ["gcp:project/shop"], attrs: {level: project, "on": "gcp:project/shop"}}]
  - identities: [{uid: "gcp:sa/ci@tools.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: tools}]  # neither
    resources: [{uid: "gcp:project/shop", type: "gcp:project", name: shop, provider: gcp, scope: shop, environment: prod}]
    grants: [{identity_uid: "gcp:sa/ci@tools.iam.gserviceaccount.com", language: gcp, actions: [roles/run.admin], policy: roles/run.admin, resources: ["gcp:project/shop"], attrs: {level: project, "on": "gcp:project/shop"}}]
  - identities: [{uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod, status: deleted}]
    resources: [{uid: "gcp:project/shop", type: "gcp:project", name: shop, provider: gcp, scope: shop, environment: prod}]
    grants: [{identity_uid: "gcp:sa/ci@dev.iam.gserviceaccount.com", language: gcp, actions: [roles/run.admin], policy: roles/run.admin, resources: ["gcp:project/shop"], attrs: {level: project, "on": "gcp:project/shop"}}]
  - identities: [{uid: "gcp:sa/api@dev.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: dev, environment: nonprod}]
    resources: [{uid: "gcp:run-service/dev/r/api", type: "gcp:run-service", name: api, provider: gcp, scope: dev, environment: nonprod}]
    trusts: [{identity_uid: "gcp:sa/api@dev.iam.gserviceaccount.com", subject: "gcp:run-service/dev/r/api", subject_kind: workload, mechanism: "gcp:runs-as"}]
*/
WITH things AS (
  SELECT uid FROM resources WHERE type = 'gcp:project' AND environment = 'prod'
  UNION ALL
  SELECT uid FROM identities WHERE type = 'gcp:service-account' AND environment = 'prod'
),
secret_roles AS (  -- who reads values of secrets, and on what
  SELECT identity_uid, attrs['on'] AS held_on, policy FROM grants
  WHERE language = 'gcp' AND effect = 'allow' AND (policy IN ('roles/secretmanager.secretAccessor', 'roles/secretmanager.admin') OR list_contains(actions, 'secretmanager.versions.access'))
),
opened AS (
  SELECT s.identity_uid, p.uid AS target, string_agg(DISTINCT s.policy, ', ' ORDER BY s.policy) AS how
  FROM secret_roles s
  JOIN resources p ON p.type = 'gcp:project' AND p.environment = 'prod'
    AND (s.held_on = p.uid OR starts_with(s.held_on, '//secretmanager.googleapis.com/projects/' || p.attrs['number'] || '/') OR starts_with(s.held_on, '//secretmanager.googleapis.com/projects/' || p.name || '/'))
  GROUP BY s.identity_uid, p.uid
),
reaches AS (
  SELECT g.identity_uid, g.attrs['on'] AS target, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS how, bool_or(g.privilege IN ('admin', 'permissions')) AS heavy
  FROM grants g
  JOIN things t ON t.uid = g.attrs['on']
  WHERE g.language = 'gcp' AND g.effect = 'allow' AND g.privilege IN ('write', 'permissions', 'admin')
  GROUP BY g.identity_uid, g.attrs['on']
)
SELECT i.uid AS identity, r.target, i.name, i.type, i.scope, 'the roles ' || r.how AS how, i.environment_evidence AS nonproduction_known_by, i.last_used_at,
  CASE WHEN r.heavy THEN 'high' ELSE 'medium' END AS severity
FROM reaches r
JOIN identities i ON i.uid = r.identity_uid
WHERE i.environment = 'nonprod' AND i.type = 'gcp:service-account' AND i.status IN ('active', 'unknown')
UNION ALL
SELECT i.uid, o.target, i.name, i.type, i.scope, 'the roles on secrets ' || o.how, i.environment_evidence, i.last_used_at, 'high'
FROM opened o
JOIN identities i ON i.uid = o.identity_uid
ANTI JOIN reaches r ON r.identity_uid = o.identity_uid AND r.target = o.target
WHERE i.environment = 'nonprod' AND i.type = 'gcp:service-account' AND i.status IN ('active', 'unknown')
UNION ALL
SELECT i.uid, w.uid, w.name, w.type, w.scope, 'it from the workload ' || w.uid, 'stated', i.last_used_at, 'high'
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
JOIN resources w ON w.uid = t.subject
WHERE t.mechanism = 'gcp:runs-as' AND i.environment = 'prod' AND w.environment = 'nonprod'
