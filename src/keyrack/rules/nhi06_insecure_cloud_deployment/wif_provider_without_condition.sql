/*
id: wif_provider_without_condition
title: Google workload identity provider takes the tokens of everybody on a shared platform
severity: high
confidence: medium
owasp: NHI6:2025
frameworks: ["NIST-800-53:AC-3", "NIST-800-53:IA-9", "CSF-2.0:PR.AA-05"]
references: ["https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines"]
inputs: [repository.iac, gcp.federation]
key: [provider]
detects: >
  A workload identity pool provider, live or in Terraform, for an issuer that serves everybody (GitHub Actions, GitLab.com, HCP Terraform, Buildkite,
  Vercel) without an attribute_condition.
why: >
  Every repository in the world can then exchange its tokens at the pool. What they reach depends on the bindings alone: one that names the
  whole pool, or an attribute that can be chosen, hands the service account to strangers.
remediation: >
  {how} a condition that names your organisation by its id, for GitHub
  `assertion.repository_owner_id == '<organisation id>'`, for GitLab `assertion.namespace_id == '<group id>'`.
blind_spots: Conditions that are stated but let too much through.
false_positives: Bindings that name one repository by a mapped attribute still limit who gets in, hence medium confidence.
bad:
  - resources: [{uid: "repo:acme/infra:workload-identity-provider/p", type: "gcp:workload-identity-provider", name: open, provider: repository, scope: acme/infra, attrs: {url: "https://token.actions.githubusercontent.com", path: gcp.tf, line: "9"}}]
  - resources: [{uid: "gcp:workload-identity-provider/p/github/actions", type: "gcp:workload-identity-provider", name: github/actions, provider: gcp, scope: p, attrs: {url: "https://token.actions.githubusercontent.com", status: ACTIVE}}]
good:
  - resources: [{uid: "gcp:workload-identity-provider/p/github/actions", type: "gcp:workload-identity-provider", name: github/actions, provider: gcp, scope: p, attrs: {url: "https://token.actions.githubusercontent.com", status: DISABLED}}]
  - resources: [{uid: "repo:acme/infra:workload-identity-provider/p", type: "gcp:workload-identity-provider", name: closed, provider: repository, scope: acme/infra, attrs: {url: "https://token.actions.githubusercontent.com", condition: "assertion.repository_owner_id == '1'", path: gcp.tf}}]
  - resources: [{uid: "repo:acme/infra:workload-identity-provider/p", type: "gcp:workload-identity-provider", name: own, provider: repository, scope: acme/infra, attrs: {url: "https://gitlab.acme.io", path: gcp.tf}}]  # serves us alone
  - resources: [{uid: "repo:acme/infra:workload-identity-provider/p", type: "gcp:workload-identity-provider", name: aws, provider: repository, scope: acme/infra, attrs: {path: gcp.tf}}]  # an AWS provider names its account
*/
SELECT NULL AS identity, r.uid AS provider, r.uid AS resource, r.source_id, r.name, r.scope, r.attrs['url'] AS issuer, r.attrs['audiences'] AS audiences,
  CASE WHEN r.attrs['path'] IS NULL THEN '`gcloud iam workload-identity-pools providers update-oidc ' || regexp_extract(r.name, '[^/]+$') || ' --workload-identity-pool='
      || regexp_extract(r.name, '^[^/]*') || ' --location=global --project=' || r.scope || ' --attribute-condition=...` with'
    ELSE 'In {path}:{line} of {scope} add to {name} as `attribute_condition`' END AS how,
  r.attrs['path'] AS path, TRY_CAST(r.attrs['line'] AS BIGINT) AS line
FROM resources r
WHERE r.type = 'gcp:workload-identity-provider' AND r.attrs['condition'] IS NULL AND coalesce(r.attrs['status'], 'ACTIVE') = 'ACTIVE'
  AND regexp_matches(coalesce(r.attrs['url'], ''),
    '^https://(token[.]actions[.]githubusercontent[.]com|gitlab[.]com|app[.]terraform[.]io|agent[.]buildkite[.]com|oidc[.]vercel[.]com)(/|$)')
