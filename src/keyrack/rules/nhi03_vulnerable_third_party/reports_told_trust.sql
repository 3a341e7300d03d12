/*
id: reports_told_trust
title: Another tool says that somebody outside may use it too freely, and Keyrack has not looked itself
severity: medium
confidence: medium
owasp: NHI3:2025
frameworks: ["NIST-800-53:SR-6"]
inputs: [reports.statements]
key: [about, check_name]
detects: >
  A failed check of another tool (Prowler) about a non-human identity, or about the workload or resource that holds its credential, in an account
  that no source of Keyrack covers. Where Keyrack sees the thing itself, its own rules judge it and this one is silent.
why: A trust without a condition on whose behalf it is used lets one customer of a vendor or service act for another.
remediation: |
  Add aws:SourceAccount or sts:ExternalId to the trust policy of {about}. Then give Keyrack a source for {scope}, so that owner, use and reach are known too.
blind_spots: What the tool did not check, and what changed since its report of {reported}.
false_positives: Services that do not send the condition key. Reports older than a month are low.
bad:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: medium}}]
good:
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: high}}]  # our own source sees it
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: aws, scope: "999988887777", status: active}]
  - resources:  # and so for a workload
      - {uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:lambda:eu-north-1:999988887777:function:y", check: iam_role_cross_service_confused_deputy_prevention, topic: trust, tool: "prowler 5.46.0", says: "check", rated: medium}}
      - {uid: "aws:lambda:eu-north-1:999988887777:function:y", type: "aws:lambda-function", name: y, provider: aws, scope: "999988887777"}
  - resources: [{uid: "statement:1", type: "reports:statement", name: "x", provider: reports, scope: "999988887777", attrs: {about: "aws:iam::999988887777:role/x", check: other_check, topic: rotation, tool: "prowler 5.46.0", says: "check", rated: high}}]
    identities: [{uid: "aws:iam::999988887777:role/x", type: "aws:iam-role", provider: reports, scope: "999988887777", status: unknown}]
*/
SELECT identity, about, about AS resource, check_name, name, scope, told_by, says, reported, report, source_id,
  CASE WHEN stale THEN 'low' ELSE coalesce(rated, 'medium') END AS severity, CASE WHEN stale THEN 'low' ELSE 'medium' END AS confidence
FROM told_elsewhere
WHERE topic = 'trust'
