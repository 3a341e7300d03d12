/*
id: postgres_stored_password
title: Password of another server lies in a PostgreSQL catalogue or configuration
severity: medium
confidence: high
owasp: NHI2:2025
frameworks: ["NIST-800-53:IA-5(7)", "CSF-2.0:PR.DS-01"]
references: ["https://www.postgresql.org/docs/current/sql-createusermapping.html", "https://www.postgresql.org/docs/current/postgres-fdw.html"]
inputs: [postgres.foreign, postgres.subscriptions, postgres.hba, postgres.server]
detects: >
  A password written into a user mapping, a subscription, primary_conninfo or an option of pg_hba.conf. The value is fingerprinted, never kept.
why: It is plain text to every superuser, in every dump of the catalogue and in every backup of the data directory, and it never rotates by itself.
remediation: |
  Let {place} sign in without it: a client certificate (sslcert, sslkey), Kerberos delegation or a .pgpass of the server's account (passfile); then
  change the password of {login} where it is accepted.
blind_spots: Without superuser, user mappings of others hide theirs, and a Gap says so.
false_positives: Mappings between databases of one server that only its superusers use.
bad:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, name: password of sync, fingerprint: "1", attrs: {login: sync, endpoint: "db2:5432"}}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, scope: db, path: "shop - user mapping of app for other", detector: postgres}]
good:
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, name: password of sync, fingerprint: "1", status: revoked}]
    placements: [{credential_uid: "cred:fp:1", system: app_setting, scope: db, path: "shop - user mapping of app for other", detector: postgres}]
  - credentials: [{uid: "cred:fp:1", kind: password, issuer: database, name: password of sync, fingerprint: "1"}]
    placements: [{credential_uid: "cred:fp:1", system: vault, exposure: sanctioned, scope: v, path: "secret/db", detector: openbao}]
  - credentials: [{uid: "cred:at:pg:db:role/a/password", kind: password, issuer: postgres, name: password, status: active}]
*/
SELECT min(coalesce(e.consumer_uid, e.identity)) AS identity, e.credential, min(e.severity) AS severity, min(e.confidence) AS confidence, min(e.scope) AS server, e.path AS place,
  min(e.name) AS name, coalesce(min(c.attrs['login']), 'its role') AS login, min(c.attrs['endpoint']) AS opens, min(e.identity) AS authenticates_as
FROM exposed e
JOIN credentials c ON c.uid = e.credential
WHERE e.system = 'app_setting' AND e.detector IN ('postgres', 'pg_hba')
GROUP BY e.credential, e.path
