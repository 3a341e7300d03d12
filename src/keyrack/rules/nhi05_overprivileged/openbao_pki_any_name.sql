/*
id: openbao_pki_any_name
title: PKI role makes certificates for any name
severity: high
confidence: high
owasp: NHI5:2025
frameworks: ["NIST-800-53:SC-17", "CSF-2.0:PR.AA-05"]
references: ["https://openbao.org/api-docs/secret/pki/"]
inputs: [openbao.engines]
key: [resource]
detects: >
  A role of a PKI engine with `allow_any_name`, or with globs over a domain of `*`. High when its certificates live longer than 90 days.
why: >
  Whoever may issue by it can be any server or client of the company in front of everybody who trusts the CA.
remediation: >
  `bao write {name} allow_any_name=false allowed_domains=<the domain> allow_subdomains=true max_ttl=720h`, one role for each team.
blind_spots: >
  Who may issue by the role stands in the policies; name constraints of the CA itself.
false_positives: >
  The role of a certificate manager that checks names itself (cert-manager with policy).
bad:
  - resources: [{uid: "openbao:v:pki-role/pki/any", type: "openbao:pki-role", name: pki/any, attrs: {allow_any_name: "true", max_ttl: "31536000"}}]
  - resources: [{uid: "openbao:v:pki-role/pki/any", type: "openbao:pki-role", name: pki/any, attrs: {allow_any_name: "false", allow_glob_domains: "true", allowed_domains: "*", max_ttl: "31536000"}}]
good:
  - resources: [{uid: "openbao:v:pki-role/pki/web", type: "openbao:pki-role", name: pki/web, attrs: {allow_any_name: "false", allow_subdomains: "true", allowed_domains: nordholm.example, max_ttl: "2592000"}}]
  - resources: [{uid: "openbao:v:pki-role/pki/web", type: "openbao:pki-role", name: pki/web, attrs: {allow_any_name: "false", allow_glob_domains: "true", allowed_domains: "web-*.nordholm.example", max_ttl: "2592000"}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.name, r.scope AS server, r.attrs['allowed_domains'] AS allowed_domains, r.attrs['client_flag'] AS for_clients,
  CAST(r.attrs['max_ttl'] AS BIGINT) / 86400 AS longest_days, r.source_id,
  CASE WHEN CAST(coalesce(r.attrs['max_ttl'], '0') AS BIGINT) > 90 * 86400 THEN 'high' ELSE 'medium' END AS severity
FROM resources r
WHERE r.type = 'openbao:pki-role' AND (r.attrs['allow_any_name'] = 'true'
  OR (r.attrs['allow_glob_domains'] = 'true' AND regexp_matches(coalesce(r.attrs['allowed_domains'], ''), '(^|,)[*]+(,|$)')))
