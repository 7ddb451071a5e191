-- ListSessions: by start; the page continues after the session last seen.
SELECT r.request_no, s.*
FROM request r
LEFT JOIN session last ON last.session_id = r.after_session_id
CROSS JOIN LATERAL (
	SELECT * FROM session s
	WHERE (r.hub_id IS NULL OR s.hub_id = r.hub_id)
	AND (r.network_id IS NULL OR s.network_id = r.network_id)
	AND (r.programme_id IS NULL OR s.programme_id = r.programme_id)
	AND (r.person_id IS NULL OR s.session_id IN (
		SELECT i.session_id FROM invitation i
		WHERE i.person_id = r.person_id))
	AND (r.from_at IS NULL OR s.start_at >= r.from_at)
	AND (r.before_at IS NULL OR s.start_at < r.before_at)
	AND (last.session_id IS NULL OR (s.start_at, s.session_id)
		> (last.start_at, last.session_id))
	ORDER BY s.start_at, s.session_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) s
ORDER BY r.request_no, s.start_at, s.session_id
