-- Applications, of one hub or of all, by id.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT a.* FROM hub_application_message a
	WHERE (r.hub_id IS NULL OR a.hub_id = r.hub_id)
		AND (r.status IS NULL OR a.status = r.status)
		AND (r.after_application_id IS NULL
			OR a.application_id > r.after_application_id)
	ORDER BY a.application_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, application_id
