/*
id: github_secret_in_variable
title: Secret lies in a variable of GitHub Actions
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.DS-01"]
references: ["https://docs.github.com/en/actions/learn-github-actions/variables"]
inputs: [github.variables]
key: [credential, scope, path]
detects: A credential in a variable of an organisation, repository or environment, where a secret belongs.
why: Variables are shown to everybody who may read the repository, are printed into build logs unmasked, and come back from the API in plain text.
remediation: |
  Rotate {label} {where_to_rotate}. Keep the new value as a secret (`gh secret set {variable} {flags}`), change `vars.{variable}` to `secrets.{variable}`
  in the workflows, then delete the variable (`gh variable delete {variable} {flags}`).
blind_spots: Secrets under names and in shapes that tell nothing.
false_positives: Public keys and identifiers are not reported; a key meant for browsers is info.
bad:
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: STRIPE_KEY, attrs: {variable: STRIPE_KEY}}]
    placements: [{credential_uid: "cred:fp:1", system: ci_variable, exposure: ci, scope: acme/web, path: settings/variables/actions/STRIPE_KEY}]
good:
  - credentials: [{uid: "cred:at:x", kind: secret, issuer: github-actions, name: NPM_TOKEN, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:x", system: ci_variable, exposure: sanctioned, scope: acme/web, path: settings/secrets/actions/NPM_TOKEN, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: STRIPE_KEY, attrs: {variable: STRIPE_KEY, placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: ci_variable, exposure: ci, scope: acme/web, path: settings/variables/actions/STRIPE_KEY}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, status: revoked, attrs: {variable: STRIPE_KEY}}]
    placements: [{credential_uid: "cred:fp:1", system: ci_variable, exposure: ci, scope: acme/web, path: settings/variables/actions/STRIPE_KEY}]
*/
SELECT min(coalesce(e.consumer_uid, e.identity)) AS identity, e.credential, e.scope, e.path, min(e.label) AS label, min(e.name) AS name, min(e.kind) AS kind,
  min(e.issuer) AS issuer, min(e.where_to_rotate) AS where_to_rotate, regexp_extract(e.path, '([^/]+)$', 1) AS variable, min(e.seen_at) AS changed_at,
  CASE WHEN strpos(e.scope, '/') = 0 THEN '--org ' || e.scope
    WHEN regexp_matches(e.path, '^settings/environments/') THEN '--repo ' || e.scope || ' --env ' || regexp_extract(e.path, '^settings/environments/(.+)/variables/', 1)
    ELSE '--repo ' || e.scope END AS flags,
  CASE WHEN bool_and(e.severity = 'info') THEN 'info' WHEN bool_or(e.severity IN ('critical', 'high')) THEN min(CASE WHEN e.severity = 'critical' THEN 'critical' ELSE 'high' END)
    ELSE 'medium' END AS severity,
  min(e.confidence) AS confidence
FROM exposed e
WHERE e.system = 'ci_variable' AND e.exposure = 'ci' AND regexp_matches(e.path, '/variables/')
GROUP BY e.credential, e.scope, e.path
