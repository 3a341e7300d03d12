/*
id: secret_in_infrastructure_code
title: Secret is written into infrastructure code
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.AA-01"]
inputs: [repository.iac]
key: [credential, scope, path]
detects: The value of a credential in Terraform, CloudFormation, Kubernetes manifests (also base64 in a Secret) or Ansible files of a repository.
why: Infrastructure code is shared widely, and applying it copies the value into state files, change sets and API audit logs.
remediation: |
  Rotate {name} {where_to_rotate}; in {path}:{line} of {scope} replace {field} by {lookup}. The old value stays in the repository's
  history, hence the rotation{state_too}.
blind_spots: Values in modules outside the repository and in variables given at apply time.
false_positives: Values encrypted by SOPS, Sealed Secrets or Ansible Vault are not reported.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: iac, exposure: committed, scope: acme/infra, path: db.tf, line: 4, attrs: {field: aws_db_instance.main.password}}]
good:
  - credentials: [{uid: "cred:at:x", kind: password, issuer: database, attrs: {referenced: "true"}}]
    placements: [{credential_uid: "cred:at:x", system: iac, exposure: committed, scope: acme/infra, path: db.tf, attrs: {referenced: "true"}}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, attrs: {placeholder: sample word}}]
    placements: [{credential_uid: "cred:fp:1", system: iac, exposure: committed, scope: acme/infra, path: k8s/secret.example.yaml}]
*/
SELECT min(coalesce(identity, consumer_uid)) AS identity, credential, min(severity) AS severity, min(confidence) AS confidence, scope, path,
  min(line) AS line, min(field) AS field, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer,
  CASE
    WHEN regexp_matches(path, '[.](tf|tofu|tfvars)([.]json)?$') THEN 'a lookup in a secret manager (data source, ephemeral value) or a password that the service manages itself'
    WHEN min(field) LIKE 'Secret/%' OR min(field) LIKE 'ConfigMap/%' THEN 'a secret that an operator fetches (External Secrets) or that is encrypted in the repository (SOPS, Sealed Secrets)'
    ELSE 'a lookup (a dynamic reference such as resolve:secretsmanager, a secretKeyRef, an External Secret)' END AS lookup,
  CASE WHEN regexp_matches(path, '[.](tf|tofu|tfvars)([.]json)?$')
    THEN '; so it does in each Terraform state that was written with it, wherever that is kept' ELSE '' END AS state_too, min(where_to_rotate) AS where_to_rotate, min(status) AS status_at_issuer
FROM exposed
WHERE system = 'iac'
GROUP BY credential, scope, path
