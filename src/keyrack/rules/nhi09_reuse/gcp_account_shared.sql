/*
id: gcp_account_shared
title: Several workloads run as one Google service account
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-01"]
references: ["https://cloud.google.com/iam/docs/best-practices-service-accounts#single-purpose"]
inputs: [gcp.workloads, gcp.policies]
key: []
detects: >
  A service account that two or more distinct workloads run as: Cloud Run services and jobs, functions, machines, node pools, Kubernetes service accounts by
  workload identity. Workloads with the same `app` or `service` label count as one, numbered machines as one group.
why: >
  Each gets the rights that all of them need together, the audit log cannot tell them apart, and none can be cut off alone.
remediation: |
  `gcloud iam service-accounts create` one for each of {workloads}, with the roles it uses, attach it, and take the roles from {email} that are then unused.
blind_spots: Programs inside one machine or node; workloads in projects that were not scanned.
false_positives: Parts of one program without a common label. Two workloads are low, three medium, with rights to become others high.
bad:
  - identities: [{uid: "gcp:sa/app@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    resources: [{uid: "gcp:run-service/p/r/web", type: "gcp:run-service", name: web, provider: gcp, scope: p}, {uid: "gcp:function/p/r/mail", type: "gcp:function", name: mail, provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/app@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/web", subject_kind: workload, mechanism: "gcp:runs-as"}, {identity_uid: "gcp:sa/app@p.iam.gserviceaccount.com", subject: "gcp:function/p/r/mail", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/app@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/app@p.iam.gserviceaccount.com", subject: "gcp:principal/a", subject_kind: federated, mechanism: "k8s:workload-identity", subs: ["system:serviceaccount:shop:web"]}, {identity_uid: "gcp:sa/app@p.iam.gserviceaccount.com", subject: "gcp:principal/b", subject_kind: federated, mechanism: "k8s:workload-identity", subs: ["system:serviceaccount:payments:api"]}]
good:
  - identities: [{uid: "gcp:sa/app@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # one program in two parts
    resources: [{uid: "gcp:run-service/p/r/web", type: "gcp:run-service", name: web, provider: gcp, scope: p, tags: {app: shop}}, {uid: "gcp:run-job/p/r/nightly", type: "gcp:run-job", name: nightly, provider: gcp, scope: p, tags: {app: shop}}]
    trusts: [{identity_uid: "gcp:sa/app@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/web", subject_kind: workload, mechanism: "gcp:runs-as"}, {identity_uid: "gcp:sa/app@p.iam.gserviceaccount.com", subject: "gcp:run-job/p/r/nightly", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/fleet@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a fleet
    resources: [{uid: "gcp:instance/p/z/web-1", type: "gcp:instance", name: web-1, provider: gcp, scope: p}, {uid: "gcp:instance/p/z/web-2", type: "gcp:instance", name: web-2, provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/fleet@p.iam.gserviceaccount.com", subject: "gcp:instance/p/z/web-1", subject_kind: workload, mechanism: "gcp:runs-as"}, {identity_uid: "gcp:sa/fleet@p.iam.gserviceaccount.com", subject: "gcp:instance/p/z/web-2", subject_kind: workload, mechanism: "gcp:runs-as"}]
  - identities: [{uid: "gcp:sa/one@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    resources: [{uid: "gcp:run-service/p/r/web", type: "gcp:run-service", name: web, provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/one@p.iam.gserviceaccount.com", subject: "gcp:run-service/p/r/web", subject_kind: workload, mechanism: "gcp:runs-as"}]
*/
WITH running AS (
  SELECT t.identity_uid, coalesce('app ' || r.tags['app'], 'service ' || r.tags['service'],
      CASE WHEN r.type = 'gcp:instance' THEN 'machines ' || regexp_replace(regexp_replace(r.name, '-[a-z0-9]{4}$', ''), '[-_.]?[0-9]+$', '')
        WHEN r.type = 'gcp:node-pool' THEN 'cluster ' || split_part(r.name, '/', 1) END, t.subject) AS workload
  FROM trusts t
  JOIN resources r ON r.uid = t.subject
  WHERE t.mechanism = 'gcp:runs-as'
  UNION ALL
  SELECT t.identity_uid, t.subs[1] FROM trusts t WHERE t.mechanism = 'k8s:workload-identity' AND len(t.subs) = 1 AND t.subs[1] NOT LIKE '%*%'
),
shared AS (
  SELECT identity_uid, count(DISTINCT workload) AS number_of_workloads, string_agg(DISTINCT workload, ', ' ORDER BY workload) AS workloads
  FROM running GROUP BY identity_uid HAVING count(DISTINCT workload) > 1
)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, s.number_of_workloads, s.workloads, p.privilege, i.owner,
  CASE WHEN s.number_of_workloads >= 3 AND p.privilege IN ('admin', 'permissions') THEN 'high' WHEN s.number_of_workloads >= 3 THEN 'medium' ELSE 'low' END AS severity
FROM shared s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'gcp:service-account'
