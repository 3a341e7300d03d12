/*
id: azure_privileged_at_subscription
title: Machine identity rules a whole Azure subscription
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://learn.microsoft.com/azure/role-based-access-control/best-practices"]
inputs: [entra.azure_rbac, entra.service_principals]
key: []
detects: >
  An application, managed identity or agent of ours that holds Owner, Contributor, User Access Administrator or a custom role of that reach on
  a subscription, a management group or the whole tenant, without a condition. Critical above subscriptions with rights to give rights away,
  medium for Contributor and its like on one subscription.
why: Everything in the subscription - every vault, disk, database and identity - is within its reach, for a job that touches one resource group.
remediation: |
  Give {name} its roles on the resource groups it works in, or a custom role, and remove {roles} on {scopes}: `az role assignment delete --ids {assignments}`.
blind_spots: Rights through groups that could not be read; what the identity really did (the activity log tells writes only).
false_positives: >
  Landing-zone pipelines that create subscriptions; record them. Owner under a condition that limits which roles it may give is not reported,
  nor are roles on a resource group or resource.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Owner], resources: ["/subscriptions/1"], via: role, attrs: {scope_level: subscription}}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Contributor], resources: ["*"], via: role, attrs: {scope_level: tenant}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Owner], resources: ["/subscriptions/1/resourcegroups/r"], via: role, attrs: {scope_level: resource-group}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Reader], resources: ["*"], via: role, attrs: {scope_level: tenant}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # may give two roles only
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Owner], resources: ["/subscriptions/1"], via: role, conditions: '{"condition": "x"}', attrs: {scope_level: subscription}}]
  - identities: [{uid: "entra:t:user/a", type: "entra:user", kind: human, provider: entra}]
    grants: [{identity_uid: "entra:t:user/a", language: azure, actions: [Owner], resources: ["/subscriptions/1"], via: role, attrs: {scope_level: subscription}}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT coalesce(policy, array_to_string(actions, ', ')), ', ' ORDER BY coalesce(policy, array_to_string(actions, ', '))) AS roles,
    string_agg(DISTINCT array_to_string(resources, ', '), ', ' ORDER BY array_to_string(resources, ', ')) AS scopes,
    string_agg(DISTINCT attrs['assignment'], ' ' ORDER BY attrs['assignment']) AS ids, bool_or(privilege = 'admin') AS admin, bool_or(attrs['scope_level'] <> 'subscription') AS above
  FROM grants
  WHERE language = 'azure' AND effect = 'allow' AND conditions IS NULL AND privilege IN ('admin', 'permissions')
    AND attrs['scope_level'] IN ('tenant', 'management-group', 'subscription')
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS tenant, h.roles, h.scopes, coalesce(h.ids, 'ASSIGNMENT-ID') AS assignments, i.usable_credentials, i.last_used_at, i.owner,
  CASE WHEN h.admin AND h.above THEN 'critical' WHEN h.admin OR h.above THEN 'high' ELSE 'medium' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.provider = 'entra' AND i.nhi AND NOT i.third_party AND i.status IN ('active', 'unknown')
