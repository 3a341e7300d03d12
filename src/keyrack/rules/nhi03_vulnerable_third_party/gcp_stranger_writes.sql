/*
id: gcp_stranger_writes
title: Service account of another company may change things here
severity: high
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:AC-6", "CSF-2.0:GV.SC-07"]
references: ["https://cloud.google.com/iam/docs/best-practices-service-accounts"]
inputs: [gcp.policies, gcp.hierarchy]
key: []
detects: >
  A service account of a project outside the organisation that holds more than read permissions here. Only a scan of a whole organisation can tell,
  since it knows all of its projects.
why: Its keys lie with somebody else. When they lose one, our data is in reach, and neither our logs nor our rotation see it happen.
remediation: |
  Ask who {email} of project {scope} is and what it needs. Let it come by workload identity federation, as an account of ours with one narrow role; then
  take its {roles} roles away: {role_names}.
blind_spots: Accounts of strangers inside groups; our own projects outside the organisation.
false_positives: A project of a sister company with an organisation of its own.
bad:
  - identities: [{uid: "gcp:sa/sync@vendor.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: vendor, status: unknown, third_party: true}]
    grants: [{identity_uid: "gcp:sa/sync@vendor.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.objectAdmin], resources: ["gcp:project/p"], policy: roles/storage.objectAdmin}]
good:
  - identities: [{uid: "gcp:sa/sync@vendor.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: vendor, status: unknown, third_party: true}]  # it reads
    grants: [{identity_uid: "gcp:sa/sync@vendor.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.objectViewer], resources: ["gcp:project/p"], policy: roles/storage.objectViewer}]
  - identities: [{uid: "gcp:sa/ci@tools.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: tools, status: unknown}]  # another project of ours
    grants: [{identity_uid: "gcp:sa/ci@tools.iam.gserviceaccount.com", language: gcp, actions: [roles/run.admin], resources: ["gcp:project/p"], policy: roles/run.admin}]
  - identities: [{uid: "gcp:sa/service-1@gcp-sa-x.iam.gserviceaccount.com", type: "gcp:service-agent", provider: gcp, scope: p, vendor: Google}]
    grants: [{identity_uid: "gcp:sa/service-1@gcp-sa-x.iam.gserviceaccount.com", language: gcp, actions: [roles/editor], policy: roles/editor}]
*/
WITH held AS (
  SELECT g.identity_uid, count(DISTINCT g.policy) AS roles, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS role_names,
    string_agg(DISTINCT g.attrs['on'], ', ' ORDER BY g.attrs['on']) AS held_on, bool_or(g.privilege IN ('admin', 'permissions')) AS heavy
  FROM grants g
  WHERE g.language = 'gcp' AND g.effect = 'allow' AND g.privilege IN ('write', 'permissions', 'admin')
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, h.roles, h.role_names, h.held_on,
  CASE WHEN h.heavy THEN 'high' ELSE 'medium' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.type = 'gcp:service-account' AND i.third_party AND i.status <> 'deleted'
