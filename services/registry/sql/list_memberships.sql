-- Memberships of a network or of a person: two ways, each with its own index, of
-- which a request goes one.
SELECT request_no, found.*, NULL AS rpc_status, NULL AS rpc_message,
	NULL AS rpc_field
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM (
		SELECT * FROM membership_message
		WHERE network_id = r.network_id
			AND person_id = coalesce(r.person_id, person_id)
		UNION ALL
		SELECT * FROM membership_message
		WHERE r.network_id IS NULL AND person_id = r.person_id) m
	WHERE (r.status IS NULL OR m.status = r.status)
		AND (r.after_membership_id IS NULL
			OR m.membership_id > r.after_membership_id)
	ORDER BY m.membership_id
	LIMIT page(r.limit)
) found
UNION ALL
SELECT request_no, (NULL::membership_message).*, 'INVALID',
	'Name a network or a person.', 'network_id'
FROM request WHERE network_id IS NULL AND person_id IS NULL
ORDER BY request_no, membership_id
