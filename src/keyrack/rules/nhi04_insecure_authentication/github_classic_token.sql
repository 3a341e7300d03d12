/*
id: github_classic_token
title: Classic personal access token reaches the organisation
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:IA-5", "NIST-800-53:AC-6", "CSF-2.0:PR.AA-03"]
references: ["https://docs.github.com/en/organizations/managing-programmatic-access-to-your-organization/setting-a-personal-access-token-policy-for-your-organization"]
inputs: [github.sso_credentials]
detects: >
  A classic token, authorised for single sign-on, with a scope that writes. High with scopes that administer. Such a token reaches every
  repository and organisation its person reaches; no owner approved it.
why: GitHub replaced classic tokens by fine-grained ones and by Apps, which are limited, approved and expire. A classic one is a password that skips the second factor.
remediation: |
  Move what uses {name} of {login} ({scopes}) to a GitHub App or, for a person's own script, a fine-grained token; then revoke it: People > {login} >
  SSO > Revoke. Forbid classic tokens in Settings > Personal access tokens once none is left.
blind_spots: Classic tokens nobody authorised for single sign-on, and all of them in organisations without it.
false_positives: Tokens that only read are not reported; GitHub Packages still takes classic tokens only (scopes read:packages, write:packages alone are left out).
bad:
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:credential/41", kind: api_token, issuer: github, public_id: credential/41, status: active, identity_uid: "saas:github:account/bo", attrs: {token_type: classic, scopes: "admin:org,repo", login: bo}}]
good:
  - identities: [{uid: "saas:github:account/bo", kind: human, type: "github:user", provider: github, scope: acme}]
    credentials: [{uid: "cred:github:credential/42", kind: api_token, issuer: github, public_id: credential/42, status: active, identity_uid: "saas:github:account/bo", attrs: {token_type: classic, scopes: "read:packages,write:packages", login: bo}}]
  - credentials: [{uid: "cred:github:credential/43", kind: api_token, issuer: github, public_id: credential/43, status: expired, attrs: {token_type: classic, scopes: repo, login: bo}}]
  - credentials: [{uid: "cred:github:token/5", kind: api_token, issuer: github, public_id: token/5, status: active, attrs: {token_type: fine-grained, login: bo}}]
  - credentials: [{uid: "cred:github:credential/44", kind: api_token, issuer: github, public_id: credential/44, status: active, attrs: {token_type: classic, scopes: "read:org,read:user", login: bo}}]
*/
SELECT c.identity_uid AS identity, c.uid AS credential, c.name, coalesce(c.attrs['login'], 'its person') AS login, c.attrs['scopes'] AS scopes, c.created_at AS authorised_at,
  c.expires_at, c.last_used_at,
  CASE WHEN regexp_matches(c.attrs['scopes'], '(^|,)(admin:(org|enterprise|repo_hook|org_hook)|site_admin|workflow|delete_repo)(,|$)') THEN 'high' ELSE 'medium' END AS severity
FROM credentials c
WHERE c.issuer = 'github' AND c.attrs['token_type'] = 'classic' AND c.usable
  AND regexp_matches(coalesce(c.attrs['scopes'], ''), '(^|,)(repo|public_repo|workflow|delete_repo|site_admin|gist|admin:[a-z_]+|write:(org|repo_hook|discussion|enterprise)|manage_[a-z:]+)(,|$)')
