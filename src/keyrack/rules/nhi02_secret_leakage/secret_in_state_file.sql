/*
id: secret_in_state_file
title: Secret lies in a local or committed Terraform state file
severity: high
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "NIST-800-53:SC-28"]
inputs: [machine.state_files, repository.config]
key: [credential, scope, path]
detects: The value of a credential in a Terraform or OpenTofu state file on a computer or in a repository.
why: State keeps every attribute in plain text, passwords and keys included; a copy outside the encrypted backend is a full set of keys.
remediation: |
  {first_step}Move the state of {path} ({scope}) to an encrypted remote backend (`terraform init -migrate-state`), delete local copies and backups,
  and rotate {label} {where_to_rotate}.
blind_spots: Remote states, plan files, encrypted OpenTofu states.
false_positives: A state of resources that were destroyed outside Terraform keeps values nobody accepts any more.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: state_file, scope: laptop, path: /home/a/infra/terraform.tfstate, attrs: {field: aws_db_instance.main.password}}]
good:
  - credentials: [{uid: "cred:aws:A1", kind: access_key, status: revoked, public_id: A1, fingerprint: f1}]
    placements: [{credential_uid: "cred:aws:A1", system: state_file, scope: laptop, path: /home/a/infra/terraform.tfstate}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, public_id: c1}]
    placements: [{credential_uid: "cred:x509:1", system: state_file, scope: laptop, path: /home/a/infra/terraform.tfstate}]
*/
SELECT min(coalesce(identity, consumer_uid)) AS identity, credential, scope, path, min(line) AS line,
  CASE WHEN bool_and(severity IN ('info', 'low')) THEN max(severity) WHEN bool_or(exposure IN ('committed', 'public') OR readers = 'world') THEN 'high' ELSE 'medium' END AS severity,
  min(confidence) AS confidence, min(field) AS field, min(label) AS label,
  CASE WHEN bool_or(exposure NOT IN ('committed', 'public') AND readers IN ('world', 'group'))
    THEN 'First `chmod 600 {path}`: others on {scope} can read it now. ' ELSE '' END AS first_step, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate, max(readers) AS readable_by,
  min(status) AS status_at_issuer
FROM exposed
WHERE system = 'state_file'
GROUP BY credential, scope, path
