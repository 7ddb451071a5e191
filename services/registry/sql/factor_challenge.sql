-- What a code of this session is checked against.
WITH mine AS MATERIALIZED (
	SELECT r.request_no, r.now, s.session_id, s.person_id,
		second_factor_holds(s.second_factor_at, r.now) AS passed
	FROM request r
	JOIN sign_in_session s ON s.secret_hash = r.session_secret
	JOIN sign_in_seen n USING (session_id)
	JOIN person p ON p.person_id = s.person_id
	WHERE s.ended_at IS NULL AND p.status IN ('provisional', 'active')
		AND session_ends_at(s.begun_at, n.seen_at) > r.now
)
SELECT request_no, session_id, person_id, f.secret, f.pending,
	coalesce(f.step, 0) AS step,
	ARRAY(SELECT code_hash FROM recovery_code c
		WHERE c.person_id = mine.person_id) AS recovery_hashes,
	CASE WHEN wait_until(a.last_at, a.tries, 5) > now
		THEN wait_until(a.last_at, a.tries, 5) END AS wait_until,
	mine.passed,
	coalesce((SELECT address FROM person_email e
		WHERE e.person_id = mine.person_id AND e.primary_address), '')
		AS address
FROM mine
LEFT JOIN second_factor f USING (person_id)
LEFT JOIN sign_in_attempt a ON a.kind = 'code'
	AND a.subject = attempt_subject(person_id::text)
