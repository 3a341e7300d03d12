/*
id: gcp_api_key_unrestricted
title: Google API key opens every API of the project
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["CIS-GCP-3.0:1.14", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/docs/authentication/api-keys#securing"]
inputs: [gcp.api_keys]
detects: An API key without API restrictions. High where nothing limits who may use it either (websites, addresses, apps), or it is bound to a service account.
why: >
  An API key is a password that travels in URLs and pages. Without restrictions a copy of it calls every API the project has switched on, today and
  later, on our bill and against our data.
remediation: |
  `gcloud services api-keys update {public_id} --api-target=service=SERVICE` for each API it is for, and one of `--allowed-referrers`,
  `--allowed-ips`, `--allowed-application`, `--allowed-bundle-ids`.
blind_spots: Whether the listed APIs are all needed; who uses the key.
false_positives: A key in a project in which a single API is switched on.
bad:
  - identities: [{uid: "gcp:api-key/a1", kind: api_key, type: "gcp:api-key", provider: gcp, scope: p}]
    credentials: [{uid: "cred:gcp:a1", identity_uid: "gcp:api-key/a1", kind: api_token, issuer: gcp, public_id: a1, status: active, attrs: {origin: api-key, apis: any, clients: any}}]
good:
  - identities: [{uid: "gcp:api-key/a1", kind: api_key, type: "gcp:api-key", provider: gcp, scope: p}]
    credentials: [{uid: "cred:gcp:a1", identity_uid: "gcp:api-key/a1", kind: api_token, issuer: gcp, public_id: a1, status: active, attrs: {origin: api-key, apis: maps-backend.googleapis.com, clients: websites}}]
  - identities: [{uid: "gcp:api-key/a1", kind: api_key, type: "gcp:api-key", provider: gcp, scope: p}]  # one API, used from addresses that change
    credentials: [{uid: "cred:gcp:a1", identity_uid: "gcp:api-key/a1", kind: api_token, issuer: gcp, public_id: a1, status: active, attrs: {origin: api-key, apis: translate.googleapis.com, clients: any}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: google, fingerprint: f1, status: active}]  # seen in code: what limits it is not known
*/
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, c.public_id, i.scope, c.attrs['clients'] AS who_may_use_it, c.attrs['login'] AS acts_as, c.created_at,
  CASE WHEN c.attrs['clients'] = 'any' OR c.attrs['login'] IS NOT NULL THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
LEFT JOIN identities i ON i.uid = c.identity_uid
WHERE c.issuer = 'gcp' AND c.kind = 'api_token' AND c.attrs['origin'] = 'api-key' AND c.attrs['apis'] = 'any' AND c.usable
