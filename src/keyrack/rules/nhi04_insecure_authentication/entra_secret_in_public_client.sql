/*
id: entra_secret_in_public_client
title: Public client has a client secret
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-03"]
references: ["https://learn.microsoft.com/entra/identity-platform/msal-client-applications", "https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc"]
inputs: [entra.applications]
key: []
detects: >
  An application of ours that is a public client - device code and user name with password are open to it - and also has a usable client secret.
  High when it holds administrator rights, low when it has no permission of its own.
why: >
  A public client runs on computers and phones, and whoever has a copy has its secret (RFC 6749, 2.1). And scripts that send people's passwords to this
  registration pass neither a second factor nor most conditional access.
remediation: |
  `az ad app update --id {app_id} --is-fallback-public-client false`, if nothing signs in by device code or password; else register a second application
  for the server's part, with federation or a certificate, and remove the secret here: `az ad app credential delete --id {app_id} --key-id KEY`.
blind_spots: Native clients that are not marked as public and hold a secret in their package.
false_positives: A registration whose mark was set once for a trial; taking it away costs nothing.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "true"}}]
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "true"}}]  # a command-line tool
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "true"}}]  # its secret is over
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: expired}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "false"}}]
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "true"}}]  # a certificate is no shared text
    credentials: [{identity_uid: "entra:t:sp/a", kind: certificate, issuer: azure, status: active}]
*/
WITH keys AS (
  SELECT identity_uid, count(*) AS secrets, max(last_used_at) AS secret_last_used_at FROM credentials
  WHERE issuer = 'azure' AND usable AND kind = 'oauth_secret' AND coalesce(attrs['referenced'], 'false') <> 'true' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, coalesce(i.attrs['app_id'], i.name) AS app_id, k.secrets, k.secret_last_used_at, i.attrs['redirects'] AS redirects,
  coalesce(p.privilege, 'none stated') AS privilege, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' WHEN p.privilege IS NULL THEN 'low' ELSE 'medium' END AS severity
FROM keys k
JOIN identities i ON i.uid = k.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type IN ('entra:service-principal', 'entra:application') AND NOT i.third_party AND i.status IN ('active', 'unknown')
  AND i.attrs['public_client'] = 'true'
