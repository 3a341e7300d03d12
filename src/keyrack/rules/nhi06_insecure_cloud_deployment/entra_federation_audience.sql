/*
id: entra_federation_audience
title: Federated credential accepts tokens made for another purpose
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-9", "RFC-8725:3.9"]
references: ["https://learn.microsoft.com/graph/api/resources/federatedidentitycredential"]
inputs: [entra.federated_credentials, entra.managed_identities]
key: [credential_name]
detects: >
  A federated credential whose audience is not `api://AzureADTokenExchange` (or its like in a national cloud), so that tokens which the issuer made for
  another service are taken for a request to become the application.
why: A token handed to any other service that expects that audience can be replayed here by that service, or by whoever reads its logs.
remediation: |
  Set the audience of `{credential_name}` of {name} to `api://AzureADTokenExchange`, and let the workload ask for a token with it (azure/login does).
blind_spots: Whether the issuer lets its users choose audiences freely.
false_positives: Issuers that cannot mint another audience; then use a unique one for this application alone.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:a/b:environment:p"], audiences: ["https://github.com/acme"], attrs: {name: gh}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential", issuer: token.actions.githubusercontent.com, subs: ["repo:a/b:environment:p"], audiences: ["api://AzureADTokenExchange"], attrs: {name: gh}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # US Government
    trusts: [{identity_uid: "entra:t:sp/a", subject: gitlab.example, subject_kind: federated, mechanism: "entra:federated-credential", issuer: gitlab.example, audiences: ["api://AzureADTokenExchangeUSGov"], attrs: {name: gl}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # another application of the tenant
    trusts: [{identity_uid: "entra:t:sp/a", subject: login.microsoftonline.com/t/v2.0, subject_kind: federated, mechanism: "entra:federated-credential", issuer: login.microsoftonline.com/t/v2.0, audiences: ["api://AzureADTokenExchange"], attrs: {name: mi}}]
*/
SELECT t.identity_uid AS identity, i.name, t.attrs['name'] AS credential_name, t.issuer, array_to_string(t.audiences, ', ') AS audiences, array_to_string(t.subs, ', ') AS subs,
  coalesce(p.privilege, 'none stated') AS privilege, i.last_used_at, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = t.identity_uid
WHERE t.mechanism = 'entra:federated-credential' AND i.status IN ('active', 'unknown') AND len(t.audiences) > 0
  AND NOT regexp_matches(array_to_string(t.audiences, ' '), '^api://AzureADTokenExchange(USGov|USNat|USSec|China)?$')
