-- Who got what, when, and if not, why.
SELECT r.request_no, g.message_id, g.session_id, s.title AS session_title,
	g.person_id, q.first_name || ' ' || q.last_name AS person_name, g.rule,
	g.state, g.reason, j.state AS delivery, g.address, g.language,
	g.fallback, g.planned_at, g.done_at,
	coalesce(j.attempt, g.attempts) AS attempts, g.smtp_code,
	coalesce(nullif(j.problem, ''), g.smtp_text) AS smtp_text, g.sequence,
	g.ics_sequence
FROM request r
CROSS JOIN LATERAL (
	SELECT m.* FROM message m
	WHERE (r.session_id IS NULL OR m.session_id = r.session_id)
		AND (r.person_id IS NULL OR m.person_id = r.person_id)
		AND (r.network_id IS NULL OR m.network_id = r.network_id)
		AND (r.state IS NULL OR m.state = r.state)
		AND (r.rule = '' OR m.rule = r.rule)
		AND (r.before_message_id = 0
			OR m.message_id < r.before_message_id)
	ORDER BY m.message_id DESC
	LIMIT least(coalesce(nullif(r.limit, 0), 100), 500)
) g
LEFT JOIN job j USING (message_id)
LEFT JOIN session s ON s.session_id = g.session_id
LEFT JOIN person q ON q.person_id = g.person_id
ORDER BY r.request_no, g.message_id DESC
