/*
id: azure_secret_in_setting
title: Secret in the settings of an Azure app or runbook
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.DS-01"]
references: ["https://learn.microsoft.com/azure/app-service/app-service-key-vault-references"]
inputs: [entra.app_settings, entra.automation]
detects: >
  A credential written plainly into an application setting or connection string of App Service or Functions, or into an automation variable
  that is not encrypted. The value is fingerprinted, never kept.
why: Whoever may read the settings (every Contributor of the resource group, every deployment log) has the secret, and it is in every backup.
remediation: |
  Put {label} into a key vault, let the identity of {resource} read it, and set the value to `@Microsoft.KeyVault(SecretUri=...)`; of a runbook,
  make the variable encrypted. Then rotate it {where_to_rotate}.
blind_spots: Settings inside a deployment package; App Service settings are read with --entra-app-settings only.
false_positives: Passwords of throwaway databases in development subscriptions. References to a key vault and encrypted variables are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, name: stripe key, fingerprint: "1"}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, scope: s, path: "/subscriptions/s/resourceGroups/r/providers/Microsoft.Web/sites/shop", attrs: {field: appsettings.KEY}}]
good:
  - credentials: [{uid: "cred:at:a/x", kind: secret, issuer: azure, name: x, attrs: {referenced: "true"}}]  # an encrypted variable
    placements: [{credential_uid: "cred:at:a/x", system: app_setting, exposure: sanctioned, scope: s, path: "/subscriptions/s/a", attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, name: stripe key, fingerprint: "1", status: revoked}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, scope: s, path: "/subscriptions/s/a"}]
  - credentials: [{uid: "cred:azure:/s/v", kind: secret, issuer: azure, name: v, public_id: "/s/v", status: active}]
    placements: [{credential_uid: "cred:azure:/s/v", system: vault, exposure: sanctioned, scope: s, path: "/subscriptions/s/v"}]
*/
SELECT min(coalesce(consumer_uid, identity)) AS identity, credential, path, min(severity) AS severity, min(confidence) AS confidence, min(scope) AS subscription,
  regexp_extract(path, '/([^/]+)$', 1) AS resource, min(field) AS field, min(label) AS label, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer,
  min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE system = 'app_setting' AND exposure = 'config' AND starts_with(lower(path), '/subscriptions/')
GROUP BY credential, path
