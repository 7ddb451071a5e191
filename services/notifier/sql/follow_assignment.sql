-- Who does what in a session.
WITH gone AS (
	DELETE FROM assignment a USING request r
	WHERE r.change_deleted AND a.assignment_id = r.change_key::uuid
)
INSERT INTO assignment (assignment_id, session_id, person_id, role, status,
	version)
SELECT change_key::uuid, session_id, person_id, role, status, version
FROM request WHERE NOT change_deleted
ON CONFLICT (assignment_id) DO UPDATE SET session_id = excluded.session_id,
	person_id = excluded.person_id, role = excluded.role,
	status = excluded.status, version = excluded.version
WHERE excluded.version >= assignment.version
