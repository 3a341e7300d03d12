/*
id: entra_application_for_people_and_machines
title: People and machines sign in through one application
severity: medium
confidence: high
owasp: NHI10:2025
frameworks: ["NIST-800-53:IA-4", "NIST-800-53:AU-10"]
references: ["https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc"]
inputs: [entra.applications, entra.sign_in_activity, entra.app_roles]
key: []
detects: >
  An application with a usable client secret or certificate that in the last 30 days signed in by itself and also for people, holds
  permissions as itself, and has no web page people could have signed in to: no redirect address of the kinds web and spa, or it is a public client
  too. They came by device code, user name and password, or a program on their own computer.
why: >
  People come to know the machine's secret, the machine's rights stand behind a user's sign-in page, and the log no longer tells who did it.
remediation: |
  Register a second application for the machine part of {name}: the one people use holds delegated permissions only and no secret; the machine's has no redirect address
  and is no public client (`az ad app update --id {app_id} --is-fallback-public-client false`).
blind_spots: Sign-ins that the reports no longer hold; who of the people knows the secret; people who use a web application's secret for themselves.
false_positives: >
  A middle tier that acts on behalf of users and also by itself, without a page of its own. Web applications that call an API as themselves after a user
  signed in are the common good case and not reported.
bad:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.ReadWrite], via: consent, attrs: {consent: application}}]
    usage: [{identity_uid: "entra:t:sp/a", used_at: now-2d, source: "entra:sign-in-report", attrs: {flow: application}}, {identity_uid: "entra:t:sp/a", used_at: now-3d, source: "entra:sign-in-report", attrs: {flow: delegated}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "true", redirects: "web,publicClient"}}]
    credentials: [{identity_uid: "entra:t:sp/a", kind: certificate, issuer: azure, status: active}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.ReadWrite], via: consent, attrs: {consent: application}}]
    usage: [{identity_uid: "entra:t:sp/a", used_at: now-2d, source: "entra:sign-in-report", attrs: {flow: application}}, {identity_uid: "entra:t:sp/a", used_at: now-3d, source: "entra:sign-in-report", attrs: {flow: delegated}}]
good:
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {redirects: web}}]  # a web page and its backend
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.Send], via: consent, attrs: {consent: application}}]
    usage: [{identity_uid: "entra:t:sp/a", used_at: now-2d, source: "entra:sign-in-report", attrs: {flow: application}}, {identity_uid: "entra:t:sp/a", used_at: now-3d, source: "entra:sign-in-report", attrs: {flow: delegated}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # people only, of late
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.ReadWrite], via: consent, attrs: {consent: application}}]
    usage: [{identity_uid: "entra:t:sp/a", used_at: now-200d, source: "entra:sign-in-report", attrs: {flow: application}}, {identity_uid: "entra:t:sp/a", used_at: now-3d, source: "entra:sign-in-report", attrs: {flow: delegated}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra}]  # a web application on behalf of its users
    credentials: [{identity_uid: "entra:t:sp/a", kind: oauth_secret, issuer: azure, status: active}]
    grants: [{identity_uid: "entra:t:sp/a", language: entra, actions: [Mail.ReadWrite], via: consent, conditions: '{"delegated": "any user"}', attrs: {consent: all-users}}]
    usage: [{identity_uid: "entra:t:sp/a", used_at: now-2d, source: "entra:sign-in-report", attrs: {flow: application}}, {identity_uid: "entra:t:sp/a", used_at: now-3d, source: "entra:sign-in-report", attrs: {flow: delegated}}]
  - identities: [{uid: "entra:t:sp/a", type: "entra:service-principal", kind: oauth_app, provider: entra, attrs: {public_client: "true"}}]  # a command-line tool
*/
WITH flows AS (
  SELECT identity_uid, max(used_at) FILTER (attrs['flow'] = 'application') AS by_itself, max(used_at) FILTER (attrs['flow'] = 'delegated') AS for_people
  FROM usage WHERE source = 'entra:sign-in-report' AND used_days <= 30 GROUP BY identity_uid
),
keys AS (
  SELECT identity_uid FROM credentials
  WHERE issuer = 'azure' AND usable AND kind IN ('oauth_secret', 'certificate') AND coalesce(attrs['referenced'], 'false') <> 'true' GROUP BY identity_uid
),
own AS (
  SELECT identity_uid, string_agg(DISTINCT array_to_string(actions, ', '), ', ' ORDER BY array_to_string(actions, ', ')) AS permissions
  FROM grants WHERE language = 'entra' AND attrs['consent'] = 'application' GROUP BY identity_uid
)
SELECT i.uid AS identity, i.name, i.scope AS tenant, coalesce(i.attrs['app_id'], i.name) AS app_id, f.by_itself AS last_by_itself, f.for_people AS last_for_people, o.permissions,
  i.attrs['public_client'] AS public_client, i.attrs['redirects'] AS redirects, i.owner
FROM keys k
JOIN identities i ON i.uid = k.identity_uid
JOIN flows f ON f.identity_uid = k.identity_uid
JOIN own o ON o.identity_uid = k.identity_uid
WHERE i.type IN ('entra:service-principal', 'entra:application') AND NOT i.third_party AND i.status IN ('active', 'unknown')
  AND f.for_people IS NOT NULL AND f.by_itself IS NOT NULL
  AND (coalesce(i.attrs['public_client'], 'false') = 'true' OR NOT regexp_matches(coalesce(i.attrs['redirects'], ''), '(^|,)(web|spa)(,|$)'))
