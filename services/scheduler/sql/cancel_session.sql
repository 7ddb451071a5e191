-- CancelSession: a draft was never announced; it is changed, not cancelled.
WITH cancelled AS (
	UPDATE session s SET status = 'cancelled', cancelled_reason = r.reason
	FROM request r, session_transition t
	WHERE s.session_id = r.session_id AND r.version IN (0, s.version)
	AND (t.from_status, t.to_status) = (s.status, 'cancelled')
	RETURNING r.request_no, s AS after
)
SELECT r.request_no, x.*, (coalesce(d.after, s)).*
FROM request r JOIN session s USING (session_id)
LEFT JOIN cancelled d USING (request_no)
CROSS JOIN LATERAL (SELECT
	CASE WHEN s.status <> 'cancelled' AND d.after IS NULL
		THEN 'CONFLICT' END AS rpc_status,
	CASE WHEN r.version IN (0, s.version) THEN 'status'
		ELSE 'version' END AS rpc_field,
	CASE WHEN r.version IN (0, s.version)
		THEN format('A session that is %s cannot be cancelled.',
			s.status)
		ELSE 'The session was changed in the meantime; read it again.'
	END AS rpc_message) x
