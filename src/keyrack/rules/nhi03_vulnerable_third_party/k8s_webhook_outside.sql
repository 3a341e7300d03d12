/*
id: k8s_webhook_outside
title: Admission webhook of somebody else sees Secrets or rewrites workloads
severity: high
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-3", "NIST-800-53:SC-7", "CSF-2.0:GV.SC-07"]
references: ["https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/"]
inputs: [kubernetes.webhooks]
key: []
detects: >
  An admission webhook at an address outside the cluster, under a domain that is not the organisation's own (that of its people's addresses), whose rules name Secrets or
  everything (high), or workloads and pods: high where it may rewrite them, medium where it only judges them.
why: >
  Each object is sent to it whole, Secrets with their values; a mutating one may put a container of its own into any pod. Its operator's breach is then yours.
remediation: |
  Serve {name} from inside the cluster (`clientConfig.service`), or take `secrets` out of its rules and limit it by `namespaceSelector`; rotate what it has seen.
  If it does not answer, it {on_failure}.
blind_spots: Services inside the cluster that pass objects on to the outside; domains of the organisation that no person's address has.
false_positives: A security vendor under contract that must see the objects; except it with the contract's end.
bad:
  - identities: [{uid: "k8s:c:webhook/v/check", type: "k8s:webhook", name: v/check, provider: kubernetes, scope: c, third_party: true, vendor: hooks.vendor.example, attrs: {kind: ValidatingWebhookConfiguration, covers: "pods, secrets"}}]
  - identities: [{uid: "k8s:c:webhook/v/inject", type: "k8s:webhook", name: v/inject, provider: kubernetes, scope: c, third_party: true, vendor: hooks.vendor.example, attrs: {kind: MutatingWebhookConfiguration, covers: pods}}]
  - identities: [{uid: "k8s:c:webhook/v/all", type: "k8s:webhook", name: v/all, provider: kubernetes, scope: c, third_party: true, vendor: hooks.vendor.example, attrs: {kind: ValidatingWebhookConfiguration, covers: "*/*"}}]
good:
  - identities: [{uid: "k8s:c:webhook/v/check", type: "k8s:webhook", name: v/check, provider: kubernetes, scope: c, third_party: true, vendor: hooks.vendor.example, attrs: {kind: MutatingWebhookConfiguration, covers: "ingresses, secrets.vendor.example"}}]
  - identities: [{uid: "k8s:c:webhook/v/own", type: "k8s:webhook", name: v/own, provider: kubernetes, scope: c, third_party: true, vendor: policy.acme.example, attrs: {kind: MutatingWebhookConfiguration, covers: secrets}}]
    people: [{uid: anna@acme.example, name: Anna}]
  - identities: [{uid: "k8s:c:webhook/v/crd", type: "k8s:webhook", name: v/crd, provider: kubernetes, scope: c, third_party: true, vendor: hooks.vendor.example, attrs: {kind: ValidatingWebhookConfiguration, covers: "*.vendor.example"}}]
*/
WITH hooks AS (
  SELECT i.uid, i.name, i.scope, i.vendor, i.attrs['covers'] AS covers, i.attrs['url'] AS url, i.created_at,
    CASE WHEN i.attrs['failure'] = 'Ignore' THEN 'is passed over' ELSE 'stops every such change' END AS on_failure,
    regexp_matches(i.attrs['covers'], '(^|, )(secrets|[*]|[*]/[*])(,|$)') AS sees_secrets, coalesce(i.attrs['kind'] LIKE 'Mutating%', FALSE) AS rewrites
  FROM identities i
  WHERE i.type = 'k8s:webhook' AND i.third_party AND i.status IN ('active', 'unknown')
    AND regexp_matches(coalesce(i.attrs['covers'], ''),
      '(^|, )(secrets|[*]|[*]/[*]|pods([*]|/[*]|/exec|/ephemeralcontainers)?|deployments|daemonsets|statefulsets|cronjobs|jobs)(,|$)')
),
own AS (SELECT DISTINCT split_part(uid, '@', 2) AS domain FROM people WHERE uid LIKE '%@%')
SELECT h.uid AS identity, h.name, h.scope AS cluster, h.vendor, h.url, h.covers, h.rewrites AS may_rewrite, h.on_failure, h.created_at,
  CASE WHEN h.sees_secrets OR h.rewrites THEN 'high' ELSE 'medium' END AS severity
FROM hooks h
ANTI JOIN own o ON h.vendor = o.domain OR h.vendor LIKE '%.' || o.domain
