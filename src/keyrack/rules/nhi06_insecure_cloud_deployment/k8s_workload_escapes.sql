/*
id: k8s_workload_escapes
title: Workload may leave its box and take over its node
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["CIS-Kubernetes-1.9:5.2.2", "NIST-800-53:SC-39", "CSF-2.0:PR.IR-01"]
references: ["https://kubernetes.io/docs/concepts/security/pod-security-standards/"]
inputs: [kubernetes.workloads]
key: [resource]
detects: >
  A workload outside kube-system that is privileged, mounts the node's root, credentials, processes or container socket, or has a capability like SYS_ADMIN. High; medium for
  DaemonSets, which are often made to look after nodes.
why: >
  On the node lie the kubelet's certificate and the tokens and Secrets of every pod there: the identity of this workload is then all of theirs, whatever RBAC says.
remediation: |
  Take {escapes} out of {workload} ({cluster}); where a driver needs them, keep it in a namespace of its own on nodes of its own, and enforce the baseline standard
  elsewhere: `kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=baseline`.
blind_spots: Admission that changes pods after their template; sandboxed runtimes (gVisor, Kata), which make it harmless.
false_positives: >
  Agents and drivers in namespaces of their own (storage, network, security); except them. The host's network or process list alone is not reported, nor is
  kube-system.
bad:
  - identities: [{uid: "k8s:c:sa/shop/build", type: "k8s:service-account", provider: kubernetes, scope: c}]
    resources: [{uid: "k8s:c:deployment/shop/build", type: "k8s:workload", name: build, provider: kubernetes, scope: c, attrs: {namespace: shop, kind: Deployment, escapes: privileged, role: "k8s:c:sa/shop/build"}}]
  - identities: [{uid: "k8s:c:sa/shop/logs", type: "k8s:service-account", provider: kubernetes, scope: c}]
    resources: [{uid: "k8s:c:deployment/shop/logs", type: "k8s:workload", name: logs, provider: kubernetes, scope: c, attrs: {namespace: shop, kind: DaemonSet, escapes: "hostPID, hostPath:/var/lib/kubelet/pods", role: "k8s:c:sa/shop/logs"}}]
good:
  - identities: [{uid: "k8s:c:sa/shop/edge", type: "k8s:service-account", provider: kubernetes, scope: c}]
    resources: [{uid: "k8s:c:deployment/shop/edge", type: "k8s:workload", name: edge, provider: kubernetes, scope: c, attrs: {namespace: shop, kind: DaemonSet, escapes: "hostNetwork, hostPID", role: "k8s:c:sa/shop/edge"}}]
  - identities: [{uid: "k8s:c:sa/kube-system/cni", type: "k8s:service-account", provider: kubernetes, scope: c}]
    resources: [{uid: "k8s:c:daemonset/kube-system/cni", type: "k8s:workload", name: cni, provider: kubernetes, scope: c, attrs: {namespace: kube-system, kind: DaemonSet, escapes: privileged, role: "k8s:c:sa/kube-system/cni"}}]
  - identities: [{uid: "k8s:c:sa/shop/api", type: "k8s:service-account", provider: kubernetes, scope: c}]
    resources: [{uid: "k8s:c:deployment/shop/api", type: "k8s:workload", name: api, provider: kubernetes, scope: c, attrs: {namespace: shop, kind: Deployment, role: "k8s:c:sa/shop/api"}}]
*/
SELECT i.uid AS identity, r.uid AS resource, coalesce(r.attrs['namespace'] || '/', '') || r.name AS workload, r.scope AS cluster, r.attrs['namespace'] AS namespace, r.attrs['kind'] AS kind, r.attrs['escapes'] AS escapes,
  i.name AS runs_as, i.owner,
  CASE WHEN r.attrs['kind'] = 'DaemonSet' THEN 'medium' ELSE 'high' END AS severity
FROM resources r
JOIN identities i ON i.uid = r.attrs['role']
WHERE r.type = 'k8s:workload' AND r.provider = 'kubernetes' AND coalesce(r.attrs['namespace'], '') <> 'kube-system'
  AND regexp_matches(coalesce(r.attrs['escapes'], ''), 'privileged|capability:|hostPath:')
