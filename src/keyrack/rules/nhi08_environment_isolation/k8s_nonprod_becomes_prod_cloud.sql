/*
id: k8s_nonprod_becomes_prod_cloud
title: Account outside production is annotated with a cloud identity of production
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:AC-4", "NIST-800-53:SC-32", "CSF-2.0:PR.IR-01"]
inputs: [kubernetes.accounts]
key: [cloud_identity]
detects: >
  A service account of a non-production namespace or cluster whose annotation names an IAM role, Google service account or Azure application of production: by what its own system states, or by a whole word of
  its name or project.
why: A pod of the test system then acts on production's data in the cloud, as soon as the cloud lets it in; the annotation says that somebody meant it to.
remediation: |
  Give {namespace}/{name} of {cluster} an identity in the test account or project, change the annotation, and take its `sub` out of the trust of {cloud_identity}.
blind_spots: Whether the cloud lets it in is told by the trusts of the identity, where that cloud is scanned.
false_positives: Names that mislead about the environment. An identity that only reads what production publishes for tests; except it.
bad:
  - identities: [{uid: "k8s:dev:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: dev, environment: nonprod, attrs: {namespace: shop}}]
    trusts: [{identity_uid: "gcp:sa/shop@acme-prod.iam.gserviceaccount.com", subject: "k8s:dev:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: gcp}}]
  - identities:
      - {uid: "k8s:c:sa/shop-test/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c, environment: nonprod, attrs: {namespace: shop-test}}
      - {uid: "aws:iam::111122223333:role/shop", type: "aws:iam-role", environment: prod}
    trusts: [{identity_uid: "aws:iam::111122223333:role/shop", subject: "k8s:c:sa/shop-test/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: aws}}]
good:
  - identities: [{uid: "k8s:dev:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: dev, environment: nonprod, attrs: {namespace: shop}}]
    trusts: [{identity_uid: "gcp:sa/shop@acme-dev.iam.gserviceaccount.com", subject: "k8s:dev:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: gcp}}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: c, environment: prod, attrs: {namespace: shop}}]
    trusts: [{identity_uid: "gcp:sa/shop@acme-prod.iam.gserviceaccount.com", subject: "k8s:c:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: gcp}}]
  - identities:  # its own system says that it is a test role, whatever its name says
      - {uid: "k8s:dev:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: dev, environment: nonprod, attrs: {namespace: shop}}
      - {uid: "aws:iam::111122223333:role/prod-copy", type: "aws:iam-role", environment: nonprod}
    trusts: [{identity_uid: "aws:iam::111122223333:role/prod-copy", subject: "k8s:dev:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: aws}}]
  - identities: [{uid: "k8s:dev:sa/shop/api", type: "k8s:service-account", name: api, provider: kubernetes, scope: dev, environment: nonprod, attrs: {namespace: shop}}]  # a product, not production
    trusts: [{identity_uid: "gcp:sa/products@acme.iam.gserviceaccount.com", subject: "k8s:dev:sa/shop/api", subject_kind: identity, mechanism: "k8s:annotation", attrs: {cloud: gcp}}]
*/
SELECT i.uid AS identity, t.identity_uid AS cloud_identity, i.name, i.scope AS cluster, coalesce(i.attrs['namespace'], '?') AS namespace, t.attrs['cloud'] AS cloud,
  coalesce(c.environment_evidence, 'words of its name') AS production_known_by, i.environment_evidence AS nonproduction_known_by, p.privilege AS cloud_privilege, i.owner
FROM trusts t
JOIN identities i ON i.uid = t.subject
LEFT JOIN identities c ON c.uid = t.identity_uid
LEFT JOIN privileges p ON p.identity_uid = t.identity_uid
WHERE t.mechanism = 'k8s:annotation' AND i.type = 'k8s:service-account' AND i.provider = 'kubernetes' AND i.environment = 'nonprod'
  AND coalesce(c.environment, CASE WHEN regexp_matches(lower(t.identity_uid), '(^|[^a-z])(prod|production|prd|live)([^a-z]|$)')
    AND NOT regexp_matches(lower(t.identity_uid), '(^|[^a-z])(dev|develop|development|test|testing|staging|stage|stg|qa|uat|sandbox|sbx|nonprod|preprod)([^a-z]|$)') THEN 'prod' END) = 'prod'
