/*
id: entra_application_without_owner
title: Application of the tenant has no owner
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:ID.AM-08", "CSF-2.0:GV.RR-02"]
references: ["https://learn.microsoft.com/entra/identity/enterprise-apps/overview-assign-app-owners"]
inputs: [entra.applications, entra.service_principals, any.ownership]
key: []
detects: >
  An active application registered in this tenant that can act - a usable secret or certificate, a federated credential, or rights beyond
  reading - and for which neither an owner, nor its notes, nor an attestation names anybody. Severity follows its privilege.
why: Nobody is told when its secret ends or leaks, and nobody dares to delete it.
remediation: |
  Find who uses {name} (its sign-in log; {hint}), then `az ad app owner add --id {app_id} --owner-object-id OBJECT-ID`, two owners at least.
  If nobody answers, disable its service principal and delete it after a month.
blind_spots: Owners kept in a register that is not connected.
false_positives: >
  Applications owned by convention. Other tenants' applications have their owners at home and are left out, as are managed identities,
  which their resource owns. Where every owner has left, owner_gone says so instead.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {app_id: "1"}}]
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    trusts: [{identity_uid: "entra:t:sp/a", subject: token.actions.githubusercontent.com, subject_kind: federated, mechanism: "entra:federated-credential"}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
    ownership: [{identity_uid: "entra:t:sp/a", owner: "anna@x.example", evidence: owner}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # it can do nothing
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: expired}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, third_party: true}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.ReadWrite]}]
  - identities: [{uid: "entra:t:managed-identity/a", type: "azure:managed-identity", provider: entra}]
    grants: [{identity_uid: "entra:t:managed-identity/a", language: azure, actions: [Contributor]}]
*/
WITH federated AS (SELECT DISTINCT identity_uid FROM trusts WHERE mechanism = 'entra:federated-credential')
SELECT i.uid AS identity, i.name, i.scope AS tenant, coalesce(i.attrs['app_id'], i.name) AS app_id, coalesce(p.privilege, 'none stated') AS privilege,
  i.usable_credentials, i.created_at, i.last_used_at, i.attrs['reference'] AS reference,
  coalesce('its register entry ' || i.attrs['reference'], 'last used ' || CAST(CAST(i.last_used_at AS DATE) AS VARCHAR), 'ask the administrators') AS hint,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' WHEN p.privilege = 'write' THEN 'medium' ELSE 'low' END AS severity
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
LEFT JOIN federated f ON f.identity_uid = i.uid
WHERE i.type IN ('entra:service-principal', 'entra:application') AND i.owner_status = 'none' AND i.nhi AND NOT i.third_party
  AND i.status IN ('active', 'unknown') AND NOT coalesce(i.creator_gone, FALSE)
  AND (i.usable_credentials > 0 OR f.identity_uid IS NOT NULL OR p.privilege IN ('admin', 'permissions', 'write'))
