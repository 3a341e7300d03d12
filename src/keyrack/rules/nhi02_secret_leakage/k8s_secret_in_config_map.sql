/*
id: k8s_secret_in_config_map
title: Secret lies in a ConfigMap
severity: medium
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.DS-01"]
references: ["https://kubernetes.io/docs/concepts/configuration/configmap/", "https://kubernetes.io/docs/concepts/configuration/secret/"]
inputs: [kubernetes.config_maps]
key: [credential, path]
detects: The value of a credential in a ConfigMap, by its own form or by the name of its key (`DB_PASSWORD`, a connection string, an .env or JSON file inside).
why: >
  The built-in role `view` reads ConfigMaps and not Secrets; they are not encrypted at rest where Secrets are, and end up in `kubectl describe`, backups, GitOps
  repositories and support bundles.
remediation: |
  Put {label} of {path} into a Secret (or an ExternalSecret from a vault), take it from there with `secretKeyRef`, remove it from the ConfigMap and rotate
  it {where_to_rotate}: whoever could read the namespace has seen it.
blind_spots: Values that neither name nor form gives away; binaryData.
false_positives: Samples and references are left out. Credentials of a throw-away test database; except them.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_config, exposure: config, scope: c, path: namespaces/shop/configmaps/settings, attrs: {field: data.DB_PASSWORD}}]
  - credentials: [{uid: "cred:fp:1", kind: api_token, issuer: stripe, fingerprint: f1, name: KEY}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_config, exposure: config, scope: c, path: namespaces/shop/configmaps/settings, attrs: {field: data.app.env.KEY}}]
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_secret, exposure: sanctioned, scope: c, path: namespaces/shop/secrets/db}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, fingerprint: f1, name: DB_PASSWORD, attrs: {placeholder: documented sample}}]
    placements: [{credential_uid: "cred:fp:1", system: cluster_config, exposure: config, scope: c, path: namespaces/shop/configmaps/settings}]
  - credentials: [{uid: "cred:x509:aa", kind: certificate, issuer: x509, public_id: aa}]  # public by nature
    placements: [{credential_uid: "cred:x509:aa", system: cluster_config, exposure: config, scope: c, path: namespaces/shop/configmaps/ca}]
*/
SELECT min(coalesce(consumer_uid, identity)) AS identity, credential, path, min(severity) AS severity, min(confidence) AS confidence, min(scope) AS cluster,
  min(field) AS field, min(label) AS label, min(name) AS name, min(kind) AS kind, min(issuer) AS issuer, min(where_to_rotate) AS where_to_rotate,
  min(status) AS status_at_issuer, min(identity) AS authenticates_as
FROM exposed
WHERE system = 'cluster_config' AND path LIKE '%/configmaps/%'
GROUP BY credential, path
