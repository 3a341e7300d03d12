/*
id: reports_told_unused
title: Another tool says that nothing uses it, and Keyrack has not looked itself
severity: medium
confidence: medium
owasp: NHI1:2025
frameworks: ["NIST-800-53:AC-2(3)"]
inputs: [reports.statements]
key: [about, check_name]
detects: >
  A failed check of another tool (Prowler) about a non-human identity, or about the workload or resource that holds its credential, in an account
  that no source of Keyrack covers. Where Keyrack sees the thing itself, its own rules judge it and this one is silent.
why: An identity whose credentials nobody uses is a door that only an intruder will try.
remediation: |
  Deactivate the unused credential of {name} ({about}), wait a month, then delete it. Then give Keyrack a source for {scope}, so that owner, use and reach are known too.
blind_spots: What the tool did not check, and what changed since its report of {reported}.
false_positives: Access that is used rarely, such as for a yearly report. Reports older than a month are low.
bad:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_user_accesskey_unused, topic: unused, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_user_accesskey_unused, topic: unused, tool: "prowler 5.46.0", says: "check", rated: medium}}]
good:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_user_accesskey_unused, topic: unused, tool: "prowler 5.46.0", says: "check", rated: high}}]  # our own source sees it
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: aws, scope: "999988887777", status: active}]
  - resources:  # and so for a workload
      - {uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_user_accesskey_unused, topic: unused, tool: "prowler 5.46.0", says: "check", rated: medium}}
      - {uid: "aws:lambda:eu-north-1:999988887777:function:y", type: "aws:lambda-function", name: y, provider: aws, scope: "999988887777"}
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: other_check, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
*/
SELECT identity, about, about AS resource, check_name, name, scope, told_by, says, reported, report, source_id,
  CASE WHEN stale THEN 'low' ELSE coalesce(rated, 'medium') END AS severity, CASE WHEN stale THEN 'low' ELSE 'medium' END AS confidence
FROM told_elsewhere
WHERE topic = 'unused'
