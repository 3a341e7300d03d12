/*
id: gcp_person_may_become_account
title: Person may act as a workload's Google service account
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:AC-5", "NIST-800-53:AU-10", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/service-account-impersonation"]
inputs: [gcp.policies, gcp.workloads]
key: [subject]
detects: >
  A named person who may at any time mint tokens of, or make keys for, a service account of production, or one that a workload runs as and
  that is not known to be a test's.
why: >
  What the person does that way is done by the account: outside reviews, past the person's own rights, and in most logs under the account's name.
remediation: |
  `gcloud iam service-accounts remove-iam-policy-binding {email} --member=user:{person} --role={role}`. For emergencies grant it for an hour
  (Privileged Access Manager, or a condition on request.time), with a reason.
blind_spots: People in groups, and those who hold the role on the project instead of the account.
false_positives: >
  Developers who act as an account of a test project are not reported (it is the better way than a key), nor are grants under a condition.
bad:
  - identities: [{uid: "gcp:sa/api@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}, {uid: "gcp:user/ada@acme.example", kind: human, type: "gcp:user", name: ada@acme.example}]
    trusts: [{identity_uid: "gcp:sa/api@p.iam.gserviceaccount.com", subject: "gcp:user/ada@acme.example", subject_kind: identity, mechanism: "gcp:impersonation", attrs: {role: roles/iam.serviceAccountTokenCreator}},
      {identity_uid: "gcp:sa/api@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/api", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/job@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, environment: prod}, {uid: "gcp:user/ada@acme.example", kind: human, type: "gcp:user", name: ada@acme.example}]
    trusts: [{identity_uid: "gcp:sa/job@p.iam.gserviceaccount.com", subject: "gcp:user/ada@acme.example", subject_kind: identity, mechanism: "gcp:key-creation"}]
good:
  - identities: [{uid: "gcp:sa/play@d.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: d, environment: nonprod}, {uid: "gcp:user/ada@acme.example", kind: human, type: "gcp:user", name: ada@acme.example}]
    trusts: [{identity_uid: "gcp:sa/play@d.iam.gserviceaccount.com", subject: "gcp:user/ada@acme.example", subject_kind: identity, mechanism: "gcp:impersonation"},
      {identity_uid: "gcp:sa/play@d.iam.gserviceaccount.com", subject: "gcp:run-service/d/r/play", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/api@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, environment: prod}, {uid: "gcp:user/ada@acme.example", kind: human, type: "gcp:user", name: ada@acme.example}]  # for an hour
    trusts: [{identity_uid: "gcp:sa/api@p.iam.gserviceaccount.com", subject: "gcp:user/ada@acme.example", subject_kind: identity, mechanism: "gcp:impersonation", conditions: '{"expression": "request.time < timestamp(1)"}'}]
  - identities: [{uid: "gcp:sa/api@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, environment: prod}, {uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a machine
    trusts: [{identity_uid: "gcp:sa/api@p.iam.gserviceaccount.com", subject: "gcp:sa/ci@p.iam.gserviceaccount.com", subject_kind: identity, mechanism: "gcp:impersonation"}]
*/
WITH running AS (
  SELECT identity_uid, min(subject) AS workload FROM trusts WHERE mechanism IN ('gcp:runs-as', 'k8s:workload-identity', 'gcp:workload-identity') GROUP BY identity_uid
)
SELECT i.uid AS identity, t.subject, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, h.name AS person, t.mechanism, min(t.attrs['role']) AS role,
  min(r.workload) AS workload, i.environment, min(p.privilege) AS privilege,
  CASE WHEN min(p.privilege) IN ('admin', 'permissions') OR i.environment = 'prod' THEN 'high' ELSE 'medium' END AS severity
FROM trusts t
JOIN identities h ON h.uid = t.subject
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN running r ON r.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE t.mechanism IN ('gcp:impersonation', 'gcp:key-creation') AND h.kind = 'human' AND h.status <> 'deleted' AND t.conditions IS NULL AND i.status IN ('active', 'unknown')
  AND (i.environment = 'prod' OR (r.workload IS NOT NULL AND i.environment IS NULL))
GROUP BY i.uid, t.subject, i.name, i.attrs['email'], i.scope, h.name, t.mechanism, i.environment
