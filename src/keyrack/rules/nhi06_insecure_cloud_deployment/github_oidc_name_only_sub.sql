/*
id: github_oidc_name_only_sub
title: GitHub OIDC trust names the repository without its immutable id
severity: low
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:IA-4", "CSF-2.0:PR.AA-05"]
references: ["https://docs.github.com/actions/reference/security/oidc"]
inputs: [aws.iam, repository.iac]
key: [issuer]
detects: |
  A trust in GitHub Actions tokens whose `sub` patterns fix owner and repository by name only (`repo:acme/web:...`), not in the
  immutable form `repo:OWNER@OWNERID/REPO@REPOID:...`, and without a `repository_id` claim. One finding for each role.
why: |
  Names can be recycled: after a repository or organisation is renamed or deleted, somebody else may register the old name
  and become the role. Repositories made or renamed since 15 July 2026 already send the immutable form, so name-only
  trusts will also stop working for them.
remediation: |
  In the trust policy of role {name} add the immutable form beside the plain one - the ids are in
  `gh api repos/{repository} --jq '.owner.id, .id'` - let the repository emit it (its OIDC settings), then remove the plain form.
blind_spots: Whether the names are still held by their first owners is not looked up (no calls to GitHub are made).
false_positives: Renaming and deletion may be locked down by the organisation's policy; the risk is then smaller, not gone.
bad:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@*/web@*:ref:refs/heads/main"], attrs: {sub_operator: StringLike}}]
good:
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme@12/web@34:environment:prod"], attrs: {sub_operator: StringEquals}}]
  - identities: [{uid: "aws:iam::111122223333:role/deploy", type: aws:iam-role}]  # plain names, but the id is pinned beside them
    trusts: [{identity_uid: "aws:iam::111122223333:role/deploy", subject: token.actions.githubusercontent.com, subject_kind: federated,
      mechanism: sts:AssumeRoleWithWebIdentity, issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:environment:prod"], attrs: {sub_operator: StringEquals, claims: repository_id}}]
*/
SELECT o.identity_uid AS identity, min(i.name) AS name, o.issuer, min(o.repository) AS repository,
  string_agg(DISTINCT o.sub, ', ' ORDER BY o.sub) AS accepted_subs, min(o.conditions) AS conditions, min(p.privilege) AS role_privilege,
  CASE WHEN min(p.privilege) IN ('admin', 'permissions') THEN 'medium' ELSE 'low' END AS severity,
  min(o.source_path) AS path, min(CAST(o.source_line AS BIGINT)) AS line
FROM oidc_trusts o
JOIN identities i ON i.uid = o.identity_uid
LEFT JOIN privileges p ON p.identity_uid = o.identity_uid
WHERE o.form = 'github' AND o.repository IS NOT NULL AND NOT o.immutable
  AND coalesce(o.claims, '') NOT LIKE '%repository_id%' AND coalesce(o.claims, '') NOT LIKE '%repository_owner_id%'
GROUP BY o.identity_uid, o.issuer
