-- ListAssignments: of a session or a person.
SELECT r.request_no, a.assignment_id, a.session_id, a.person_id, a.role,
	a.status, a.version
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM (
		SELECT * FROM assignment x WHERE x.session_id = r.session_id
		AND (r.person_id IS NULL OR x.person_id = r.person_id)
		UNION ALL SELECT * FROM assignment x
		WHERE r.session_id IS NULL AND x.person_id = r.person_id
	) a
	WHERE r.after_assignment_id IS NULL OR a.assignment_id > r.after_assignment_id
	ORDER BY a.assignment_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) a
ORDER BY r.request_no, a.assignment_id
