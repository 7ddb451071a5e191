-- Memberships of a network, of a person, or all that the caller may see.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT m.* FROM membership_message m
	WHERE (r.network_id IS NULL OR m.network_id = r.network_id)
		AND (r.person_id IS NULL OR m.person_id = r.person_id)
		AND (r.status IS NULL OR m.status = r.status)
		AND (r.after_membership_id IS NULL
			OR m.membership_id > r.after_membership_id)
	ORDER BY m.membership_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, membership_id
