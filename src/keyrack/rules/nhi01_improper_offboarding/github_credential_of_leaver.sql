/*
id: github_credential_of_leaver
title: Token or SSH key of somebody who left still reaches the organisation
severity: high
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-4", "NIST-800-53:AC-2(3)"]
references: ["https://docs.github.com/en/organizations/managing-programmatic-access-to-your-organization"]
inputs: [github.fine_grained_tokens, github.sso_credentials, github.people]
detects: >
  A working personal access token or SSH key, granted or authorised for the organisation, whose person is no longer in it, or has left by
  what people or HR told us.
why: Offices and directories close on the last day. A token in a script on a private laptop works until somebody ends it.
remediation: |
  Revoke {name} of {login} now ({where}); see in the audit log what it did since {left_at}, and find what stops working: that job needs an App.
blind_spots: Classic tokens nobody authorised for single sign-on; tokens of organisations without it.
false_positives: Somebody who changed the employer and stays on as an outside collaborator is in the organisation and not reported.
bad:
  - identities: [{uid: "saas:github:account/gary", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/1", kind: api_token, issuer: github, public_id: token/1, status: active, identity_uid: "saas:github:account/gary", attrs: {login: gary, token_type: fine-grained, holder_left: "true"}}]
  - identities: [{uid: "saas:github:account/old", kind: human, type: "github:user", provider: github, scope: acme}]
    ownership: [{identity_uid: "saas:github:account/old", owner: old@acme.example, evidence: owner}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
    credentials: [{uid: "cred:ssh:SHA256:k", kind: ssh_key, issuer: ssh, public_id: "SHA256:k", status: active, identity_uid: "saas:github:account/old", attrs: {login: old, holder_left: "false"}}]
good:
  - identities: [{uid: "saas:github:account/new", kind: human, type: "github:user", provider: github, scope: acme}]
    ownership: [{identity_uid: "saas:github:account/new", owner: new@acme.example, evidence: owner}]
    people: [{uid: new@acme.example, name: New}]
    credentials: [{uid: "cred:github:token/1", kind: api_token, issuer: github, public_id: token/1, status: active, identity_uid: "saas:github:account/new", attrs: {login: new, holder_left: "false"}}]
  - identities: [{uid: "saas:github:account/gary", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/2", kind: api_token, issuer: github, public_id: token/2, status: expired, identity_uid: "saas:github:account/gary", attrs: {login: gary, holder_left: "true"}}]
  - identities: [{uid: "saas:github:account/gary", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:token/3", kind: api_token, issuer: github, public_id: token/3, status: inactive, identity_uid: "saas:github:account/gary", attrs: {login: gary, holder_left: "true", pending: "true"}}]
*/
SELECT i.uid AS identity, c.uid AS credential, c.name, c.kind, coalesce(c.attrs['login'], i.name) AS login, c.attrs['token_type'] AS token_type, c.public_id,
  c.last_used_at, c.expires_at, coalesce(i.departed_owner, i.name) AS person,
  coalesce(CAST(CAST(who.ended_at AS DATE) AS VARCHAR), 'the last day') AS left_at,
  CASE WHEN c.attrs['token_type'] = 'fine-grained' THEN 'Settings > Personal access tokens > Active tokens of ' || i.scope
    ELSE 'People > the account > SSO of ' || i.scope END AS "where"
FROM credentials c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN people who ON who.uid = i.departed_owner
WHERE i.type = 'github:user' AND c.usable AND c.kind IN ('api_token', 'ssh_key') AND c.attrs['login'] IS NOT NULL
  AND (c.attrs['holder_left'] = 'true' OR i.owner_status = 'gone')
