/*
id: entra_implicit_grant
title: Application gets access tokens by the implicit grant
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5", "RFC-9700:2.1.2"]
references: ["https://learn.microsoft.com/entra/identity-platform/v2-oauth2-implicit-grant-flow", "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2"]
inputs: [entra.applications]
key: []
detects: >
  An active application of the tenant that may get access tokens straight from the authorization endpoint. High when it also has a redirect
  address without TLS or with a wildcard.
why: The token stands in the address bar, in histories, logs and referrers, and nothing ties it to who asked. RFC 9700 forbids the grant.
remediation: |
  Move {name} to the authorization code flow with PKCE (MSAL.js 2 and later), then `az ad app update --id {app_id} --enable-access-token-issuance false`.
blind_spots: Whether anybody still uses the grant; the sign-in log tells.
false_positives: ID tokens alone, which the hybrid flow of ASP.NET uses, are not reported.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {implicit_grant: "access_token,id_token"}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {implicit_grant: "id_token"}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: disabled, attrs: {implicit_grant: "access_token"}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
*/
SELECT i.uid AS identity, i.name, i.scope AS tenant, coalesce(i.attrs['app_id'], i.name) AS app_id, i.attrs['implicit_grant'] AS tokens, i.attrs['redirects'] AS redirects,
  i.attrs['insecure_redirect'] AS insecure_redirect, i.last_used_at, i.owner, CASE WHEN i.attrs['insecure_redirect'] = 'true' THEN 'high' ELSE 'medium' END AS severity
FROM identities i
WHERE i.type IN ('entra:service-principal', 'entra:application', 'entra:agent-blueprint') AND list_contains(string_split(i.attrs['implicit_grant'], ','), 'access_token')
  AND i.status IN ('active', 'unknown')
