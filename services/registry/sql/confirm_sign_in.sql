-- Use a link. token and session_secret are hashes by now (signin.c). Who guesses
-- tokens waits; a link that was used, that expired or that never was are one
-- and the same to the caller.
WITH asked AS MATERIALIZED (
	SELECT r.*, l.address, attempt_subject(r.source) AS subject,
		l.used_at IS NULL AND l.expires_at > r.now AS holds,
		coalesce(wait_until(a.last_at, a.tries, 20) > r.now, false)
			AS waits
	FROM request r
	LEFT JOIN sign_in_link l ON l.token_hash = r.token
	LEFT JOIN sign_in_attempt a ON a.kind = 'token'
		AND a.subject = attempt_subject(r.source)
), tried AS (
	INSERT INTO sign_in_attempt AS a (kind, subject, tries, since_at, last_at)
	SELECT 'token', subject, count(*), max(now), max(now)
	FROM asked WHERE address IS NULL AND NOT waits
	GROUP BY subject ORDER BY subject
	ON CONFLICT (kind, subject) DO UPDATE SET
		tries = a.tries + excluded.tries, last_at = excluded.last_at
), reader AS MATERIALIZED (
	SELECT a.request_no, p.person_id,
		trim(p.first_name || ' ' || p.last_name) AS name
	FROM asked a
	JOIN person_email e ON e.address = a.address
	JOIN person p ON p.person_id = e.person_id
	WHERE a.holds AND NOT a.waits
		AND p.status IN ('provisional', 'active')
), chosen AS MATERIALIZED (
	SELECT request_no, r.person_id
	FROM asked a JOIN reader r USING (request_no)
	WHERE a.person_id = r.person_id OR (a.person_id IS NULL
		AND (SELECT count(*) FROM reader o
			WHERE o.request_no = a.request_no) = 1)
), used AS (
	UPDATE sign_in_link l SET used_at = a.now
	FROM asked a JOIN chosen c USING (request_no)
	WHERE l.token_hash = a.token AND l.used_at IS NULL
	RETURNING a.request_no, c.person_id, a.session_secret, a.device,
		a.source, a.now, l.address
), verified AS (
	UPDATE person_email e SET verified = true
	FROM used u
	WHERE e.person_id = u.person_id AND e.address = u.address
		AND NOT e.verified
), begun AS (
	INSERT INTO sign_in_session (person_id, secret_hash, device, begun_at)
	SELECT person_id, session_secret, device, now FROM used
	RETURNING session_id, secret_hash
), seen AS (
	INSERT INTO sign_in_seen (session_id, seen_at, source)
	SELECT session_id, now, source
	FROM begun b JOIN used u ON u.session_secret = b.secret_hash
)
SELECT request_no, b.session_id, u.person_id,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('person_id', o.person_id,
			'name', o.name) ORDER BY o.name, o.person_id), '[]')
		FROM reader o WHERE o.request_no = a.request_no) AS readers,
	CASE WHEN a.waits THEN 'FORBIDDEN'
		WHEN r.request_no IS NULL OR (c.person_id IS NOT NULL
			AND u.request_no IS NULL) THEN 'NOT_FOUND'
		WHEN a.person_id IS NOT NULL AND c.person_id IS NULL
			THEN 'INVALID' END AS rpc_status,
	CASE WHEN a.waits THEN 'Too many links from here did not work. Wait for an hour.'
		WHEN a.person_id IS NOT NULL AND r.request_no IS NOT NULL
			AND c.person_id IS NULL
			THEN 'Choose somebody who reads this mailbox.'
		ELSE 'This link has expired, was used or is not whole: ask for a new one.'
	END AS rpc_message,
	CASE WHEN a.waits THEN 'source' WHEN a.person_id IS NOT NULL
		AND r.request_no IS NOT NULL AND c.person_id IS NULL
		THEN 'person_id' ELSE 'token' END AS rpc_field
FROM asked a
LEFT JOIN (SELECT DISTINCT request_no FROM reader) r USING (request_no)
LEFT JOIN chosen c USING (request_no)
LEFT JOIN used u USING (request_no)
LEFT JOIN begun b ON b.secret_hash = u.session_secret
