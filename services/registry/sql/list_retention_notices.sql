-- Who was asked whether to stay, and whether by mail.
SELECT request_no, found.person_id, found.last_on, found.asked_at,
	found.answer_by_on, found.mailed_at
FROM request r CROSS JOIN LATERAL (
	SELECT n.* FROM retention_notice n
	WHERE r.after_person_id IS NULL OR n.person_id > r.after_person_id
	ORDER BY n.person_id
	LIMIT page(r.limit)
) found
ORDER BY request_no, person_id
