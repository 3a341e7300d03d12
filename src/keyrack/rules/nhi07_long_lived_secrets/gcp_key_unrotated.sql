/*
id: gcp_key_unrotated
title: Key of a Google service account is older than 90 days
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["CIS-GCP-3.0:1.7", "NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://cloud.google.com/iam/docs/key-rotation"]
inputs: [gcp.service_account_keys, gcp.hmac_keys]
detects: A usable key of a service account, or HMAC key of Cloud Storage, made more than 90 days ago. High after a year.
why: Neither expires by itself, so every copy ever made of it still works. Age is the number of days on which one may have been made.
remediation: |
  Best without a successor: attach the account or use workload identity federation. Else make a new key, move {email}'s callers, then
  {disable}, wait a week, and delete it.
blind_spots: >
  For a key that was uploaded, the dates are those of its certificate. Keys that organisation policy lets expire are reported while they are usable.
false_positives: Keys that are switched off or expired are not reported.
bad:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, attrs: {email: ci@p.iam.gserviceaccount.com}}]
    credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: active, created_at: now-100d, expiry: never, attrs: {origin: google_provided}}]
  - credentials: [{uid: "cred:gcp:GOOG1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: access_key, issuer: gcp, public_id: GOOG1, status: active, created_at: now-400d, expiry: never, attrs: {origin: hmac, login: ci@p.iam.gserviceaccount.com}}]
good:
  - credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: active, created_at: now-80d, expiry: never, attrs: {origin: google_provided}}]
  - credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: inactive, created_at: now-400d, expiry: never, attrs: {origin: google_provided}}]
  - credentials: [{uid: "cred:gcp:k1", kind: private_key, issuer: gcp, public_id: k1, created_at: now-400d, expiry: never, attrs: {login: "ci@p.iam.gserviceaccount.com"}}]  # a file's word: its age there is not the key's
  - credentials: [{uid: "cred:gcp:a1", identity_uid: "gcp:api-key/a1", kind: api_token, issuer: gcp, public_id: a1, status: active, created_at: now-400d, expiry: never, attrs: {origin: api-key}}]  # credential_never_expires
*/
SELECT c.identity_uid AS identity, c.uid AS credential, coalesce(i.name, c.name) AS name, c.public_id, c.kind, coalesce(c.attrs['login'], i.attrs['email'], c.identity_uid) AS email,
  c.created_at, c.rotated_days AS age_days, c.last_used_at, i.environment, p.privilege,
  CASE WHEN c.kind = 'access_key' THEN '`gcloud storage hmac update ' || c.public_id || ' --deactivate`'
    ELSE '`gcloud iam service-accounts keys disable ' || c.public_id || ' --iam-account=' || coalesce(c.attrs['login'], 'ACCOUNT') || '`' END AS disable,
  CASE WHEN c.rotated_days > 365 OR p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
LEFT JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = c.identity_uid
WHERE c.issuer = 'gcp' AND c.kind IN ('private_key', 'access_key') AND c.attrs['origin'] IS NOT NULL AND c.usable AND c.rotated_days > 90
