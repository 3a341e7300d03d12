/*
id: no_living_owner
title: IAM user or role has no owner
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2", "CSF-2.0:ID.AM-08", "CSF-2.0:GV.RR-02"]
inputs: [aws.iam]
key: []
detects: >
  An IAM user or role that can act - it holds usable credentials or more than read permissions - and for which no tag, workload, attestation or
  creator names anybody. Severity follows its privilege; where nothing at all in the account names an owner, the ordinary ones are low, because
  then the record is missing rather than the owner.
why: Nobody notices misuse, nobody dares to remove it, and nobody is called when it leaks. Orphans outlive every reorganisation.
remediation: |
  Find who uses {name} ({usage_hint}), then record it: `aws iam tag-{noun} --{noun}-name {name} --tags Key=owner,Value=TEAM-OR-EMAIL`.
  If nobody claims it within the grace period, disable it.
blind_spots: Owners recorded in systems that are not connected (CMDB, wiki, tickets).
false_positives: >
  Identities owned by convention, such as those of a whole account. Not reported at all: people's own users, the root user, service-linked
  roles, roles that IAM Identity Center or SAML sign-ins use, and identities without rights or credentials. Where the creator is known to
  have left, creator_gone reports it instead.
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
WITH kept AS (SELECT scope FROM identities WHERE provider = 'aws' AND owner_status <> 'none' GROUP BY scope)
SELECT i.uid AS identity, CASE WHEN i.type = 'aws:iam-role' THEN 'role' ELSE 'user' END AS noun,
  CASE p.privilege WHEN 'admin' THEN 'high' WHEN 'permissions' THEN 'high' WHEN 'write' THEN CASE WHEN k.scope IS NOT NULL THEN 'medium' ELSE 'low' END ELSE 'low' END AS severity,
  i.name, i.scope, coalesce(p.privilege, 'none stated') AS privilege, i.usable_credentials, i.created_at, i.created_by, i.last_used_at,
  coalesce('last used ' || CAST(CAST(i.last_used_at AS DATE) AS VARCHAR), 'created by ' || i.created_by, 'ask the account''s administrators') AS usage_hint
FROM identities i
LEFT JOIN kept k ON k.scope = i.scope
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.owner_status = 'none' AND NOT coalesce(i.creator_gone, FALSE) AND i.nhi AND i.status IN ('active', 'unknown') AND NOT i.third_party
  AND i.type IN ('aws:iam-user', 'aws:iam-role') AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
  AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
  AND (i.usable_credentials > 0 OR p.privilege IN ('admin', 'permissions', 'write'))
