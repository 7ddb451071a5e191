-- Who came.
WITH gone AS (
	DELETE FROM attendance a USING request r
	WHERE r.change_deleted AND a.attendance_id = r.change_key::uuid
)
INSERT INTO attendance (attendance_id, session_id, person_id, counted, version)
SELECT change_key::uuid, session_id, person_id, counted, version
FROM request WHERE NOT change_deleted
ON CONFLICT (attendance_id) DO UPDATE SET session_id = excluded.session_id,
	person_id = excluded.person_id, counted = excluded.counted,
	version = excluded.version
WHERE excluded.version >= attendance.version
