/*
id: entra_disabled_keeps_roles
title: Disabled service principal keeps its roles
severity: low
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "CSF-2.0:PR.AA-05"]
references: ["https://learn.microsoft.com/entra/identity/enterprise-apps/disable-user-sign-in-portal"]
inputs: [entra.service_principals, entra.app_roles, entra.directory_roles, entra.azure_rbac]
key: []
detects: >
  A service principal or managed identity that was switched off and still holds permissions, directory roles or Azure roles beyond reading.
  Medium when they are privileged.
why: One switch (`accountEnabled`) brings all of it back, by mistake or by an intruder who may edit applications.
remediation: |
  Take the roles of {name} away ({roles}), then delete it: it stays restorable for 30 days.
blind_spots: Roles the service principal holds through groups that could not be read.
false_positives: A suspension that is meant to be lifted. Delegated consents alone are not reported; nobody signs in to a disabled application.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: disabled}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Contributor], resources: ["/subscriptions/1"]}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: disabled}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Reader], resources: ["/subscriptions/1"]}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: disabled}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.ReadWrite], conditions: '{"delegated": "any user"}'}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, status: active}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Contributor], resources: ["/subscriptions/1"]}]
  - identities: [{uid: "entra:t:user/a", type: "entra:user", kind: human, provider: entra, status: disabled}]
    grants: [{identity_uid: "entra:t:user/a", language: azure, actions: [Contributor], resources: ["/subscriptions/1"]}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT coalesce(policy, array_to_string(actions, ', ')), ', ' ORDER BY coalesce(policy, array_to_string(actions, ', '))) AS roles,
    bool_or(privilege IN ('admin', 'permissions')) AS privileged
  FROM grants
  WHERE language IN ('entra', 'azure') AND effect = 'allow' AND privilege IN ('write', 'permissions', 'admin') AND coalesce(conditions, '') NOT LIKE '%"delegated"%'
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.type, i.scope AS tenant, h.roles, i.usable_credentials, i.owner,
  CASE WHEN h.privileged THEN 'medium' ELSE 'low' END AS severity
FROM identities i
JOIN held h ON h.identity_uid = i.uid
WHERE i.status = 'disabled' AND i.nhi AND i.provider = 'entra' AND coalesce(i.attrs['first_party'], 'false') <> 'true'
