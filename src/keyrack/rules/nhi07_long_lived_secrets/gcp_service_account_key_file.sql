/*
id: gcp_service_account_key_file
title: Google service-account key lies in a file
severity: high
confidence: high
owasp: NHI7:2025
frameworks: ["CIS-GCP-3.0:1.4", "NIST-800-53:IA-5", "CSF-2.0:PR.AA-01"]
references: ["https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys"]
inputs: [machine.cloud_credentials, repository.secrets]
key: [credential, scope]
detects: A user-managed key of a Google service account (the JSON with a private key) on a disk or in a repository. One finding for each key and place.
why: |
  The key never expires, its use cannot be tied to a machine, and Google's own last-use data counts failed attempts. It is the
  commonest way into a Google Cloud project.
remediation: |
  Move the workload of {login} at {path} to workload identity federation or an attached service account, then
  `gcloud iam service-accounts keys disable {public_id} --iam-account {login}`, watch for errors, and delete it.
blind_spots: Keys inside archives, container images and secret stores of other systems.
false_positives: Keys that an organisation policy already disabled look the same on disk; `--verify` tells them apart.
bad:
  - credentials: [{uid: "cred:gcp:k1", kind: private_key, issuer: gcp, public_id: k1, name: service-account key, expiry: never, attrs: {login: "etl@acme.iam.gserviceaccount.com"}}]
    placements: [{credential_uid: "cred:gcp:k1", scope: ws-1, path: /opt/etl/sa.json}]
good:
  - credentials: [{uid: "cred:fp:1", kind: refresh_token, issuer: gcp, fingerprint: f1, name: gcloud refresh token}]  # a person's own login
    placements: [{credential_uid: "cred:fp:1", scope: ws-1, path: /home/a/.config/gcloud/application_default_credentials.json}]
  - credentials: [{uid: "cred:gcp:k1", kind: private_key, issuer: gcp, public_id: k1, name: service-account key, attrs: {placeholder: example}}]
    placements: [{credential_uid: "cred:gcp:k1", scope: acme/web, system: git_head, exposure: committed, path: docs/sa.json}]
*/
SELECT min(c.identity_uid) AS identity, c.uid AS credential, min(c.name) AS name, p.scope, coalesce(min(c.attrs['login']), min(c.identity_uid)) AS login,
  min(c.public_id) AS public_id, min(p.system) AS system, min(p.readers) AS readers, min(p.seen_at) AS seen_at,
  CASE WHEN bool_and(coalesce(p.attrs['test_path'], 'false') = 'true') THEN 'low' ELSE 'high' END AS severity,
  CASE WHEN bool_and(coalesce(p.attrs['test_path'], 'false') = 'true') THEN 'low' ELSE 'high' END AS confidence,
  min(p.path) AS path, min(p.line) AS line
FROM placements p
JOIN credentials c ON c.uid = p.credential_uid
WHERE c.issuer = 'gcp' AND c.kind IN ('private_key', 'access_key') AND p.exposure <> 'sanctioned' AND p.state <> 'dead'
  AND c.attrs['placeholder'] IS NULL AND coalesce(c.attrs['referenced'], 'false') <> 'true' AND c.status NOT IN ('revoked', 'inactive', 'expired')
GROUP BY c.uid, p.scope
