/*
id: gcp_dead_account_bound
title: Deleted or disabled Google account still holds roles
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/faq#deleted-members"]
inputs: [gcp.policies, gcp.service_accounts]
key: []
detects: A service account or user that is deleted (`deleted:` in a policy) or switched off, and that policies still grant roles to.
why: >
  A deleted account can be undeleted within 30 days with all its roles; a disabled one by a single call. And a policy that nobody cleans is one
  that nobody reads.
remediation: |
  `gcloud projects remove-iam-policy-binding {scope} --member='{member}' --role={role}`, and so for its {roles} roles: {role_names}.
blind_spots: >
  Accounts that were deleted and made again under the same name: they are new accounts, and the old binding does not count for them.
false_positives: An account that was disabled for a trial, before it is deleted. Wait its month, then remove the roles with it.
bad:
  - identities: [{uid: "gcp:sa/gone@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, status: deleted, attrs: {email: gone@p.iam.gserviceaccount.com}}]
    grants: [{identity_uid: "gcp:sa/gone@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin], policy: roles/storage.admin}]
  - identities: [{uid: "gcp:sa/off@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, status: disabled}]
    grants: [{identity_uid: "gcp:sa/off@p.iam.gserviceaccount.com", language: gcp, actions: [roles/viewer], policy: roles/viewer}]
good:
  - identities: [{uid: "gcp:sa/off@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, status: disabled}]  # and holds nothing
  - identities: [{uid: "gcp:sa/on@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/on@p.iam.gserviceaccount.com", language: gcp, actions: [roles/viewer], policy: roles/viewer}]
  - identities: [{uid: "gcp:sa/off@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, status: disabled}]  # denied something
    grants: [{identity_uid: "gcp:sa/off@p.iam.gserviceaccount.com", language: gcp, effect: deny, actions: [iam.serviceAccountKeys.create], policy: no-keys}]
*/
WITH held AS (
  SELECT g.identity_uid, min(g.policy) AS role, count(DISTINCT g.policy) AS roles, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS role_names,
    min(g.attrs['on']) AS held_on
  FROM grants g WHERE g.language = 'gcp' AND g.effect = 'allow' GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope, i.status, h.role, h.roles, h.role_names, h.held_on,
  CASE WHEN i.type = 'gcp:user' THEN 'user:' ELSE 'serviceAccount:' END || coalesce(i.attrs['email'], i.name) AS member,
  CASE WHEN i.status = 'deleted' OR p.privilege IN ('admin', 'permissions') THEN 'medium' ELSE 'low' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type IN ('gcp:service-account', 'gcp:user') AND i.status IN ('deleted', 'disabled')
