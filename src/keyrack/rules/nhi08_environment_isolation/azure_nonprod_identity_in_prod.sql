/*
id: azure_nonprod_identity_in_prod
title: Non-production identity may change a production subscription
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-7", "NIST-800-53:AC-6"]
inputs: [entra.azure_rbac, entra.azure, entra.service_principals]
key: [subscription]
detects: >
  An identity of a non-production environment (by tag, place or name) with a role beyond reading on a production subscription or on something
  in it.
why: Test environments are guarded less and shared more; their pipelines and machines are the cheapest way into production.
remediation: |
  Remove {roles} of {name} from subscription {subscription_name}, and give the production job an identity of its own.
blind_spots: Identities and subscriptions whose environment nothing tells; roles through groups that could not be read.
false_positives: Image pulls from a shared registry that lives in the production subscription; move the registry to a shared one.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: nonprod}]
    resources: [{uid: "azure:/subscriptions/1", type: "azure:subscription", name: acme-prod, provider: entra, scope: "1"}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Contributor], resources: ["/subscriptions/1/resourcegroups/r"], via: role, policy: Contributor}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: nonprod}]
    resources: [{uid: "azure:/subscriptions/1", type: "azure:subscription", name: acme-prod, provider: entra, scope: "1"}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Reader], resources: ["/subscriptions/1"], via: role}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: nonprod}]
    resources: [{uid: "azure:/subscriptions/2", type: "azure:subscription", name: acme-dev, provider: entra, scope: "2"}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Contributor], resources: ["/subscriptions/2"], via: role}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, environment: prod}]
    resources: [{uid: "azure:/subscriptions/1", type: "azure:subscription", name: acme-prod, provider: entra, scope: "1"}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Contributor], resources: ["/subscriptions/1"], via: role}]
*/
WITH held AS (
  SELECT identity_uid, regexp_extract(array_to_string(resources, ','), '^/subscriptions/([^/,]+)', 1) AS subscription, coalesce(policy, array_to_string(actions, ', ')) AS role, privilege
  FROM grants
  WHERE language = 'azure' AND effect = 'allow' AND privilege IN ('write', 'permissions', 'admin')
)
SELECT i.uid AS identity, h.subscription, i.name, i.scope AS tenant, min(s.name) AS subscription_name, string_agg(DISTINCT h.role, ', ' ORDER BY h.role) AS roles,
  min(i.environment_evidence) AS nonproduction_known_by, max(i.last_used_at) AS last_used_at, min(i.owner) AS owner,
  CASE WHEN bool_or(h.privilege IN ('admin', 'permissions')) THEN 'high' ELSE 'medium' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
JOIN resources s ON s.uid = 'azure:/subscriptions/' || h.subscription AND s.type = 'azure:subscription'
WHERE i.environment = 'nonprod' AND s.environment = 'prod' AND i.nhi AND i.status IN ('active', 'unknown')
GROUP BY i.uid, h.subscription, i.name, i.scope
