/*
id: azure_vault_key_without_end
title: Key of a key vault has neither an end nor a rotation policy
severity: low
confidence: high
owasp: NHI7:2025
frameworks: ["CIS-AZURE-3.0:3.3.1", "NIST-800-53:SC-12"]
references: ["https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation"]
inputs: [entra.key_vaults]
key: [resource]
detects: An enabled key of a key vault without an end date and without a rotation policy.
why: One key for ever widens what a single leak or mistaken grant exposes, and nobody is reminded of it.
remediation: "`az keyvault key rotation-policy update --vault-name {vault} --name {name} --value policy.json` (rotate yearly, expire after two years)."
blind_spots: Keys that a service rotates by making a new key under another name.
false_positives: Keys that must stay to read old data; disable them for signing and encryption, and record an exception.
bad:
  - resources: [{uid: "azure:/subscriptions/s/vaults/v/keys/k", type: "azure:vault-key", name: k, provider: entra, attrs: {rotation_enabled: "false"}}]
good:
  - resources: [{uid: "azure:/subscriptions/s/vaults/v/keys/k", type: "azure:vault-key", name: k, provider: entra, attrs: {rotation_enabled: "true"}}]
  - resources: [{uid: "azure:/subscriptions/s/vaults/v/keys/k", type: "azure:vault-key", name: k, provider: entra, attrs: {rotation_enabled: "false", valid_until: "2027-01-01T00:00:00+00:00"}}]
  - resources: [{uid: "azure:/subscriptions/s/vaults/v/keys/k", type: "azure:vault-key", name: k, provider: entra, attrs: {rotation_enabled: "false", status: disabled}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, regexp_extract(r.uid, '/vaults/([^/]+)/', 1) AS vault, r.scope AS subscription, r.environment, r.source_id
FROM resources r
WHERE r.type = 'azure:vault-key' AND r.attrs['rotation_enabled'] = 'false' AND r.attrs['valid_until'] IS NULL AND coalesce(r.attrs['status'], 'enabled') <> 'disabled'
