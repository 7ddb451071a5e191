-- People by name, of a network, a hub, or all that the caller may see.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT p.* FROM person_message p
	WHERE ((r.network_id IS NULL AND r.hub_id IS NULL) OR person_id IN (
			SELECT m.person_id FROM membership m
			WHERE (r.network_id IS NULL OR m.network_id = r.network_id)
				AND (r.hub_id IS NULL OR m.network_id IN (
					SELECT n.network_id FROM network n
					WHERE n.hub_id = r.hub_id))))
		AND (r.after_person_id IS NULL OR
			(p.last_name, p.first_name, p.person_id) >
			(r.after_last_name, r.after_first_name, r.after_person_id))
	ORDER BY p.last_name, p.first_name, p.person_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, last_name, first_name, person_id
