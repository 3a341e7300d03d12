/*
id: gcp_account_idle
title: Google service account that nothing signs in as
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["CIS-GCP-3.0:1.7", "NIST-800-53:AC-2(3)", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/service-account-recent-usage"]
inputs: [gcp.activity, gcp.policies]
key: []
detects: >
  A service account that holds roles or a key, and has not signed in for more than 90 days, or not at all in the period Google looks
  back. Where Google tells of the use of a key, the key is reported instead.
why: Its roles wait for whoever may attach it to a workload or mint its tokens; nobody would miss it, and nobody would notice.
remediation: |
  `gcloud iam service-accounts disable {email}`, wait a month for complaints, then delete it. Its last use according to {says_last_used}: {last_used_at}.
blind_spots: >
  Google counts refused calls as use, so an account that only fails looks alive. Use by HMAC keys, by API keys bound to the account and by
  domain-wide delegation is not counted.
false_positives: >
  Google does not tell when an account was made: one made last week that has not signed in yet is reported as never used, at low severity, unless an older
  key shows its age.
  Accounts for a yearly job or a disaster.
bad:
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    usage: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", grade: reported, used_at: now-120d, source: "gcp:activity-analyzer-account"}]
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin]}]
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    usage: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", grade: absent, since: now-400d, source: "gcp:activity-analyzer-account"}]
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin]}]
  - identities: [{uid: "gcp:sa/pilot@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a key of which Google says nothing
    credentials: [{uid: "cred:gcp:k", public_id: k, issuer: gcp, kind: private_key, status: active, identity_uid: "gcp:sa/pilot@p.iam.gserviceaccount.com", created_at: now-390d}]
    usage: [{identity_uid: "gcp:sa/pilot@p.iam.gserviceaccount.com", grade: absent, since: now-400d, source: "gcp:activity-analyzer-account"}]
good:
  - identities: [{uid: "gcp:sa/s3@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # use of an HMAC key is not counted
    credentials: [{uid: "cred:gcp:H", public_id: H, issuer: gcp, kind: access_key, status: active, identity_uid: "gcp:sa/s3@p.iam.gserviceaccount.com", created_at: now-390d}]
    usage: [{identity_uid: "gcp:sa/s3@p.iam.gserviceaccount.com", grade: absent, since: now-400d, source: "gcp:activity-analyzer-account"}]
    grants: [{identity_uid: "gcp:sa/s3@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin]}]
  - identities: [{uid: "gcp:sa/new@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # its key is young
    credentials: [{uid: "cred:gcp:k", public_id: k, issuer: gcp, kind: private_key, status: active, identity_uid: "gcp:sa/new@p.iam.gserviceaccount.com", created_at: now-10d}]
    usage: [{identity_uid: "gcp:sa/new@p.iam.gserviceaccount.com", grade: absent, since: now-400d, source: "gcp:activity-analyzer-account"}]
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # nobody told
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin]}]
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    usage: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", grade: reported, used_at: now-60d, source: "gcp:activity-analyzer-account"}]
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin]}]
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # may do nothing
    usage: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", grade: absent, since: now-400d, source: "gcp:activity-analyzer-account"}]
  - identities: [{uid: "gcp:sa/etl@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, status: disabled}]
    usage: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", grade: absent, since: now-400d, source: "gcp:activity-analyzer-account"}]
    grants: [{identity_uid: "gcp:sa/etl@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin]}]
*/
WITH keys AS (
  SELECT identity_uid, max(age_days) AS oldest, bool_or(kind <> 'private_key') AS others, bool_or(never_used IS NOT NULL) AS spoken, bool_or(coalesce(age_days, 0) <= 30) AS young
  FROM credentials WHERE usable AND issuer = 'gcp' AND identity_uid IS NOT NULL GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, i.idle_days, i.never_used, coalesce(CAST(i.last_used_at AS VARCHAR), 'never') AS last_used_at,
  coalesce(i.use_source, i.absent_source) AS says_last_used, i.owner, coalesce(p.privilege, 'none stated') AS privilege, i.usable_credentials,
  CASE WHEN i.never_used AND coalesce(k.oldest, 0) <= 90 THEN 'low' WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
LEFT JOIN keys k ON k.identity_uid = i.uid
WHERE i.type = 'gcp:service-account' AND i.status = 'active' AND i.idle_days > 90
  AND CASE WHEN i.usable_credentials = 0 THEN p.identity_uid IS NOT NULL ELSE NOT (coalesce(k.others, TRUE) OR k.spoken OR k.young) END
