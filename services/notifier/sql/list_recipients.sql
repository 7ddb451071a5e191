-- Who gets the last plan of a rule, and who not, and why.
SELECT r.request_no, t.person_id,
	t.first_name || ' ' || t.last_name AS name, t.address, t.reason
FROM request r
CROSS JOIN LATERAL (
	SELECT t.* FROM recipient t
	WHERE t.session_id = r.session_id AND t.rule = r.rule
		AND t.sequence = (SELECT max(p.sequence) FROM plan p
			WHERE p.session_id = r.session_id AND p.rule = r.rule)
		AND (r.after_person_id IS NULL OR t.person_id > r.after_person_id)
	ORDER BY t.person_id
	LIMIT least(coalesce(nullif(r.limit, 0), 500), 500)
) t
ORDER BY r.request_no, t.person_id
