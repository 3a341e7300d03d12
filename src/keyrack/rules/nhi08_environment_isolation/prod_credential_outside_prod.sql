/*
id: prod_credential_outside_prod
title: Credential of a production identity lies in a non-production place
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:CM-4(1)", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
inputs: [aws.iam, aws.access_keys, machine.env_files, machine.cloud_credentials, repository.secrets, repository.ci, any.placements]
key: [credential, place]
detects: |
  A usable credential whose identity states that it belongs to production (tag or path, not merely its name) and which lies in a place
  that states a non-production environment.
why: The test system holds a key to production; production's protections no longer decide who may use it.
remediation: |
  Replace it at {place} by a credential of an identity made for {place_environment}, then rotate {public_id} of {name}.
blind_spots: Credentials that are known by value only have no identity, so their environment is unknown.
false_positives: A place named after a stage that production also uses (a "stage" of a pipeline, a "test" of production).
bad:
  - identities: [{uid: "aws:iam::111122223333:user/svc-orders", environment: prod}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc-orders"}]
    placements: [{credential_uid: "cred:aws:A1", path: /srv/orders/.env.staging}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/svc-orders", environment: prod}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc-orders"}]
    placements: [{credential_uid: "cred:aws:A1", path: /srv/orders/.env.production}]
  - identities: [{uid: "aws:iam::111122223333:user/svc-orders", environment: nonprod}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: active, identity_uid: "aws:iam::111122223333:user/svc-orders"}]
    placements: [{credential_uid: "cred:aws:A1", path: /srv/orders/.env.staging}]
  - identities: [{uid: "aws:iam::111122223333:user/svc-orders", environment: prod}]
    credentials: [{uid: "cred:aws:A1", public_id: A1, status: inactive, identity_uid: "aws:iam::111122223333:user/svc-orders"}]
    placements: [{credential_uid: "cred:aws:A1", path: /srv/orders/.env.staging}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, c.public_id, c.kind, p.scope || ':' || p.path AS place, p.environment AS place_environment,
  p.system, p.consumer_uid AS consumer, c.last_used_at, p.path, p.line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
JOIN identities i ON i.uid = c.identity_uid
WHERE p.environment = 'nonprod' AND i.environment = 'prod' AND i.environment_evidence = 'stated' AND c.usable
  AND p.system <> 'git_history' AND p.state <> 'dead' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
  AND coalesce(p.attrs['referenced'], 'false') <> 'true' AND c.kind <> 'certificate' AND c.attrs['placeholder'] IS NULL
