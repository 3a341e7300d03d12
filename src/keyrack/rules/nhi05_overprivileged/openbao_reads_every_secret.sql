/*
id: openbao_reads_every_secret
title: Machine reads every secret of a vault that many applications share
severity: medium
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://openbao.org/docs/concepts/policies/"]
inputs: [openbao.policies, openbao.roles, openbao.kv]
key: []
detects: >
  A machine, short of an administrator, whose policy reads all values of a key-value engine with secrets of three or more applications (first
  folders): `*`, `<engine>/*`, or `<engine>/data/*`. High where it reads three such engines, or the whole server.
why: >
  It holds every password in there, and is whoever those open; `read` on `*` is often meant for ages and names, and easily overlooked.
remediation: >
  In policy {policies} give {name} the folders it uses (`keyrack usage ingest` the audit log, then `keyrack rightsize`); names and ages alone are
  under `metadata/`, not `data/`.
blind_spots: >
  What the secrets open is not weighed; rules under templated paths; engines whose paths we may not list.
false_positives: >
  Backups and secret syncs whose task it is (except them, bound to their network). Keyrack's own token is reported like any other: without
  `values` it needs no `data/`. An engine of one application counts as one, whatever its folders are called.
bad:
  - identities: [{uid: "openbao:v:role/approle/report", type: "openbao:approle", provider: openbao, scope: v}]
    grants: [{identity_uid: "openbao:v:role/approle/report", language: openbao, actions: [list, read], resources: ["*"], policy: inspect, privilege: read}]
    resources: [{uid: "openbao:v:engine-mount/secret", type: "openbao:engine-mount", name: secret, scope: v, attrs: {kind: kv, kv_version: "2"}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: secret/pay/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: secret/shop/db}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: secret/data/db}]
  - identities: [{uid: "openbao:v:role/jwt/ci", type: "openbao:jwt-role", provider: openbao, scope: v, kind: cicd}]  # a version 1 engine
    grants: [{identity_uid: "openbao:v:role/jwt/ci", language: openbao, actions: [read], resources: ["old/*"], policy: ci, privilege: read}]
    resources: [{uid: "openbao:v:engine-mount/old", type: "openbao:engine-mount", name: old, scope: v, attrs: {kind: kv}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: old/pay/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: old/shop/db}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: old/ml/db}]
good:
  - identities: [{uid: "openbao:v:role/approle/report", type: "openbao:approle", provider: openbao, scope: v}]  # names and ages, not values
    grants: [{identity_uid: "openbao:v:role/approle/report", language: openbao, actions: [list, read], resources: ["secret/metadata/*"], policy: ages, privilege: read}]
    resources: [{uid: "openbao:v:engine-mount/secret", type: "openbao:engine-mount", name: secret, scope: v, attrs: {kind: kv, kv_version: "2"}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: secret/pay/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: secret/shop/db}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: secret/ml/db}]
  - identities: [{uid: "openbao:v:role/approle/pay", type: "openbao:approle", provider: openbao, scope: v}]  # an engine of its own, however many folders
    grants: [{identity_uid: "openbao:v:role/approle/pay", language: openbao, actions: [read], resources: ["pay/data/*"], policy: pay, privilege: read}]
    resources: [{uid: "openbao:v:engine-mount/pay", type: "openbao:engine-mount", name: pay, scope: v, attrs: {kind: kv, kv_version: "2"}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: pay/prod/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: pay/prod/queue}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: pay/dev/db}]
  - identities: [{uid: "openbao:v:role/approle/pay", type: "openbao:approle", provider: openbao, scope: v}]  # one folder of it
    grants: [{identity_uid: "openbao:v:role/approle/pay", language: openbao, actions: [read], resources: ["secret/data/pay/*"], policy: pay, privilege: read}]
    resources: [{uid: "openbao:v:engine-mount/secret", type: "openbao:engine-mount", name: secret, scope: v, attrs: {kind: kv, kv_version: "2"}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: secret/pay/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: secret/shop/db}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: secret/ml/db}]
  - identities: [{uid: "openbao:v:role/approle/all", type: "openbao:approle", provider: openbao, scope: v}]  # said by openbao_admin_policy
    grants: [{identity_uid: "openbao:v:role/approle/all", language: openbao, actions: [create, list, read, sudo], resources: ["*"], policy: admin, privilege: admin}]
    resources: [{uid: "openbao:v:engine-mount/secret", type: "openbao:engine-mount", name: secret, scope: v, attrs: {kind: kv, kv_version: "2"}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: secret/pay/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: secret/shop/db}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: secret/ml/db}]
  - identities: [{uid: "openbao:v:role/approle/report", type: "openbao:approle", provider: openbao, scope: v}]  # denied again, by a rule that wins
    grants: [{identity_uid: "openbao:v:role/approle/report", language: openbao, actions: [list, read], resources: ["*"], policy: inspect, privilege: read}, {identity_uid: "openbao:v:role/approle/report", language: openbao, effect: deny, actions: [deny], resources: ["secret/data/*"], policy: no-values, privilege: unknown}]
    resources: [{uid: "openbao:v:engine-mount/secret", type: "openbao:engine-mount", name: secret, scope: v, attrs: {kind: kv, kv_version: "2"}}]
    placements: [{credential_uid: "cred:fp:1", system: vault, scope: v, path: secret/pay/db}, {credential_uid: "cred:fp:2", system: vault, scope: v, path: secret/shop/db}, {credential_uid: "cred:fp:3", system: vault, scope: v, path: secret/ml/db}]
*/
WITH engines AS (
  SELECT r.scope AS server, r.name AS mount, coalesce(r.attrs['kv_version'], '1') = '2' AS versioned, count(DISTINCT p.path) AS secrets,
    -- folders that name an environment divide one application, and are none of their own
    count(DISTINCT CASE WHEN regexp_full_match(split_part(substr(p.path, length(r.name) + 2), '/', 1), '(?i)prod|production|dev|test|staging|stage|qa|live|shared|common')
      THEN '' ELSE split_part(substr(p.path, length(r.name) + 2), '/', 1) END) AS applications
  FROM resources r
  JOIN placements p ON p.system = 'vault' AND p.scope = r.scope AND starts_with(p.path, r.name || '/')
  WHERE r.type = 'openbao:engine-mount' AND r.attrs['kind'] = 'kv'
  GROUP BY r.scope, r.name, versioned
  HAVING applications >= 3
),
wide AS (
  SELECT DISTINCT g.identity_uid, g.policy, g.effect, e.*, g.resources[1] IN ('*', '+/*') AS everywhere, g.resources[1] AS pattern
  FROM grants g
  JOIN identities i ON i.uid = g.identity_uid
  JOIN engines e ON e.server = i.scope
  WHERE g.language = 'openbao' AND (g.effect = 'deny' OR list_contains(g.actions, 'read'))
    AND g.resources[1] IN ('*', '+/*', e.mount || '/*', CASE WHEN e.versioned THEN e.mount || '/data/*' END, CASE WHEN e.versioned THEN '+/data/*' END)
)
SELECT i.uid AS identity, i.name, i.scope AS server, string_agg(DISTINCT w.policy, ', ' ORDER BY w.policy) AS policies, string_agg(DISTINCT w.mount, ', ' ORDER BY w.mount) AS engines,
  max(w.secrets) AS number_of_secrets, max(w.applications) AS number_of_applications, i.owner, i.last_used_at,
  CASE WHEN bool_or(w.everywhere) OR count(DISTINCT w.mount) >= 3 THEN 'high' ELSE 'medium' END AS severity
FROM wide w
JOIN identities i ON i.uid = w.identity_uid
WHERE w.effect = 'allow' AND i.nhi AND i.status IN ('active', 'unknown') AND i.type NOT IN ('openbao:root-token', 'openbao:token-role')
  AND NOT EXISTS (FROM wide d WHERE d.identity_uid = w.identity_uid AND d.mount = w.mount AND d.effect = 'deny' AND length(d.pattern) >= length(w.pattern))
  AND NOT EXISTS (FROM grants o WHERE o.identity_uid = i.uid AND o.language = 'openbao' AND o.effect = 'allow' AND o.privilege IN ('admin', 'permissions'))
GROUP BY i.uid, i.name, i.scope, i.owner, i.last_used_at
