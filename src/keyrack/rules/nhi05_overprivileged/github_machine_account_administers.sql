/*
id: github_machine_account_administers
title: Machine account owns the organisation, or its token administers it
severity: high
confidence: high
owasp: NHI5:2025
frameworks: [CIS-GitHub-1.0:1.3.3, "NIST-800-53:AC-6(5)", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/en/organizations/managing-peoples-access-to-your-organization-with-roles/roles-in-an-organization"]
inputs: [github.people, github.fine_grained_tokens]
key: []
detects: >
  An account that is a machine's by its name and an owner of the organisation, or that holds a fine-grained token with which it changes
  settings of all repositories, members, secrets or the organisation itself.
why: A password, a session or one token of it - kept in a script, shared by a team, without anybody's second factor - is the whole organisation.
remediation: |
  {because}. Find what it does (audit log, actor {name}), let a GitHub App with the few permissions of that task do it, then take the owner role away
  (`gh api -X PUT orgs/{scope}/memberships/{name} -f role=member`) and revoke its tokens.
blind_spots: Machine accounts with ordinary names; what a classic token reaches.
false_positives: A break-glass account whose password lies sealed; record it as an exception and alert on its use.
bad:
  - identities: [{uid: "saas:github:account/acme-ci", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-ci, attrs: {role: admin}}]
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot, attrs: {role: member}}]
    grants: [{identity_uid: "saas:github:account/acme-bot", language: github, actions: ["organization_administration:write"], resources: ["*"]}]
good:
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot, attrs: {role: member}}]
    grants: [{identity_uid: "saas:github:account/acme-bot", language: github, actions: ["contents:write"], resources: ["*"]}]
  - identities: [{uid: "saas:github:account/anna", kind: human, type: "github:user", provider: github, scope: acme, name: anna, attrs: {role: admin}}]
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot, attrs: {role: member}}]
    grants: [{identity_uid: "saas:github:account/acme-bot", language: github, actions: ["administration:write"], resources: ["selected repositories"]}]
  - identities: [{uid: "saas:github:account/acme-bot", kind: service_account, type: "github:user", provider: github, scope: acme, name: acme-bot, attrs: {role: outside}}]
*/
WITH held AS (
  SELECT g.identity_uid, unnest(g.actions) AS action, g.policy FROM grants g
  WHERE g.language = 'github' AND list_contains(g.resources, '*') AND g.effect = 'allow'
),
commanding AS (
  SELECT identity_uid, string_agg(DISTINCT action, ', ' ORDER BY action) AS writes, min(policy) AS policy FROM held
  WHERE regexp_matches(action, '^(administration|secrets|members|organization_(administration|secrets|hooks|custom_roles|custom_org_roles|self_hosted_runners|personal_access_tokens)):(write|admin)$')
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope, i.attrs['role'] AS role, c.writes, i.attrs['mfa'] AS second_factor, i.last_used_at,
  concat_ws('; ', CASE WHEN i.attrs['role'] = 'admin' THEN i.name || ' is an owner of ' || i.scope END, c.policy || ' of ' || i.name || ' has ' || c.writes) AS because
FROM identities i
LEFT JOIN commanding c ON c.identity_uid = i.uid
WHERE i.type = 'github:user' AND i.kind = 'service_account' AND i.status IN ('active', 'unknown')
  AND (i.attrs['role'] = 'admin' OR c.identity_uid IS NOT NULL)
