-- Memberships of a network or of a person: two ways, each with its own index, of
-- which a request goes one. Who waits is listed in the order of the waiting list.
SELECT request_no, (m).*,
	CASE WHEN m IS NULL THEN 'INVALID' END AS rpc_status,
	'Name a network or a person.' AS rpc_message, 'network_id' AS rpc_field
FROM request r CROSS JOIN LATERAL (
	(SELECT m, row_number() OVER (ORDER BY waits, membership_id) AS place
	FROM (
		SELECT m, membership_id, CASE WHEN r.status = 'waitlisted'
			THEN requested_at END AS waits
		FROM membership_message m
		WHERE network_id = r.network_id
			AND person_id = coalesce(r.person_id, person_id)
			AND status = coalesce(r.status, status)
		UNION ALL
		SELECT m, membership_id, CASE WHEN r.status = 'waitlisted'
			THEN requested_at END
		FROM membership_message m
		WHERE r.network_id IS NULL AND person_id = r.person_id
			AND status = coalesce(r.status, status)) m
	WHERE r.after_membership_id IS NULL
		OR CASE WHEN waits IS NULL
			THEN membership_id > r.after_membership_id
			ELSE (waits, membership_id) > (
				SELECT a.requested_at, a.membership_id
				FROM membership a
				WHERE a.membership_id = r.after_membership_id)
			END
	ORDER BY waits, membership_id
	LIMIT page(r.limit))
	UNION ALL
	SELECT NULL, 0 WHERE r.network_id IS NULL AND r.person_id IS NULL
) found
ORDER BY request_no, place
