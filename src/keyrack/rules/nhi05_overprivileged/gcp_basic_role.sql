/*
id: gcp_basic_role
title: Google service account is Owner or Editor
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["CIS-GCP-3.0:1.5", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/roles-overview#basic"]
inputs: [gcp.policies]
key: []
detects: >
  A service account with `roles/owner` or `roles/editor` on a project, folder or organisation. So is the default account of Compute Engine in most
  projects, and every machine and service that nobody gave an account of its own runs as it.
why: >
  Both hold thousands of permissions, over data, code and networks; Owner gives rights away as well, and Editor may act as the project's other accounts.
  Whoever takes over one program takes over the project.
remediation: |
  See what it uses (`gcloud recommender recommendations list --recommender=google.iam.policy.Recommender --project={scope} --location=global`), grant
  predefined roles on the resources it works on, then `gcloud projects remove-iam-policy-binding {scope} --member=serviceAccount:{email} --role={role}`.
blind_spots: Predefined roles that come to the same (security admin, project IAM admin), and Editor held through a group.
false_positives: >
  Not reported: Google's own service agents, which need Editor for some APIs; grants under a condition; disabled and deleted accounts. Organisation
  policy can cut the default account's access without touching its role.
bad:
  - identities: [{uid: "gcp:sa/1-compute@developer.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, attrs: {default: compute}}]
    grants: [{identity_uid: "gcp:sa/1-compute@developer.gserviceaccount.com", language: gcp, actions: [roles/editor], policy: roles/editor, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # in another project
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/owner], policy: roles/owner, resources: ["gcp:project/q"], attrs: {level: project}}]
good:
  - identities: [{uid: "gcp:sa/1@cloudservices.gserviceaccount.com", type: "gcp:service-agent", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/1@cloudservices.gserviceaccount.com", language: gcp, actions: [roles/editor], policy: roles/editor, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/viewer], policy: roles/viewer, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # for two hours
    grants: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", language: gcp, actions: [roles/editor], policy: roles/editor, conditions: '{"expression": "request.time < timestamp(1)"}', attrs: {level: project}}]
  - identities: [{uid: "gcp:user/a@acme.example", kind: human, type: "gcp:user", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:user/a@acme.example", language: gcp, actions: [roles/owner], policy: roles/owner, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/off@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p, status: disabled}]
    grants: [{identity_uid: "gcp:sa/off@p.iam.gserviceaccount.com", language: gcp, actions: [roles/editor], policy: roles/editor, attrs: {level: project}}]
*/
WITH held AS (
  SELECT g.identity_uid, max(g.policy) AS role, string_agg(DISTINCT g.attrs['on'], ', ' ORDER BY g.attrs['on']) AS held_on,
    bool_or(g.attrs['level'] IN ('folder', 'organization')) AS wide
  FROM grants g
  WHERE g.language = 'gcp' AND g.effect = 'allow' AND g.policy IN ('roles/owner', 'roles/editor') AND g.conditions IS NULL
    AND g.attrs['level'] IN ('project', 'folder', 'organization')
  GROUP BY g.identity_uid
),
running AS (SELECT identity_uid, count(DISTINCT subject) AS workloads FROM trusts WHERE mechanism = 'gcp:runs-as' GROUP BY identity_uid)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, h.role, h.held_on, coalesce(i.attrs['default'], 'no') AS default_account,
  coalesce(r.workloads, 0) AS workloads_running_as_it, i.usable_credentials, i.last_used_at, i.owner,
  CASE WHEN h.role = 'roles/owner' OR h.wide THEN 'critical' WHEN i.attrs['default'] IS NOT NULL AND r.workloads IS NULL THEN 'medium' ELSE 'high' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
LEFT JOIN running r ON r.identity_uid = i.uid
WHERE i.type = 'gcp:service-account' AND i.status IN ('active', 'unknown')
