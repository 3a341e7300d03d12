/*
id: path_to_admin
title: Machine identity reaches administrator rights through others
severity: high
confidence: medium
owasp: NHI5:2025
frameworks: ["NIST-800-53:AC-6", "NIST-800-53:AC-6(10)", "CSF-2.0:PR.AA-05"]
inputs: [any.grants, keyrack.graph]
key: []
yields_to: [k8s_becomes_others, gcp_impersonation_project_wide, entra_privileged_application, azure_privileged_at_subscription]
detects: >
  A machine identity that holds no administrator right itself, and yet becomes an administrator in one or more steps, in its own system or across
  systems: an identity it may assume, mint tokens of or attach to a workload, code or a credential of somebody stronger that it may change or read.
  Each step on AWS is decided from the policies: boundaries, control policies, denies and conditions count. Elsewhere from grants and their scopes.
why: Each grant on the way looks harmless in a review. Together they are administrator.
remediation: |
  Break the shortest way at its first step: {first_step} of {name}. `keyrack cut --to admin` names the removals that close the most ways at once.
  The way: {route}
blind_spots: >
  Policies on resources unless they were read (--aws-resource-policies); conditions nobody can judge from outside (`keyrack paths --conditional`
  shows those); methods that are in no public list yet.
false_positives: A deployment role that is meant to pass administrator roles. Identities that change their own rights are reported by privilege_escalation instead.
bad:
  - identities:
      - {uid: "aws:iam::111122223333:role/build", type: "aws:iam-role"}
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/build", actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/boss"]}
      - {identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}
    policies:
      - {language: aws-iam, kind: trust, name: boss, scope: "111122223333", targets: ["aws:iam::111122223333:role/boss"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}'}
  - identities:
      - {uid: "gcp:sa/build@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}
      - {uid: "gcp:sa/boss@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}
    grants:
      - {identity_uid: "gcp:sa/build@p.iam.gserviceaccount.com", language: gcp, actions: ["roles/iam.serviceAccountTokenCreator"]}
      - {identity_uid: "gcp:sa/boss@p.iam.gserviceaccount.com", language: gcp, actions: ["roles/owner"], privilege: admin}
good:
  - identities:  # it may act as one account, and that one is no administrator
      - {uid: "gcp:sa/build@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}
      - {uid: "gcp:sa/api@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}
      - {uid: "gcp:sa/boss@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}
    grants:
      - {identity_uid: "gcp:sa/build@p.iam.gserviceaccount.com", language: gcp, actions: ["roles/iam.serviceAccountTokenCreator"], resources: ["gcp:sa/api@p.iam.gserviceaccount.com"]}
      - {identity_uid: "gcp:sa/boss@p.iam.gserviceaccount.com", language: gcp, actions: ["roles/owner"], privilege: admin}
  - identities:
      - {uid: "aws:iam::111122223333:role/build", type: "aws:iam-role"}
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    grants:
      - {identity_uid: "aws:iam::111122223333:role/build", actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::111122223333:role/boss"]}
      - {identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}
    policies:  # the role trusts a service only
      - {language: aws-iam, kind: trust, name: boss, scope: "111122223333", targets: ["aws:iam::111122223333:role/boss"], document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'}
  - identities:  # Google's own agent, in the role that Google gave it
      - {uid: "gcp:sa/1@cloudservices.gserviceaccount.com", type: "gcp:service-agent", provider: gcp, scope: p}
      - {uid: "gcp:sa/boss@p.iam.gserviceaccount.com", type: "gcp:service-account", provider: gcp, scope: p}
    grants:
      - {identity_uid: "gcp:sa/1@cloudservices.gserviceaccount.com", language: gcp, actions: ["roles/editor"]}
      - {identity_uid: "gcp:sa/boss@p.iam.gserviceaccount.com", language: gcp, actions: ["roles/owner"], privilege: admin}
  - identities:  # an administrator has nowhere to go
      - {uid: "aws:iam::111122223333:role/boss", type: "aws:iam-role"}
    grants: [{identity_uid: "aws:iam::111122223333:role/boss", actions: ["*"]}]
*/
SELECT i.uid AS identity, i.name, i.type, i.scope, a.hops, a.mechanism AS first_step, a.via, a.target, a.route, b.identities AS identities_in_reach,
  b.crown AS crown_jewels_in_reach, i.owner, i.last_used_at
FROM admin_paths a
JOIN identities i ON i.uid = a.identity_uid
LEFT JOIN blast_radius b ON b.identity_uid = a.identity_uid
ANTI JOIN escalation_paths e ON e.identity_uid = a.identity_uid
ANTI JOIN (SELECT identity_uid FROM broad_grants WHERE len(takeovers) > 0) t ON t.identity_uid = a.identity_uid
WHERE i.nhi AND i.status IN ('active', 'unknown') AND NOT starts_with(i.type, 'iac:') AND i.kind <> 'cicd' AND i.type <> 'gcp:service-agent'
  AND coalesce(i.attrs['service_linked'], 'false') <> 'true' AND (i.type <> 'aws:iam-role' OR i.attrs['human_evidence'] IS NULL)
