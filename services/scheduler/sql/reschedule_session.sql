-- RescheduleSession: the table raises SEQUENCE; here the old date is logged.
WITH wanted AS (
	SELECT r.request_no, s.session_id, s AS before, r.reason,
		r.principal_person_id, r.now,
		coalesce(r.start_local, s.start_local) AS start_local,
		coalesce(nullif(r.zone, ''), s.zone) AS zone,
		coalesce(nullif(r.minutes, 0), s.minutes) AS minutes,
		coalesce(nullif(r.minutes_reason, ''), s.minutes_reason)
			AS minutes_reason,
		CASE WHEN s.status NOT IN ('draft', 'scheduled', 'published')
			THEN 'over'
		WHEN r.version NOT IN (0, s.version) THEN 'stale'
		END AS refusal
	FROM request r JOIN session s USING (session_id)
), moving AS (
	SELECT * FROM wanted
	WHERE refusal IS NULL AND (start_local, zone, minutes) <>
		((before).start_local, (before).zone, (before).minutes)
), moved AS (
	UPDATE session s
	SET (start_local, zone, minutes, minutes_reason, cpd_minutes) =
		(m.start_local, m.zone, m.minutes, m.minutes_reason, CASE
			WHEN s.cpd_minutes = s.minutes THEN m.minutes
			ELSE least(s.cpd_minutes, m.minutes) END)
	FROM moving m
	WHERE s.session_id = m.session_id AND s.version = (m.before).version
	RETURNING m.request_no, s AS after
), logged AS (
	INSERT INTO session_move
	SELECT m.session_id, (before).sequence, (before).version,
		(before).hub_id, (before).start_local, (before).zone,
		(before).minutes, m.now, m.principal_person_id, m.reason
	FROM moving m JOIN moved USING (request_no)
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('over', 'CONFLICT', 'status',
		'The session has begun or is cancelled; it cannot be moved.'),
	('stale', 'CONFLICT', 'version',
		'The session was changed in the meantime; read it again.')
)
SELECT w.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	(coalesce(d.after, w.before)).*
FROM wanted w
LEFT JOIN moving m USING (request_no)
LEFT JOIN moved d USING (request_no)
LEFT JOIN refusal x ON x.refusal = coalesce(w.refusal, CASE
	WHEN m.request_no IS NOT NULL AND d.after IS NULL THEN 'stale' END)
