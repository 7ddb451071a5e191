-- What goes out, when, and to how many as things stand now.
WITH page AS MATERIALIZED (
	SELECT r.request_no, p.*, s.title AS session_title
	FROM request r
	CROSS JOIN LATERAL (
		SELECT p.* FROM plan p
		JOIN session s USING (session_id)
		WHERE (r.session_id IS NULL AND s.start_at > r.now
				OR p.session_id = r.session_id)
			AND (r.network_id IS NULL OR s.network_id = r.network_id)
			AND (r.after_due_at IS NULL
				OR (p.due_at, p.session_id, p.rule) > (r.after_due_at,
					coalesce(r.after_session_id,
					'00000000-0000-0000-0000-000000000000'),
					r.after_rule))
		ORDER BY p.due_at, p.session_id, p.rule, p.sequence
		LIMIT least(coalesce(nullif(r.limit, 0), 50), 200)
	) p
	JOIN session s ON s.session_id = p.session_id
)
SELECT g.request_no, g.session_id, g.rule, g.sequence, g.due_at, g.state,
	g.reason, n.recipients::integer, n.left_out::integer, g.session_title
FROM page g
CROSS JOIN LATERAL (
	SELECT count(*) FILTER (WHERE t.reason = '') AS recipients,
		count(*) FILTER (WHERE t.reason <> '') AS left_out
	FROM recipient t
	WHERE (t.session_id, t.rule, t.sequence)
		= (g.session_id, g.rule, g.sequence) AND g.state = 'planned'
) n
ORDER BY g.request_no, g.due_at, g.session_id, g.rule, g.sequence
