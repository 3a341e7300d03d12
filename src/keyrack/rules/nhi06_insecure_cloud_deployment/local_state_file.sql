/*
id: local_state_file
title: Terraform state with credentials lies on a local disk
severity: medium
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:SC-28", "CSF-2.0:PR.DS-01"]
references: ["https://developer.hashicorp.com/terraform/language/state/sensitive-data"]
inputs: [machine.state_files]
key: [host, path]
detects: |
  A Terraform or OpenTofu state file on a computer that holds credentials in plain text. One finding for each file; high where
  others than its owner may read it.
why: A deployment whose state lives on somebody's disk has no locking, no access control and no audit; the state hands out every secret it made.
remediation: |
  Move {path} on {host} to a remote backend with encryption and locking (`terraform init -migrate-state`), then delete the file
  and its `.backup`, and rotate what it held: {holds}.
blind_spots: Encrypted state is opaque and listed as a gap.
false_positives: A throw-away environment on a developer's machine may hold only credentials of its own containers.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: "password of aws_db_instance.main"}]
    placements: [{credential_uid: "cred:fp:1", system: state_file, exposure: config, scope: ws-1, path: /home/a/infra/terraform.tfstate, mode: "0644", readers: world}]
good:
  - credentials: [{uid: "cred:fp:1", kind: certificate, issuer: x509, public_id: aa}]
    placements: [{credential_uid: "cred:fp:1", system: state_file, exposure: config, scope: ws-1, path: /home/a/infra/terraform.tfstate}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, attrs: {placeholder: "changeme"}}]
    placements: [{credential_uid: "cred:fp:1", system: state_file, exposure: config, scope: ws-1, path: /home/a/infra/terraform.tfstate}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, p.scope AS host, string_agg(DISTINCT c.name, '; ') AS holds, min(p.mode) AS mode,
  min(p.attrs['owner']) AS file_owner, max(p.seen_at) AS modified_at,
  CASE WHEN bool_or(p.readers IN ('world', 'group')) THEN 'high' ELSE 'medium' END AS severity,
  p.path AS path
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
WHERE p.system = 'state_file' AND p.exposure = 'config'
  AND c.kind <> 'certificate' AND c.attrs['placeholder'] IS NULL AND c.status NOT IN ('revoked', 'expired')
GROUP BY p.scope, p.path
