/*
id: k8s_client_certificate_long
title: Client certificate of the cluster lives long and cannot be revoked
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(2)", "NIST-800-53:SC-17", "CSF-2.0:PR.AA-01"]
references: ["https://kubernetes.io/docs/concepts/security/hardening-guide/authentication-mechanisms/"]
inputs: [kubernetes.certificates, kubernetes.rbac]
detects: >
  A certificate that the cluster signed for a user to sign in with, valid for more than 90 days in all and still in force; high where its holder raises rights or is in `system:masters`, which it is then whatever
  its validity.
why: >
  The API server checks no revocation list. A lost key is good until the end date, and membership of `system:masters` outlives the deletion of every binding.
remediation: |
  Let {name} sign in through OIDC, or as a service account with short tokens. Until {last_day} take its rights away by its bindings; a member of
  `system:masters` only goes with the certificate authority. For the next one set `spec.expirationSeconds` (Kubernetes 1.22).
blind_spots: Certificates whose request was cleaned up, and those made outside the cluster (kubeadm's admin.conf, clouds).
false_positives: Kubelets' certificates, which renew by themselves, are left out, and so are serving certificates.
bad:
  - identities: [{uid: "k8s:c:user/jenkins", kind: certificate, type: "k8s:user", name: jenkins, provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:user/jenkins", created_at: now-10d, expires_at: now+355d, expiry: set, attrs: {signer: kubernetes.io/kube-apiserver-client, groups: deployers}}]
  - identities: [{uid: "k8s:c:user/glass", kind: certificate, type: "k8s:user", name: glass, provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:user/glass", created_at: now-1d, expires_at: now+20d, expiry: set, attrs: {signer: kubernetes.io/legacy-unknown, groups: "system:masters"}}]
good:
  - identities: [{uid: "k8s:c:user/jenkins", kind: certificate, type: "k8s:user", name: jenkins, provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:user/jenkins", created_at: now-1d, expires_at: now+6d, expiry: set, attrs: {signer: kubernetes.io/kube-apiserver-client}}]
  - identities: [{uid: "k8s:c:node/n1", type: "k8s:node", name: n1, provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:node/n1", created_at: now-10d, expires_at: now+355d, expiry: set, attrs: {signer: kubernetes.io/kube-apiserver-client-kubelet, groups: "system:nodes"}}]
  - identities: [{uid: "k8s:c:user/jenkins", kind: certificate, type: "k8s:user", name: jenkins, provider: kubernetes, scope: c}]  # over
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:user/jenkins", created_at: now-400d, expires_at: now-35d, expiry: set, attrs: {signer: kubernetes.io/kube-apiserver-client}}]
  - identities: [{uid: "k8s:c:user/ann", kind: certificate, type: "k8s:user", name: ann, provider: kubernetes, scope: c}]  # serves, does not sign in
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:user/ann", created_at: now-10d, expires_at: now+355d, expiry: set, attrs: {signer: acme.example/serving}}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope AS cluster, c.attrs['groups'] AS groups, c.attrs['requested_by'] AS requested_by, c.created_at, c.expires_at, CAST(CAST(c.expires_at AS DATE) AS VARCHAR) AS last_day, c.lifetime_days,
  p.privilege,
  CASE WHEN list_contains(string_split(coalesce(c.attrs['groups'], ''), ','), 'system:masters') OR p.privilege IN ('admin', 'permissions') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE c.kind = 'certificate' AND i.type = 'k8s:user' AND c.usable AND c.expires_in_days >= 0
  AND c.attrs['signer'] IN ('kubernetes.io/kube-apiserver-client', 'kubernetes.io/legacy-unknown')
  AND (c.lifetime_days > 90 OR list_contains(string_split(coalesce(c.attrs['groups'], ''), ','), 'system:masters'))
