/*
id: github_webhook_unauthenticated
title: Webhook goes out unsigned or over an open line
severity: medium
confidence: high
owasp: NHI4:2025
frameworks: ["NIST-800-53:SC-8", "NIST-800-53:IA-9"]
references: ["https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks"]
inputs: [github.webhooks]
key: [resource]
detects: An active webhook without a secret, with certificate checks switched off, or to an http address. High where it is sent in the clear.
why: A receiver that cannot tell GitHub from a stranger deploys what a stranger sends; events on an open line carry code, names and links.
remediation: |
  Give {name} of {scope} a secret that the receiver checks (X-Hub-Signature-256), use an https address and enable SSL verification: {problem}.
blind_spots: Whether the receiver checks the signature at all; tokens inside the address, which are not kept.
false_positives: A receiver on a private network behind a proxy that ends TLS; the line up to the proxy is still open.
bad:
  - resources: [{uid: "github:acme:webhook/web/61", type: "github:webhook", name: webhook to https://ci.acme.example, provider: github, scope: acme/web, attrs: {tls: verified, signed: "false", status: active}}]
  - resources: [{uid: "github:acme:webhook/web/62", type: "github:webhook", name: webhook to http://ci.acme.example, provider: github, scope: acme/web, attrs: {tls: none, signed: "true", status: active}}]
good:
  - resources: [{uid: "github:acme:webhook/acme/81", type: "github:webhook", name: webhook to https://siem.acme.example, provider: github, scope: acme, attrs: {tls: verified, signed: "true", status: active}}]
  - resources: [{uid: "github:acme:webhook/web/63", type: "github:webhook", name: webhook to http://old.acme.example, provider: github, scope: acme/web, attrs: {tls: none, signed: "false", status: "off"}}]
*/
SELECT CAST(NULL AS VARCHAR) AS identity, r.uid AS resource, r.source_id, r.name, r.scope, r.attrs['url'] AS url, r.attrs['events'] AS events,
  concat_ws(', ', CASE WHEN r.attrs['signed'] = 'false' THEN 'no secret' END, CASE r.attrs['tls'] WHEN 'none' THEN 'sent in the clear' WHEN 'unverified' THEN 'certificate not checked' END) AS problem,
  CASE WHEN r.attrs['tls'] = 'none' THEN 'high' ELSE 'medium' END AS severity
FROM resources r
WHERE r.type = 'github:webhook' AND r.attrs['status'] = 'active' AND (r.attrs['signed'] = 'false' OR r.attrs['tls'] IN ('none', 'unverified'))
