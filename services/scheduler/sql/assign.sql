-- Assign: session, person and role decide; the first id stays.
WITH wanted AS (
	SELECT r.*, s.hub_id, CASE
		WHEN s.session_id IS NULL THEN 'session'
		WHEN r.person_id IS NULL THEN 'person'
		WHEN r.version NOT IN (0, a.version) THEN 'stale' END AS refusal
	FROM request r
	LEFT JOIN session s USING (session_id)
	LEFT JOIN assignment a USING (session_id, person_id, role)
), written AS (
	INSERT INTO assignment AS a
	SELECT DISTINCT ON (session_id, person_id, role)
		coalesce(assignment_id, gen_random_uuid()), session_id, hub_id,
		person_id, role, coalesce(status, 'proposed'), 1
	FROM wanted WHERE refusal IS NULL
	ORDER BY session_id, person_id, role, request_no DESC
	ON CONFLICT ON CONSTRAINT assignment_natural DO UPDATE SET
		status = excluded.status,
		version = a.version + (a.status <> excluded.status)::int
	RETURNING a.*
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('session', 'NOT_FOUND', 'session_id', 'No such session.'),
	('person', 'INVALID', 'person_id', 'Say who is assigned.'),
	('stale', 'CONFLICT', 'version',
		'The assignment was changed in the meantime; read it again.')
)
SELECT w.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	coalesce(d.assignment_id, a.assignment_id) AS assignment_id,
	w.session_id, w.person_id, w.role, coalesce(d.status, a.status) AS status,
	coalesce(d.version, a.version) AS version
FROM wanted w
LEFT JOIN written d USING (session_id, person_id, role)
LEFT JOIN assignment a USING (session_id, person_id, role)
LEFT JOIN refusal x USING (refusal)
