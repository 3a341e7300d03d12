/*
id: gcp_impersonation_project_wide
title: Service account may become every other account of the project
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["CIS-GCP-3.0:1.6", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/service-account-permissions"]
inputs: [gcp.policies]
key: []
detects: >
  A service account or federated identity that holds, on a project, folder or organisation, a role (or the permission, in a custom role) to mint tokens of
  service accounts, make their keys, change their policies or attach them to workloads. On the level of a project it holds for all its accounts, and for those
  made next year.
why: Its own rights no longer matter, for it can take those of the most privileged account around.
remediation: |
  Grant the role on the one account it is for: `gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member=serviceAccount:{email} --role={role}`, then
  `gcloud projects remove-iam-policy-binding {scope} --member=serviceAccount:{email} --role={role}`.
blind_spots: Deny policies that take only some of it away, organisation policies; the same through a group.
false_positives: >
  Attaching accounts (`serviceAccountUser`) needs a second right, to make or change a workload: medium instead of high. Owners and Editors are
  reported by gcp_basic_role.
bad:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountTokenCreator], policy: roles/iam.serviceAccountTokenCreator, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [iam.serviceAccounts.getAccessToken, run.services.get], policy: projects/p/roles/minter, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # the denial is in another project
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountTokenCreator], policy: roles/iam.serviceAccountTokenCreator, attrs: {level: project, "on": "gcp:project/p"}}, {identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, effect: deny, actions: [iam.serviceAccounts.getAccessToken, iam.serviceAccounts.implicitDelegation, iam.serviceAccounts.signBlob, iam.serviceAccounts.signJwt], policy: no-minting, attrs: {level: project, "on": "gcp:project/q"}}]
good:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # one account
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountTokenCreator], policy: roles/iam.serviceAccountTokenCreator, resources: ["gcp:sa/x@p.iam.gserviceaccount.com"], attrs: {level: resource}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountViewer], policy: roles/iam.serviceAccountViewer, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/service-1@gcp-sa-x.iam.gserviceaccount.com", type: "gcp:service-agent", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/service-1@gcp-sa-x.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountTokenCreator], policy: roles/iam.serviceAccountTokenCreator, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a deny policy takes it away
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountTokenCreator], policy: roles/iam.serviceAccountTokenCreator, attrs: {level: project, "on": "gcp:project/p"}}, {identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, effect: deny, actions: [iam.serviceAccounts.getAccessToken, iam.serviceAccounts.implicitDelegation, iam.serviceAccounts.signBlob, iam.serviceAccounts.signJwt], policy: no-minting, attrs: {level: project, "on": "gcp:project/p"}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # under a condition
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.serviceAccountTokenCreator], policy: roles/iam.serviceAccountTokenCreator, conditions: '{"expression": "resource.name.endsWith(x)"}', attrs: {level: project}}]
*/
WITH denied AS (  -- those to whom an unconditional deny policy leaves no way to mint
  SELECT identity_uid, held_on FROM (SELECT identity_uid, attrs['on'] AS held_on, unnest(actions) AS permission FROM grants WHERE language = 'gcp' AND effect = 'deny' AND conditions IS NULL) d
  WHERE permission IN ('iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.implicitDelegation', 'iam.serviceAccounts.signBlob', 'iam.serviceAccounts.signJwt')
  GROUP BY identity_uid, held_on HAVING count(DISTINCT permission) = 4
),
held AS (
  SELECT g.identity_uid, g.policy, g.attrs['on'] AS held_on,
    g.policy = 'roles/iam.serviceAccountUser' OR (NOT starts_with(g.policy, 'roles/') AND len(list_filter(g.actions, lambda name:
      regexp_full_match(name, 'iam[.]serviceAccount(s[.](getAccessToken|signJwt|signBlob|implicitDelegation|setIamPolicy)|Keys[.]create)'))) = 0) AS attaches
  FROM grants g
  WHERE g.language = 'gcp' AND g.effect = 'allow' AND g.conditions IS NULL AND g.attrs['level'] IN ('project', 'folder', 'organization')
    AND (g.policy IN ('roles/iam.serviceAccountTokenCreator', 'roles/iam.serviceAccountUser', 'roles/iam.serviceAccountKeyAdmin', 'roles/iam.serviceAccountAdmin',
        'roles/iam.workloadIdentityUser')
      OR len(list_filter(g.actions, lambda name:
        regexp_full_match(name, 'iam[.]serviceAccount(s[.](getAccessToken|signJwt|signBlob|implicitDelegation|setIamPolicy|actAs)|Keys[.]create)'))) > 0)
),
counted AS (
  SELECT identity_uid, min(policy) AS role, string_agg(DISTINCT policy, ', ' ORDER BY policy) AS roles, string_agg(DISTINCT held_on, ', ' ORDER BY held_on) AS held_on,
    bool_and(attaches) AS attaches
  FROM held GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, c.role, c.roles, c.held_on, i.owner, i.last_used_at,
  CASE WHEN c.attaches THEN 'medium' ELSE 'high' END AS severity
FROM counted c
JOIN identities i ON i.uid = c.identity_uid
LEFT JOIN denied d ON d.identity_uid = c.identity_uid AND d.held_on = c.held_on
WHERE i.type IN ('gcp:service-account', 'gcp:federated-principal', 'gcp:federated-set') AND i.status IN ('active', 'unknown')
  AND NOT (d.identity_uid IS NOT NULL AND c.roles = 'roles/iam.serviceAccountTokenCreator')
