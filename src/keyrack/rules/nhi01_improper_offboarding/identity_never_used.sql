/*
id: identity_never_used
title: Role was never used and its grace period is over
severity: medium
confidence: high
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)", "NIST-800-53:CM-7"]
inputs: [aws.iam]
key: []
detects: >
  An identity without credentials of its own that others may become (a role), older than 30 days, of which its system says that it was
  not used in the whole period it keeps (400 days on AWS). Unused keys are reported by credential_never_used.
why: Each assumable role is a door. One that nobody walks through has only attackers as future users.
remediation: |
  Remove {name} of {scope}: first replace its trust policy by an explicit deny and wait a month, then
  `aws iam delete-role --role-name {name}` after detaching its policies. Severity follows its privilege ({privilege}).
blind_spots: AWS keeps 400 days and counts attempts that were denied as use.
false_positives: >
  Break-glass and disaster-recovery roles: record an exception with an end date. Service-linked roles and roles that nothing can assume
  are not reported.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/old", type: "aws:iam-role", created_at: now-200d}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/old", subject: ec2.amazonaws.com, subject_kind: service}]
    usage: [{identity_uid: "aws:iam::111122223333:role/old", grade: absent, source: "iam:role-last-used", since: now-400d}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/new", type: "aws:iam-role", created_at: now-20d}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/new", subject: ec2.amazonaws.com, subject_kind: service}]
    usage: [{identity_uid: "aws:iam::111122223333:role/new", grade: absent, source: "iam:role-last-used", since: now-400d}]
  - identities: [{uid: "aws:iam::111122223333:role/silent", type: "aws:iam-role", created_at: now-200d}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/silent", subject: ec2.amazonaws.com, subject_kind: service}]
  - identities: [{uid: "aws:iam::111122223333:role/svc", type: "aws:iam-role", created_at: now-200d, attrs: {service_linked: "true"}}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/svc", subject: ec2.amazonaws.com, subject_kind: service}]
    usage: [{identity_uid: "aws:iam::111122223333:role/svc", grade: absent, source: "iam:role-last-used", since: now-400d}]
*/
SELECT i.uid AS identity, i.name, i.type, i.scope, i.created_at, i.age_days, i.absent_source AS says_never_used, t.assumable_by,
  coalesce(p.privilege, 'none stated') AS privilege,
  CASE WHEN p.privilege IN ('admin', 'permissions') THEN 'high' WHEN p.privilege = 'write' THEN 'medium' ELSE 'low' END AS severity
FROM identities i
JOIN (SELECT identity_uid, min(subject) AS assumable_by FROM trusts WHERE starts_with(mechanism, 'sts:') GROUP BY identity_uid) t
  ON t.identity_uid = i.uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.never_used AND i.usable_credentials = 0 AND i.age_days > 30 AND i.nhi AND i.status IN ('active', 'unknown')
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
  AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
