-- Attendance of the request's sessions, made anew from the rows of exports
-- that are linked: overlapping joins are one, and nothing counts before ten
-- minutes to the start or a quarter of an hour past the end. What was set by
-- hand, by roll-call or in a group stands. Used after every change of rows.
WITH place AS (
	SELECT s.session_id, s.hub_id, s.network_id,
		s.start_local::date AS day, s.minutes + 25 AS most,
		s.start_at - interval '10 minutes' AS opens,
		s.end_at + interval '15 minutes' AS shuts
	FROM session s WHERE s.session_id IN (SELECT session_id FROM request)
), linked AS (
	SELECT w.session_id, u.person_id, w.import_id, i.layout, w.minutes,
		w.joined_at, w.why = 'group_login' AS together,
		CASE WHEN w.joined_at < p.shuts AND w.left_at > p.opens
		THEN tstzrange(greatest(w.joined_at, p.opens),
			least(w.left_at, p.shuts)) END AS span
	FROM place p JOIN attendance_row w USING (session_id)
	JOIN attendance_import i USING (import_id)
	CROSS JOIN unnest(w.person_ids) u(person_id)
	WHERE w.state = 'linked'
), told AS (
	-- By one file: all joins as one, and the minutes that a summary tells,
	-- which may also say from when to when; there was no more than that.
	SELECT session_id, person_id, layout, bool_or(together) AS together,
		min(lower(span)) AS first_join_at,
		max(upper(span)) AS last_leave_at, range_agg(span) AS spans,
		sum(CASE WHEN joined_at IS NULL THEN minutes
			WHEN span IS NULL THEN 0
			ELSE least(minutes, round(extract(epoch FROM
				upper(span) - lower(span)) / 60)) END)
			AS minutes
	FROM linked GROUP BY session_id, person_id, import_id, layout
), merged AS (
	SELECT session_id, person_id, bool_or(together) AS together,
		min(first_join_at) AS first_join_at,
		max(last_leave_at) AS last_leave_at,
		max(minutes) FILTER (WHERE layout = 'summary') AS minutes,
		range_agg(spans) FILTER (WHERE layout = 'detail') AS spans
	FROM told GROUP BY session_id, person_id
), made AS MATERIALIZED (
	SELECT p.*, m.person_id, m.first_join_at, m.last_leave_at,
		greatest(least(coalesce(m.minutes, 0), p.most), (
			SELECT round(sum(extract(epoch FROM
				upper(u) - lower(u))) / 60)
			FROM unnest(m.spans) u))::int AS minutes,
		CASE WHEN m.together THEN 'group_login' ELSE 'zoom_csv' END
			AS source,
		coalesce((
			SELECT t.role FROM team t
			WHERE (t.session_id, t.person_id)
				= (m.session_id, m.person_id)
			ORDER BY t.place
			LIMIT 1), 'participant') AS role,
		EXISTS (SELECT FROM membership b
			WHERE b.person_id = m.person_id
			AND b.network_id = p.network_id
			AND b.status = 'approved'
			AND (b.joined_on IS NULL OR b.joined_on <= p.day))
			AS member
	FROM merged m JOIN place p USING (session_id)
), gone AS (
	DELETE FROM attendance a USING place p
	WHERE a.session_id = p.session_id AND a.evidence AND NOT a.adjusted
	AND NOT EXISTS (SELECT FROM made m
		WHERE (m.session_id, m.person_id)
			= (a.session_id, a.person_id))
), reviewed AS (
	UPDATE attendance_import i SET state = now.state
	FROM (SELECT import_id, CASE WHEN bool_or(w.state = 'open')
			THEN 'parsed' ELSE 'committed' END AS state
		FROM place JOIN attendance_row w USING (session_id)
		GROUP BY import_id) now
	WHERE i.import_id = now.import_id AND i.state <> now.state
)
INSERT INTO attendance AS a (attendance_id, session_id, hub_id, person_id,
	minutes, first_join_at, last_leave_at, source, role, member, evidence,
	version)
SELECT gen_random_uuid(), session_id, hub_id, person_id, minutes,
	first_join_at, last_leave_at, source, role, member, true, 1
FROM made
ON CONFLICT (session_id, person_id) DO UPDATE SET
	minutes = excluded.minutes, first_join_at = excluded.first_join_at,
	last_leave_at = excluded.last_leave_at, source = excluded.source,
	role = excluded.role, member = a.member OR excluded.member,
	evidence = true, version = a.version + 1
WHERE NOT a.adjusted
AND (a.evidence OR a.source NOT IN ('roll_call', 'group_login', 'manual'))
AND (a.minutes, a.first_join_at, a.last_leave_at, a.source, a.role, a.evidence,
	a.member) IS DISTINCT FROM (excluded.minutes, excluded.first_join_at,
	excluded.last_leave_at, excluded.source, excluded.role, true,
	a.member OR excluded.member)
