/*
id: github_deploy_key_of_leaver
title: Deploy key was added by somebody who left
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-4", "NIST-800-53:AC-2(3)"]
references: ["https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys"]
inputs: [github.deploy_keys, github.people]
key: []
detects: >
  A working deploy key whose adder is no longer in the organisation, or has left by what people or HR told us. High where the key may
  push. A living owner of the repository does not settle it: who made the key pair may hold its private half.
why: Membership ends on the last day; a deploy key does not. It has no expiry, and GitHub keeps it when the one who added it is removed.
remediation: |
  Make a new key pair on the machine that uses {name}, add its public half to {repository} (`gh repo deploy-key add NEW.pub --repo {scope}{flag}`), try it, then
  delete the old one: `gh repo deploy-key delete {number} --repo {scope}`.
blind_spots: Keys whose adder GitHub does not name; whether the leaver ever had the private half.
false_positives: >
  A key pair made by a machine and only registered by the leaver; still, who can vouch for that has left too. Keys that owner_gone or
  creator_gone already report are left out.
bad:
  - identities: [{uid: "github:acme:deploy-key/web/52", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, created_by: gone-gary, attrs: {added_by: gone-gary, creator_left: "true", repository: web, read_only: "true"}}]
  - identities: [{uid: "github:acme:deploy-key/web/53", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, created_by: old@acme.example, attrs: {added_by: old, creator_left: "false", repository: web, read_only: "false"}}]
    ownership: [{identity_uid: "github:acme:deploy-key/web/53", owner: new@acme.example, evidence: codeowners}]
    people: [{uid: old@acme.example, name: Old, status: gone}, {uid: new@acme.example, name: New}]
good:
  - identities: [{uid: "github:acme:deploy-key/web/51", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, created_by: new@acme.example, attrs: {added_by: new, creator_left: "false"}}]
    people: [{uid: new@acme.example, name: New}]
  - identities: [{uid: "github:acme:deploy-key/attic/9", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/attic, status: disabled, attrs: {added_by: gone-gary, creator_left: "true"}}]  # switched off
  - identities: [{uid: "github:acme:deploy-key/web/55", kind: api_key, type: "github:deploy-key", provider: github, scope: acme/web, attrs: {added_by: someone}}]  # members could not be read
*/
SELECT i.uid AS identity, i.name, i.scope, i.attrs['repository'] AS repository, i.attrs['added_by'] AS added_by, i.created_at, i.last_used_at,
  regexp_extract(i.uid, '([0-9]+)$', 1) AS number, CASE WHEN i.attrs['read_only'] = 'false' THEN ' --allow-write' ELSE '' END AS flag,
  CASE WHEN i.attrs['creator_left'] = 'true' THEN 'not in the organisation' ELSE 'left, by HR' END AS because,
  CASE WHEN i.attrs['read_only'] = 'false' THEN 'high' ELSE 'medium' END AS severity
FROM identities i
WHERE i.type = 'github:deploy-key' AND i.status = 'active' AND (i.attrs['creator_left'] = 'true' OR coalesce(i.creator_gone, FALSE))
  AND i.owner_status <> 'gone' AND NOT (coalesce(i.creator_gone, FALSE) AND i.owner_status = 'none')
