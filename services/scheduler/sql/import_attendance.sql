-- ImportAttendance: rows of attendance.csv, thousands at once. Sessions are
-- looked up once for each that the batch names, people by the index, one by
-- one: a join of two thousand rows that the planner takes for ten is slow. (Keys
-- are computed beforehand, in given: behind row-level security an index serves
-- plain comparisons only.) What was set by hand or comes from an export stands;
-- history that is over is reconciled by it.
WITH given AS MATERIALIZED (
	SELECT r.*, lower(btrim(r.email)) AS address,
		name_key(r.first_name || ' ' || r.last_name) AS name
	FROM request r
), named AS MATERIALIZED (
	SELECT network, session_date, session_number,
		coalesce(read_date(session_date) - 1, '-infinity')::timestamptz
			AS early,
		coalesce(read_date(session_date) + 2, 'infinity')::timestamptz
			AS late
	FROM request
	WHERE session_number <> 0 OR session_date <> ''
	GROUP BY network, session_date, session_number
), fitting AS (
	SELECT x.network, x.session_date, x.session_number,
		count(*) AS fitting, (array_agg(s.session_id))[1] AS session_id,
		(array_agg(s.hub_id))[1] AS hub_id,
		(array_agg(s.network_id))[1] AS network_id,
		min(s.start_local)::date AS day, min(s.start_at) AS start_at,
		min(s.status) AS status
	FROM named x JOIN network n ON n.slug = x.network
	JOIN session s ON s.network_id = n.network_id
		AND s.start_at BETWEEN x.early AND x.late
		AND x.session_number IN (0, s.number)
		AND (x.session_date = ''
			OR s.start_local::date = read_date(x.session_date))
	GROUP BY x.network, x.session_date, x.session_number
), place AS MATERIALIZED (
	SELECT f.*, ARRAY(SELECT t.person_id FROM team t
		WHERE t.session_id = f.session_id) AS team
	FROM fitting f
), found AS MATERIALIZED (
	SELECT r.*, l.session_id, l.hub_id, l.network_id, l.day, l.start_at,
		l.status, l.team, l.fitting AS sessions, e.fitting AS persons,
		nullif(r.role, '') AS given_role,
		coalesce(nullif(r.source, ''), 'import') AS new_source,
		CASE WHEN e.fitting = 1 THEN e.person_id
		WHEN e.fitting > 1 THEN (
			SELECT (array_agg(a.person_id))[1]
			FROM person_key a JOIN person_key n USING (person_id)
			WHERE (a.key, a.kind) = (r.address, 'address')
			AND (n.key, n.kind) = (r.name, 'name')
			HAVING count(*) = 1) END AS person_id
	FROM given r
	LEFT JOIN place l USING (network, session_date, session_number)
	CROSS JOIN LATERAL (
		SELECT count(*) AS fitting,
			(array_agg(a.person_id))[1] AS person_id
		FROM person_key a
		WHERE (a.key, a.kind) = (r.address, 'address')) e
), judged AS MATERIALIZED (
	SELECT f.*, a.attendance_id, coalesce(given_role, (
			SELECT t.role FROM team t
			WHERE f.person_id = ANY (f.team)
			AND (t.session_id, t.person_id)
				= (f.session_id, f.person_id)
			ORDER BY t.place
			LIMIT 1), 'participant') AS new_role,
		a.minutes AS old_minutes, a.role AS old_role,
		a.source AS old_source, a.evidence OR a.adjusted AS stands,
		row_number() OVER (PARTITION BY f.session_id, f.person_id
			ORDER BY f.request_no DESC) > 1 AS repeated,
		CASE WHEN sessions IS NULL THEN 'session'
		WHEN sessions > 1 THEN 'sessions'
		WHEN f.status IN ('draft', 'scheduled', 'cancelled')
			OR f.start_at > f.now THEN 'early'
		WHEN f.status = 'closed' THEN 'closed'
		WHEN persons = 0 THEN 'person'
		WHEN f.person_id IS NULL THEN 'shared'
		WHEN f.minutes NOT BETWEEN 0 AND 1440 THEN 'minutes'
		WHEN given_role NOT IN ('participant', 'facilitator', 'speaker',
			'case_presenter', 'observer', 'hub_team') THEN 'role'
		WHEN new_source NOT IN ('zoom_csv', 'zoom_api', 'roll_call',
			'group_login', 'manual', 'self_claim', 'import')
			THEN 'source' END AS refusal
	FROM found f LEFT JOIN LATERAL (
		SELECT * FROM attendance a
		WHERE a.session_id = f.session_id
		AND a.person_id = f.person_id LIMIT 1) a ON true
), said AS MATERIALIZED (
	SELECT j.*, CASE WHEN repeated THEN 'repeated'
		WHEN attendance_id IS NULL THEN 'created'
		WHEN stands OR (minutes, new_role, new_source)
			= (old_minutes, old_role, old_source) THEN 'unchanged'
		ELSE 'updated' END AS outcome
	FROM judged j
), chosen AS (
	SELECT * FROM said WHERE refusal IS NULL AND NOT dry_run
	AND outcome IN ('created', 'updated')
), written AS (
	INSERT INTO attendance AS a (attendance_id, session_id, hub_id,
		person_id, minutes, source, role, member, version)
	SELECT gen_random_uuid(), session_id, hub_id, person_id, minutes,
		new_source, new_role, EXISTS (
			SELECT FROM membership m
			WHERE m.person_id = c.person_id
			AND m.network_id = c.network_id
			AND m.status = 'approved'
			AND (m.joined_on IS NULL OR m.joined_on <= c.day)), 1
	FROM chosen c
	ON CONFLICT (session_id, person_id) DO UPDATE SET
		minutes = excluded.minutes, role = excluded.role,
		source = excluded.source, version = a.version + 1
	WHERE NOT a.evidence AND NOT a.adjusted
), reconciled AS (
	UPDATE session s SET status = 'reconciled'
	WHERE s.status = 'ended'
	AND s.session_id IN (SELECT session_id FROM chosen)
), refusal (refusal, rpc_status, rpc_field, rpc_message) AS (VALUES
	('session', 'NOT_FOUND', 'session_date',
		'This network has no session of that date and number.'),
	('sessions', 'CONFLICT', 'session_number',
		'Several sessions fit: give both date and number.'),
	('early', 'CONFLICT', 'session_date',
		'The session has not begun, or is cancelled.'),
	('closed', 'CONFLICT', 'session_date', 'The session is closed.'),
	('person', 'NOT_FOUND', 'email',
		'This address is nobody''s: import the members first.'),
	('shared', 'INVALID', 'email',
		'Several people share this address: give the name of one of them.'),
	('minutes', 'INVALID', 'minutes', 'Give 0 to 1440 minutes.'),
	('role', 'INVALID', 'role',
		'Use participant, facilitator, speaker, case_presenter, observer or hub_team.'),
	('source', 'INVALID', 'source',
		'Use zoom_csv, zoom_api, roll_call, group_login, manual, self_claim or import.')
)
SELECT s.request_no, x.rpc_status, x.rpc_field, x.rpc_message, s.outcome
FROM said s LEFT JOIN refusal x USING (refusal)
