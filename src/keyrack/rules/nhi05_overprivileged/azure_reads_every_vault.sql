/*
id: azure_reads_every_vault
title: Application or managed identity opens every key vault
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://learn.microsoft.com/azure/key-vault/general/rbac-guide"]
inputs: [entra.azure_rbac]
key: []
detects: >
  A role that reads secrets of key vaults (Key Vault Administrator, Secrets Officer, Secrets User, or a custom role with the data actions) held over a whole
  subscription, management group or tenant. Critical above a subscription.
why: It reads what every application there keeps in a vault, so each of them falls with it. Contributor does not even show up beside it in a review.
remediation: |
  Assign the role on the one vault it needs: `az role assignment create --role "Key Vault Secrets User" --assignee {object_id} --scope VAULT-ID`, then
  `az role assignment delete --ids {assignments}`.
blind_spots: Vaults opened by access policies instead of roles; conditions on the assignment are taken as narrowing.
false_positives: A backup of all vaults, or a rotation service; keep it without secret, and except it.
bad:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Key Vault Administrator], policy: Key Vault Administrator, resources: ["/subscriptions/s"], privilege: write, attrs: {scope_level: subscription}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: ["data:Microsoft.KeyVault/vaults/secrets/*"], policy: Helper, resources: ["*"], privilege: read, attrs: {scope_level: management-group}}]
good:
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]  # one vault
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Key Vault Secrets User], policy: Key Vault Secrets User, resources: ["/subscriptions/s/resourcegroups/r/providers/microsoft.keyvault/vaults/v"], privilege: read, attrs: {scope_level: resource}}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]  # names and settings, no values
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Key Vault Reader], policy: Key Vault Reader, resources: ["/subscriptions/s"], privilege: read, attrs: {scope_level: subscription}}]
  - identities: [{uid: "entra:t:user/a", type: "entra:user", kind: human, provider: entra}]
    grants: [{identity_uid: "entra:t:user/a", language: azure, actions: [Key Vault Administrator], policy: Key Vault Administrator, resources: ["/subscriptions/s"], privilege: write, attrs: {scope_level: subscription}}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT coalesce(policy, array_to_string(actions, ', ')), ', ' ORDER BY coalesce(policy, array_to_string(actions, ', '))) AS roles,
    string_agg(DISTINCT array_to_string(resources, ', '), ', ' ORDER BY array_to_string(resources, ', ')) AS scopes,
    string_agg(DISTINCT attrs['assignment'], ' ' ORDER BY attrs['assignment']) AS ids, bool_or(attrs['scope_level'] <> 'subscription') AS above
  FROM grants
  WHERE language = 'azure' AND effect = 'allow' AND conditions IS NULL AND attrs['scope_level'] IN ('tenant', 'management-group', 'subscription')
    AND (actions[1] IN ('Key Vault Administrator', 'Key Vault Secrets Officer', 'Key Vault Secrets User')
      OR len(list_filter(actions, lambda name: regexp_full_match(lower(name), 'data:(\*|microsoft\.keyvault/(\*|vaults/(\*|secrets/(\*|getsecret/action))))'))) > 0)
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS tenant, regexp_extract(i.uid, '/([^/]+)$', 1) AS object_id, h.roles, h.scopes, coalesce(h.ids, 'ASSIGNMENT-ID') AS assignments, i.usable_credentials,
  i.last_used_at, i.owner, CASE WHEN h.above THEN 'critical' ELSE 'high' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.provider = 'entra' AND i.nhi AND NOT i.third_party AND i.status IN ('active', 'unknown')
