/*
id: k8s_public_image_with_secrets
title: Public image under a moving name runs with rights to read Secrets or become others
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:SI-7", "CSF-2.0:GV.SC-07"]
references: ["https://kubernetes.io/docs/concepts/containers/images/"]
inputs: [kubernetes.workloads, kubernetes.rbac, kubernetes.accounts]
key: [resource]
detects: >
  A workload that runs an image of a public registry without a tag or as `latest`, with its account's token mounted, where that account reads Secrets, mints tokens, enters pods
  or raises rights. High where the rights hold in the whole cluster, medium in a namespace.
why: Whoever may push to that name decides, at the next restart, what runs with those rights.
remediation: |
  Name the image of {workload} by digest (`{image}@sha256:...`) through a registry of your own, and give {name} only what the program calls; where it calls nothing:
  `automountServiceAccountToken: false`.
blind_spots: Version tags can be overwritten too; what a private registry copies from a public one.
false_positives: Images of your own in a public registry. Images named by digest or a version tag are not reported, nor workloads without a mounted token.
bad:
  - identities: [{uid: "k8s:c:sa/shop/ops", type: "k8s:service-account", provider: kubernetes, scope: c}]
    grants: [{identity_uid: "k8s:c:sa/shop/ops", language: kubernetes, actions: ["get:secrets"]}]
    resources: [{uid: "k8s:c:deployment/shop/ops", type: "k8s:workload", provider: kubernetes, scope: c, attrs: {registries: docker.io, public_pin: none, image: foo/ops}}]
    trusts: [{identity_uid: "k8s:c:sa/shop/ops", subject: "k8s:c:deployment/shop/ops", subject_kind: workload, mechanism: "k8s:runs-as"}]
  - identities: [{uid: "k8s:c:sa/shop/ops", type: "k8s:service-account", provider: kubernetes, scope: c, attrs: {automount: "false"}}]
    grants: [{identity_uid: "k8s:c:sa/shop/ops", language: kubernetes, actions: ["create:pods/exec"], resources: [namespace/shop]}]
    resources: [{uid: "k8s:c:deployment/shop/ops", type: "k8s:workload", provider: kubernetes, scope: c, attrs: {registries: quay.io, public_pin: none, image: "quay.io/foo/ops:latest", automount: "true"}}]
    trusts: [{identity_uid: "k8s:c:sa/shop/ops", subject: "k8s:c:deployment/shop/ops", subject_kind: workload, mechanism: "k8s:runs-as"}]
good:
  - identities: [{uid: "k8s:c:sa/shop/ops", type: "k8s:service-account", provider: kubernetes, scope: c}]  # by digest
    grants: [{identity_uid: "k8s:c:sa/shop/ops", language: kubernetes, actions: ["get:secrets"]}]
    resources: [{uid: "k8s:c:deployment/shop/ops", type: "k8s:workload", provider: kubernetes, scope: c, attrs: {registries: docker.io, public_pin: digest}}]
    trusts: [{identity_uid: "k8s:c:sa/shop/ops", subject: "k8s:c:deployment/shop/ops", subject_kind: workload, mechanism: "k8s:runs-as"}]
  - identities: [{uid: "k8s:c:sa/shop/ops", type: "k8s:service-account", provider: kubernetes, scope: c}]  # no token in the pod
    grants: [{identity_uid: "k8s:c:sa/shop/ops", language: kubernetes, actions: ["get:secrets"]}]
    resources: [{uid: "k8s:c:deployment/shop/ops", type: "k8s:workload", provider: kubernetes, scope: c, attrs: {registries: docker.io, public_pin: none, automount: "false"}}]
    trusts: [{identity_uid: "k8s:c:sa/shop/ops", subject: "k8s:c:deployment/shop/ops", subject_kind: workload, mechanism: "k8s:runs-as"}]
  - identities: [{uid: "k8s:c:sa/shop/ops", type: "k8s:service-account", provider: kubernetes, scope: c}]  # looks, and no more
    grants: [{identity_uid: "k8s:c:sa/shop/ops", language: kubernetes, actions: ["get:pods"]}]
    resources: [{uid: "k8s:c:deployment/shop/ops", type: "k8s:workload", provider: kubernetes, scope: c, attrs: {registries: docker.io, public_pin: none}}]
    trusts: [{identity_uid: "k8s:c:sa/shop/ops", subject: "k8s:c:deployment/shop/ops", subject_kind: workload, mechanism: "k8s:runs-as"}]
  - identities: [{uid: "k8s:c:sa/shop/ops", type: "k8s:service-account", provider: kubernetes, scope: c}]  # one Secret, its own
    grants: [{identity_uid: "k8s:c:sa/shop/ops", language: kubernetes, actions: ["get:secrets"], resources: [namespace/shop/secrets/own]}]
    resources: [{uid: "k8s:c:deployment/shop/ops", type: "k8s:workload", provider: kubernetes, scope: c, attrs: {registries: docker.io, public_pin: none}}]
    trusts: [{identity_uid: "k8s:c:sa/shop/ops", subject: "k8s:c:deployment/shop/ops", subject_kind: workload, mechanism: "k8s:runs-as"}]
*/
WITH loose AS (
  SELECT r.uid, coalesce(r.attrs['namespace'] || '/', '') || r.name AS name, r.scope, coalesce(r.attrs['image'], r.attrs['images'], '?') AS image, r.attrs['registries'] AS registries, r.attrs['automount'] AS automount
  FROM resources r WHERE r.type = 'k8s:workload' AND r.provider = 'kubernetes' AND r.attrs['public_pin'] = 'none'
),
strong AS (
  SELECT g.identity_uid, bool_or(list_contains(g.resources, '*')) AS whole, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles
  FROM grants g
  WHERE g.language = 'kubernetes' AND g.effect = 'allow' AND g.privilege IN ('admin', 'permissions')
    AND len(list_filter(g.resources, lambda place: place = '*' OR regexp_full_match(place, 'namespace/[^/]+'))) > 0
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, w.uid AS resource, w.name AS workload, i.name, w.scope AS cluster, regexp_replace(w.image, ':[^/:]*$', '') AS image, w.registries, coalesce(s.roles, '?') AS roles, i.owner,
  CASE WHEN s.whole THEN 'high' ELSE 'medium' END AS severity
FROM loose w
JOIN trusts t ON t.subject = w.uid AND t.mechanism = 'k8s:runs-as'
JOIN strong s ON s.identity_uid = t.identity_uid
JOIN identities i ON i.uid = t.identity_uid
WHERE coalesce(w.automount, i.attrs['automount'], 'true') <> 'false'
