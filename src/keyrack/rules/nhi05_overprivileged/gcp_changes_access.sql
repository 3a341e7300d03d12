/*
id: gcp_changes_access
title: Service account decides who may do what
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["CIS-GCP-3.0:1.5", "NIST-800-53:AC-6(5)", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/understanding-roles", "https://cloud.google.com/iam/docs/setting-limits-on-granting-roles"]
inputs: [gcp.policies]
key: []
detects: >
  A service account or federated identity that may set the allow policy of a project, folder or organisation, or rewrite custom roles there - by a
  predefined role (Project IAM Admin, Security Admin, Folder or Organization Admin, Role Administrator) or a custom one, whatever its name.
  Critical on a folder or the organisation.
why: It gives itself Owner with one call, or adds permissions to a role that it or its friends already hold.
remediation: |
  Move {name} to what it really changes, or limit what it may grant by a condition on the binding:
  `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/run.invoker'])`; then
  `gcloud {level} remove-iam-policy-binding {scope} --member=serviceAccount:{email} --role={role}`.
blind_spots: Policies of single resources (buckets, datasets, keys), deny policies, the same through a group.
false_positives: >
  The pipeline that applies the organisation's Terraform needs this; keep it without keys, let one protected branch become it, and except it. Owners and
  Editors are reported by gcp_basic_role, minting tokens of others by gcp_impersonation_project_wide.
bad:
  - identities: [{uid: "gcp:sa/log@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # a harmless name
    grants: [{identity_uid: "gcp:sa/log@p.iam.gserviceaccount.com", language: gcp, actions: [logging.logEntries.list, resourcemanager.projects.setIamPolicy], policy: projects/p/roles/logHelper, privilege: admin, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/f@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/f@p.iam.gserviceaccount.com", language: gcp, actions: [roles/resourcemanager.folderAdmin], policy: roles/resourcemanager.folderAdmin, privilege: admin, attrs: {level: folder}}]
  - identities: [{uid: "gcp:sa/r@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/r@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.roleAdmin], policy: roles/iam.roleAdmin, privilege: permissions, attrs: {level: project}}]
good:
  - identities: [{uid: "gcp:sa/g@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # may grant one role, or its time is over
    grants: [{identity_uid: "gcp:sa/g@p.iam.gserviceaccount.com", language: gcp, actions: [roles/resourcemanager.projectIamAdmin], policy: roles/resourcemanager.projectIamAdmin, privilege: admin, conditions: '{"expression": "hasOnly"}', attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/o@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # has a rule of its own
    grants: [{identity_uid: "gcp:sa/o@p.iam.gserviceaccount.com", language: gcp, actions: [roles/owner], policy: roles/owner, privilege: admin, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/b@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # one bucket
    grants: [{identity_uid: "gcp:sa/b@p.iam.gserviceaccount.com", language: gcp, actions: [roles/storage.admin], policy: roles/storage.admin, privilege: permissions, attrs: {level: resource}}]
  - identities: [{uid: "gcp:sa/s@p.iam.gserviceaccount.com", type: "gcp:service-agent", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/s@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.securityAdmin], policy: roles/iam.securityAdmin, privilege: admin, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/v@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/v@p.iam.gserviceaccount.com", language: gcp, actions: [roles/iam.securityReviewer], policy: roles/iam.securityReviewer, privilege: read, attrs: {level: organization}}]
*/
WITH held AS (
  SELECT g.identity_uid, min(g.policy) AS role, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles, string_agg(DISTINCT g.attrs['on'], ', ' ORDER BY g.attrs['on']) AS held_on,
    bool_or(g.attrs['level'] IN ('folder', 'organization')) AS wide,
    CASE max(CASE g.attrs['level'] WHEN 'organization' THEN 3 WHEN 'folder' THEN 2 ELSE 1 END) WHEN 3 THEN 'organizations' WHEN 2 THEN 'resource-manager folders' ELSE 'projects' END AS level
  FROM grants g
  WHERE g.language = 'gcp' AND g.effect = 'allow' AND g.conditions IS NULL AND g.attrs['level'] IN ('project', 'folder', 'organization')
    AND g.policy NOT IN ('roles/owner', 'roles/editor')
    AND (g.privilege = 'admin' OR g.policy IN ('roles/iam.roleAdmin', 'roles/iam.organizationRoleAdmin') OR list_contains(g.actions, 'iam.roles.update'))
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, h.role, h.roles, h.held_on, h.level, i.owner, i.usable_credentials, i.last_used_at,
  CASE WHEN h.wide THEN 'critical' ELSE 'high' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.type IN ('gcp:service-account', 'gcp:federated-principal', 'gcp:federated-set') AND NOT i.third_party AND i.status IN ('active', 'unknown')
