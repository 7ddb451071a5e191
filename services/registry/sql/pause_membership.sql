-- Rest for a while, and come back: the seat is kept.
WITH stored AS (
	UPDATE membership m SET version = m.version + 1,
		status = CASE WHEN paused THEN 'paused' ELSE 'approved' END,
		decided_by = r.principal_person_id, decided_at = r.now,
		status_reason = ''
	FROM request r
	WHERE m.person_id = r.person_id AND m.network_id = r.network_id
		AND m.status = CASE WHEN paused THEN 'approved' ELSE 'paused' END
	RETURNING m AS membership, m.membership_id
), standing AS (
	SELECT membership FROM stored
	UNION ALL
	SELECT m FROM request JOIN membership m USING (person_id, network_id)
	WHERE m.membership_id NOT IN (SELECT membership_id FROM stored)
)
SELECT request_no, shown.*,
	CASE WHEN shown.status <> CASE WHEN paused THEN 'paused'
		ELSE 'approved' END THEN 'CONFLICT' END AS rpc_status,
	'Only who is a member can pause; look at its state.' AS rpc_message,
	'network_id' AS rpc_field
FROM standing CROSS JOIN LATERAL membership_shown(membership) shown
JOIN request USING (person_id, network_id)
