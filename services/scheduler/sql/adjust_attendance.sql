-- AdjustAttendance: by hand, with a reason, for ever.
WITH wanted AS (
	SELECT r.*, s.hub_id, s.network_id, s.start_local::date AS day,
		a.version AS stands, a.minutes AS old_minutes,
		a.role AS old_role, CASE
		WHEN r.person_id IS NULL THEN 'person'
		WHEN s.status IN ('draft', 'scheduled', 'cancelled')
			OR s.start_at > r.now THEN 'early'
		WHEN s.status = 'closed' THEN 'closed'
		WHEN r.version NOT IN (0, coalesce(a.version, 0)) THEN 'stale' END AS refusal
	FROM request r JOIN session s USING (session_id)
	LEFT JOIN attendance a USING (session_id, person_id)
), written AS (
	INSERT INTO attendance AS a (attendance_id, session_id, hub_id,
		person_id, minutes, source, role, member, adjusted, version)
	SELECT gen_random_uuid(), session_id, hub_id, person_id, minutes,
		coalesce(nullif(source, ''), 'manual'),
		coalesce(nullif(role, ''), old_role, 'participant'), EXISTS (
			SELECT FROM membership m
			WHERE m.person_id = w.person_id
			AND m.network_id = w.network_id
			AND m.status = 'approved'
			AND (m.joined_on IS NULL OR m.joined_on <= w.day)),
		true, version + 1
	FROM wanted w WHERE refusal IS NULL
	ON CONFLICT (session_id, person_id) DO UPDATE SET
		minutes = excluded.minutes, role = excluded.role,
		adjusted = true, version = a.version + 1
	WHERE excluded.version IN (1, a.version + 1)
	RETURNING a AS after
), logged AS (
	INSERT INTO attendance_adjustment (session_id, person_id, hub_id,
		minutes_before, role_before, minutes, role, adjusted_at,
		adjusted_by_id, reason)
	SELECT (after).session_id, (after).person_id, (after).hub_id,
		w.old_minutes, w.old_role, (after).minutes, (after).role, w.now,
		w.principal_person_id, w.reason
	FROM wanted w JOIN written d ON ((after).session_id, (after).person_id)
		= (w.session_id, w.person_id)
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('person', 'INVALID', 'person_id', 'Say whose attendance it is.'),
	('early', 'CONFLICT', 'session_id',
		'The session has not begun, or is cancelled.'),
	('closed', 'CONFLICT', 'session_id', 'The session is closed.'),
	('stale', 'CONFLICT', 'version',
		'The attendance was changed in the meantime; read it again.')
)
SELECT w.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	e.attendance_id, e.session_id, e.person_id, e.minutes, e.first_join_at,
	e.last_leave_at, e.source, e.role, e.counted, e.member, e.version,
	w.day AS held_on
FROM wanted w
LEFT JOIN written d ON ((after).session_id, (after).person_id)
	= (w.session_id, w.person_id)
LEFT JOIN attendance a USING (session_id, person_id)
CROSS JOIN LATERAL (SELECT (coalesce(d.after, a)).*) e
LEFT JOIN refusal x ON x.refusal = coalesce(w.refusal,
	CASE WHEN d.after IS NULL THEN 'stale' END)
