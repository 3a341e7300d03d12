/*
id: github_machine_account_with_personal_key
title: A person's own SSH key signs in as a machine account
severity: medium
confidence: medium
owasp: NHI10:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AU-10", "CSF-2.0:PR.AA-01"]
inputs: [github.sso_credentials, github.people]
detects: >
  An account that is a machine's by its name, with an SSH key authorised for single sign-on whose title is the address of a known person, or a person's
  login at a laptop or desktop.
why: What the person does then carries the machine's name, past reviews meant for people; when the person leaves, nobody thinks of the machine's keys.
remediation: |
  Remove {title} from {name} (sign in as {name}: Settings > SSH keys), let {person} work under their own account, and replace the machine account by a GitHub App.
blind_spots: Keys whose title names nobody; machine accounts with ordinary names; passwords shared by word of mouth.
false_positives: A key made on somebody's laptop and moved to the machine; its private half was on the laptop all the same.
bad:
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "saas:github:account/acme-bot", attrs: {title: bo@macbook-pro, login: acme-bot}}]
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "saas:github:account/acme-bot", attrs: {title: Bo.Berg@acme.example, login: acme-bot}}]
    people: [{uid: bo.berg@acme.example, name: Bo}]
good:
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "saas:github:account/acme-bot", attrs: {title: release@build-7, login: acme-bot}}]
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme, name: bo}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "saas:github:account/bo", attrs: {title: bo@laptop, login: bo}}]
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "saas:github:account/acme-bot", attrs: {title: root@laptop-imaging-server, login: acme-bot}}]
*/
SELECT i.uid AS identity, c.uid AS credential, i.name, c.attrs['title'] AS title, c.public_id, c.last_used_at, coalesce(who.uid, split_part(lower(c.attrs['title']), '@', 1)) AS person,
  CASE WHEN who.uid IS NOT NULL THEN 'high' ELSE 'medium' END AS confidence
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN people who ON who.uid = lower(c.attrs['title'])
WHERE i.type = 'github:user' AND i.kind = 'service_account' AND c.kind = 'ssh_key' AND c.usable
  AND (who.uid IS NOT NULL OR regexp_matches(lower(c.attrs['title']), '^[a-z][a-z0-9._-]*@([a-z0-9-]*-)?(laptop|macbook|macbook-pro|macbook-air|thinkpad|desktop|imac|mbp)(-[a-z0-9]{1,8})?([.](local|lan|home))?$'))
  AND NOT regexp_matches(lower(c.attrs['title']), '^(root|git|ci|build|builder|deploy|jenkins|runner|bot|admin)@')
