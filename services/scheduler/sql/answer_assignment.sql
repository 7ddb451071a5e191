-- AnswerAssignment: by the one who is asked, as long as the answer matters.
WITH answered AS (
	UPDATE assignment a SET status = r.status,
		version = a.version + (a.status <> r.status)::int
	FROM request r
	WHERE a.assignment_id = r.assignment_id AND a.person_id = r.person_id
	AND r.status IN ('confirmed', 'declined')
	AND a.status IN ('proposed', 'invited', 'confirmed', 'declined')
	RETURNING r.request_no, a AS after
)
SELECT r.request_no,
	CASE WHEN d.after IS NULL THEN 'CONFLICT' END AS rpc_status,
	'status' AS rpc_field,
	'An open assignment can be confirmed or declined.' AS rpc_message,
	a.assignment_id, a.session_id, a.person_id, a.role,
	coalesce((d.after).status, a.status) AS status,
	coalesce((d.after).version, a.version) AS version
FROM request r JOIN assignment a USING (assignment_id, person_id)
LEFT JOIN answered d USING (request_no)
