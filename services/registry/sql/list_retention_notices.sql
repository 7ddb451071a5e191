-- Who was asked whether to stay, and whether by mail.
SELECT request_no, found.person_id, found.last_on, found.written_at AS asked_at,
	found.expires_at::date AS answer_by_on, found.mailed_at
FROM request r CROSS JOIN LATERAL (
	SELECT n.*, a.last_on FROM notice n JOIN quiet_person a USING (person_id)
	WHERE n.kind = 'stay' AND (r.after_person_id IS NULL
		OR n.person_id > r.after_person_id)
	ORDER BY n.person_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, person_id
