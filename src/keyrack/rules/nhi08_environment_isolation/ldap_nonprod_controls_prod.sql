/*
id: ldap_nonprod_controls_prod
title: Account of another environment controls one of production
severity: high
confidence: medium
owasp: NHI8:2025
frameworks: ["NIST-800-53:SC-32", "NIST-800-53:AC-4", "CSF-2.0:PR.IR-01"]
inputs: [ldap.control, ldap.managed]
key: [subject]
detects: >
  A production account whose access list, delegation list or managed password lets in an account of another environment, by organisational unit,
  description or name.
why: Test systems are run with less care; through this entry their intruder is in production.
remediation: Take {other} out of the list by which it has {right} over {name}, and give production an account of its own.
blind_spots: Control through groups; accounts whose place and name say nothing of their environment.
false_positives: Accounts in a unit whose name misleads.
bad:
  - identities: [{uid: "ldap:dc=x:account/cn=sql,ou=prod", type: "ldap:computer", provider: ldap, scope: dc=x, environment: prod}, {uid: "ldap:dc=x:account/cn=web,ou=test", type: "ldap:computer", provider: ldap, scope: dc=x, environment: nonprod}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=sql,ou=prod", subject: "ldap:dc=x:account/cn=web,ou=test", subject_kind: identity, mechanism: "ad:rbcd"}]
good:
  - identities: [{uid: "ldap:dc=x:account/cn=sql,ou=prod", type: "ldap:computer", provider: ldap, scope: dc=x, environment: prod}, {uid: "ldap:dc=x:account/cn=web,ou=prod", type: "ldap:computer", provider: ldap, scope: dc=x, environment: prod}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=sql,ou=prod", subject: "ldap:dc=x:account/cn=web,ou=prod", subject_kind: identity, mechanism: "ad:rbcd"}]
  - identities: [{uid: "ldap:dc=x:account/cn=sql,ou=test", type: "ldap:computer", provider: ldap, scope: dc=x, environment: nonprod}, {uid: "ldap:dc=x:account/cn=web,ou=prod", type: "ldap:computer", provider: ldap, scope: dc=x, environment: prod}]
    trusts: [{identity_uid: "ldap:dc=x:account/cn=sql,ou=test", subject: "ldap:dc=x:account/cn=web,ou=prod", subject_kind: identity, mechanism: "ad:rbcd"}]
*/
SELECT i.uid AS identity, t.subject, i.name, s.name AS other, i.scope AS domain, min(replace(replace(t.mechanism, 'ad:acl-', ''), 'ad:', '')) AS right,
  i.environment_evidence AS production_known_by, s.environment_evidence AS nonproduction_known_by, i.owner
FROM trusts t
JOIN identities i ON i.uid = t.identity_uid
JOIN identities s ON s.uid = t.subject
WHERE starts_with(t.mechanism, 'ad:') AND i.environment = 'prod' AND s.environment = 'nonprod' AND i.status = 'active' AND s.status = 'active'
GROUP BY i.uid, t.subject, i.name, s.name, i.scope, i.environment_evidence, s.environment_evidence, i.owner
