/*
id: k8s_account_for_person
title: Service account was made for a person
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-2", "NIST-800-53:AC-2", "CSF-2.0:PR.AA-01"]
references: ["https://kubernetes.io/docs/concepts/security/hardening-guide/authentication-mechanisms/"]
inputs: [kubernetes.accounts, kubernetes.rbac, kubernetes.workloads, kubernetes.secrets]
key: []
detects: >
  A service account that is called as a known person signs in (`anna.berg`), as which no workload runs, and that holds rights or a stored token; high where the
  person has left.
why: >
  Somebody got a token for their kubeconfig this way. It has no second factor, goes past the sign-in system, and stays when the person goes.
remediation: |
  Let {person} sign in through the cluster's OIDC provider with a binding of their own, then delete service account {namespace}/{name} with its token.
blind_spots: Accounts made for people under other names (`debug`, `laptop`).
false_positives: A program that has the name of a person. Accounts that run a workload are not reported.
bad:
  - identities: [{uid: "k8s:c:sa/shop/anna.berg", type: "k8s:service-account", name: anna.berg, provider: kubernetes, scope: c, attrs: {namespace: shop, workloads: "0"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/anna.berg", language: kubernetes, actions: ["get:pods"], resources: [namespace/shop]}]
    people: [{uid: anna.berg@acme.example, name: Anna}]
  - identities: [{uid: "k8s:c:sa/shop/anna-berg", type: "k8s:service-account", name: anna-berg, provider: kubernetes, scope: c, attrs: {namespace: shop, workloads: "0"}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: kubernetes, status: active, identity_uid: "k8s:c:sa/shop/anna-berg", expiry: never}]
    people: [{uid: anna.berg@acme.example, name: Anna, status: gone}]
good:
  - identities: [{uid: "k8s:c:sa/shop/anna.berg", type: "k8s:service-account", name: anna.berg, provider: kubernetes, scope: c, attrs: {namespace: shop, workloads: "1"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/anna.berg", language: kubernetes, actions: ["get:pods"], resources: [namespace/shop]}]
    people: [{uid: anna.berg@acme.example, name: Anna}]
  - identities: [{uid: "k8s:c:sa/shop/anna.berg", type: "k8s:service-account", name: anna.berg, provider: kubernetes, scope: c, attrs: {namespace: shop, workloads: "0"}}]  # an empty shell
    people: [{uid: anna.berg@acme.example, name: Anna}]
  - identities: [{uid: "k8s:c:sa/shop/mail", type: "k8s:service-account", name: mail, provider: kubernetes, scope: c, attrs: {namespace: shop, workloads: "0"}}]  # one word names no person
    grants: [{identity_uid: "k8s:c:sa/shop/mail", language: kubernetes, actions: ["get:pods"], resources: [namespace/shop]}]
    people: [{uid: mail@acme.example, name: Mail}]
*/
WITH logins AS (
  SELECT regexp_replace(split_part(uid, '@', 1), '[._-]', '', 'g') AS word, min(uid) AS person, bool_and(status = 'gone') AS gone FROM people
  WHERE regexp_matches(split_part(uid, '@', 1), '[a-z0-9][._-][a-z0-9]') GROUP BY regexp_replace(split_part(uid, '@', 1), '[._-]', '', 'g')
),
held AS (SELECT g.identity_uid, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles FROM grants g WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' GROUP BY g.identity_uid),
tokens AS (
  SELECT c.identity_uid, count(*) AS stored_tokens FROM credentials c
  WHERE c.identity_uid IS NOT NULL AND c.issuer = 'kubernetes' AND c.kind = 'api_token' AND c.usable GROUP BY c.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, l.person, l.gone AS person_left, h.roles, coalesce(t.stored_tokens, 0) AS stored_tokens,
  i.last_used_at, CASE WHEN l.gone THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN logins l ON l.word = regexp_replace(lower(i.name), '[._-]', '', 'g')
LEFT JOIN held h ON h.identity_uid = i.uid
LEFT JOIN tokens t ON t.identity_uid = i.uid
WHERE i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.status IN ('active', 'unknown') AND i.attrs['workloads'] = '0' AND regexp_matches(i.name, '[._-]')
  AND (h.identity_uid IS NOT NULL OR t.identity_uid IS NOT NULL)
