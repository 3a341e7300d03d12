/*
id: kube_insecure_tls
title: Kubernetes client does not verify its cluster
severity: high
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:SC-8", "NIST-800-53:IA-3", "NIST-800-53:SC-23"]
inputs: [machine.cloud_credentials]
key: []
detects: A kubeconfig user whose cluster is reached with insecure-skip-tls-verify.
why: Whoever stands on the path receives the token or password of this user and may act with it on the cluster.
remediation: |
  On {scope}: take the authority's certificate of {cluster} from whoever runs it (not from the connection itself), then
  `kubectl config --kubeconfig {path} set-cluster CLUSTER --certificate-authority=ca.crt --embed-certs`, which also ends
  insecure-skip-tls-verify (`kubectl config --kubeconfig {path} get-clusters` lists the names); then rotate the credential of {name}.
blind_spots: Wrappers and environment variables that switch verification off.
false_positives: Clusters on this computer itself (loopback) are not reported.
bad:
  - identities: [{uid: "machine:laptop:kube-user/ci-bot", type: "kube:user", provider: machine, scope: laptop, attrs: {insecure_tls: "true", cluster: "https://prod-1.acme.internal:6443"}}]
good:
  - identities: [{uid: "machine:laptop:kube-user/ci-bot", type: "kube:user", provider: machine, scope: laptop, attrs: {insecure_tls: "false", cluster: "https://prod-1.acme.internal:6443"}}]
  - identities: [{uid: "machine:laptop:kube-user/kind", type: "kube:user", provider: machine, scope: laptop, attrs: {insecure_tls: "true", cluster: "https://127.0.0.1:36443"}}]
*/
SELECT i.uid AS identity, i.name, i.scope, coalesce(i.attrs['cluster'], 'its cluster') AS cluster, coalesce(i.attrs['path'], 'the kubeconfig') AS path,
  TRY_CAST(i.attrs['line'] AS BIGINT) AS line, i.usable_credentials
FROM identities i
WHERE i.type = 'kube:user' AND i.attrs['insecure_tls'] = 'true'
  AND NOT regexp_matches(coalesce(i.attrs['cluster'], ''), '^(https://)?(localhost|127\.[0-9.]+|\[::1\]|kubernetes\.docker\.internal|host\.docker\.internal)(:[0-9]+)?/?$')
