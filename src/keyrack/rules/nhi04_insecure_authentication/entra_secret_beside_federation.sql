/*
id: entra_secret_beside_federation
title: Client secret where the application can sign in without one
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-03"]
references: ["https://learn.microsoft.com/entra/workload-id/workload-identity-federation"]
inputs: [entra.applications, entra.federated_credentials]
key: []
detects: >
  An application with a usable client secret that also has a federated credential or a valid certificate. Medium beside federation, low
  beside a certificate.
why: The stronger way in was set up, and the weaker one left open. The secret works from anywhere, for whoever holds a copy.
remediation: |
  Check in the sign-in log that nothing of {name} still uses a secret ({secrets}; last use {last_used}), then remove them:
  `az ad app credential delete --id {app_id} --key-id KEY-ID`.
blind_spots: Which consumer uses which credential; sign-ins older than 30 days.
false_positives: A move to federation that is under way; a second consumer that cannot federate.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    credentials: [{uid: "cred:azure:1", identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, public_id: "1", status: active}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential"}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    credentials: [{uid: "cred:azure:1", identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}, {uid: "cred:azure:2", identity_uid: "entra:t:sp/a", kind: certificate, issuer: azure, status: active, attrs: {use: verify}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # the secret is over
    credentials: [{uid: "cred:azure:1", identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: expired}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential"}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    credentials: [{uid: "cred:azure:1", identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # the certificate is over
    credentials: [{uid: "cred:azure:1", identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}, {uid: "cred:azure:2", identity_uid: "entra:t:sp/a", kind: certificate, issuer: azure, status: expired}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # it signs SAML assertions, and nobody in
    credentials: [{uid: "cred:azure:1", identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}, {uid: "cred:azure:2", identity_uid: "entra:t:sp/a", kind: signing_key, issuer: azure, status: active}]
*/
WITH federated AS (
  SELECT identity_uid, string_agg(DISTINCT issuer, ', ' ORDER BY issuer) AS issuers FROM trusts WHERE mechanism = 'entra:federated-credential' GROUP BY identity_uid
),
certified AS (
  SELECT DISTINCT identity_uid FROM credentials WHERE issuer = 'azure' AND kind = 'certificate' AND usable AND identity_uid IS NOT NULL
),
secrets AS (
  SELECT identity_uid, string_agg(coalesce(public_id, name), ', ' ORDER BY coalesce(public_id, name)) AS secrets, max(last_used_at) AS last_used_at
  FROM credentials WHERE issuer = 'azure' AND kind = 'oauth_secret' AND usable AND coalesce(attrs['referenced'], 'false') <> 'true' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, coalesce(i.attrs['app_id'], i.name) AS app_id, s.secrets, s.last_used_at,
  coalesce(CAST(CAST(s.last_used_at AS DATE) AS VARCHAR), 'not known') AS last_used, f.issuers AS federated_with, i.owner,
  CASE WHEN f.identity_uid IS NOT NULL THEN 'medium' ELSE 'low' END AS severity
FROM secrets s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN federated f ON f.identity_uid = s.identity_uid
LEFT JOIN certified c ON c.identity_uid = s.identity_uid
WHERE i.provider = 'entra' AND i.type IN ('entra:service-principal', 'entra:application', 'entra:agent-blueprint') AND i.status IN ('active', 'unknown')
  AND (f.identity_uid IS NOT NULL OR c.identity_uid IS NOT NULL)
