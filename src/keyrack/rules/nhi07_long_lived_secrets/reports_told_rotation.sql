/*
id: reports_told_rotation
title: Another tool says that its credential is not rotated, and Keyrack has not looked itself
severity: medium
confidence: medium
owasp: NHI7:2025
frameworks: ["NIST-800-53:IA-5(1)"]
inputs: [reports.statements]
key: [about, check_name]
detects: >
  A failed check of another tool (Prowler) about a non-human identity, or about the workload or resource that holds its credential, in an account
  that no source of Keyrack covers. Where Keyrack sees the thing itself, its own rules judge it and this one is silent.
why: A key that is never changed stays good for everybody who ever copied it.
remediation: |
  Make a new credential for {about}, move its consumers, then delete the old one. Then give Keyrack a source for {scope}, so that owner, use and reach are known too.
blind_spots: What the tool did not check, and what changed since its report of {reported}.
false_positives: Keys that are rotated by other means than the tool knows. Reports older than a month are low.
bad:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_rotate_access_key_90_days, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_rotate_access_key_90_days, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: medium}}]
good:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_rotate_access_key_90_days, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]  # our own source sees it
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: aws, scope: "999988887777", status: active}]
  - resources:  # and so for a workload
      - {uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_rotate_access_key_90_days, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: medium}}
      - {uid: "aws:lambda:eu-north-1:999988887777:function:y", type: "aws:lambda-function", name: y, provider: aws, scope: "999988887777"}
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: other_check, topic: unused, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
*/
SELECT identity, about, about AS resource, check_name, name, scope, told_by, says, reported, report, source_id,
  CASE WHEN stale THEN 'low' ELSE coalesce(rated, 'medium') END AS severity, CASE WHEN stale THEN 'low' ELSE 'medium' END AS confidence
FROM told_elsewhere
WHERE topic = 'rotation'
