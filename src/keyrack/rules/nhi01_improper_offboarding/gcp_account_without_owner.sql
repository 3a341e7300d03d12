/*
id: gcp_account_without_owner
title: Google service account has no owner
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:ID.AM-08", "CSF-2.0:GV.RR-02"]
references: ["https://cloud.google.com/iam/docs/best-practices-service-accounts"]
inputs: [gcp.service_accounts, gcp.policies]
key: []
detects: >
  A service account that holds a usable key, or more than read permissions, and for which neither its description (`Owner: team@example.com`) nor a
  label of its project nor an attestation names anybody.
why: Nobody notices misuse, nobody dares to remove it, and nobody is called when its key leaks.
remediation: |
  Find who uses {email} ({usage_hint}), then record it:
  `gcloud iam service-accounts update {email} --description="Owner: TEAM@example.com. What it is for."`, or label the project with `team`.
blind_spots: Owners recorded in systems that are not connected (CMDB, wiki, tickets).
false_positives: >
  Not reported: the accounts Google attaches by default, Google's own service agents, disabled ones, and accounts that can only read and hold no key.
bad:
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/pubsub.publisher]}]
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    credentials: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: active}]
good:
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/pubsub.publisher]}]
    ownership: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", owner: "team:data"}]
  - identities: [{uid: "gcp:sa/view@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/view@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.objectViewer]}]
  - identities: [{uid: "gcp:sa/1-compute@developer.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, attrs: {default: compute}}]
    grants: [{identity_uid: "gcp:sa/1-compute@developer.gserviceaccount.com", language: gcp, actions: [roles/editor]}]
  - identities: [{uid: "gcp:sa/service-1@gcp-sa-x.iam.gserviceaccount.com", type: "gcp:service-agent", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/service-1@gcp-sa-x.iam.gserviceaccount.com", language: gcp, actions: [roles/editor]}]
*/
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, coalesce(p.privilege, 'none stated') AS privilege, i.usable_credentials, i.last_used_at,
  coalesce('last signed in on ' || CAST(CAST(i.last_used_at AS DATE) AS VARCHAR), 'ask the administrators of project ' || i.scope) AS usage_hint,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' WHEN i.usable_credentials > 0 THEN 'medium' ELSE 'low' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'gcp:service-account' AND i.owner_status = 'none' AND i.status = 'active' AND i.attrs['default'] IS NULL AND NOT i.third_party
  AND (i.usable_credentials > 0 OR p.privilege IN ('admin', 'permissions', 'write'))
