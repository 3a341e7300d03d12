/*
id: creator_gone
title: Creator has left and no living owner took over
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:PS-4"]
inputs: [aws.iam, any.identities]
key: []
detects: An active identity whose creator has left the organisation and for which no living owner is known.
why: What one person set up alone, one person took the knowledge - and perhaps the credentials - of away.
remediation: |
  Assign {name} to a living owner (it was created by {created_by}), rotate its credentials, and record the owner where the next scan
  finds it (owner tag, CODEOWNERS).
blind_spots: Most systems do not record creators; then only ownership evidence speaks.
false_positives: Identities with a living owner are not reported, nor those already reported because their owner has left.
bad:
  - identities: [{uid: "aws:iam::111122223333:user/etl", created_by: old@acme.example}]
    people: [{uid: old@acme.example, name: Old, status: gone}]
good:
  - identities: [{uid: "aws:iam::111122223333:user/etl", created_by: old@acme.example}]
    ownership: [{identity_uid: "aws:iam::111122223333:user/etl", owner: new@acme.example}]
    people: [{uid: old@acme.example, name: Old, status: gone}, {uid: new@acme.example, name: New}]
  - identities: [{uid: "aws:iam::111122223333:user/etl", created_by: new@acme.example}]
    people: [{uid: new@acme.example, name: New}]
*/
SELECT i.uid AS identity,
  CASE p.privilege WHEN 'admin' THEN 'high' WHEN 'permissions' THEN 'high' ELSE 'medium' END AS severity,
  i.name, i.type, i.scope, i.created_by, i.created_at, coalesce(p.privilege, 'none stated') AS privilege, i.usable_credentials, i.last_used_at
FROM identities i
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.creator_gone AND i.owner_status = 'none' AND i.nhi AND i.status IN ('active', 'unknown')
