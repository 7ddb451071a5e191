-- Where a person is signed in, or was within a month.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT s.session_id, s.person_id, s.device, n.source, s.begun_at,
		n.seen_at, session_ends_at(s.begun_at, n.seen_at) AS ends_at,
		CASE WHEN session_ends_at(s.begun_at, n.seen_at) <= r.now
			THEN session_ends_at(s.begun_at, n.seen_at)
			ELSE s.ended_at END AS ended_at,
		second_factor_holds(s.second_factor_at, r.now) AS second_factor
	FROM sign_in_session s JOIN sign_in_seen n USING (session_id)
	WHERE s.person_id = r.person_id
	ORDER BY s.begun_at DESC, s.session_id
	LIMIT 100
) found
ORDER BY request_no, begun_at DESC, session_id
