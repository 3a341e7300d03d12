/*
id: azure_identity_left_over
title: Managed identity that nothing runs as still holds roles
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "CSF-2.0:PR.AA-05"]
references: ["https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations"]
inputs: [entra.managed_identities, entra.azure_rbac, entra.federated_credentials]
key: []
detects: >
  A user-assigned managed identity that is attached to no resource and accepts no federated token, and yet holds roles beyond reading. High when it may
  administer or change permissions over a subscription or more.
why: >
  What used it is gone. Whoever may attach identities in its resource group - every Contributor there with `assign` - puts it on a machine of his own and has its roles.
remediation: |
  Remove its role assignments ({roles}), wait a month, then `az identity delete --ids {resource}`.
blind_spots: Resources in subscriptions that were not read, and kinds of resources that Resource Graph does not list with their identities.
false_positives: >
  An identity prepared for a deployment of next week, or attached for the minutes of one; those that Azure Policy assignments remediate with, which another
  table of Resource Graph holds. Those of AKS nodes and add-ons are attached to the node pool's scale set and not reported.
bad:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra, attrs: {assigned: user, resource: "azure:/s/a"}}]
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Contributor], policy: Contributor, resources: ["/subscriptions/s/resourcegroups/r"], privilege: permissions, attrs: {scope_level: resource-group}}]
good:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra, attrs: {assigned: user, resource: "azure:/s/a"}}]  # attached
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Contributor], policy: Contributor, resources: ["/subscriptions/s/resourcegroups/r"], privilege: permissions, attrs: {scope_level: resource-group}}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "azure:/s/web", subject_kind: workload, mechanism: "azure:runs-as"}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra, attrs: {assigned: user, resource: "azure:/s/a"}}]  # pods become it
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Contributor], policy: Contributor, resources: ["/subscriptions/s/resourcegroups/r"], privilege: permissions, attrs: {scope_level: resource-group}}]
    trusts: [{identity_uid: "entra:t:managed-identity/a", subject: "oidc.example", subject_kind: federated, mechanism: "entra:federated-credential", subs: ["system:serviceaccount:a:b"]}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra, attrs: {assigned: user, resource: "azure:/s/a"}}]  # holds nothing
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra, attrs: {assigned: user, resource: "azure:/s/a"}}]  # signed in last week, wherever it is
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Contributor], policy: Contributor, resources: ["/subscriptions/s/resourcegroups/r"], privilege: permissions, attrs: {scope_level: resource-group}}]
    usage: [{identity_uid: "entra:t:managed-identity/a", used_at: now-7d, source: "entra:sign-in-report"}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT coalesce(policy, array_to_string(actions, ', ')), ', ' ORDER BY coalesce(policy, array_to_string(actions, ', '))) AS roles,
    bool_or(privilege IN ('admin', 'permissions') AND attrs['scope_level'] IN ('tenant', 'management-group', 'subscription')) AS heavy
  FROM grants WHERE language = 'azure' AND effect = 'allow' AND privilege IN ('write', 'permissions', 'admin') GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, h.roles, coalesce(i.attrs['resource'], i.uid) AS resource, i.created_at, i.last_used_at, i.owner,
  CASE WHEN h.heavy THEN 'high' ELSE 'medium' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
ANTI JOIN trusts t ON t.identity_uid = i.uid AND t.mechanism IN ('azure:runs-as', 'entra:federated-credential')
WHERE i.type = 'azure:managed-identity' AND i.attrs['assigned'] = 'user' AND i.status IN ('active', 'unknown')
  AND (i.last_used_at IS NULL OR i.idle_days > 90)
