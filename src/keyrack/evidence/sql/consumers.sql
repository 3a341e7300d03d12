-- Who stands behind calls: program, network, caller, session and credential, most calls first.
SELECT e.identity_uid, e.user_agent, e.source_ip, e.caller, e.credential_uid,
  count(*) AS times, min(e."at") AS first_at, max(e."at") AS last_at,
  count(DISTINCT e.session) AS sessions, min(e.session) AS session
FROM events e
WHERE e.outcome <> 'denied' AND e."at" >= getvariable('evidence_since') AND e."at" < getvariable('evidence_until')
  AND {chosen}
  AND EXISTS (
    SELECT 1 FROM lost_calls l
    WHERE l.identity_uid = e.identity_uid
      AND (l.action = e.api AND len(e.actions) = 0
        OR list_contains(e.actions, l.action) AND coalesce(e.resources[list_position(e.actions, l.action)], '') = l.resource))
GROUP BY e.identity_uid, e.user_agent, e.source_ip, e.caller, e.credential_uid
ORDER BY e.identity_uid, times DESC, last_at DESC, e.user_agent, e.source_ip, e.caller, e.credential_uid
