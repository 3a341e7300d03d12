/*
id: azure_identity_across_environments
title: One managed identity serves production and non-production
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-7", "CSF-2.0:PR.IR-01"]
references: ["https://owasp.org/www-project-non-human-identities-top-10/2025/8-environment-isolation/"]
inputs: [entra.managed_identities, entra.azure]
key: []
detects: >
  A managed identity attached to a resource of production and to one of another environment, by the tags of the resources, else by tags or
  names of their subscriptions. Low when it may only read.
why: Whoever runs code on the test machine asks its metadata service for a token, and works on production with it.
remediation: |
  Make an identity for each environment, move {nonprod_resource} to the new one (`az identity create`, then its identity setting), and give it its own roles.
blind_spots: Resources whose environment neither a tag nor a name tells.
false_positives: An identity that only pulls images or writes logs; record it with that reason.
bad:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    resources: [{uid: "azure:/subscriptions/1/a", type: "azure:app", name: shop, provider: entra, scope: "1", environment: prod}, {uid: "azure:/subscriptions/2/b", type: "azure:virtual-machine", name: vm, provider: entra, scope: "2", environment: nonprod}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/1/a", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/2/b", subject_kind: workload, mechanism: "azure:runs-as"}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]  # told by the subscriptions
    resources: [{uid: "azure:/subscriptions/1", type: "azure:subscription", name: acme-prod, provider: entra, scope: "1"}, {uid: "azure:/subscriptions/2", type: "azure:subscription", name: acme-dev, provider: entra, scope: "2"}, {uid: "azure:/subscriptions/1/a", type: "azure:app", name: shop, provider: entra, scope: "1"}, {uid: "azure:/subscriptions/2/b", type: "azure:app", name: shop2, provider: entra, scope: "2"}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/1/a", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/2/b", subject_kind: workload, mechanism: "azure:runs-as"}]
good:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    resources: [{uid: "azure:/subscriptions/1/a", type: "azure:app", name: shop, provider: entra, scope: "1", environment: prod}, {uid: "azure:/subscriptions/2/b", type: "azure:app", name: blog, provider: entra, scope: "2", environment: prod}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/1/a", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/2/b", subject_kind: workload, mechanism: "azure:runs-as"}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]  # nobody says what the second is
    resources: [{uid: "azure:/subscriptions/1/a", type: "azure:app", name: shop, provider: entra, scope: "1", environment: prod}, {uid: "azure:/subscriptions/2/b", type: "azure:app", name: blog, provider: entra, scope: "2"}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/1/a", subject_kind: workload, mechanism: "azure:runs-as"}, {identity_uid: "entra:t:managed-identity/a", subject: "azure:/subscriptions/2/b", subject_kind: workload, mechanism: "azure:runs-as"}]
*/
WITH attached AS (
  SELECT t.identity_uid, r.name, r.scope, coalesce(r.environment, s.environment) AS environment
  FROM trusts t
  JOIN resources r ON r.uid = t.subject
  LEFT JOIN resources s ON s.uid = 'azure:/subscriptions/' || r.scope AND s.type = 'azure:subscription'
  WHERE t.mechanism = 'azure:runs-as'
),
spanning AS (
  SELECT identity_uid, min(name) FILTER (environment = 'prod') AS prod_resource, min(name) FILTER (environment = 'nonprod') AS nonprod_resource,
    count(DISTINCT scope) AS subscriptions
  FROM attached WHERE environment IS NOT NULL GROUP BY identity_uid HAVING count(DISTINCT environment) = 2
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, s.prod_resource, s.nonprod_resource, s.subscriptions AS number_of_subscriptions, coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions', 'write') THEN 'high' WHEN p.privilege = 'read' THEN 'low' ELSE 'medium' END AS severity
FROM spanning s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
