/*
id: declared_long_lived_key
title: Code creates a key that lives for years or for ever
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys", "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets"]
inputs: [repository.iac]
key: [credential, scope]
detects: |
  Infrastructure code that creates an AWS access key, a key of a Google service account, a Kubernetes service-account token Secret
  (none of which ever ends), or a client secret of a Microsoft Entra application whose stated end is more than a year away (high beyond five years).
why: |
  Each apply makes such a key and writes it readable into the tool's state or the cluster's store. Nothing ends it but somebody
  who remembers it, and new environments get one more.
remediation: "In {path}:{line} of {scope} remove {name} and {instead}. {afterwards}"
blind_spots: Keys that modules outside the repository create; end dates computed at apply time; whether the code was ever applied.
false_positives: |
  Code that also replaces the key on a schedule (`time_rotating`, a rotation of the resource) still shows a key without an end;
  an AWS key encrypted with `pgp_key` does not lie readable in the state and is low.
bad:
  - identities: [{uid: "repo:acme/infra:iam-user/aws_iam_user.ci", type: "iac:aws-iam-user", provider: repository, scope: acme/infra}]
    credentials: [{uid: "cred:at:1", kind: access_key, issuer: aws, name: aws_iam_access_key.ci, identity_uid: "repo:acme/infra:iam-user/aws_iam_user.ci", expiry: never, attrs: {referenced: "true", cloud: aws}}]
    placements: [{credential_uid: "cred:at:1", system: iac, exposure: config, scope: acme/infra, path: main.tf, line: 4, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:2", kind: oauth_secret, issuer: azure, name: azuread_application_password.ci, expires_at: now+26000d, expiry: set, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:2", system: iac, exposure: config, scope: acme/infra, path: main.tf, line: 4, attrs: {referenced: "true"}}]
good:
  - credentials: [{uid: "cred:at:2", kind: oauth_secret, issuer: azure, name: azuread_application_password.ci, expires_at: now+100d, expiry: set, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:2", system: iac, exposure: config, scope: acme/infra, path: main.tf, line: 4, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:3", kind: oauth_secret, issuer: azure, name: azuread_application_password.ci, expiry: unknown, attrs: {referenced: "true"}}]  # the tenant decides its end
    placements: [{credential_uid: "cred:at:3", system: iac, exposure: config, scope: acme/infra, path: main.tf, line: 4, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:at:4", kind: access_key, issuer: github-actions, name: AWS_ACCESS_KEY_ID, attrs: {referenced: "true", cloud: aws}}]  # a pipeline names a secret
    placements: [{credential_uid: "cred:at:4", system: ci_file, exposure: sanctioned, scope: acme/web, path: .github/workflows/ci.yml, attrs: {referenced: "true"}}]
*/
WITH places AS (
  SELECT p.credential_uid, p.scope, min(p.path) AS path, min(p.line) AS line
  FROM placements p
  WHERE p.system = 'iac' AND p.exposure = 'config' AND p.attrs['referenced'] = 'true'
  GROUP BY p.credential_uid, p.scope
)
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.kind, c.issuer, p.scope, p.path, p.line, c.expiry, c.expires_at, c.expires_in_days, i.name AS holder,
  CASE
    WHEN c.issuer = 'aws' THEN 'let the workload assume a role (instance profile, IRSA, an OIDC trust for pipelines) instead'
    WHEN c.issuer = 'gcp' THEN 'attach the service account to the workload, or let it come by workload identity federation'
    WHEN c.issuer = 'kubernetes' THEN 'request short tokens (`kubectl create token`, a projected serviceAccountToken volume) instead'
    ELSE 'use a federated identity credential or a managed identity, or at least an end date of 90 days' END AS instead,
  CASE WHEN c.issuer = 'kubernetes' THEN 'Then delete the Secret from the cluster: that ends its token.'
    ELSE 'Then revoke the key that was made: Terraform state keeps a copy of it.' END AS afterwards,
  CASE WHEN c.protected THEN 'low' WHEN c.expires_in_days > 1830 THEN 'high' ELSE 'medium' END AS severity
FROM places p
JOIN credentials c ON c.uid = p.credential_uid
LEFT JOIN identities i ON i.uid = c.identity_uid
WHERE c.kind IN ('access_key', 'private_key', 'oauth_secret', 'api_token') AND c.attrs['referenced'] = 'true'
  AND (c.expiry = 'never' OR c.expires_in_days > 366)
