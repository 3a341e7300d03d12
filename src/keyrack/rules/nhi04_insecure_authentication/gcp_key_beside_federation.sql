/*
id: gcp_key_beside_federation
title: Key of a Google service account that signs in without one
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["CIS-GCP-3.0:1.4", "NIST-800-53:IA-5", "CSF-2.0:PR.AA-03"]
references: ["https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys#alternatives"]
inputs: [gcp.service_account_keys, gcp.workloads, gcp.federation]
detects: >
  A usable key of a service account that a workload already runs as, or that a pipeline or cluster already becomes by federation: the key is a second,
  weaker way in.
why: >
  The first way gives tokens of an hour to a machine that proves where it runs. The key gives them for years to whoever holds a copy of it.
remediation: |
  Find what still signs in with {public_id} (last used {last_used_at}), let it come the way of {other_way}, then
  `gcloud iam service-accounts keys disable {public_id} --iam-account={email}` and, a month later, delete it.
blind_spots: Accounts that could have another way in and do not have one yet.
false_positives: A caller outside of every cloud, pipeline and cluster that has no token of its own to exchange.
bad:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: active, attrs: {origin: google_provided}}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/web", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    credentials: [{uid: "cred:gcp:GOOG1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: access_key, issuer: gcp, public_id: GOOG1, status: active, attrs: {origin: hmac}}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: pool, subject_kind: federated, mechanism: "gcp:workload-identity"}]
good:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: active, attrs: {origin: google_provided}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # switched off
    credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: inactive, attrs: {origin: google_provided}}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/web", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a person may mint tokens: no other way for a machine
    credentials: [{uid: "cred:gcp:k1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: private_key, issuer: gcp, public_id: k1, status: active, attrs: {origin: google_provided}}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "gcp:user/a@acme.example", subject_kind: identity, mechanism: "gcp:impersonation"}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # an API key is bound to it: another thing
    credentials: [{uid: "cred:gcp:a1", identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", kind: api_token, issuer: gcp, public_id: a1, status: active, attrs: {origin: api-key}}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/web", subject_kind: workload, mechanism: "gcp:runs-as"}]
*/
WITH keyless AS (
  SELECT identity_uid, min(CASE mechanism WHEN 'gcp:runs-as' THEN 'the workload ' || subject WHEN 'k8s:workload-identity' THEN 'its Kubernetes service account'
    ELSE 'workload identity federation' END) AS other_way
  FROM trusts WHERE mechanism IN ('gcp:runs-as', 'gcp:workload-identity', 'k8s:workload-identity') GROUP BY identity_uid
)
SELECT i.uid AS identity, c.uid AS credential, i.name, coalesce(i.attrs['email'], i.name) AS email, c.public_id, c.kind, k.other_way, c.created_at,
  coalesce(CAST(c.last_used_at AS VARCHAR), 'not known') AS last_used_at, p.privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
JOIN keyless k ON k.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE c.issuer = 'gcp' AND c.kind IN ('private_key', 'access_key') AND c.usable AND i.type = 'gcp:service-account' AND i.status = 'active'
