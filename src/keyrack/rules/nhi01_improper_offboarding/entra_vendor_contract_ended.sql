/*
id: entra_vendor_contract_ended
title: Application of a former vendor still has access to the tenant
severity: high
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-7", "CSF-2.0:GV.SC-10"]
inputs: [entra.service_principals, entra.app_roles, entra.consents]
key: []
detects: >
  An active service principal of another tenant whose verified publisher is a vendor that the vendor catalogue lists as ended, while it
  holds permissions or consents.
why: Off-boarding a supplier ends the invoice, not the consent. Its application reads on, and so does whoever breaks into that supplier.
remediation: |
  Agree the date with whoever bought {vendor}, then delete the service principal {name} ({object_id}): that ends its consents and permissions at once.
blind_spots: Publishers that are not verified carry no name to compare; vendors the catalogue does not list.
false_positives: A hand-over period after the contract; a publisher of the same name as a former vendor.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Cobalt}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [User.Read.All]}]
    vendors: [{uid: "vendor:cobalt", name: cobalt, status: ended}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Cobalt}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [User.Read.All]}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt, status: active}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Cobalt}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt, status: ended}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true, vendor: Cobalt, status: disabled}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [User.Read.All]}]
    vendors: [{uid: "vendor:cobalt", name: Cobalt, status: ended}]
*/
WITH held AS (
  SELECT identity_uid, count(*) AS statements, string_agg(DISTINCT array_to_string(actions, ' '), ' ' ORDER BY array_to_string(actions, ' ')) AS permissions
  FROM grants WHERE language IN ('entra', 'azure') AND effect = 'allow' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, v.name AS vendor, h.permissions, coalesce(p.privilege, 'none stated') AS privilege,
  regexp_extract(i.uid, '/([^/]+)$', 1) AS object_id, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM identities i
JOIN vendors v ON lower(v.name) = lower(i.vendor)
JOIN held h ON h.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.provider = 'entra' AND i.third_party AND i.status IN ('active', 'unknown') AND v.status = 'ended'
