/*
id: weak_signature
title: Certificate is signed with SHA-1 or MD5
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:SC-13", "NIST-800-131A", "NIST-800-53:IA-5(2)"]
inputs: [machine.certificates, any.credentials]
detects: A certificate in force, not a self-signed root, whose signature uses SHA-1 or MD5.
why: Collisions let somebody obtain a second certificate under another name with the same signature; clients reject it, so people switch checks off.
remediation: |
  Issue {name} ({subject}, {path}) anew from the same authority with SHA-256, and change the authority's default ({issued_by}).
blind_spots: Chains whose intermediate is not on this computer.
false_positives: The signature of a self-signed root means nothing and is not reported.
bad:
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, name: intranet, attrs: {signature: sha1, self_signed: "false"}}]
    placements: [{credential_uid: "cred:x509:1", path: /etc/ssl/intranet.crt}]
good:
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, attrs: {signature: sha1, self_signed: "true", ca: "true"}}]
    placements: [{credential_uid: "cred:x509:1", path: /etc/ssl/certs/ca-certificates.crt}]
  - credentials: [{uid: "cred:x509:1", kind: certificate, issuer: x509, attrs: {signature: sha256, self_signed: "false"}}]
    placements: [{credential_uid: "cred:x509:1", path: /etc/ssl/intranet.crt}]
*/
SELECT min(coalesce(c.identity_uid, p.consumer_uid)) AS identity, c.uid AS credential, min(c.name) AS name, coalesce(min(c.attrs['subject']), '?') AS subject,
  coalesce(min(c.attrs['issuer_name']), 'unknown issuer') AS issued_by, upper(min(c.attrs['signature'])) AS signature, min(c.expires_at) AS expires_at,
  coalesce(min(p.path), 'where it is kept') AS path, min(p.scope) AS scope
FROM credentials c
LEFT JOIN placements p ON p.credential_uid = c.uid
WHERE c.kind = 'certificate' AND c.usable AND lower(c.attrs['signature']) IN ('sha1', 'md5', 'md2')
  AND NOT (coalesce(c.attrs['self_signed'], 'false') = 'true' AND coalesce(c.attrs['ca'], 'false') = 'true')
  AND coalesce(p.system, 'file') <> 'git_history' AND coalesce(p.attrs['test_path'], 'false') <> 'true'
GROUP BY c.uid
