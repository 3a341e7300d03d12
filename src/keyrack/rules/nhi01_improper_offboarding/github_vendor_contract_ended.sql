/*
id: github_vendor_contract_ended
title: App of a former vendor is still installed
severity: high
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:PS-7", "CSF-2.0:GV.SC-10"]
references: ["https://docs.github.com/en/apps/using-github-apps/reviewing-and-modifying-installed-github-apps"]
inputs: [github.apps]
key: []
detects: >
  An active GitHub App with permissions beyond metadata, made by an account that the vendor catalogue gives as a vendor whose contract
  ended. Critical where it administers or changes who may do what.
why: The maker's key still opens an installation token every hour; nobody at either side watches it any more.
remediation: |
  Uninstall it: Settings > GitHub Apps > {name} > Configure > Uninstall (of {scope}); look in the audit log for what {slug}[bot] did since
  the contract ended, and ask {vendor} for written confirmation that your data is deleted.
blind_spots: Vendors the catalogue does not list, or whose GitHub account has another name than the vendor there (spaces, dashes and case do not count).
false_positives: A hand-over period agreed after the end of the contract; record it as an exception with its end.
bad:
  - identities: [{uid: "github:acme:app/desk", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: cobalt-support}]
    grants: [{identity_uid: "github:acme:app/desk", language: github, actions: ["issues:write", "metadata:read"], resources: ["selected repositories"]}]
    vendors: [{uid: "vendor:cobalt-support", name: Cobalt Support, status: ended}]
  - identities: [{uid: "github:acme:app/desk", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: CobaltSupport}]
    grants: [{identity_uid: "github:acme:app/desk", language: github, actions: ["contents:read"], resources: ["*"]}]
    vendors: [{uid: "vendor:c-17", name: Cobalt Support, status: ended}]
good:
  - identities: [{uid: "github:acme:app/desk", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: cobalt-support}]
    grants: [{identity_uid: "github:acme:app/desk", language: github, actions: ["issues:write"], resources: ["*"]}]
    vendors: [{uid: "vendor:cobalt-support", name: Cobalt Support, status: active}]
  - identities: [{uid: "github:acme:app/desk", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: cobalt-support, status: disabled}]
    grants: [{identity_uid: "github:acme:app/desk", language: github, actions: ["issues:write"], resources: ["*"]}]
    vendors: [{uid: "vendor:cobalt-support", name: Cobalt Support, status: ended}]
  - identities: [{uid: "github:acme:app/desk", kind: oauth_app, type: "github:app", provider: github, scope: acme, third_party: true, vendor: cobalt-support}]
    grants: [{identity_uid: "github:acme:app/desk", language: github, actions: ["metadata:read"], resources: ["*"]}]
    vendors: [{uid: "vendor:cobalt-support", name: Cobalt Support, status: ended}]
*/
WITH held AS (
  SELECT identity_uid, string_agg(DISTINCT action, ', ' ORDER BY action) AS permissions
  FROM (SELECT identity_uid, unnest(actions) AS action FROM grants WHERE language = 'github' AND effect = 'allow') g
  WHERE action <> 'metadata:read' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, regexp_extract(i.uid, ':app/(.+)$', 1) AS slug, i.scope, v.name AS vendor, h.permissions, i.created_at AS installed_at, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' ELSE 'high' END AS severity
FROM identities i
JOIN vendors v ON regexp_replace(lower(v.name), '[^a-z0-9]', '', 'g') = regexp_replace(lower(i.vendor), '[^a-z0-9]', '', 'g')
JOIN held h ON h.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.type = 'github:app' AND i.third_party AND i.status = 'active' AND v.status = 'ended'
