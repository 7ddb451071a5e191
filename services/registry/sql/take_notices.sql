-- Notices whose turn it is, leased, as the notifier takes them. Who was merged is
-- told as who was kept. What is not true any more goes untold; who wants no mail,
-- or has no address that works, is looked at again until the notice expires. That
-- they were not told by mail is shown to staff where they have to tell them
-- themselves: ListRetentionNotices, DataRequest.extended_told_at.
WITH due AS MATERIALIZED (
	SELECT n.notice_id, r.request_no
	FROM request r, notice n
	WHERE n.mailed_at IS NULL AND n.lease_until <= statement_timestamp()
		AND n.due_at <= r.now AND n.expires_at > r.now
	ORDER BY n.lease_until, n.due_at LIMIT 200
	FOR UPDATE OF n SKIP LOCKED
), said AS MATERIALIZED (
	SELECT due.request_no, n.notice_id, n.kind AS rule, p.person_id,
		coalesce(n.address, e.address) AS address, p.language,
		k.path || CASE WHEN k.path LIKE '%/' THEN coalesce(m.network_id,
			a.hub_id, n.about_id)::text ELSE '' END AS path,
		least(n.expires_at, CASE n.kind WHEN 'membership_invited'
			THEN m.invited_until END) AS expires_at,
		w.title AS network, o.name AS hub, h.lead_email AS reply_to,
		coalesce(a.status_reason, d.extended_reason) AS reason,
		coalesce(m.invited_until AT TIME ZONE p.zone, d.due_on)
			AS until_local,
		coalesce(k.while_status IN ('', m.status, a.status), false)
			AND (n.kind <> 'stay' OR p.person_id = n.person_id)
			AS stands,
		coalesce(n.address, e.address) IS NOT NULL
			AND p.status IN ('provisional', 'active')
			AND (k.always OR p.contact = 'email') AS reachable
	FROM due JOIN notice n USING (notice_id)
	JOIN notice_kind k USING (kind)
	JOIN person told ON told.person_id = n.person_id
	JOIN person p ON p.person_id = coalesce(told.merged_into_id,
		told.person_id)
	LEFT JOIN person_email e ON e.person_id = p.person_id
		AND e.primary_address AND NOT e.bounced
	LEFT JOIN membership m ON m.membership_id = n.about_id
	LEFT JOIN network w ON w.network_id = m.network_id
	LEFT JOIN hub_application a ON a.application_id = n.about_id
	LEFT JOIN data_request d ON d.data_request_id = n.about_id
	LEFT JOIN hub h ON h.hub_id = coalesce(m.hub_id, a.hub_id, d.hub_id)
	LEFT JOIN organisation o ON o.organisation_id = h.organisation_id
), over AS (
	DELETE FROM notice n USING said s
	WHERE n.notice_id = s.notice_id AND NOT s.stands
), leased AS (
	UPDATE notice n SET lease_until = statement_timestamp()
		+ CASE WHEN reachable THEN interval '1 minute'
			ELSE interval '1 hour' END
	FROM said s WHERE n.notice_id = s.notice_id AND s.stands
)
SELECT request_no, notice_id, rule, person_id, address, language, path,
	expires_at, network, hub, reply_to, reason, until_local
FROM said WHERE stands AND reachable
