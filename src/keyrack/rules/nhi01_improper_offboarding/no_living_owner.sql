/*
id: no_living_owner
title: Identity has no owner
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:ID.AM-08", "CSF-2.0:GV.RR-02"]
inputs: [aws.iam, repository.owners]
key: []
detects: >
  An identity that can act - it holds usable credentials or more than read permissions - and for which no tag, catalogue, code owner,
  attestation or recent committer names anybody. Severity follows its privilege.
why: Nobody notices misuse, nobody dares to remove it, and nobody is called when it leaks. Orphans outlive every reorganisation.
remediation: |
  Find who uses {name} ({usage_hint}) and record the owner: {how}. If nobody claims it within the grace period, disable it.
  For IAM: `aws iam tag-{noun} --{noun}-name {name} --tags Key=owner,Value=TEAM-OR-EMAIL`.
blind_spots: Owners recorded in systems that are not connected (CMDB, wiki, tickets).
false_positives: >
  Identities owned by convention. Not reported at all: people's own accounts, service-linked roles and roles that IAM Identity Center
  manages, accounts of operating systems, declarations in code, identities without rights or credentials, third parties.
  Where the creator is known to have left, creator_gone reports it instead.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/sync"}]
    credentials: [{identity_uid: "aws:iam::111122223333:user/sync", status: active}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/sync"}]
    credentials: [{identity_uid: "aws:iam::111122223333:user/sync", status: active}]
    ownership: [{identity_uid: "aws:iam::111122223333:user/sync", owner: "team:data"}]
  - identities: [{uid: "aws:iam::111122223333:role/aws-service-role/x", type: "aws:iam-role", attrs: {service_linked: "true"}}]
    grants: [{identity_uid: "aws:iam::111122223333:role/aws-service-role/x", actions: ["*"]}]
  - identities: [{uid: "aws:iam::111122223333:user/empty"}]
  - identities: [{uid: "aws:iam::111122223333:user/anna", kind: human}]
    credentials: [{identity_uid: "aws:iam::111122223333:user/anna", status: active}]
*/
SELECT i.uid AS identity,
  CASE p.privilege WHEN 'admin' THEN 'high' WHEN 'permissions' THEN 'high' WHEN 'write' THEN 'medium' ELSE 'low' END AS severity,
  CASE WHEN i.type IN ('aws:iam-user', 'aws:iam-role') THEN 'high' ELSE 'medium' END AS confidence,
  i.name, i.type, i.scope, coalesce(p.privilege, 'none stated') AS privilege, i.usable_credentials, i.created_at, i.created_by, i.last_used_at,
  coalesce('last used ' || CAST(i.last_used_at AS VARCHAR), 'created by ' || i.created_by, 'ask the account''s administrators') AS usage_hint,
  CASE WHEN i.type = 'aws:iam-role' THEN 'role' ELSE 'user' END AS noun,
  CASE WHEN i.type IN ('aws:iam-role', 'aws:iam-user') THEN 'an owner tag'
    ELSE 'a line for ' || coalesce(i.attrs['path'], i.name) || ' in CODEOWNERS of ' || i.scope || ', or spec.owner in its catalog-info.yaml'
  END AS how
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.owner_status = 'none' AND NOT coalesce(i.creator_gone, FALSE) AND i.nhi AND i.status IN ('active', 'unknown') AND NOT i.third_party
  AND i.type NOT IN ('aws:root', 'unix:user', 'kube:user', 'saas:account', 'systemd:unit', 'cron:job', 'mcp:agent', 'mcp:server',
    'iac:aws-iam-role', 'iac:aws-iam-user', 'k8s:service-account')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
  AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
  AND (i.usable_credentials > 0 OR p.privilege IN ('admin', 'permissions', 'write'))
