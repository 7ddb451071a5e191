-- AdvanceSession: the steps that have no method of their own.
WITH advanced AS (
	UPDATE session s SET status = r.status
	FROM request r, session_transition t
	WHERE s.session_id = r.session_id AND r.version IN (0, s.version)
	AND (t.from_status, t.to_status, t.method)
		= (s.status, r.status, 'AdvanceSession')
	RETURNING r.request_no, s AS after
)
SELECT r.request_no, x.*, (coalesce(d.after, s)).*
FROM request r JOIN session s USING (session_id)
LEFT JOIN advanced d USING (request_no)
LEFT JOIN session_transition t
	ON (t.from_status, t.to_status) = (s.status, r.status)
CROSS JOIN LATERAL (SELECT
	CASE WHEN s.status IS DISTINCT FROM r.status AND d.after IS NULL
		THEN 'CONFLICT' END AS rpc_status,
	CASE WHEN r.version IN (0, s.version) THEN 'status'
		ELSE 'version' END AS rpc_field,
	CASE WHEN r.version NOT IN (0, s.version) THEN
		'The session was changed in the meantime; read it again.'
	WHEN t.method IS NULL THEN
		format('A session that is %s cannot become %s.', s.status,
			coalesce(r.status, 'unspecified'))
	ELSE format('Use %s.', t.method) END AS rpc_message) x
