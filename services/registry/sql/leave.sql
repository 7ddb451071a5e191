-- End a membership, withdraw the wish for one, or say no to an invitation. The
-- seat goes to who waits longest: see give_seats.sql.
WITH stored AS (
	UPDATE membership m SET status = 'left', version = m.version + 1,
		decided_by = r.principal_person_id, decided_at = r.now,
		status_reason = '', invited_until = NULL
	FROM request r
	WHERE m.person_id = r.person_id AND m.network_id = r.network_id
		AND m.status IN ('requested', 'invited', 'waitlisted',
			'approved', 'paused')
	RETURNING m AS membership, m.membership_id
), standing AS (
	SELECT membership FROM stored
	UNION ALL
	SELECT m FROM request JOIN membership m USING (person_id, network_id)
	WHERE m.membership_id NOT IN (SELECT membership_id FROM stored)
)
SELECT request_no, shown.*,
	CASE WHEN shown.status IN ('requested', 'invited', 'waitlisted',
		'approved', 'paused') THEN 'CONFLICT' END AS rpc_status,
	'This membership is changing at this moment; ask again.' AS rpc_message,
	'network_id' AS rpc_field
FROM standing CROSS JOIN LATERAL membership_shown(membership) shown
JOIN request USING (person_id, network_id)
