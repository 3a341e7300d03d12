/*
id: k8s_leaver_bound
title: Cluster still grants rights to somebody who has left
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:PS-4", "CSF-2.0:PR.AA-05"]
inputs: [kubernetes.rbac, kubernetes.certificates]
key: []
detects: >
  A user whom a binding or a signed certificate names by an e-mail address (or its first part) of a person who has left. High where the rights raise
  rights or read Secrets, or a certificate is still valid.
why: >
  A client certificate works until it expires, whatever the directory says, for Kubernetes revokes none; and a binding that names an address serves whoever
  gets that address next.
remediation: |
  Take {name} out of {bindings} of cluster {cluster}. {certificate}
blind_spots: Groups of the sign-in system, whose members the cluster does not know.
false_positives: Somebody who came back under the same address but is still listed as gone.
bad:
  - identities: [{uid: "k8s:c:user/old@acme.example", kind: human, type: "k8s:user", name: old@acme.example, provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/old@acme.example", language: kubernetes, actions: ["list:pods"], attrs: {binding: RoleBinding/shop/people}}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
  - identities: [{uid: "k8s:c:user/old.one", kind: certificate, type: "k8s:user", name: old.one, provider: kubernetes, scope: c}]
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: active, public_id: aa, identity_uid: "k8s:c:user/old.one", expires_at: now+200d, expiry: set}]
    people: [{uid: old.one@acme.example, name: Old, status: gone}]
good:
  - identities: [{uid: "k8s:c:user/new@acme.example", kind: human, type: "k8s:user", name: new@acme.example, provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:user/new@acme.example", language: kubernetes, actions: ["list:pods"], attrs: {binding: RoleBinding/shop/people}}]
    people: [{uid: new@acme.example, name: New}]
  - identities: [{uid: "k8s:c:user/old.one", kind: certificate, type: "k8s:user", name: old.one, provider: kubernetes, scope: c}]  # the certificate has run out
    credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, status: expired, public_id: aa, identity_uid: "k8s:c:user/old.one", expires_at: now-20d, expiry: set}]
    people: [{uid: old.one@acme.example, name: Old, status: gone}]
  - identities: [{uid: "k8s:c:user/deploy", kind: certificate, type: "k8s:user", name: deploy, provider: kubernetes, scope: c}]  # two people had that name, and one is here
    grants: [{identity_uid: "k8s:c:user/deploy", language: kubernetes, actions: ["list:pods"], attrs: {binding: RoleBinding/shop/people}}]
    people: [{uid: deploy@acme.example, name: Old, status: gone}, {uid: deploy@acme.test, name: New}]
*/
WITH logins AS (
  SELECT uid AS login, uid FROM people WHERE status = 'gone'
  UNION ALL
  SELECT split_part(uid, '@', 1), min(uid) FROM people GROUP BY split_part(uid, '@', 1) HAVING max(CASE WHEN status = 'active' THEN 1 ELSE 0 END) = 0
),
held AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.attrs['binding'], ', ' ORDER BY g.attrs['binding']) AS bindings, bool_or(g.privilege IN ('admin', 'permissions')) AS strong
  FROM grants g WHERE g.language = 'kubernetes' AND g.effect = 'allow' GROUP BY g.identity_uid
),
certificates AS (
  SELECT c.identity_uid, max(c.expires_at) AS valid_until FROM credentials c
  WHERE c.identity_uid LIKE 'k8s:%' AND c.kind = 'certificate' AND c.usable AND c.expires_in_days >= 0 GROUP BY c.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, who.uid AS person, who.ended_at AS left_at, coalesce(h.bindings, 'no binding') AS bindings, c.valid_until,
  CASE WHEN c.valid_until IS NOT NULL THEN 'A certificate for that name is valid until ' || CAST(CAST(c.valid_until AS DATE) AS VARCHAR)
    || ' and cannot be revoked: make sure that no binding gives its name or groups anything.' ELSE '' END AS certificate,
  CASE WHEN coalesce(h.strong, FALSE) OR c.valid_until IS NOT NULL THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN logins l ON l.login = lower(i.name)
JOIN people who ON who.uid = l.uid
LEFT JOIN held h ON h.identity_uid = i.uid
LEFT JOIN certificates c ON c.identity_uid = i.uid
WHERE i.type = 'k8s:user' AND i.provider = 'kubernetes' AND (h.identity_uid IS NOT NULL OR c.identity_uid IS NOT NULL)
