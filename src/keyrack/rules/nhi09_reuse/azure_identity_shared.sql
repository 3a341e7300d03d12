/*
id: azure_identity_shared
title: Several workloads run as one managed identity
severity: medium
confidence: high
owasp: NHI9:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AC-6"]
references: ["https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations"]
inputs: [entra.managed_identities]
key: []
detects: >
  A user-assigned managed identity attached to three or more distinct workloads. Slots of an app, numbered machines of a group and resources with
  one `app` or `service` tag count as one. High when it is privileged.
why: Each gets the rights that all of them need together, the logs cannot tell them apart, and none can be cut off alone.
remediation: |
  Give each of {workloads} an identity of its own with the roles it uses (a system-assigned one ends with its resource), then detach {name}.
blind_spots: Programs on one machine or in one cluster; Kubernetes service accounts that become it are counted by the federation rules.
false_positives: A fleet whose members are one program under names that do not show it.
bad:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    resources: [{uid: "azure:/s/web", type: "azure:app", name: web, provider: entra}, {uid: "azure:/s/mail", type: "azure:app", name: mail, provider: entra}, {uid: "azure:/s/etl", type: "azure:container-app", name: etl, provider: entra}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/web", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/mail", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/etl", subject_kind: workload, mechanism: "azure:runs-as"}]
good:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]  # one app and its slots
    resources: [{uid: "azure:/s/web", type: "azure:app", name: web, provider: entra}, {uid: "azure:/s/web/slots/a", type: "azure:app", name: a, provider: entra}, {uid: "azure:/s/web/slots/b", type: "azure:app", name: b, provider: entra}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/web", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/web/slots/a", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/web/slots/b", subject_kind: workload, mechanism: "azure:runs-as"}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]  # machines of one group
    resources: [{uid: "azure:/s/vm-1", type: "azure:virtual-machine", name: vm-1, provider: entra}, {uid: "azure:/s/vm-2", type: "azure:virtual-machine", name: vm-2, provider: entra}, {uid: "azure:/s/vm-3", type: "azure:virtual-machine", name: vm-3, provider: entra}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/vm-1", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/vm-2", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/vm-3", subject_kind: workload, mechanism: "azure:runs-as"}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    resources: [{uid: "azure:/s/web", type: "azure:app", name: web, provider: entra}, {uid: "azure:/s/mail", type: "azure:app", name: mail, provider: entra}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/web", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/mail", subject_kind: workload, mechanism: "azure:runs-as"}]
*/
WITH running AS (
  SELECT t.identity_uid, coalesce('app ' || r.tags['app'], 'service ' || r.tags['service'],
      CASE WHEN r.type = 'azure:virtual-machine' THEN 'machines ' || regexp_replace(r.name, '[-_.]?[0-9]+$', '') END, regexp_replace(t.subject, '/slots/[^/]+$', '')) AS workload
  FROM trusts t
  JOIN resources r ON r.uid = t.subject
  WHERE t.mechanism = 'azure:runs-as'
),
shared AS (
  SELECT identity_uid, count(DISTINCT workload) AS number_of_workloads, string_agg(DISTINCT regexp_extract(workload, '([^/]+)$', 1), ', ' ORDER BY regexp_extract(workload, '([^/]+)$', 1)) AS workloads
  FROM running GROUP BY identity_uid HAVING count(DISTINCT workload) >= 3
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, s.number_of_workloads, s.workloads, coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM shared s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
