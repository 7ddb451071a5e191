-- Feed assignment.
SELECT r.request_no, e.assignment_id, e.session_id, e.person_id, e.role,
	e.status, e.version
FROM request r JOIN assignment e ON e.assignment_id = r.entity_id::uuid
