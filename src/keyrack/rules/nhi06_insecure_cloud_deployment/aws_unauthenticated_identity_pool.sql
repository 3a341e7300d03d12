/*
id: aws_unauthenticated_identity_pool
title: Identity pool gives everybody a role that can do harm
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-14", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html"]
inputs: [aws.iam, aws.cognito]
key: [pool]
detects: |
  A role that a Cognito identity pool gives to unauthenticated users and that may write, administer, or (with the basic flow allowed) read. Critical
  for administrators.
why: |
  The pool's id stands in every copy of the app. Whoever reads it there asks for credentials and gets them, without signing in. With the basic
  flow no session policy of Cognito's narrows them.
remediation: |
  `aws cognito-identity update-identity-pool --identity-pool-id {pool} --identity-pool-name NAME --no-allow-unauthenticated-identities`; if guests must be, cut
  role {name} down to what a guest needs and switch the basic flow off (`--no-allow-classic-flow`).
blind_spots: What a resource's own policy allows everybody is not counted here; Cognito's own session policy for guests (enhanced flow) is not subtracted.
false_positives: Rights that guests are meant to have, such as sending analytics events, count as write.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/guest", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/guest", language: aws-iam, actions: ["dynamodb:*"]}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/guest", subject: "*", subject_kind: anyone, mechanism: "aws:identity-pool", audiences: ["eu-west-1:1"], attrs: {audience: unauthenticated, classic: "false"}}]
  - identities: [{uid: "aws:iam::111122223333:role/guest", type: "aws:iam-role"}]
    grants: [{identity_uid: "aws:iam::111122223333:role/guest", language: aws-iam, actions: ["s3:GetObject"]}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/guest", subject: "*", subject_kind: anyone, mechanism: "aws:identity-pool", audiences: ["eu-west-1:1"], attrs: {audience: unauthenticated, classic: "true"}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/user", type: "aws:iam-role"}]  # people who signed in
    grants: [{identity_uid: "aws:iam::111122223333:role/user", language: aws-iam, actions: ["dynamodb:*"]}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/user", subject: "aws:cognito-identity:eu-west-1:111122223333:identitypool/1", subject_kind: federated, mechanism: "aws:identity-pool", audiences: ["eu-west-1:1"], attrs: {audience: authenticated}}]
  - identities: [{uid: "aws:iam::111122223333:role/guest", type: "aws:iam-role"}]  # guests may read a catalogue, in the enhanced flow
    grants: [{identity_uid: "aws:iam::111122223333:role/guest", language: aws-iam, actions: ["s3:GetObject"], resources: ["arn:aws:s3:::catalogue/*"]}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/guest", subject: "*", subject_kind: anyone, mechanism: "aws:identity-pool", audiences: ["eu-west-1:1"], attrs: {audience: unauthenticated, classic: "false"}}]
  - identities: [{uid: "aws:iam::111122223333:role/guest", type: "aws:iam-role"}]  # a role without rights
    trusts: [{identity_uid: "aws:iam::111122223333:role/guest", subject: "*", subject_kind: anyone, mechanism: "aws:identity-pool", audiences: ["eu-west-1:1"], attrs: {audience: unauthenticated, classic: "true"}}]
*/
SELECT i.uid AS identity, t.audiences[1] AS pool, i.name, i.scope, p.privilege, t.attrs['classic'] AS basic_flow, i.last_used_at,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'critical' WHEN p.privilege = 'write' THEN 'high' ELSE 'medium' END AS severity
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
JOIN privileges p ON p.identity_uid = i.uid
WHERE t.mechanism = 'aws:identity-pool' AND t.attrs['audience'] = 'unauthenticated'
  AND (p.privilege IN ('admin', 'permissions', 'write') OR (p.privilege = 'read' AND t.attrs['classic'] = 'true'))
