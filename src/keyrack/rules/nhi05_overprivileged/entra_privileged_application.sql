/*
id: entra_privileged_application
title: Application can change who may do what in the directory
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6(5)", "CSF-2.0:PR.AA-05"]
references: ["https://learn.microsoft.com/graph/permissions-reference", "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"]
inputs: [entra.app_roles, entra.directory_roles, entra.service_principals]
key: []
detects: >
  An application, managed identity or agent of ours that holds, as itself and over the whole directory, a permission or role by which it can
  make itself administrator (critical) or change credentials, memberships, consents or policies of others (medium).
why: Its secret is worth as much as a Global Administrator's password, without a second factor and without anybody who notices a sign-in.
remediation: |
  Look up what {name} calls (Microsoft Graph activity log), grant the smallest permission for that, and take {roles} away. If it must stay: no client
  secret, a conditional access policy for workload identities, two owners who are administrators themselves.
blind_spots: >
  Permissions on APIs other than Microsoft's, whose meaning only they know; roles through groups that could not be read; an `*.OwnedBy` permission of an
  application that owns a stronger one (`keyrack paths` shows that).
false_positives: >
  Provisioning and identity-governance connectors need such permissions; record them with their review date. Delegated permissions, roles for a
  single unit or object, roles that must be activated first and permissions for what an application itself owns (`*.OwnedBy`) are not reported.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [RoleManagement.ReadWrite.Directory], via: consent}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    grants: [{identity_uid: "entra:t:managed-identity/a", language: entra, actions: [Global Administrator], via: role}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Directory.Read.All], via: consent}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Group.ReadWrite.All], via: consent, conditions: '{"delegated": "any user"}'}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # one administrative unit
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [User Administrator], via: role, resources: ["/administrativeUnits/1"]}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # what it owns itself, no more
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Application.ReadWrite.OwnedBy], via: consent}]
  - identities: [{uid: "entra:t:user/a", type: "entra:user", kind: human, provider: entra}]
    grants: [{identity_uid: "entra:t:user/a", language: entra, actions: [Global Administrator], via: role}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: disabled}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Global Administrator], via: role}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT array_to_string(actions, ', '), ', ' ORDER BY array_to_string(actions, ', ')) AS roles, bool_or(privilege = 'admin') AS admin
  FROM grants
  WHERE language = 'entra' AND effect = 'allow' AND conditions IS NULL AND list_contains(resources, '*') AND privilege IN ('admin', 'permissions')
    AND NOT (via = 'consent' AND ends_with(actions[1], '.OwnedBy'))
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS tenant, h.roles, i.usable_credentials, i.last_used_at, i.owner, i.attrs['conditional_access'] AS conditional_access,
  CASE WHEN h.admin THEN 'critical' ELSE 'medium' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.provider = 'entra' AND i.nhi AND NOT i.third_party AND i.status IN ('active', 'unknown')
