/*
id: k8s_account_without_owner
title: Service account with rights has no owner
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:ID.AM-08", "CSF-2.0:GV.RR-02"]
references: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/"]
inputs: [kubernetes.accounts, kubernetes.namespaces, kubernetes.rbac, any.ownership]
key: []
detects: >
  A service account that may change things, read Secrets or raise rights, or has a token kept in a Secret, and for which no label or annotation of it or
  of its namespace, no code and no attestation names anybody. High with rights to become others; low in clusters where nothing names an owner
  at all, because then the record is missing rather than the owner.
why: Nobody is called when it leaks, and nobody dares to cut it back or remove it.
remediation: |
  Find out whose {namespace}/{name} is, then say so: `kubectl annotate namespace {namespace} owner=TEAM-OR-EMAIL`, which speaks for all accounts in it.
blind_spots: Owners recorded in a register that is not connected.
false_positives: >
  Kubernetes' own accounts, default accounts, add-ons in kube-system (unless they raise rights) and vendors' operators are owned by whoever runs the cluster; all but the last
  are not reported.
bad:
  - identities: [{uid: "k8s:c:sa/shop/x", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/x", language: kubernetes, actions: ["update:deployments"], resources: [namespace/shop]}]
  - identities: [{uid: "k8s:c:sa/shop/x", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: kubernetes, status: active, identity_uid: "k8s:c:sa/shop/x", attrs: {legacy: "true"}}]
good:
  - identities: [{uid: "k8s:c:sa/shop/x", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/x", language: kubernetes, actions: ["update:deployments"], resources: [namespace/shop]}]
    ownership: [{identity_uid: "k8s:c:sa/shop/x", owner: "team:shop", detail: label team on namespace shop}]
  - identities: [{uid: "k8s:c:sa/shop/x", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {namespace: shop}}]
    grants: [{identity_uid: "k8s:c:sa/shop/x", language: kubernetes, actions: ["list:pods", "get:configmaps"], resources: [namespace/shop]}]
  - identities: [{uid: "k8s:c:sa/kube-system/x", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {service_linked: "true"}}]
    grants: [{identity_uid: "k8s:c:sa/kube-system/x", language: kubernetes, actions: ["update:nodes"]}]
  - identities: [{uid: "k8s:c:sa/kube-system/autoscaler", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {namespace: kube-system}}]
    grants: [{identity_uid: "k8s:c:sa/kube-system/autoscaler", language: kubernetes, actions: ["update:nodes"]}]
  - identities: [{uid: "k8s:c:sa/shop/x", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {namespace: shop}}]  # the token is refused already
    credentials: [{uid: "cred:fp:1", kind: api_token, issuer: kubernetes, status: inactive, identity_uid: "k8s:c:sa/shop/x", attrs: {legacy: "true"}}]
*/
WITH kept AS (SELECT DISTINCT scope FROM identities WHERE provider = 'kubernetes' AND owner_status <> 'none'),
held AS (
  SELECT g.identity_uid, bool_or(g.privilege IN ('admin', 'permissions')) AS strong
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.via <> 'group' AND g.privilege IN ('admin', 'permissions', 'write')
  GROUP BY g.identity_uid
),
tokens AS (
  SELECT c.identity_uid, count(*) AS stored_tokens FROM credentials c
  WHERE c.identity_uid IS NOT NULL AND c.issuer = 'kubernetes' AND c.kind = 'api_token' AND c.usable GROUP BY c.identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, i.created_at, i.last_used_at,
  coalesce(t.stored_tokens, 0) AS stored_tokens,
  CASE WHEN coalesce(h.strong, FALSE) THEN 'high' WHEN k.scope IS NOT NULL THEN 'medium' ELSE 'low' END AS severity
FROM identities i
LEFT JOIN held h ON h.identity_uid = i.uid
LEFT JOIN tokens t ON t.identity_uid = i.uid
LEFT JOIN kept k ON k.scope = i.scope
WHERE i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.status IN ('active', 'unknown') AND i.owner_status = 'none'
  AND (h.identity_uid IS NOT NULL OR t.identity_uid IS NOT NULL)
  AND (coalesce(i.attrs['namespace'], '') <> 'kube-system' OR coalesce(h.strong, FALSE))
  AND i.name <> 'default' AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
