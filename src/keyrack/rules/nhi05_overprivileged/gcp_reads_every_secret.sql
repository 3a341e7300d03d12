/*
id: gcp_reads_every_secret
title: Service account opens every secret of a project or more
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/secret-manager/docs/best-practices"]
inputs: [gcp.policies]
key: []
detects: >
  A service account or federated identity that reads values of secrets over a folder or organisation, or administers Secret Manager - which reads
  them and decides who else does - over a project. Critical on a folder or the organisation.
why: It is the sum of all applications that keep a secret there; a stolen token of its own empties them in one loop.
remediation: |
  Grant `roles/secretmanager.secretAccessor` on the secrets that {name} uses: `gcloud secrets add-iam-policy-binding SECRET --member=serviceAccount:{email}
  --role=roles/secretmanager.secretAccessor`, then take {roles} away from {held_on}.
blind_spots: Secret Accessor over one project is not reported - an application with a project of its own holds it rightly; the same through a group.
false_positives: A backup or a rotation service for everything; keep it without keys, and except it.
bad:
  - identities: [{uid: "gcp:sa/b@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/b@p.iam.gserviceaccount.com", language: gcp, actions: [roles/secretmanager.admin], policy: roles/secretmanager.admin, privilege: permissions, attrs: {level: organization}}]
  - identities: [{uid: "gcp:sa/b@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    grants: [{identity_uid: "gcp:sa/b@p.iam.gserviceaccount.com", language: gcp, actions: [secretmanager.versions.access], policy: organizations/1/roles/helper, privilege: read, attrs: {level: folder}}]
good:
  - identities: [{uid: "gcp:sa/b@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # one secret
    grants: [{identity_uid: "gcp:sa/b@p.iam.gserviceaccount.com", language: gcp, actions: [roles/secretmanager.secretAccessor], policy: roles/secretmanager.secretAccessor, privilege: read, attrs: {level: resource}}]
  - identities: [{uid: "gcp:sa/b@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # its own project
    grants: [{identity_uid: "gcp:sa/b@p.iam.gserviceaccount.com", language: gcp, actions: [roles/secretmanager.secretAccessor], policy: roles/secretmanager.secretAccessor, privilege: read, attrs: {level: project}}]
  - identities: [{uid: "gcp:sa/b@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # names, no values
    grants: [{identity_uid: "gcp:sa/b@p.iam.gserviceaccount.com", language: gcp, actions: [roles/secretmanager.viewer], policy: roles/secretmanager.viewer, privilege: read, attrs: {level: organization}}]
*/
WITH held AS (
  SELECT g.identity_uid, string_agg(DISTINCT g.policy, ', ' ORDER BY g.policy) AS roles, string_agg(DISTINCT g.attrs['on'], ', ' ORDER BY g.attrs['on']) AS held_on,
    bool_or(g.attrs['level'] IN ('folder', 'organization')) AS wide
  FROM grants g
  WHERE g.language = 'gcp' AND g.effect = 'allow' AND g.conditions IS NULL
    AND ((g.attrs['level'] IN ('folder', 'organization') AND (g.policy IN ('roles/secretmanager.admin', 'roles/secretmanager.secretAccessor') OR list_contains(g.actions, 'secretmanager.versions.access')))
      OR (g.attrs['level'] = 'project' AND g.policy = 'roles/secretmanager.admin'))
  GROUP BY g.identity_uid
)
SELECT i.uid AS identity, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, h.roles, h.held_on, i.usable_credentials, i.owner, i.last_used_at,
  CASE WHEN h.wide THEN 'critical' ELSE 'high' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.type IN ('gcp:service-account', 'gcp:federated-principal', 'gcp:federated-set') AND NOT i.third_party AND i.status IN ('active', 'unknown')
