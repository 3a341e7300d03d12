/*
id: unused_service
title: Machine identity holds permissions for services it does not use
severity: low
confidence: medium
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6(7)", "CSF-2.0:PR.AA-05"]
references: ["https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html"]
inputs: [aws.service_last_accessed]
key: []
detects: >
  An identity older than 90 days that is in use, and services its policies allow which AWS reports it has not touched for 90 days or ever.
  Medium when it is privileged or when most of what it may do is unused.
why: Every unused permission serves only an attacker; taking it away breaks nothing.
remediation: |
  Remove {unused_services} from the policies of {name} (last-accessed data of AWS over up to 400 days; {used} of {granted} granted services were used).
blind_spots: >
  AWS counts denied attempts as use, lags by up to four hours, and does not report data-plane calls of some services.
false_positives: Yearly jobs and emergency permissions. Identities that are not used at all are reported under NHI1 instead.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/etl", type: "aws:iam-role", created_at: now-300d}]
    usage:
      - {identity_uid: "aws:iam::111122223333:role/etl", source: "iam:service-last-accessed", service: s3, used_at: now-2d}
      - {identity_uid: "aws:iam::111122223333:role/etl", source: "iam:service-last-accessed", service: sqs, grade: absent, since: now-300d}
good:
  - identities: [{uid: "aws:iam::111122223333:role/etl", type: "aws:iam-role", created_at: now-300d}]
    usage: [{identity_uid: "aws:iam::111122223333:role/etl", source: "iam:service-last-accessed", service: s3, used_at: now-80d}]
  - identities: [{uid: "aws:iam::111122223333:role/new", type: "aws:iam-role", created_at: now-20d}]
    usage:
      - {identity_uid: "aws:iam::111122223333:role/new", source: "iam:service-last-accessed", service: s3, used_at: now-2d}
      - {identity_uid: "aws:iam::111122223333:role/new", source: "iam:service-last-accessed", service: sqs, grade: absent, since: now-20d}
  - identities: [{uid: "aws:iam::111122223333:role/dead", type: "aws:iam-role", created_at: now-300d}]
    usage: [{identity_uid: "aws:iam::111122223333:role/dead", source: "iam:service-last-accessed", service: s3, grade: absent, since: now-300d}]
*/
WITH services AS (
  SELECT identity_uid, count(*) AS granted,
    count(*) FILTER (WHERE grade IN ('observed', 'reported') AND used_days <= 90) AS used,
    string_agg(service, ', ' ORDER BY service) FILTER (WHERE grade = 'absent' OR used_days > 90) AS unused_services
  FROM usage WHERE source = 'iam:service-last-accessed' AND service IS NOT NULL GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope, s.unused_services, s.used, s.granted, coalesce(p.privilege, 'unknown') AS privilege, i.last_used_at, i.owner,
  CASE WHEN p.privilege IN ('admin', 'permissions') OR s.used * 2 < s.granted THEN 'medium' ELSE 'low' END AS severity
FROM services s
JOIN identities i ON i.uid = s.identity_uid
LEFT JOIN privileges p ON p.identity_uid = s.identity_uid
WHERE s.unused_services IS NOT NULL AND s.used > 0 AND i.age_days > 90 AND i.nhi AND coalesce(i.attrs['service_linked'], 'false') <> 'true'
