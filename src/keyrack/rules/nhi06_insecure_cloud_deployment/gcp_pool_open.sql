/*
id: gcp_pool_open
title: Google service account lets in a whole identity pool
severity: high
confidence: high
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/best-practices-for-using-workload-identity-federation"]
inputs: [gcp.policies, gcp.federation]
key: [subject]
detects: >
  A service account that every identity of a workload identity pool may become (`principalSet://.../*`), or every repository of an owner, while no attribute
  condition of the provider narrows it to a repository, project or subject. Critical where the issuer serves everybody and nothing at all is pinned.
why: >
  Any workflow of any repository that gets a token of the issuer is let in: a test repository, a fork's maintainer, or, at GitHub.com without a
  condition, the whole world.
remediation: |
  Bind one identity instead: `gcloud iam service-accounts add-iam-policy-binding {email} --role=roles/iam.workloadIdentityUser
  --member="principal://iam.googleapis.com/{pool}/subject/SUBJECT"` (or `attribute.repository_id/ID`), then remove {member}.
blind_spots: Conditions in CEL that say the same in a way we do not read count as none; mapped attributes computed by expressions.
false_positives: A pool made for one program, whose issuer serves nobody else; reported at medium severity.
bad:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "principalSet://pool/*", subject_kind: federated, mechanism: "gcp:workload-identity", issuer: token.actions.githubusercontent.com, attrs: {whole_pool: "true", pool: p1}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # any repository of the owner
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "principalSet://pool/*", subject_kind: federated, mechanism: "gcp:workload-identity", issuer: token.actions.githubusercontent.com, attrs: {whole_pool: "true", claims: repository_owner_id}}]
good:
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "principalSet://pool/attribute.repository/acme/web", subject_kind: federated, mechanism: "gcp:workload-identity", issuer: token.actions.githubusercontent.com, subs: ["repo:acme/web:*"], attrs: {claims: repository, sub_operator: StringLike}}]
  - identities: [{uid: "gcp:sa/ci@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # the condition names one repository
    trusts: [{identity_uid: "gcp:sa/ci@p.iam.gserviceaccount.com", subject: "principalSet://pool/*", subject_kind: federated, mechanism: "gcp:workload-identity", issuer: token.actions.githubusercontent.com, attrs: {whole_pool: "true", claims: "repository_id,repository_owner_id"}}]
  - identities: [{uid: "gcp:sa/api@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]
    trusts: [{identity_uid: "gcp:sa/api@p.iam.gserviceaccount.com", subject: "principal://pool/subject/system:serviceaccount:payments:api", subject_kind: federated, mechanism: "gcp:workload-identity", issuer: oidc.eks.eu-north-1.amazonaws.com/id/X, subs: ["system:serviceaccount:payments:api"], attrs: {claims: sub, sub_operator: StringEquals}}]
  - identities: [{uid: "gcp:sa/aws@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}]  # an attribute of an AWS role
    trusts: [{identity_uid: "gcp:sa/aws@p.iam.gserviceaccount.com", subject: "principalSet://pool/attribute.aws_role/x", subject_kind: federated, mechanism: "gcp:workload-identity", attrs: {account: "111122223333"}}]
*/
WITH loose AS (
  SELECT t.*, t.attrs['whole_pool'] = 'true' AS whole, len(t.subs) = 0 AND t.attrs['claims'] IS NULL AS unpinned,
    lower(coalesce(t.issuer, '')) IN ('token.actions.githubusercontent.com', 'gitlab.com', 'app.terraform.io', 'agent.buildkite.com', 'oidc.vercel.com') AS shared
  FROM trusts t
  WHERE t.mechanism = 'gcp:workload-identity'
    AND NOT regexp_matches(coalesce(t.attrs['claims'], ''), '(^|,)(sub|repository|repository_id|job_workflow_ref|project_path|project_id|terraform_workspace_id|pipeline_id)(,|$)')
    AND (t.attrs['sub_operator'] IS NULL OR list_contains(list_transform(t.subs, lambda sub: regexp_full_match(sub, '(repo|project_path):[^/]+/?[*]')), TRUE))
)
SELECT i.uid AS identity, l.subject, i.name, coalesce(i.attrs['email'], i.name) AS email, i.scope, min(l.issuer) AS issuer, min(l.attrs['pool']) AS pool, min(l.attrs['member']) AS member,
  min(l.conditions) AS conditions, min(p.privilege) AS privilege,
  CASE WHEN bool_or(l.shared AND l.unpinned AND l.whole) THEN 'critical' WHEN bool_or(l.shared) THEN 'high' ELSE 'medium' END AS severity
FROM loose l
JOIN identities i ON i.uid = l.identity_uid
LEFT JOIN privileges p ON p.identity_uid = i.uid
WHERE i.status IN ('active', 'unknown') AND (l.whole OR (l.shared AND regexp_matches(coalesce(l.attrs['claims'], ''), '(^|,)(repository_owner|repository_owner_id|namespace_id|namespace_path)(,|$)')))
GROUP BY i.uid, l.subject, i.name, i.attrs['email'], i.scope
