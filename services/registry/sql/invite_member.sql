-- Ask a person to join, by id or by the address that only they read: staff learn
-- nothing more of who is not theirs. To invite again moves the end.
WITH asked AS (
	SELECT r.*, coalesce(r.invited_until, now + interval '30 days') AS until,
		CASE WHEN r.person_id IS NULL
			THEN reader_of(lower(btrim(r.email)))
			ELSE (SELECT p.person_id FROM person p
				WHERE p.person_id = r.person_id) END AS invited_id
	FROM request r
), judged AS (
	SELECT a.request_no, a.membership_id, a.network_id, a.now, a.until,
		a.principal_person_id, a.invited_id, n.hub_id, m, CASE
		WHEN NOT decides(n.hub_id, n.network_id) THEN 'own'
		WHEN n.status IN ('closed', 'archived') THEN 'closed'
		WHEN invited_id IS NULL THEN 'nobody'
		WHEN until <= now OR until > now + interval '1 year' THEN 'past'
		WHEN m.status IN ('approved', 'paused') THEN 'stands'
		WHEN m.status IN ('requested', 'waitlisted') THEN 'asks'
		WHEN lag(request_no) OVER (PARTITION BY a.network_id, invited_id
			ORDER BY request_no) IS NOT NULL THEN 'twice'
		ELSE 'invite' END AS verdict
	FROM asked a JOIN network n USING (network_id)
	LEFT JOIN membership m ON m.network_id = a.network_id
		AND m.person_id = invited_id
), stored AS (
	INSERT INTO membership AS m (membership_id, person_id, network_id,
		hub_id, status, source, marketing_opt_in, requested_at,
		decided_by, decided_at, invited_until, version)
	SELECT coalesce(membership_id, gen_random_uuid()), invited_id,
		network_id, hub_id, 'invited', 'invite', false, now,
		principal_person_id, now, until, 1
	FROM judged WHERE verdict = 'invite'
	ON CONFLICT (person_id, network_id) DO UPDATE SET status = 'invited',
		source = 'invite', decided_by = excluded.decided_by,
		decided_at = excluded.decided_at, status_reason = '',
		invited_until = excluded.invited_until, version = m.version + 1
	WHERE m.status IN ('invited', 'declined', 'lapsed', 'left', 'removed')
	RETURNING m AS membership, m.network_id, m.person_id
)
SELECT request_no, shown.*,
	CASE verdict WHEN 'own' THEN 'FORBIDDEN' WHEN 'nobody' THEN 'INVALID'
		WHEN 'past' THEN 'INVALID' WHEN 'closed' THEN 'CONFLICT'
		WHEN 'asks' THEN 'CONFLICT' ELSE CASE WHEN shown.status IS NULL
			THEN 'CONFLICT' END
	END AS rpc_status,
	CASE verdict WHEN 'own' THEN 'This is for the staff of its hub.'
		WHEN 'nobody' THEN 'Name a person, or an address that one person reads.'
		WHEN 'past' THEN 'Give a moment from now to a year ahead.'
		WHEN 'closed' THEN 'This network has ended.'
		WHEN 'asks' THEN 'This person asks already: decide that.'
		ELSE 'This membership is changing at this moment; ask again.'
	END AS rpc_message,
	CASE verdict WHEN 'nobody' THEN 'email' WHEN 'past' THEN 'invited_until'
		WHEN 'asks' THEN 'person_id' ELSE 'network_id'
	END AS rpc_field
FROM judged LEFT JOIN stored ON stored.network_id = judged.network_id
	AND stored.person_id = invited_id
CROSS JOIN LATERAL membership_shown(coalesce(membership, m)) shown
