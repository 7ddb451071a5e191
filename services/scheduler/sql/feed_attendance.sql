-- Feed attendance.
SELECT r.request_no, e.attendance_id, e.session_id, e.person_id, e.minutes,
	e.first_join_at, e.last_leave_at, e.source, e.role, e.counted, e.member,
	e.version, s.start_local::date AS held_on
FROM request r JOIN attendance e ON e.attendance_id = r.entity_id::uuid
LEFT JOIN session s ON s.session_id = e.session_id
