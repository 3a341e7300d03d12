/*
id: kube_basic_auth
title: Kubernetes client signs in with a password
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5(1)"]
inputs: [machine.cloud_credentials]
detects: A kubeconfig user with user name and password (basic authentication, removed from Kubernetes in 1.19).
why: The password is sent with every request, never expires and cannot be revoked for one client; a server that still accepts it is long out of support.
remediation: |
  Use an exec plugin of the cluster's provider or OIDC for {name} in {path} on {scope}, remove the password there, and upgrade the cluster
  or the proxy that still accepts it.
blind_spots: Passwords that exec plugins ask for.
false_positives: An authenticating proxy in front of the cluster may expect basic authentication.
bad:
  - identities: [{uid: "machine:laptop:kube-user/admin", type: "kube:user", provider: machine, scope: laptop}]
    credentials: [{uid: "cred:fp:1", kind: password, issuer: kubernetes, fingerprint: f1, identity_uid: "machine:laptop:kube-user/admin"}]
    placements: [{credential_uid: "cred:fp:1", path: /home/a/.kube/config, scope: laptop}]
good:
  - identities: [{uid: "machine:laptop:kube-user/admin", type: "kube:user", provider: machine, scope: laptop, attrs: {exec: aws}}]
  - identities: [{uid: "machine:laptop:kube-user/admin", type: "kube:user", provider: machine, scope: laptop}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: kubernetes, fingerprint: f1, identity_uid: "machine:laptop:kube-user/admin"}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope, coalesce(min(p.path), i.attrs['path'], 'the kubeconfig') AS path, min(p.line) AS line,
  i.attrs['cluster'] AS cluster
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN placements p ON p.credential_uid = c.uid
WHERE c.kind = 'password' AND c.issuer = 'kubernetes' AND i.type = 'kube:user' AND c.usable
GROUP BY i.uid, c.uid, i.name, i.scope, i.attrs['path'], i.attrs['cluster']
