-- ImportSession: rows of sessions.csv. Everything is looked up and judged
-- first (judged); only what is right is written, and nothing in a dry run.
WITH given AS MATERIALIZED (
	SELECT r.request_no, 'facilitator' AS role,
		lower(btrim(r.facilitator_email)) AS address
	FROM request r
	UNION SELECT r.request_no, 'speaker', lower(x)
	FROM request r CROSS JOIN LATERAL regexp_split_to_table(
		btrim(r.speaker_emails), '[;,\s]+') x
), named AS MATERIALIZED (
	SELECT g.request_no, g.role, g.address,
		array_agg(a.person_id) FILTER (WHERE a.person_id IS NOT NULL)
			AS people
	FROM given g LEFT JOIN person_key a
		ON a.key = g.address AND a.kind = 'address'
	WHERE g.address <> ''
	GROUP BY g.request_no, g.role, g.address
), found AS (
	SELECT r.request_no, r.now, r.dry_run, r.principal_person_id, r.number,
		r.programme, r.title, n.network_id, n.hub_id, p.programme_id,
		s AS before,
		read_date(r.date) + read_time(r.start) AS start_local,
		read_date(r.date) AS day,
		coalesce(nullif(r.zone, ''), (s).zone, nullif(h.zone, ''),
			'Europe/London') AS zone,
		coalesce(nullif(r.minutes, 0), (s).minutes, 90) AS minutes,
		coalesce(nullif(r.minutes_reason, ''), (s).minutes_reason, '')
			AS minutes_reason,
		coalesce(nullif(r.topic, ''), (s).topic, '') AS topic,
		coalesce(nullif(r.objectives, ''), (s).objectives, '')
			AS objectives,
		coalesce(nullif(regexp_replace(r.zoom_meeting, '\s', '', 'g'), ''),
			(s).zoom_meeting, '') AS zoom_meeting,
		coalesce(nullif(r.status, ''), 'published') AS status,
		count(*) OVER (PARTITION BY r.network, lower(r.programme),
			r.number) AS times
	FROM request r
	LEFT JOIN network n ON n.slug = r.network
	LEFT JOIN hub h USING (hub_id)
	LEFT JOIN programme p ON p.network_id = n.network_id
		AND lower(p.title) = lower(r.programme)
	LEFT JOIN session s ON s.programme_id = p.programme_id
		AND s.number = r.number
), compared AS (
	SELECT f.*, CASE
		WHEN (before).session_id IS NULL THEN 'created'
		WHEN (title, topic, objectives, start_local, zone, minutes,
			minutes_reason, zoom_meeting)
		IS DISTINCT FROM ((before).title, (before).topic,
			(before).objectives, (before).start_local,
			(before).zone, (before).minutes,
			(before).minutes_reason, (before).zoom_meeting)
		OR EXISTS (SELECT FROM named d
			WHERE d.request_no = f.request_no AND NOT EXISTS (
				SELECT FROM assignment a
				WHERE a.session_id = (before).session_id
				AND a.role = d.role AND a.status <> 'withdrawn'
				AND a.person_id = d.people[1]))
		OR EXISTS (SELECT FROM assignment a
			WHERE a.session_id = (before).session_id
			AND a.status NOT IN ('withdrawn', 'declined')
			AND EXISTS (SELECT FROM named d
				WHERE d.request_no = f.request_no
				AND d.role = a.role)
			AND NOT EXISTS (SELECT FROM named d
				WHERE d.request_no = f.request_no
				AND d.role = a.role
				AND d.people[1] = a.person_id))
		THEN 'updated' ELSE 'unchanged' END AS outcome,
		(SELECT d.role FROM named d
		WHERE d.request_no = f.request_no
		AND coalesce(cardinality(d.people), 0) <> 1
		ORDER BY d.role LIMIT 1) AS nobody
	FROM found f
), judged AS MATERIALIZED (
	SELECT c.*, coalesce((before).session_id, gen_random_uuid())
			AS session_id,
		(before).status IN ('draft', 'scheduled', 'published')
			IS NOT FALSE AS movable,
		CASE WHEN network_id IS NULL THEN 'network'
		WHEN btrim(programme) = '' THEN 'programme'
		WHEN times > 1 THEN 'twice'
		WHEN day IS NULL THEN 'date'
		WHEN start_local IS NULL THEN 'start'
		WHEN status NOT IN ('draft', 'scheduled', 'published')
			THEN 'status'
		WHEN NOT EXISTS (SELECT FROM zone z WHERE z.name = c.zone)
			THEN 'zone'
		WHEN instant(start_local, zone) AT TIME ZONE zone <> start_local
			THEN 'gap'
		WHEN number < 1 THEN 'number'
		WHEN title = '' THEN 'title'
		WHEN minutes NOT BETWEEN 60 AND 90 AND minutes_reason = ''
			THEN 'minutes'
		WHEN zoom_meeting !~ '^([0-9]{9,12})?$' THEN 'zoom'
		WHEN nobody IS NOT NULL THEN nobody
		WHEN outcome = 'updated' AND (before).status
			NOT IN ('draft', 'scheduled', 'published') THEN 'over'
		END AS refusal
	FROM compared c
), chosen AS (
	SELECT * FROM judged
	WHERE refusal IS NULL AND NOT dry_run AND outcome <> 'unchanged'
), fresh AS MATERIALIZED (
	SELECT network_id, hub_id, lower(programme) AS key,
		min(programme) AS title, gen_random_uuid() AS programme_id
	FROM chosen WHERE programme_id IS NULL
	GROUP BY network_id, hub_id, lower(programme)
), programmes AS (
	INSERT INTO programme
	SELECT programme_id, network_id, hub_id, title, 'curriculum_agreed', 1
	FROM fresh
), created AS (
	INSERT INTO session
	SELECT c.session_id, coalesce(c.programme_id, f.programme_id),
		c.network_id, c.hub_id, c.number, c.title, c.topic,
		c.objectives, c.start_local, c.zone, c.minutes,
		c.minutes_reason, least(20, c.minutes), NULL, NULL,
		coalesce('https://zoom.us/j/' || nullif(c.zoom_meeting, ''), ''),
		c.zoom_meeting,
		CASE WHEN c.status = 'published' AND c.now
			> instant(c.start_local, c.zone)
			+ make_interval(mins => c.minutes)
			THEN 'ended' ELSE c.status END,
		c.session_id || '@echo', 0, '', c.minutes, 1
	FROM chosen c LEFT JOIN fresh f
		ON f.network_id = c.network_id AND f.key = lower(c.programme)
	WHERE c.outcome = 'created'
), changed AS (
	UPDATE session s SET
		(title, topic, objectives, start_local, zone, minutes,
		 minutes_reason, zoom_meeting, cpd_minutes, join_url)
		= (c.title, c.topic, c.objectives, c.start_local, c.zone,
		 c.minutes, c.minutes_reason, c.zoom_meeting,
		 least(s.cpd_minutes, c.minutes),
		 CASE WHEN s.zoom_meeting = c.zoom_meeting THEN s.join_url
		 ELSE 'https://zoom.us/j/' || c.zoom_meeting END)
	FROM chosen c
	WHERE c.outcome = 'updated' AND s.session_id = c.session_id
), moved AS (
	INSERT INTO session_move
	SELECT session_id, (before).sequence, (before).version, hub_id,
		(before).start_local, (before).zone, (before).minutes, now,
		principal_person_id, 'import'
	FROM chosen
	WHERE outcome = 'updated' AND (start_local, zone, minutes)
		<> ((before).start_local, (before).zone, (before).minutes)
), withdrawn AS (
	UPDATE assignment a SET status = 'withdrawn', version = a.version + 1
	FROM chosen c
	WHERE a.session_id = c.session_id
	AND a.status NOT IN ('withdrawn', 'declined')
	AND EXISTS (SELECT FROM named d WHERE d.request_no = c.request_no
		AND d.role = a.role)
	AND NOT EXISTS (SELECT FROM named d WHERE d.request_no = c.request_no
		AND d.role = a.role AND d.people[1] = a.person_id)
), assigned AS (
	INSERT INTO assignment AS a
	SELECT gen_random_uuid(), c.session_id, c.hub_id, d.people[1], d.role,
		'confirmed', 1
	FROM chosen c JOIN named d USING (request_no)
	GROUP BY c.session_id, c.hub_id, d.people[1], d.role
	ON CONFLICT ON CONSTRAINT assignment_natural DO UPDATE SET
		status = excluded.status, version = a.version + 1
	WHERE a.status = 'withdrawn'
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('network', 'NOT_FOUND', 'network', 'No network has this slug.'),
	('programme', 'INVALID', 'programme', 'Name the programme.'),
	('twice', 'INVALID', 'number',
		'The file gives this session more than once.'),
	('date', 'INVALID', 'date', 'Write the date as 2021-04-09.'),
	('start', 'INVALID', 'start', 'Write the local time as 11:00.'),
	('status', 'INVALID', 'status', 'Use draft, scheduled or published.'),
	('zone', 'INVALID', 'zone', 'Use an IANA zone such as Europe/London.'),
	('gap', 'INVALID', 'start',
		'This local time does not exist: the clocks go forward over it.'),
	('number', 'INVALID', 'number',
		'Number the sessions of a programme from 1.'),
	('title', 'INVALID', 'title', 'Give the session a title.'),
	('minutes', 'INVALID', 'minutes',
		'A session takes 60 to 90 minutes, unless minutes_reason says why not.'),
	('zoom', 'INVALID', 'zoom_meeting',
		'Use the 9 to 12 digits of the Zoom meeting.'),
	('facilitator', 'NOT_FOUND', 'facilitator_email',
		'This address is nobody''s, or several people''s.'),
	('speaker', 'NOT_FOUND', 'speaker_emails',
		'One of these addresses is nobody''s, or several people''s.'),
	('over', 'CONFLICT', 'number',
		'The session has begun or is cancelled; its plan stands.')
)
SELECT j.request_no, x.rpc_status, x.rpc_field, x.rpc_message,
	CASE WHEN NOT j.dry_run OR j.outcome <> 'created'
		THEN j.session_id END AS session_id,
	coalesce(j.programme_id, f.programme_id) AS programme_id, j.outcome
FROM judged j
LEFT JOIN refusal x USING (refusal)
LEFT JOIN fresh f
	ON f.network_id = j.network_id AND f.key = lower(j.programme)
