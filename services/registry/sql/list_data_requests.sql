-- What people asked, by the day they are to have an answer.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT shown.* FROM data_request d
	CROSS JOIN LATERAL data_request_shown(d) shown
	WHERE (r.person_id IS NULL OR d.person_id = r.person_id)
		AND (r.kind IS NULL OR d.kind = r.kind)
		AND (r.status IS NULL OR d.status = r.status)
		AND (NOT r.open OR d.closed_at IS NULL)
		AND (NOT r.overdue OR shown.overdue)
		AND (r.after_data_request_id IS NULL
			OR (d.due_on, d.data_request_id)
				> (r.after_due_on, r.after_data_request_id))
	ORDER BY d.due_on, d.data_request_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, due_on, data_request_id
