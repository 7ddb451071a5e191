-- ListAttendance: of a session or a person.
SELECT r.request_no, a.attendance_id, a.session_id, a.person_id, a.minutes,
	a.first_join_at, a.last_leave_at, a.source, a.role, a.counted, a.member,
	a.version, s.start_local::date AS held_on
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM (
		SELECT * FROM attendance x WHERE x.session_id = r.session_id
		AND (r.person_id IS NULL OR x.person_id = r.person_id)
		UNION ALL SELECT * FROM attendance x
		WHERE r.session_id IS NULL AND x.person_id = r.person_id
	) a
	WHERE r.after_attendance_id IS NULL OR a.attendance_id > r.after_attendance_id
	ORDER BY a.attendance_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) a
LEFT JOIN session s ON s.session_id = a.session_id
ORDER BY r.request_no, a.attendance_id
