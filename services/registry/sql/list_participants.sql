-- The people of a network by name: participants() says whom the caller sees.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT p.* FROM participants(r.network_id, r.person_id) p
	WHERE r.after_person_id IS NULL
		OR (last_name, first_name, p.person_id) > (r.after_last_name,
			r.after_first_name, r.after_person_id)
	ORDER BY last_name, first_name, p.person_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, last_name, first_name, person_id
