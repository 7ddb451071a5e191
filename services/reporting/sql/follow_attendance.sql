-- The attendances as facts: who was where, for how long, and whether it counts.
WITH note AS (
	INSERT INTO touched SELECT change_key::uuid FROM request
), removed AS (
	DELETE FROM attendance a USING request r
	WHERE r.change_deleted AND a.attendance_id = r.change_key::uuid
)
INSERT INTO attendance (attendance_id, session_id, person_id, minutes, role,
	counted, member, version)
SELECT attendance_id, session_id, person_id, minutes, role, counted, member,
	version
FROM request WHERE NOT change_deleted
ON CONFLICT (attendance_id) DO UPDATE SET session_id = excluded.session_id,
	person_id = excluded.person_id, minutes = excluded.minutes,
	role = excluded.role, counted = excluded.counted,
	member = excluded.member, version = excluded.version
WHERE excluded.version >= attendance.version
