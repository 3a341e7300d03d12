/*
id: github_deploy_key_unrotated
title: Deploy key that may push is older than a year
severity: medium
confidence: high
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)", "CSF-2.0:PR.AA-01"]
references: ["https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys"]
inputs: [github.deploy_keys]
detects: A working deploy key with write access, made more than 365 days ago. High after three years, and where the repository runs workflows.
why: >
  GitHub ends no deploy key. Whoever copied it from a server that is long gone - or from its backup - still pushes; in a repository with workflows
  that is enough to run code with the pipeline's secrets and cloud sign-in.
remediation: |
  Make a new pair on the machine that uses {name}, add it (`gh repo deploy-key add NEW.pub --repo {scope} --allow-write`), try it, then delete the old one:
  `gh repo deploy-key delete {number} --repo {scope}`. Better, let the machine use a GitHub App, whose tokens live one hour.
blind_spots: Whether a ruleset keeps the key from the default branch; keys that only read are not reported.
false_positives: A key whose private half cannot leave a hardware module.
bad:
  - identities: [{uid: "github:acme:deploy-key/web/51", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, created_at: now-400d, attrs: {repository: web, read_only: "false"}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "github:acme:deploy-key/web/51", created_at: now-400d, expiry: never}]
good:
  - identities: [{uid: "github:acme:deploy-key/web/52", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, created_at: now-900d, attrs: {repository: web, read_only: "true"}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "github:acme:deploy-key/web/52", created_at: now-900d, expiry: never}]
  - identities: [{uid: "github:acme:deploy-key/web/53", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, created_at: now-300d, attrs: {repository: web, read_only: "false"}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "github:acme:deploy-key/web/53", created_at: now-300d, expiry: never}]
  - identities: [{uid: "github:acme:deploy-key/web/54", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, status: disabled, created_at: now-900d, attrs: {repository: web, read_only: "false"}}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: inactive, identity_uid: "github:acme:deploy-key/web/54", created_at: now-900d, expiry: never}]
  - credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, created_at: now-900d, expiry: never}]  # of a host
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, i.scope, i.created_at, i.age_days, i.attrs['added_by'] AS added_by, i.owner, i.last_used_at,
  regexp_extract(i.uid, '([0-9]+)$', 1) AS number, r.attrs['workflows'] AS workflows,
  CASE WHEN i.age_days > 1095 OR coalesce(r.attrs['workflows'], '0') <> '0' THEN 'high' ELSE 'medium' END AS severity
FROM identities i
JOIN credentials c ON c.identity_uid = i.uid
LEFT JOIN resources r ON r.type = 'github:repository' AND r.scope || '/' || r.name = i.scope
WHERE i.type = 'github:deploy-key' AND i.status = 'active' AND i.attrs['read_only'] = 'false' AND c.usable AND i.age_days > 365
