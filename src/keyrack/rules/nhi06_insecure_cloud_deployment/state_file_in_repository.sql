/*
id: state_file_in_repository
title: Terraform state with credentials lies in the repository
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-5(7)", "NIST-800-53:SC-28", "CSF-2.0:PR.DS-01"]
references: ["https://developer.hashicorp.com/terraform/language/state/sensitive-data"]
inputs: [repository.iac, repository.secrets]
key: [credential, repository]
detects: |
  A credential inside a Terraform or OpenTofu state file that is committed at HEAD or in history. One finding for each
  credential and repository. Critical for cloud keys that are active or of unknown state.
why: |
  State keeps passwords, keys and tokens of everything it made as plain text. Committing it publishes the deployment's
  credentials to every reader, and they are rarely rotated because they "belong to Terraform".
remediation: |
  Move the state of {repository} to a remote backend with encryption and locking (`terraform init -migrate-state`), add
  `*.tfstate*` to .gitignore, rotate {name} ({field}), and rewrite history after the rotation, not instead of it.
blind_spots: Encrypted state (OpenTofu) is opaque and listed as a gap; state in remote backends is not read.
false_positives: Fixtures of provider tests hold invented values; paths that look like tests lower the confidence.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]
    placements: [{credential_uid: "cred:fp:1", system: state_file, exposure: committed, scope: acme/infra, path: terraform.tfstate, line: 40}]
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1}]  # on an engineer's disk: another rule's business
    placements: [{credential_uid: "cred:fp:1", system: state_file, exposure: config, scope: laptop, path: /home/a/terraform.tfstate}]
  - credentials: [{uid: "cred:fp:1", kind: certificate, issuer: x509, public_id: aa}]  # public material
    placements: [{credential_uid: "cred:fp:1", system: state_file, exposure: committed, scope: acme/infra, path: terraform.tfstate, line: 40}]
*/
SELECT min(c.identity_uid) AS identity, c.uid AS credential, min(c.name) AS name, min(c.kind) AS kind, min(c.status) AS status, p.scope AS repository,
  min(p.attrs['field']) AS field, min(p.commit) AS first_commit, min(p.author) AS author, min(p.seen_at) AS committed_at,
  CASE
    WHEN min(c.status) = 'inactive' THEN 'low'
    WHEN min(c.issuer) IN ('aws', 'gcp', 'azure') THEN 'critical'
    ELSE 'high' END AS severity,
  CASE WHEN bool_and(coalesce(p.attrs['test_path'], 'false') = 'true') THEN 'low' ELSE 'high' END AS confidence,
  min(p.path) AS path, min(p.line) AS line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
WHERE p.exposure IN ('committed', 'public') AND p.state <> 'dead'
  AND (p.system = 'state_file' OR (p.system = 'git_history' AND p.path LIKE '%.tfstate%'))
  AND c.kind <> 'certificate' AND c.attrs['placeholder'] IS NULL AND coalesce(c.attrs['referenced'], 'false') <> 'true'
  AND c.status NOT IN ('revoked', 'expired')
GROUP BY c.uid, p.scope
