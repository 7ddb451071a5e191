-- PlanSession: create or change; instants, SEQUENCE and version are kept by
-- the table itself. What a published session promised moves by
-- RescheduleSession only, so that the old date is logged with a reason.
WITH wanted AS (
	SELECT r.request_no, r.session_id, p.programme_id, p.network_id,
		p.hub_id, r.version, r.title, r.topic, r.objectives, r.join_url,
		r.zoom_meeting, s.version AS stands,
		coalesce(nullif(r.number, 0), s.number, (
			SELECT max(o.number) FROM session o
			WHERE o.programme_id = p.programme_id) + 1, 1) AS number,
		coalesce(r.start_local, s.start_local) AS start_local,
		coalesce(nullif(r.zone, ''), s.zone, nullif(h.zone, ''),
			'Europe/London') AS zone,
		coalesce(nullif(r.minutes, 0), s.minutes, 90) AS minutes,
		coalesce(nullif(r.minutes_reason, ''), s.minutes_reason, '')
			AS minutes_reason,
		coalesce(nullif(r.teaching_minutes, 0), s.teaching_minutes, 20)
			AS teaching_minutes,
		coalesce(nullif(r.cpd_minutes, 0), s.cpd_minutes,
			nullif(r.minutes, 0), 90) AS cpd_minutes,
		coalesce(r.status, s.status, 'draft') AS status,
		s.status AS old_status,
		(s.start_local, s.zone, s.minutes) AS old_time
	FROM request r
	LEFT JOIN session s USING (session_id)
	LEFT JOIN programme p ON p.programme_id
		= coalesce(s.programme_id, r.programme_id)
	LEFT JOIN hub h ON h.hub_id = p.hub_id
), judged AS (
	SELECT w.*, CASE
		WHEN stands IS NULL AND version <> 0 THEN 'gone'
		WHEN version NOT IN (0, stands) THEN 'stale'
		WHEN programme_id IS NULL THEN 'programme'
		WHEN start_local IS NULL THEN 'start'
		WHEN old_status NOT IN ('draft', 'scheduled', 'published')
			THEN 'over'
		WHEN old_status <> 'draft'
			AND old_time <> (start_local, zone, minutes) THEN 'moved'
		WHEN status NOT IN ('draft', 'scheduled', 'published')
			OR old_status <> status AND NOT EXISTS (
				SELECT FROM session_transition t
				WHERE (t.from_status, t.to_status)
					= (w.old_status, w.status))
			THEN 'status' END AS refusal
	FROM wanted w
), written AS (
	INSERT INTO session AS s
	SELECT session_id, programme_id, network_id, hub_id, number, title,
		topic, objectives, start_local, zone, minutes, minutes_reason,
		teaching_minutes, NULL, NULL, join_url, zoom_meeting, status,
		session_id || '@echo', 0, '', cpd_minutes, version + 1
	FROM judged WHERE refusal IS NULL
	ON CONFLICT (session_id) DO UPDATE SET
		(number, title, topic, objectives, start_local, zone, minutes,
		 minutes_reason, teaching_minutes, join_url, zoom_meeting,
		 status, cpd_minutes)
		= (excluded.number, excluded.title, excluded.topic,
		 excluded.objectives, excluded.start_local, excluded.zone,
		 excluded.minutes, excluded.minutes_reason,
		 excluded.teaching_minutes, excluded.join_url,
		 excluded.zoom_meeting, excluded.status, excluded.cpd_minutes)
	WHERE excluded.version IN (1, s.version + 1)
	RETURNING s AS after
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('gone', 'NOT_FOUND', 'session_id', 'No such session.'),
	('programme', 'NOT_FOUND', 'programme_id', 'No such programme.'),
	('start', 'INVALID', 'start_local', 'Say when the session starts.'),
	('moved', 'INVALID', 'start_local',
		'Time, zone and length of this session change by RescheduleSession.'),
	('over', 'CONFLICT', 'status',
		'The session has begun or is cancelled; its plan stands.'),
	('status', 'CONFLICT', 'status',
		'Plan a session as draft, scheduled or published; it does not go back.'),
	('stale', 'CONFLICT', 'version',
		'The session was changed in the meantime; read it again.')
)
SELECT j.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	(coalesce(d.after, s)).*
FROM judged j
LEFT JOIN session s USING (session_id)
LEFT JOIN written d ON (d.after).session_id = j.session_id
LEFT JOIN refusal x ON x.refusal = coalesce(j.refusal,
	CASE WHEN d.after IS NULL THEN 'stale' END)
