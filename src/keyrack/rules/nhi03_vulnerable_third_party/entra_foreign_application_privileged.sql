/*
id: entra_foreign_application_privileged
title: Another tenant's application can take the directory or Azure over
severity: critical
confidence: high
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6", "NIST-800-53:AC-6(5)", "CSF-2.0:GV.SC-05"]
references: ["https://learn.microsoft.com/graph/permissions-reference"]
inputs: [entra.service_principals, entra.app_roles, entra.directory_roles, entra.azure_rbac]
key: []
detects: >
  A service principal of an application owned by another tenant (not Microsoft's) that holds, as itself, permissions or roles by which it
  can change who may do what: application permissions such as RoleManagement.ReadWrite.Directory, privileged directory roles, or Owner and
  its like at subscription level or above.
why: Its secret lies with the supplier. Whoever breaks in there is administrator here, and no sign-in of ours shows how.
remediation: |
  Agree with {vendor} on the least it needs, remove {roles} from {name}, and grant that instead; where only its set-up needed the role, take it away now.
blind_spots: Rights it holds through groups that could not be read.
false_positives: A managed service provider that administers the tenant by contract; record it as an exception with its review date.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Brightcost}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Application.ReadWrite.All], via: consent, attrs: {consent: application}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Brightcost}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Owner], resources: ["/subscriptions/1"], attrs: {scope_level: subscription}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Brightcost}]
    grants: [{identity_uid: "entra:t:sp/a", language: azure, actions: [Reader], resources: ["/subscriptions/1"], attrs: {scope_level: subscription}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Microsoft, attrs: {first_party: "true"}}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Application.ReadWrite.All], via: consent}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Brightcost}]  # only as far as its user may
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Directory.ReadWrite.All], via: consent, conditions: '{"delegated": "any user"}'}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT array_to_string(actions, ', '), ', ' ORDER BY array_to_string(actions, ', ')) AS roles, bool_or(privilege = 'admin') AS admin
  FROM grants
  WHERE language IN ('entra', 'azure') AND effect = 'allow' AND conditions IS NULL AND privilege IN ('admin', 'permissions')
    AND (list_contains(resources, '*') OR attrs['scope_level'] IN ('tenant', 'management-group', 'subscription'))
  GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, coalesce(i.vendor, 'its publisher') AS vendor, i.scope AS tenant, h.roles, i.attrs['publisher_verified'] AS publisher_verified, i.last_used_at,
  CASE WHEN h.admin THEN 'critical' ELSE 'high' END AS severity
FROM held h
JOIN identities i ON i.uid = h.identity_uid
WHERE i.provider = 'entra' AND i.third_party AND i.kind <> 'human' AND coalesce(i.attrs['first_party'], 'false') <> 'true' AND i.status IN ('active', 'unknown')
