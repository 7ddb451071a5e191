-- PublishSession: members are invited by the table's trigger.
WITH published AS (
	UPDATE session s SET status = 'published'
	FROM request r, session_transition t
	WHERE s.session_id = r.session_id AND r.version IN (0, s.version)
	AND (t.from_status, t.to_status) = (s.status, 'published')
	RETURNING r.request_no, s AS after
)
SELECT r.request_no, x.*, (coalesce(d.after, s)).*
FROM request r JOIN session s USING (session_id)
LEFT JOIN published d USING (request_no)
CROSS JOIN LATERAL (SELECT
	CASE WHEN s.status <> 'published' AND d.after IS NULL
		THEN 'CONFLICT' END AS rpc_status,
	CASE WHEN r.version IN (0, s.version) THEN 'status'
		ELSE 'version' END AS rpc_field,
	CASE WHEN r.version IN (0, s.version)
		THEN format('A session that is %s cannot be published.',
			s.status)
		ELSE 'The session was changed in the meantime; read it again.'
	END AS rpc_message) x
