/*
id: entra_redirect_without_tls
title: Application sends tokens to an address without TLS, or to a wildcard
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:SC-8", "RFC-9700:4.1"]
references: ["https://learn.microsoft.com/entra/identity-platform/reply-url"]
inputs: [entra.applications]
key: []
detects: An active application of the tenant with a redirect address of plain http on another machine, or with a wildcard host.
why: Whoever sits on the network, or takes over one forgotten host name under the wildcard, receives codes and tokens of the users who sign in.
remediation: |
  Replace the addresses of {name} by https addresses of single hosts: `az ad app update --id {app_id} --web-redirect-uris https://...`.
blind_spots: Hosts that no longer resolve and could be claimed by somebody else.
false_positives: http://localhost and loopback addresses, which native applications use, are not reported. Where the implicit grant is on, that rule says both.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {insecure_redirect: "true", redirects: web}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {redirects: web}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: disabled, attrs: {insecure_redirect: "true"}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {insecure_redirect: "true", implicit_grant: access_token}}]
*/
SELECT i.uid AS identity, i.name, i.scope AS tenant, coalesce(i.attrs['app_id'], i.name) AS app_id, i.attrs['redirects'] AS redirects, i.attrs['audience'] AS audience,
  i.last_used_at, i.owner
FROM identities i
WHERE i.type IN ('entra:service-principal', 'entra:application', 'entra:agent-blueprint') AND i.attrs['insecure_redirect'] = 'true'
  AND NOT coalesce(list_contains(string_split(i.attrs['implicit_grant'], ','), 'access_token'), FALSE) AND i.status IN ('active', 'unknown')
