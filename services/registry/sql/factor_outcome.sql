-- What became of a code. The fifth wrong one ends the session; those of a person
-- count on, whatever the session.
WITH wrong AS (
	INSERT INTO sign_in_attempt AS a (kind, subject, tries, since_at, last_at)
	SELECT 'code', attempt_subject(person_id::text), 1, now, now
	FROM request WHERE kind = 'wrong'
	ON CONFLICT (kind, subject) DO UPDATE SET tries = a.tries + 1,
		last_at = excluded.last_at
), right_again AS (
	DELETE FROM sign_in_attempt a USING request r
	WHERE r.kind <> 'wrong' AND a.kind = 'code'
		AND a.subject = attempt_subject(r.person_id::text)
), counted AS (
	UPDATE sign_in_seen n SET wrong_codes = CASE r.kind
		WHEN 'wrong' THEN n.wrong_codes + 1 ELSE 0 END
	FROM request r WHERE n.session_id = r.session_id
	RETURNING n.session_id, n.wrong_codes
), judged AS (
	UPDATE sign_in_session s SET
		ended_at = CASE WHEN c.wrong_codes >= 5 THEN r.now END,
		second_factor_at = CASE WHEN r.kind <> 'wrong' THEN r.now
			ELSE s.second_factor_at END
	FROM request r JOIN counted c USING (session_id)
	WHERE s.session_id = r.session_id
		AND (r.kind <> 'wrong' OR c.wrong_codes >= 5)
), used AS (
	DELETE FROM recovery_code c USING request r
	WHERE c.person_id = r.person_id AND (r.kind = 'enrolled'
		OR c.code_hash = r.recovery_hash)
), told AS (
	INSERT INTO notice (person_id, kind)
	SELECT person_id, 'recovery_code_used' FROM request
	WHERE kind = 'recovery'
	ON CONFLICT DO NOTHING
), kept AS (
	UPDATE second_factor f SET step = greatest(f.step, r.step),
		secret = CASE r.kind WHEN 'enrolled' THEN f.pending
			ELSE f.secret END,
		since_at = CASE r.kind WHEN 'enrolled' THEN r.now
			ELSE f.since_at END,
		pending = CASE r.kind WHEN 'enrolled' THEN NULL
			ELSE f.pending END
	FROM request r
	WHERE f.person_id = r.person_id AND r.kind IN ('code', 'enrolled')
)
INSERT INTO recovery_code (person_id, code_hash)
SELECT person_id, unnest(recovery_hashes) FROM request
