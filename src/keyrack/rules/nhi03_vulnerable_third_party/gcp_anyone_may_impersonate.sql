/*
id: gcp_anyone_may_impersonate
title: Anybody may act as the Google service account
severity: critical
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:AC-3", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/principals-overview#all-users"]
inputs: [gcp.policies]
key: [mechanism]
detects: >
  A policy on a service account that lets `allUsers` (everybody) or `allAuthenticatedUsers` (everybody with a Google account, ours or not) mint its
  tokens or make its keys.
why: It is the account's password on a wall. Whatever it may do, the world may do.
remediation: |
  `gcloud iam service-accounts remove-iam-policy-binding {email} --member={member} --role={role}` now; then look in the audit log for
  GenerateAccessToken of {email} by callers you do not know.
blind_spots: A custom role with the same permissions, and the same members at the level of the project (Google refuses them there).
false_positives: None known. With a condition it is high instead, since the condition may narrow it.
bad:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "*", subject_kind: anyone, mechanism: "gcp:impersonation", attrs: {role: roles/iam.serviceAccountTokenCreator, member: allAuthenticatedUsers}}]
good:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "gcp:user/a@acme.example", subject_kind: identity, mechanism: "gcp:impersonation", attrs: {role: roles/iam.serviceAccountTokenCreator}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a pool is not anybody
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "principalSet://x/*", subject_kind: federated, mechanism: "gcp:workload-identity", attrs: {whole_pool: "true"}}]
*/
SELECT i.uid AS identity, t.mechanism, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, min(t.attrs['member']) AS member, min(t.attrs['role']) AS role,
  max(t.conditions) AS conditions, min(p.privilege) AS privilege,
  CASE WHEN bool_and(t.conditions IS NOT NULL) THEN 'high' ELSE 'critical' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.subject_kind = 'anyone' AND t.mechanism IN ('gcp:impersonation', 'gcp:key-creation') AND i.status <> 'deleted'
GROUP BY i.uid, t.mechanism, i.name, i.attrs['email'], i.scope
